using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Together.Host.Configuration;
using Together.Tests.Kit;
using Together.Tests.Kit.Browser;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Together.Tests.Browser;

/// <summary>From an empty instance to people who talk.</summary>
public sealed class FirstRunTests(PostgresFixture postgres, Chromium chromium) : ClientTests(postgres, chromium)
{
    [Fact]
    public async Task newcomer_sets_the_instance_up_and_is_in_a_channel_of_their_own_server()
    {
        var host = await StartClientHostAsync(InviteOnly);
        var ada = await ComeAsync(host.Address, "ada");
        var page = ada.Visitor;
        await page.OpenAsync();
        await page.SeesAsync(AriaRole.Heading, "Set up Together");
        await Expect(page.Label("Setup code")).ToHaveCountAsync(0);

        await page.FillAsync("Name of this instance", "Chess friends");
        await page.FillAsync("Username", "Ada");
        await page.FillAsync("Password", "short");
        await page.ClickAsync(AriaRole.Button, "Create the account and begin");
        await page.SeesAsync("At least 8 characters, please.");
        await page.FillAsync("Password", ApiClient.Password);
        await page.ClickAsync(AriaRole.Button, "Create the account and begin");

        await Expect(ada.Dialog).ToHaveAccessibleNameAsync("Create a server");
        await page.ClickAsync(AriaRole.Button, "Create");
        await page.SeesAsync("Give it a name.");
        await page.FillAsync("Name of the server", "Friday raid");
        await page.ClickAsync(AriaRole.Button, "Create");
        await ada.IsInAsync("general");
        await page.SeesAsync("This is the beginning of #general");

        var stranger = await ComeAsync(host.Address, "stranger");
        await stranger.Visitor.OpenAsync();
        await stranger.Visitor.SeesAsync(AriaRole.Heading, "Log in to Chess friends");
        await stranger.Visitor.SeesAsync("To get an account here you need an invite link from somebody who is in.");
    }

    [Fact]
    public async Task setup_from_elsewhere_asks_for_the_code_that_the_host_printed()
    {
        using var log = new HostLog();
        var host = await StartClientHostAsync(log: log);
        // Every name below localhost is this machine, and none of them tells the host so.
        var ada = await ComeAsync(new UriBuilder(host.Address) { Host = "together.localhost" }.Uri, "ada");
        var page = ada.Visitor;
        page.Allow("status of 403 (Forbidden)");
        await page.OpenAsync();
        await page.FillAsync("Username", "ada");
        await page.FillAsync("Password", ApiClient.Password);
        await page.FillAsync("Setup code", "AAAAAAAAAAAAAAAA");
        await page.ClickAsync(AriaRole.Button, "Create the account and begin");
        await page.SeesAsync("This is not the setup code. The host printed it when it started.");

        await page.FillAsync("Setup code", log.Recorded.Lines.Single(line => line.Contains("setup code", StringComparison.Ordinal)).Split(' ')[^1]);
        await page.ClickAsync(AriaRole.Button, "Create the account and begin");
        await Expect(ada.Dialog).ToHaveAccessibleNameAsync("Create a server");
    }

    [Fact]
    public async Task invite_link_lets_new_people_and_old_ones_in_until_it_is_dead()
    {
        var host = await StartClientHostAsync(InviteOnly);
        var admin = await new ApiClient(host.Client).JoinInstanceAsync("ada");
        var raid = (await admin.PostAsync("servers", """{"name":"Friday raid"}""")).Text("id");
        var ada = await EnterAsync(host.Address, "ada", $"/servers/{raid}");
        await ada.IsInAsync("general");
        await ada.Visitor.ClickAsync(AriaRole.Button, "Invite people");
        await Expect(ada.Visitor.Label("Invite link")).ToHaveValueAsync(new Regex("/invite/.{8}"));
        var link = await ada.Visitor.Label("Invite link").InputValueAsync();
        await ada.Visitor.SeesAsync(AriaRole.Img, "QR code of the invite link: scan it with a phone");

        var bea = await ComeAsync(host.Address, "bea");
        var page = bea.Visitor;
        page.Allow("status of 409 (Conflict)");
        await page.OpenAsync(link);
        await page.SeesAsync("ada invites you to");
        await page.SeesAsync("Friday raid");
        await page.FillAsync("Username", "ada");
        await page.FillAsync("Password", ApiClient.Password);
        await page.ClickAsync(AriaRole.Button, "Create an account and join");
        await page.SeesAsync("This username is taken. Choose another one.");
        await page.FillAsync("Username", "bea");
        await page.ClickAsync(AriaRole.Button, "Create an account and join");
        await bea.IsInAsync("general");

        // Carl has an account here already, by an invite to somewhere else.
        var club = (await admin.PostAsync("servers", """{"name":"Chess club"}""")).Text("id");
        var code = (await admin.PostAsync($"servers/{club}/invites", "{}")).Text("code");
        (await new ApiClient(host.Client).RegisterAsync("carl", $"\"invite\":\"{code}\"")).Is(HttpStatusCode.Created);
        var carl = await ComeAsync(host.Address, "carl");
        await carl.Visitor.OpenAsync(link);
        await carl.Visitor.ClickAsync(AriaRole.Button, "Log in");
        await carl.LogInAsync("carl", button: "Log in and join");
        await carl.IsInAsync("general");

        await admin.DeleteAsync($"invites/{link.Split('/')[^1]}");
        var dora = await ComeAsync(host.Address, "dora");
        dora.Visitor.Allow("status of 404 (Not Found)");
        await dora.Visitor.OpenAsync(link);
        await dora.Visitor.SeesAsync(AriaRole.Heading, "This invite does not work");
        await dora.Visitor.SeesAsync("It has expired, was used up or taken back. Ask for a new one.");
        await dora.Visitor.ClickAsync(AriaRole.Link, "Go to login");
        await dora.Visitor.SeesAsync(AriaRole.Heading, "Log in to Together");
    }

