using Microsoft.Playwright;
using Together.Tests.Kit;
using Together.Tests.Kit.Browser;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Together.Tests.Browser;

/// <summary>What the web client does when the line, the host or the session goes, and comes back.</summary>
public sealed class NetworkTests(PostgresFixture postgres, Chromium chromium) : ClientTests(postgres, chromium)
{
    private const string Lost = "The connection is lost. What you send waits here.";

    [Fact]
    public async Task what_is_sent_without_a_line_or_a_host_arrives_once_and_in_order()
    {
        var host = await StartClientHostAsync();
        var club = await Community.FoundAsync(host);
        var relay = RelayTo(host.Address);
        var ada = await EnterAsync(relay.Address, club.Owner.Username, $"/servers/{club.Id}/{club.General}");
        ada.Visitor.AllowOutage();
        await ada.IsInAsync("general");
        await ada.SendAsync("one");
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(0);

        await relay.CutAsync();
        await ada.SendAsync("two");
        await ada.SendAsync("three");
        await club.Owner.SayAsync(club.General, "meanwhile");
        await ada.Visitor.SeesAsync(Lost);
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(2);
        relay.Restore();
        await ada.SaidAsync("one", "meanwhile", "two", "three");
        await ada.Visitor.SeesNoMoreAsync(Lost);
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(0);
        Assert.Equal(["three", "two", "meanwhile", "one"], await club.Owner.HistoryAsync(club.General));

        // A host that stops as it should, and comes back elsewhere.
        await relay.CutAsync();
        await host.RestartAsync();
        await ada.SendAsync("four");
        relay.Target = host.Address;
        relay.Restore();
        await ada.SaidAsync("one", "meanwhile", "two", "three", "four");
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(0);
        Assert.Equal(["four", "three", "two", "meanwhile", "one"], await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task answer_that_is_lost_does_not_double_a_message()
    {
        var host = await StartClientHostAsync();
        var club = await Community.FoundAsync(host);
        var relay = RelayTo(host.Address);
        var ada = await EnterAsync(relay.Address, club.Owner.Username, $"/servers/{club.Id}/{club.General}");
        ada.Visitor.AllowOutage();
        await ada.IsInAsync("general");

        // The host gets the first one, and its answer never comes.
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
        await ada.SendAsync("only once");
        await Eventually.HoldsAsync(() => isLost);
        await ada.Visitor.SeesAsync(Lost);
        relay.Restore();
        await ada.Visitor.SeesNoMoreAsync(Lost);
        await ada.SendAsync("and then");
        await ada.SaidAsync("only once", "and then");
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(0);
        Assert.Equal(["and then", "only once"], await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task reload_without_a_host_keeps_what_waits_and_sends_it_later()
    {
        var host = await StartClientHostAsync();
        var club = await Community.FoundAsync(host);
        var relay = RelayTo(host.Address);
        var ada = await EnterAsync(relay.Address, club.Owner.Username, $"/servers/{club.Id}/{club.General}");
        ada.Visitor.AllowOutage();
        await ada.IsInAsync("general");
        await relay.CutAsync();
        await ada.SendAsync("sent before the reload");
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(1);
        relay.Restore();
        await ada.Page.ReloadAsync();
        await ada.IsInAsync("general");
        await ada.SaidAsync("sent before the reload");
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(0);
        Assert.Equal(["sent before the reload"], await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task two_tabs_share_a_session_and_its_end()
    {
        // So short that each request asks for another token.
        var host = await StartClientHostAsync(options => options with { Auth = options.Auth with { AccessTokenLifetime = TimeSpan.FromSeconds(60) } });
        var club = await Community.FoundAsync(host);
        var path = $"/servers/{club.Id}/{club.General}";
        var first = await EnterAsync(host.Address, club.Owner.Username, path);
        await first.IsInAsync("general");
        var second = await first.TabAsync(path);
        await second.IsInAsync("general");
        for (var i = 0; i < 3; i++) await Task.WhenAll(first.SendAsync($"first {i}"), second.SendAsync($"second {i}"));
        foreach (var tab in (Client[])[first, second])
        {
            await Expect(tab.Messages).ToHaveCountAsync(6);
            await Expect(tab.Message("Sending…")).ToHaveCountAsync(0);
        }

        await first.LogOutAsync();
        await Expect(second.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Log in", Exact = true })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task clock_that_is_wrong_by_a_day_changes_nothing(int days)
    {
        var host = await StartClientHostAsync();
        var club = await Community.FoundAsync(host);
        var ada = await ComeAsync(host.Address, club.Owner.Username);
        await ada.Page.AddInitScriptAsync($"{{ const now = Date.now; Date.now = () => now() + {days} * 86400000 }}");
        await ada.EnterAsync(club.Owner.Username, $"/servers/{club.Id}/{club.General}");
        await ada.IsInAsync("general");
        await ada.SendAsync("What day is it?");
        await Expect(ada.Message("Sending…")).ToHaveCountAsync(0);
        await ada.Page.ReloadAsync();
        await ada.IsInAsync("general");
        await ada.SaidAsync("What day is it?");
    }
}
