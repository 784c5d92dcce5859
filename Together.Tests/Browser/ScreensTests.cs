using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Together.Bench;
using Together.Host.Web;
using Together.Tests.Kit;
using Together.Tests.Kit.Browser;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Together.Tests.Browser;

/// <summary>
/// Every screen of the client in a community that lives: nobody is kept out of any, dark or light, and each leaves its pictures in
/// <c>artifacts/screenshots</c>.
/// </summary>
public sealed partial class ScreensTests(PostgresFixture postgres, Chromium chromium, Raiders raiders) : ClientTests(postgres, chromium), IClassFixture<Raiders>
{
    private const int PhoneWidth = 390;

    /// <summary>Bytes: it is the first thing that a reader of the README loads.</summary>
    private const int LargestReadmePicture = 400_000;

    private static bool IsRenewing => Environment.GetEnvironmentVariable("TOGETHER_RENEW_SCREENSHOT") == "1";

    private string Home => $"/servers/{raiders.Raid.Id}/{raiders.Raid.General}";

    [Fact]
    public async Task doors()
    {
        var host = await StartClientHostAsync();
        var founder = await ComeAsync(host.Address, "founder");
        await founder.Visitor.OpenAsync();
        await founder.Visitor.SeesAsync(AriaRole.Heading, "Set up Together");
        await ShowAsync(founder, "first-run");

        var stranger = await ComeAsync(raiders.Host.Address, "stranger");
        await stranger.Visitor.OpenAsync();
        await Expect(stranger.Visitor.Label("Username")).ToBeVisibleAsync();
        await ShowEverywhereAsync(stranger, "login");
        await stranger.Visitor.OpenAsync("/register");
        await stranger.Visitor.SeesAsync(AriaRole.Heading, "Create an account");
        await ShowAsync(stranger, "register");
        await stranger.Visitor.OpenAsync($"/invite/{raiders.Invite}");
        await stranger.Visitor.SeesAsync("Friday raid");
        await ShowEverywhereAsync(stranger, "invite");
    }

    [Fact]
    public async Task channels_and_what_stands_beside_them()
    {
        foreach (var friend in raiders.Online) Own(await GatewayClient.IdentifiedAsync(raiders.Host, friend));
        var mara = await EnterAsync(raiders.Host.Address, raiders.Mara.Username, Home);
        var page = mara.Visitor;
        await mara.IsInAsync("raid-night");
        await page.SeesAsync("Raid leads – 1");
        await Expect(page.Role(AriaRole.Button, "Show ashen-keep.png").Locator("img")).ToHaveJSPropertyAsync("complete", true);
        if (IsRenewing) await RenewReadmePictureAsync(mara);
        await ShowEverywhereAsync(mara, "channel");

        await page.Role(AriaRole.Button, "Profile of Jonas Weber").First.ClickAsync();
        await page.SeesAsync("Member since");
        await ShowAsync(mara, "profile");
        await LeaveAsync(mara);

        await page.ClickAsync(AriaRole.Button, "Show ashen-keep.png");
        await Expect(mara.Dialog).ToHaveAccessibleNameAsync("ashen-keep.png");
        await ShowAsync(mara, "lightbox");
        await LeaveAsync(mara);

        await page.ClickAsync(AriaRole.Button, "Emoji");
        await Expect(mara.Page.GetByLabel("Search emoji")).ToBeVisibleAsync();
        await Expect(mara.Page.GetByRole(AriaRole.Gridcell).First).ToBeVisibleAsync();
        await ShowAsync(mara, "emoji");
        await LeaveAsync(mara);

        await page.ClickAsync(AriaRole.Button, "Pinned messages");
        await Expect(mara.Page.GetByRole(AriaRole.Listitem, new PageGetByRoleOptions { Name = "Message of Tomasz Nowak" })).ToBeVisibleAsync();
        await ShowAsync(mara, "pins");

        await page.ClickAsync(AriaRole.Button, "Search");
        await page.FillAsync("Search messages", "keep");
        await page.Label("Search messages").PressAsync("Enter");
        await Expect(mara.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { NameRegex = FoundMessage() }).First).ToBeVisibleAsync();
        await ShowEverywhereAsync(mara, "search");
        await page.ClickAsync(AriaRole.Button, "Members");

        await mara.OpenChannelAsync("tactics");
        await Expect(mara.Message("Phase one")).ToBeVisibleAsync();
        await ShowEverywhereAsync(mara, "long-messages");
        await mara.OpenChannelAsync("clips");
        await page.SeesAsync("This is the beginning of #clips");
        await ShowAsync(mara, "empty-channel");

