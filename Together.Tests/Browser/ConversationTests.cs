using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Together.Tests.Kit;
using Together.Tests.Kit.Browser;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Together.Tests.Browser;

/// <summary>Two people who talk in the web client, and what each sees of the other.</summary>
public sealed partial class ConversationTests(SharedClientHost shared, PostgresFixture postgres, Chromium chromium)
    : ClientTests(postgres, chromium), IClassFixture<SharedClientHost>
{
    [Fact]
    public async Task messages_edits_replies_reactions_and_deletions_reach_the_other_one()
    {
        var (ada, bea, club, _) = await MeetAsync();
        await ada.SendAsync("Who brings the board?");
        await bea.SaidAsync("Who brings the board?");
        await bea.SendAsync("I do.");
        await ada.SaidAsync("Who brings the board?", "I do.");
        await ada.SendAsync("And the clock?");
        await ada.SendAsync("We need one.");
        foreach (var client in (Client[])[ada, bea]) await client.SaidAsync("Who brings the board?", "I do.", "And the clock?", "We need one.");
        foreach (var client in (Client[])[ada, bea]) await Expect(client.ChannelLink("general")).Not.ToContainTextAsync("unread");
        // The second of two in a row stands under the first one's name and face.
        await Expect(bea.Message("And the clock?").GetByRole(AriaRole.Button, Named($"Profile of {club.Owner.Username}"))).ToHaveCountAsync(1);
        await Expect(bea.Message("We need one.").GetByRole(AriaRole.Button, Named($"Profile of {club.Owner.Username}"))).ToHaveCountAsync(0);

        await ada.Composer.PressAsync("ArrowUp");
        await ada.Visitor.Role(AriaRole.Textbox, "Edit message").FillAsync("We need two.");
        await ada.Visitor.Role(AriaRole.Textbox, "Edit message").PressAsync("Enter");
        await Expect(bea.Message("We need two.")).ToContainTextAsync("(edited)");

        await bea.Message("And the clock?").HoverAsync();
        await bea.Message("And the clock?").GetByRole(AriaRole.Button, Named("Reply")).ClickAsync();
        await bea.SendAsync("That too.");
        await ada.Message("That too.").GetByRole(AriaRole.Button, new() { Name = "Go to this message" }).Filter(new() { HasText = "And the clock?" }).ClickAsync();
        await Expect(ada.Message("And the clock?").First).ToBeFocusedAsync();

        await bea.Message("We need two.").HoverAsync();
        await bea.Message("We need two.").GetByRole(AriaRole.Button, Named("React with 👍")).ClickAsync();
        await ada.Message("We need two.").GetByRole(AriaRole.Button, Named("👍, 1 person. Add yours")).ClickAsync();
        foreach (var client in (Client[])[ada, bea])
            await Expect(client.Message("We need two.").GetByRole(AriaRole.Button, Named("👍, 2 people, you too. Take yours away"))).ToBeVisibleAsync();

        await ada.MenuAsync("I do.", "Pin");
        await Expect(bea.Message("pinned a message.")).ToHaveCountAsync(1);

        await ada.MenuAsync("We need two.", "Delete");
        var question = ada.Page.GetByRole(AriaRole.Alertdialog);
        await Expect(question).ToHaveAccessibleNameAsync("Delete this message?");
        await question.GetByRole(AriaRole.Button, Named("Keep it")).ClickAsync();
        await Expect(question).ToHaveCountAsync(0);
        await ada.MenuAsync("We need two.", "Delete");
        await question.GetByRole(AriaRole.Button, Named("Delete")).ClickAsync();
        await Expect(bea.Message("We need two.")).ToHaveCountAsync(0);

        await ada.Message("Who brings the board?").FocusAsync();
        await ada.Page.Keyboard.PressAsync("Shift+Delete");
        await Expect(bea.Message("Who brings the board?")).ToHaveCountAsync(0);
        await Expect(question).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task mention_calls_on_all_devices_and_is_read_on_all_of_them()
    {
        var (ada, desk, club, bea) = await MeetAsync();
        var plans = await club.ChannelAsync("plans");
        var sofa = await EnterAsync(shared.Host.Address, bea.Username, $"/servers/{club.Id}/{club.General}", name: "sofa");
        await sofa.IsInAsync("general");

        await ada.Composer.FillAsync("I am about to");
        await Expect(desk.Page.GetByText(Typing())).ToBeVisibleAsync();

        await ada.OpenChannelAsync("plans");
        await ada.SendAsync("Something for everybody");
        foreach (var device in (Client[])[desk, sofa]) await Expect(device.ChannelLink("plans")).ToContainTextAsync("unread");
        await club.Owner.SayAsync(plans, $"and something for <@{bea.Id}>");
        foreach (var device in (Client[])[desk, sofa]) await Expect(device.ChannelLink("plans")).ToContainTextAsync("1 mention");

        await desk.OpenChannelAsync("plans");
        await desk.SaidAsync("Something for everybody", $"and something for @{bea.Username}");
        foreach (var device in (Client[])[desk, sofa])
        {
            await Expect(device.ChannelLink("plans")).Not.ToContainTextAsync("mention");
            await Expect(device.ChannelLink("plans")).Not.ToContainTextAsync("unread");
        }
    }

    [Fact]
    public async Task draft_is_kept_for_each_channel_and_over_a_reload()
    {
        var (ada, _, club, _) = await MeetAsync();
        await club.ChannelAsync("plans");
        await ada.Composer.FillAsync("Half a thought");
        await ada.OpenChannelAsync("plans");
        await Expect(ada.Composer).ToHaveValueAsync("");
        await ada.Composer.FillAsync("A plan");
        await ada.Page.ReloadAsync();
        await ada.IsInAsync("plans");
        await Expect(ada.Composer).ToHaveValueAsync("A plan");
        await ada.OpenChannelAsync("general");
        await Expect(ada.Composer).ToHaveValueAsync("Half a thought");
    }

    [Fact]
    public async Task refused_message_stays_with_its_reason_until_it_is_given_up()
    {
        var (ada, _, club, _) = await MeetAsync();
        ada.Visitor.Allow("status of 400 (Bad Request)");
        await ada.SendAsync("Z" + new string('\u0301', 31));
        await ada.SendAsync("Plain words");
        await Expect(ada.Message("Plain words")).ToHaveCountAsync(1);
        var refused = ada.Message("Not sent. Content must not have more than 30 combining marks in a row.");
        await Expect(refused).ToBeVisibleAsync();
        await ada.Page.ReloadAsync();
        await ada.IsInAsync("general");
        await refused.GetByRole(AriaRole.Button, Named("Try again")).ClickAsync();
        await Expect(refused).ToBeVisibleAsync();
        await refused.GetByRole(AriaRole.Button, Named("Delete")).ClickAsync();
        await ada.SaidAsync("Plain words");
        Assert.Equal(["Plain words"], await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task markdown_is_shown_and_what_is_hostile_in_it_does_nothing()
    {
        var (ada, bea, _, _) = await MeetAsync();
        var dialogs = new List<string>();
        var elsewhere = new List<string>();
        bea.Page.Dialog += async (_, dialog) =>
        {
            dialogs.Add(dialog.Message);
            await dialog.DismissAsync();
        };
        bea.Page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(shared.Host.Address.ToString(), StringComparison.Ordinal)) elsewhere.Add(request.Url);
        };

        await ada.SendAsync("```js\nconst answer = 42; // so they say\n```");
        await Expect(bea.Page.GetByLabel("Code, js").GetByText("const", new LocatorGetByTextOptions { Exact = true })).ToBeVisibleAsync();
        await ada.SendAsync("The murderer is ||the butler||");
        await Expect(bea.Message("The murderer is").GetByRole(AriaRole.Button, Named("Spoiler, press to show"))).ToBeVisibleAsync();
        await bea.Message("The murderer is").GetByRole(AriaRole.Button, Named("Spoiler, press to show")).ClickAsync();
        await Expect(bea.Message("The murderer is").GetByRole(AriaRole.Button, Named("Spoiler, press to show"))).ToHaveCountAsync(0);

        string[] hostile =
        [
            "<script>alert(1)</script><img src=x onerror=alert(2)>",
            "[press me](javascript:alert(3)) [and me](data:text/html,<script>alert(4)</script>)",
            "![picture](https://elsewhere.invalid/pixel.png) <iframe src=\"//elsewhere.invalid\">",
            "<https://elsewhere.invalid/\" onmouseover=\"alert(5)>",
            "Before \u202egnp.exe after",
            string.Concat(Enumerable.Repeat("Z" + new string('\u0301', 30), 40)),
        ];
        foreach (var text in hostile) await ada.SendAsync(text);
        await ada.SendAsync("That is all.");
        await Expect(bea.Message("That is all.")).ToBeVisibleAsync();
        await Expect(bea.Message("<script>alert(1)</script><img src=x onerror=alert(2)>")).ToBeVisibleAsync();
        Assert.Equal(0, await bea.Messages.Locator("script, iframe, img[src*=elsewhere], [onerror], [onmouseover], a:not([href^='http://']):not([href^='https://']):not([href^='mailto:'])").CountAsync());
        foreach (var link in await bea.Messages.GetByRole(AriaRole.Link).AllAsync()) Assert.Contains("noopener", await link.GetAttributeAsync("rel"), StringComparison.Ordinal);
        // Accents that pile up stay in their message.
        var box = await bea.Message("Z").Last.BoundingBoxAsync();
        Assert.InRange(box!.Height, 1, 200);
        Assert.Empty(dialogs);
        Assert.Empty(elsewhere);
    }

    private static LocatorGetByRoleOptions Named(string name) => new() { Name = name, Exact = true };

    [GeneratedRegex("is typing…")]
    private static partial Regex Typing();

    private async Task<(Client Ada, Client Bea, Community Club, Person BeaHerself)> MeetAsync()
    {
        var club = await Community.FoundAsync(shared.Host);
        var person = await club.MemberAsync("bea");
        var ada = await EnterAsync(shared.Host.Address, club.Owner.Username, $"/servers/{club.Id}/{club.General}");
        var bea = await EnterAsync(shared.Host.Address, person.Username, $"/servers/{club.Id}/{club.General}");
        await ada.IsInAsync("general");
        await bea.IsInAsync("general");
        return (ada, bea, club, person);
    }
}
