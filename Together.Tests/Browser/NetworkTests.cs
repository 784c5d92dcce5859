using Microsoft.Playwright;
using Together.Tests.Kit;
using Together.Tests.Kit.Browser;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Together.Tests.Browser;

/// <summary>What the web client does when the line, the host, the session or the clock is not as it should be.</summary>
public sealed class NetworkTests(PostgresFixture postgres, Chromium chromium) : ClientTests(postgres, chromium)
{
    private const string Lost = "The connection is lost. What you send waits here.";

    /// <summary>The wait between two attempts grows with the outage, in milliseconds.</summary>
    private const int ReturnTimeout = 90_000;

    [Fact]
    public async Task what_is_sent_without_a_line_arrives_once_and_in_order_and_nothing_typed_is_lost()
    {
        var host = await StartClientHostAsync();
        var club = await Community.FoundAsync(host);
        var member = await club.MemberAsync();
        var relay = RelayTo(host.Address);
        var ada = await EnterAsync(relay.Address, club.Owner.Username, $"/servers/{club.Id}/{club.General}");
        ada.Visitor.AllowOutage();
        var bea = await EnterAsync(host.Address, member.Username, $"/servers/{club.Id}/{club.General}");
        await ada.IsInAsync("general");
        await bea.IsInAsync("general");
        await ada.SendAsync("one");
        await ada.Composer.FillAsync("two");
        await bea.SaidAsync("one");

        await relay.CutAsync();
        await ada.Composer.PressAsync("Enter");
        await Expect(ada.Composer).ToHaveValueAsync("");
        await ada.SendAsync("three");
        await bea.SendAsync("meanwhile");
        await ada.Composer.FillAsync("Half a thought");
        await ada.Visitor.SeesAsync(Lost);
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(2);

        relay.Restore();
        await ada.Visitor.SeesNoMoreAsync(Lost);
        foreach (var client in (Client[])[ada, bea])
        {
            await client.SaidAsync("one", "meanwhile", "two", "three");
            await Expect(client.Messages).ToHaveCountAsync(4);
        }

        await Expect(ada.Message("Sending…")).ToHaveCountAsync(0);
        await Expect(ada.Composer).ToHaveValueAsync("Half a thought");
        Assert.Equal(["three", "two", "meanwhile", "one"], await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task message_whose_answer_is_lost_is_there_once()
    {
        var host = await StartClientHostAsync();
        var club = await Community.FoundAsync(host);
        var relay = RelayTo(host.Address);
        var ada = await EnterAsync(relay.Address, club.Owner.Username, $"/servers/{club.Id}/{club.General}");
        ada.Visitor.AllowOutage();
        await ada.IsInAsync("general");

        var isLost = false;
        await ada.Page.RouteAsync("**/messages", async route =>
        {
            if (route.Request.Method != "POST" || isLost)
            {
                await route.ContinueAsync();
                return;
            }

            isLost = true;
            await route.FetchAsync();
            await relay.CutAsync();
            await route.AbortAsync("connectionreset");
        });
        await ada.SendAsync("Only once");
        await ada.Visitor.SeesAsync(Lost);
        Assert.Equal(["Only once"], await club.Owner.HistoryAsync(club.General));
        relay.Restore();
        await ada.Visitor.SeesNoMoreAsync(Lost);
        await ada.SendAsync("And then");
        await ada.SaidAsync("Only once", "And then");
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(0);
        await Expect(ada.Messages).ToHaveCountAsync(2);
        Assert.Equal(["And then", "Only once"], await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task what_waits_while_the_host_moves_or_the_page_is_loaded_again_is_sent_then()
    {
        var host = await StartClientHostAsync();
        var club = await Community.FoundAsync(host);
        var relay = RelayTo(host.Address);
        var ada = await EnterAsync(relay.Address, club.Owner.Username, $"/servers/{club.Id}/{club.General}");
        ada.Visitor.AllowOutage();
        await ada.IsInAsync("general");
        await relay.CutAsync();
        await ada.SendAsync("one");
        await host.RestartAsync();
        relay.Target = host.Address;
        relay.Restore();
        await ada.SaidAsync("one");
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(0);

        await relay.CutAsync();
        await ada.SendAsync("two");
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(1);
        relay.Restore();
        await ada.Page.ReloadAsync();
        await ada.IsInAsync("general");
        await ada.SaidAsync("one", "two");
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(0);
        Assert.Equal(["two", "one"], await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task both_come_back_by_themselves_when_a_killed_host_does_and_nothing_is_missing_or_double()
    {
        var host = await StartHostProcessAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        var owner = await new ApiClient(http).JoinInstanceAsync("ada");
        var member = await new ApiClient(http).JoinInstanceAsync("bea");
        var club = (await owner.PostAsync("servers", """{"name":"Chess club"}""")).Text("id");
        var plans = (await owner.PostAsync($"servers/{club}/channels", """{"type":"text","name":"plans"}""")).Text("id");
        await member.PostAsync($"invites/{(await owner.PostAsync($"servers/{club}/invites", "{}")).Text("code")}");
        var ada = await EnterAsync(host.Url, "ada", $"/servers/{club}/{plans}");
        var bea = await EnterAsync(host.Url, "bea", $"/servers/{club}/{plans}");
        Client[] both = [ada, bea];
        foreach (var client in both)
        {
            client.Visitor.AllowOutage();
            await client.IsInAsync("plans");
        }

        await ada.SendAsync("one");
        await bea.SaidAsync("one");
        await bea.SendAsync("two");
        await ada.SaidAsync("one", "two");

        await host.KillAsync();
        await ada.SendAsync("three of ada");
        await bea.SendAsync("three of bea");
        await ada.SendAsync("four of ada");
        foreach (var client in both) await client.Visitor.SeesAsync(Lost);
        await host.StartAsync();
        foreach (var client in both) await Expect(client.Visitor.Text(Lost)).ToBeHiddenAsync(new LocatorAssertionsToBeHiddenOptions { Timeout = ReturnTimeout });
        foreach (var client in both) await IsWholeAsync(client);
        foreach (var client in both)
        {
            await client.Page.ReloadAsync();
            await client.IsInAsync("plans");
            await IsWholeAsync(client);
        }

        static async Task IsWholeAsync(Client client)
        {
            await client.SaidAsync("one", "two", "three of ada", "four of ada");
            await client.SaidAsync("one", "two", "three of bea");
            await Expect(client.Message("Sending…")).ToHaveCountAsync(0);
            await Expect(client.Messages).ToHaveCountAsync(5);
        }
    }

    [Fact]
    public async Task two_tabs_renew_one_session_at_the_same_time_and_its_end_is_that_of_both()
    {
        // So short that each request asks for another token.
        var host = await StartClientHostAsync(options => options with { Auth = options.Auth with { AccessTokenLifetime = TimeSpan.FromSeconds(60) } });
        var club = await Community.FoundAsync(host);
        var path = $"/servers/{club.Id}/{club.General}";
        var first = await EnterAsync(host.Address, club.Owner.Username, path);
        await first.IsInAsync("general");
        var second = await first.TabAsync(path);
        await second.IsInAsync("general");
        Client[] tabs = [first, second];
        for (var i = 0; i < 3; i++) await Task.WhenAll(first.SendAsync($"first {i}"), second.SendAsync($"second {i}"));
        // A token that was used twice would have ended the session by now, or by the reload at the latest.
        await Task.WhenAll(tabs.Select(tab => tab.Page.ReloadAsync()));
        foreach (var tab in tabs)
        {
            await tab.IsInAsync("general");
            await Expect(tab.Message("Sending…")).ToHaveCountAsync(0);
            await Expect(tab.Messages).ToHaveCountAsync(6);
        }

        first.Visitor.Allow("status of 401 (Unauthorized)");
        await first.LogOutAsync();
        foreach (var tab in tabs) await Expect(tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Log in", Exact = true })).ToBeVisibleAsync();
        await second.Page.ReloadAsync();
        await Expect(second.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Log in", Exact = true })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task clock_that_is_wrong_by_a_day_hinders_neither_login_nor_talk(int days)
    {
        var host = await StartClientHostAsync();
        var club = await Community.FoundAsync(host);
        var ada = await ComeAsync(host.Address, club.Owner.Username);
        await ada.Page.AddInitScriptAsync($$"""
            {
              const Real = Date;
              const wrong = () => Real.now() + {{days}} * 86400000;
              window.Date = class extends Real {
                constructor(...parts) { if (parts.length > 0) super(...parts); else super(wrong()); }
                static now() { return wrong(); }
              };
            }
            """);
        await ada.EnterAsync(club.Owner.Username, $"/servers/{club.Id}/{club.General}");
        await ada.IsInAsync("general");
        var member = await club.MemberAsync();
        await ada.SendAsync("What day is it?");
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(0);
        await member.SayAsync(club.General, "Not that one.");
        await ada.SaidAsync("What day is it?", "Not that one.");
        await ada.Page.ReloadAsync();
        await ada.IsInAsync("general");
        await ada.SaidAsync("What day is it?", "Not that one.");
        await ada.SendAsync("Thanks.");
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(0);
        Assert.Equal(["Thanks.", "Not that one.", "What day is it?"], await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task slow_line_shows_where_messages_will_be_and_then_messages_and_a_reload_keeps_what_is_being_written()
    {
        var host = await StartClientHostAsync();
        var club = await Community.FoundAsync(host);
        var plans = await club.ChannelAsync("plans");
        for (var i = 1; i <= 5; i++) await club.Owner.SayAsync(plans, $"Plan {i}");
        var relay = RelayTo(host.Address);
        var ada = await EnterAsync(relay.Address, club.Owner.Username, $"/servers/{club.Id}/{club.General}");
        ada.Visitor.AllowOutage();
        await ada.IsInAsync("general");
        var loading = ada.Page.GetByRole(AriaRole.Status).Filter(new LocatorFilterOptions { HasText = "Loading messages…" });

        relay.Stall();
        await ada.OpenChannelAsync("plans");
        await Expect(loading).ToBeVisibleAsync();
        await Expect(ada.Messages).ToHaveCountAsync(0);
        await ada.Composer.FillAsync("Half a thought");
        relay.Restore();
        relay.Slow(TimeSpan.FromMilliseconds(300), kilobytesPerSecond: 100);
        await ada.Page.ReloadAsync();
        await ada.IsInAsync("plans");
        await Expect(ada.Composer).ToHaveValueAsync("Half a thought");
        await ada.SaidAsync("Plan 1", "Plan 2", "Plan 3", "Plan 4", "Plan 5");
        await Expect(loading).ToHaveCountAsync(0);
        await ada.Composer.PressAsync("Enter");
        await ada.SaidAsync("Plan 5", "Half a thought");
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(0);
    }
}