        await mara.Page.SetViewportSizeAsync(PhoneWidth, 844);
        await page.ClickAsync(AriaRole.Button, "Open servers and channels");
        await Expect(mara.Dialog).ToHaveAccessibleNameAsync("Servers and channels");
        await ShowAsync(mara, "drawer");
    }

    [Fact]
    public async Task friends_and_conversations()
    {
        Own(await GatewayClient.IdentifiedAsync(raiders.Host, raiders.Online[0]));
        var mara = await EnterAsync(raiders.Host.Address, raiders.Mara.Username, "/friends");
        var page = mara.Visitor;
        foreach (var (tab, shows) in ((string, string)[])[("All", "Priya Raman"), ("Pending", "Leo Costa"), ("Blocked", "Nobody is blocked"), ("Add friend", "Add a friend"), ("Online", "Jonas Weber")])
        {
            await mara.Page.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { NameRegex = new Regex($"^{tab}") }).ClickAsync();
            await Expect(mara.Page.GetByRole(AriaRole.Tabpanel).GetByText(shows, new LocatorGetByTextOptions { Exact = true }).First).ToBeVisibleAsync();
            var name = $"friends-{tab.ToLowerInvariant().Replace(' ', '-')}";
            if (tab == "Pending") await ShowEverywhereAsync(mara, name);
            else await ShowAsync(mara, name);
        }

        await page.OpenAsync($"/conversations/{raiders.Conversation}");
        await Expect(mara.Message("See you on Friday")).ToBeVisibleAsync();
        await ShowEverywhereAsync(mara, "conversation");
        await page.OpenAsync($"/conversations/{raiders.Group}");
        await Expect(mara.Message("Board games on Sunday")).ToBeVisibleAsync();
        await ShowAsync(mara, "group");
    }

    [Fact]
    public async Task dialogs()
    {
        var mara = await EnterAsync(raiders.Host.Address, raiders.Mara.Username, Home);
        var page = mara.Visitor;
        await mara.IsInAsync("raid-night");
        await mara.Page.Keyboard.PressAsync("Control+k");
        await page.FillAsync("Channel, conversation, server or person", "a");
        await Expect(mara.Page.GetByRole(AriaRole.Option).First).ToBeVisibleAsync();
        await ShowEverywhereAsync(mara, "quick-switcher");
        await LeaveAsync(mara);

        await page.ClickAsync(AriaRole.Button, "Invite people");
        await Expect(page.Label("Invite link")).ToHaveValueAsync(new Regex("/invite/.{8}"));
        await ShowEverywhereAsync(mara, "invite-people");
        await LeaveAsync(mara);

        await page.ClickAsync(AriaRole.Button, "Add a server");
        await page.ClickAsync(AriaRole.Menuitem, "Create a server");
        await Expect(mara.Dialog).ToHaveAccessibleNameAsync("Create a server");
        await ShowAsync(mara, "create-server");
        await LeaveAsync(mara);

        await page.ClickAsync(AriaRole.Button, "Friday raid");
        await page.ClickAsync(AriaRole.Menuitem, "Create a channel");
        await Expect(mara.Dialog).ToHaveAccessibleNameAsync("Create a channel");
        await ShowAsync(mara, "create-channel");
        await LeaveAsync(mara);

        await mara.ChannelLink("tactics").ClickAsync(new LocatorClickOptions { Button = MouseButton.Right });
        await page.ClickAsync(AriaRole.Menuitem, "Edit the channel");
        await page.ClickAsync(AriaRole.Tab, "Permissions");
        await page.SeesAsync("Write messages");
        await ShowEverywhereAsync(mara, "channel-permissions");
    }

    [Fact]
    public async Task settings_of_oneself_and_of_a_server()
    {
        var mara = await EnterAsync(raiders.Host.Address, raiders.Mara.Username, Home);
        var page = mara.Visitor;
        await mara.IsInAsync("raid-night");
        await page.ClickAsync(AriaRole.Button, "Settings");
        await ShowSectionsAsync(mara, "settings", main: "Profile", "Profile", "Account", "Sessions", "Notifications", "Appearance", "Keys", "Instance");
        await LeaveAsync(mara);

        await page.ClickAsync(AriaRole.Button, "Friday raid");
        await page.ClickAsync(AriaRole.Menuitem, "Server settings");
        await ShowSectionsAsync(mara, "server-settings", main: "Members", "Overview", "Roles", "Audit log", "Members", "Invites", "Bans");
    }

    [Fact]
    public async Task trouble()
    {
        var mara = await EnterAsync(raiders.Host.Address, raiders.Mara.Username, Home);
        var page = mara.Visitor;
        page.AllowOutage();
        // What the client fetches in a quiet moment, when there is no network in it.
        page.Allow("Unable to preload CSS");
        await mara.IsInAsync("raid-night");
        await page.OpenAsync("/servers/1/2");
        await page.SeesAsync("Nothing is here");
        await ShowAsync(mara, "nothing-is-here");

        await page.OpenAsync(Home);
        await mara.IsInAsync("raid-night");
        await mara.Page.Context.SetOfflineAsync(true);
        await page.SeesAsync("You are offline. What you send waits here until you are back.");
        await ShowEverywhereAsync(mara, "offline");
        await mara.Page.Context.SetOfflineAsync(false);

        await mara.Page.RouteAsync("**/api/**", route => route.AbortAsync("connectionrefused"));
        await page.OpenAsync(Home);
        await page.SeesAsync("The host cannot be reached");
        await ShowAsync(mara, "unreachable");
    }

    private static async Task ShowSectionsAsync(Client client, string name, string main, params string[] sections)
    {
        foreach (var section in sections)
        {
            await client.Dialog.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = section, Exact = true }).First.ClickAsync();
            await Expect(client.Dialog.GetByRole(AriaRole.Heading, new LocatorGetByRoleOptions { Name = section, Level = 2, Exact = true })).ToBeVisibleAsync();
            var file = $"{name}-{section.ToLowerInvariant().Replace(' ', '-')}";
            if (section == main) await ShowEverywhereAsync(client, file);
            else await ShowAsync(client, file);
        }
    }

    /// <summary>All six looks, of what people see most.</summary>
    private static async Task ShowEverywhereAsync(Client client, string name)
    {
        await IsLoadedAsync(client);
        await client.Visitor.ScreensAsync(name, async () =>
        {
            if (client.Page.ViewportSize!.Width is PhoneWidth or 1440) await client.Visitor.AxeAsync();
            Assert.True(await client.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"{name} is wider than {client.Page.ViewportSize.Width} pixels");
        });
    }

    /// <summary>Dark and light.</summary>
    private static async Task ShowAsync(Client client, string name)
    {
        await IsLoadedAsync(client);
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await client.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
            await client.Visitor.ScreenshotAsync(name);
            await client.Visitor.AxeAsync();
        }
    }

    private static Task IsLoadedAsync(Client client) => Expect(client.Page.GetByText(Loading())).ToHaveCountAsync(0);

    private static async Task LeaveAsync(Client client)
    {
        await client.Page.Keyboard.PressAsync("Escape");
        await Expect(client.Dialog).ToHaveCountAsync(0);
    }

    private static async Task RenewReadmePictureAsync(Client client)
    {
        await IsLoadedAsync(client);
        // Where nothing is: what is pointed at looks different.
        await client.Page.Mouse.MoveAsync(180, 700);
        await Expect(client.Page.GetByRole(AriaRole.Toolbar)).ToHaveCountAsync(0);
        await client.Page.EvaluateAsync("() => document.fonts.ready");
        var picture = await client.Page.ScreenshotAsync(new PageScreenshotOptions
        {
            Path = Path.Combine(Repository.Root, "docs/screenshot.png"),
            Animations = ScreenshotAnimations.Disabled,
            Caret = ScreenshotCaret.Hide,
        });
        Assert.InRange(picture.Length, 1, LargestReadmePicture);
    }

    [GeneratedRegex("^Go to the message of")]
    private static partial Regex FoundMessage();

    [GeneratedRegex("^Loading")]
    private static partial Regex Loading();
}