    [Fact]
    public async Task login_leads_where_one_was_going_and_logout_ends_it()
    {
        var host = await StartClientHostAsync();
        var club = await Community.FoundAsync(host);
        var plans = await club.ChannelAsync("plans");
        var bea = await ComeAsync(host.Address, "bea");
        var page = bea.Visitor;
        page.Allow("status of 401 (Unauthorized)");
        await page.OpenAsync($"/servers/{club.Id}/{plans}");
        await page.SeesAsync(AriaRole.Heading, "Welcome back");
        await page.ClickAsync(AriaRole.Button, "Log in");
        await Expect(page.Text("Needed")).ToHaveCountAsync(2);
        await bea.LogInAsync(club.Owner.Username, "a wrong guess");
        await page.SeesAsync("Wrong username or password.");
        await bea.LogInAsync(club.Owner.Username.ToUpperInvariant());
        await bea.IsInAsync("plans");
        Assert.EndsWith(plans, page.Page.Url, StringComparison.Ordinal);

        await bea.LogOutAsync();
        await page.SeesAsync(AriaRole.Button, "Log in");
        await page.Page.ReloadAsync();
        await page.SeesAsync(AriaRole.Button, "Log in");
    }

    [Fact]
    public async Task ended_session_says_why_and_keeps_what_was_being_written()
    {
        // So short that each request asks for another token.
        var host = await StartClientHostAsync(options => options with { Auth = options.Auth with { AccessTokenLifetime = TimeSpan.FromSeconds(60) } });
        var club = await Community.FoundAsync(host);
        var bea = await EnterAsync(host.Address, club.Owner.Username, $"/servers/{club.Id}");
        bea.Visitor.Allow("status of 401 (Unauthorized)");
        await bea.IsInAsync("general");
        await bea.Composer.FillAsync("What I was about to say");

        // From another device, which is no browser.
        foreach (var session in (await club.Owner.GetAsync("auth/sessions")).Items.Select(session => session.GetProperty("id").GetString()!).Where(id => id != club.Owner.SessionId))
            (await club.Owner.DeleteAsync($"auth/sessions/{session}")).Expect(204);
        await bea.Visitor.SeesAsync("This session was ended from another device. Log in to go on; what you were writing is kept.");
        await bea.LogInAsync(club.Owner.Username);
        await bea.IsInAsync("general");
        await Expect(bea.Composer).ToHaveValueAsync("What I was about to say");

        // Each time anew: an answer that was on its way may bring the cookie back.
        await bea.Page.RouteAsync("**/api/auth/refresh", async route =>
        {
            await bea.Page.Context.ClearCookiesAsync();
            await route.ContinueAsync();
        });
        await bea.Composer.FillAsync("and what I send too late");
        await bea.Composer.PressAsync("Enter");
        await bea.Visitor.SeesAsync("Your session has ended. Log in to go on; what you were writing is kept.");
        await bea.Page.UnrouteAllAsync();
        await bea.LogInAsync(club.Owner.Username);
        await bea.SaidAsync("and what I send too late");
    }

    private static TogetherOptions InviteOnly(TogetherOptions options) => options with { Auth = options.Auth with { Registration = RegistrationMode.Invite } };
}