/// <summary>A host with people who play together on Fridays. One class.</summary>
public sealed class Raiders(PostgresFixture postgres, Chromium chromium) : IAsyncLifetime
{
    /// <summary>What a painter would call an evening at a castle.</summary>
    private const string Evening = """
        <body style="margin:0"><svg xmlns="http://www.w3.org/2000/svg" width="640" height="240" viewBox="0 0 640 240">
        <defs>
          <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#1d2a4d"/><stop offset=".55" stop-color="#a4557a"/><stop offset="1" stop-color="#f2a65a"/></linearGradient>
          <linearGradient id="far" x2="0" y2="1"><stop stop-color="#5a3f6b"/><stop offset="1" stop-color="#8a5268"/></linearGradient>
        </defs>
        <rect width="640" height="240" fill="url(#sky)"/>
        <circle cx="455" cy="150" r="36" fill="#ffd9a0"/>
        <g fill="#fff" opacity=".8"><circle cx="60" cy="30" r="1.2"/><circle cx="140" cy="62" r="1"/><circle cx="230" cy="24" r="1.4"/><circle cx="330" cy="48" r="1"/><circle cx="560" cy="34" r="1.2"/><circle cx="610" cy="70" r="1"/></g>
        <path d="M0 190 90 110 160 165 260 92 350 170 430 128 520 178 590 120 640 160V240H0Z" fill="url(#far)"/>
        <path d="M0 215 120 180 230 205 340 178 470 210 640 172V240H0Z" fill="#3a2a47"/>
        <path d="M250 196V118h12v-10h10v10h12v-10h10v10h12v34h30V92l16-26 16 26v60h28v-24h10v-9h9v9h12v-9h9v9h10v68Z" fill="#221a2e"/>
        <g fill="#ffc86b"><rect x="268" y="136" width="7" height="12"/><rect x="286" y="136" width="7" height="12"/><rect x="346" y="106" width="9" height="15"/><rect x="414" y="152" width="7" height="11"/></g>
        <path d="M0 232 160 206 320 226 480 202 640 222V240H0Z" fill="#15111d"/>
        </svg></body>
        """;

    private TestHost? _host;

    public TestHost Host => _host!;

    public Community Raid { get; private set; } = null!;

    /// <summary>Whose screens are shown: she runs the host and the server.</summary>
    public Person Mara => Raid.Owner;

    /// <summary>Who is there when a test connects them.</summary>
    public IReadOnlyList<Person> Online { get; private set; } = [];

    public string Invite { get; private set; } = "";

    public string Conversation { get; private set; } = "";

    public string Group { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(postgres, webRoot: WebClient.DefaultRoot);
        var mara = await PersonAsync("mara", "Mara Lindqvist");
        Raid = await Community.FoundAsync(Host, mara, "Friday raid");
        await Community.FoundAsync(Host, mara, "Board games");
        Invite = await Raid.InviteAsync();
        (await mara.PatchAsync($"channels/{Raid.General}", """{"name":"raid-night","topic":"Fridays at nine. What you need: **potions**, patience, a headset."}""")).Expect(200);
        var people = new List<Person>();
        foreach (var name in (string[])["Jonas Weber", "Priya Raman", "Tomasz Nowak", "Aiko Tanaka", "Samuel Okafor", "Chloé Martin", "Leo Costa"])
        {
            var person = await PersonAsync(name.Split(' ')[0].ToLowerInvariant().Replace('é', 'e'), name);
            await Raid.AdmitAsync(person);
            people.Add(person);
        }

        var (jonas, priya, tomasz, aiko, samuel, leo) = (people[0], people[1], people[2], people[3], people[4], people[6]);
        Online = [jonas, priya, tomasz, aiko];
        await RoleAsync("Raid leads", 0xf2b880, jonas);
        await RoleAsync("Healers", 0x5fd8bd, priya, samuel);
        await RoleAsync("Tanks", 0x8dbcf2, tomasz);
        var raids = await Raid.ChannelAsync("Raids", "category");
        var tactics = await Raid.ChannelAsync("tactics", category: raids);
        await Raid.ChannelAsync("loot", category: raids);
        var offTopic = await Raid.ChannelAsync("Off topic", "category");
        await Raid.ChannelAsync("clips", category: offTopic);
        await Raid.ChannelAsync("what-we-listen-to", category: offTopic);
        await TalkAsync(jonas, priya, tomasz, aiko);
        await PlanAsync(tactics, tomasz);
        await KnowAsync(jonas, priya, aiko, leo);
        var rude = await PersonAsync("spammer", "Cheap Gold");
        await Raid.AdmitAsync(rude);
        (await mara.PutAsync($"servers/{Raid.Id}/bans/{rude.Id}", """{"reason":"Sells gold"}""")).Expect(204);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }

    private async Task TalkAsync(Person jonas, Person priya, Person tomasz, Person aiko)
    {
        var room = Raid.General;
        var call = await jonas.SayAsync(room, "Who is in for Friday? Nine o’clock, the Ashen Keep again. Last week we had it down to **4 %**.");
        await ReactAsync(call, "🔥", jonas, priya, aiko);
        await ReactAsync(call, "⚔️", Mara, tomasz);
        await priya.SayAsync(room, "In! I moved to frost, so I can hold the left side alone.");
        (await Mara.PostAsync($"channels/{room}/messages", $$"""{"content":"In. And *nobody* stands in the purple circles this time 🤞","reply_to":"{{call.Id}}"}""")).Expect(201);
        var order = await tomasz.SayAsync(room, """
            So that we do not waste two shields at once, this is the order:
            ```ts
            const shields = ['Priya', 'Mara', 'Tomasz'];
            const next = (wave: number) => shields[wave % shields.length];
            ```
            """);
        await ReactAsync(order, "👍", priya, aiko, jonas, Mara);
        (await Mara.PutAsync($"channels/{room}/pins/{order.Id}")).Expect(204);
        var picture = (await aiko.UploadAsync(await PaintAsync(), "ashen-keep.png")).Expect(201);
        var view = await aiko.SayAsync(room, "The keep from the south gate, right before it all went wrong:", null, picture);
        await ReactAsync(view, "🤩", Mara, priya);
        await jonas.SayAsync(room, $"<@{Mara.Id}> can you bring the horn? The last phase begins when ||he jumps twice, then the floor goes||");
        await Mara.SayAsync(room, "Packed. See you all at nine!");
    }

    private static async Task PlanAsync(string channel, Person tomasz)
    {
        await tomasz.SayAsync(channel, """
            # Phase one
            > Whoever pulls early brings cake.
            - Stack at the **gate** until the horn sounds
            - Left: Priya; right: `two healers`; __nobody__ in the middle
            - ~~Jump into the lava~~

            1. Wait for the second jump
            2. Run
            """);
        await tomasz.SayAsync(channel, $"A name that never ends: {string.Concat(Enumerable.Repeat("Donaudampfschifffahrt", 12))}");
        await tomasz.SayAsync(channel, $"```csharp\nvar line = \"{new string('x', 220)}\"; // as long as some lines are\n```");
        await tomasz.SayAsync(channel, "https://example.org/guides/ashen-keep/phase-two/positions?view=map&layer=adds&zoom=4#left-of-the-gate");
    }

    private async Task KnowAsync(Person jonas, Person priya, Person aiko, Person leo)
    {
        foreach (var friend in (Person[])[jonas, priya])
        {
            (await friend.PutAsync($"users/@me/relationships/{Mara.Id}", """{"type":"friend"}""")).Expect(204);
            (await Mara.PutAsync($"users/@me/relationships/{friend.Id}", """{"type":"friend"}""")).Expect(204);
        }

        (await leo.PutAsync($"users/@me/relationships/{Mara.Id}", """{"type":"friend"}""")).Expect(204);
        (await Mara.PutAsync($"users/@me/relationships/{aiko.Id}", """{"type":"friend"}""")).Expect(204);
        Conversation = (await Mara.PostAsync("users/@me/channels", $$"""{"recipient_ids":["{{priya.Id}}"]}""")).Expect(201).Id;
        await priya.SayAsync(Conversation, "Thanks for the potions yesterday!");
        await Mara.SayAsync(Conversation, "You saved us twice with that shield. See you on Friday?");
        Group = (await Mara.PostAsync("users/@me/channels", $$"""{"recipient_ids":["{{jonas.Id}}","{{priya.Id}}"]}""")).Expect(201).Id;
        await jonas.SayAsync(Group, "Board games on Sunday at my place?");
    }

    private async Task ReactAsync(Answer message, string emoji, params Person[] people)
    {
        foreach (var person in people) (await person.PutAsync($"channels/{Raid.General}/messages/{message.Id}/reactions/{Uri.EscapeDataString(emoji)}/@me")).Expect(204);
    }

    private async Task RoleAsync(string name, int color, params Person[] people)
    {
        var role = (await Mara.PostAsync($"servers/{Raid.Id}/roles", string.Create(CultureInfo.InvariantCulture, $$"""{"name":"{{name}}","color":{{color}},"hoist":true}"""))).Expect(201).Id;
        foreach (var person in people) await Raid.GiveAsync(person, role);
    }

    private async Task<Person> PersonAsync(string username, string name)
    {
        var person = await Host.PersonAsync(username);
        (await person.PatchAsync("users/@me", $$"""{"display_name":{{Person.Json(name)}}}""")).Expect(200);
        return person;
    }

    private async Task<byte[]> PaintAsync()
    {
        var context = await chromium.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 640, Height = 240 } });
        await using var _ = context;
        var page = await context.NewPageAsync();
        await page.SetContentAsync(Evening);
        return await page.ScreenshotAsync();
    }
}
