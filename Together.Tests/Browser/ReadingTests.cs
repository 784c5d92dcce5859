using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Together.Protocol;
using Together.Tests.Kit;
using Together.Tests.Kit.Browser;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Together.Tests.Browser;

/// <summary>How the web client tells people what is for them, and how they get there.</summary>
public sealed partial class ReadingTests(SharedClientHost shared, PostgresFixture postgres, Chromium chromium)
    : ClientTests(postgres, chromium), IClassFixture<SharedClientHost>
{
    private const string Friends = "/friends";

    [Fact]
    public async Task mention_and_other_words_call_on_all_devices_until_they_are_read_on_one()
    {
        var club = await Community.FoundAsync(shared.Host);
        var plans = await club.ChannelAsync("plans");
        var bea = await club.MemberAsync();
        var books = await Community.FoundAsync(shared.Host, bea, "Book club");
        var desk = await EnterAsync(shared.Host.Address, bea.Username, $"/servers/{books.Id}");
        var sofa = await (await ComeAsync(shared.Host.Address, "sofa")).EnterAsync(bea.Username, $"/servers/{books.Id}");
        Client[] devices = [desk, sofa];
        foreach (var device in devices) await device.IsInAsync("general");

        await club.Owner.SayAsync(club.General, "Who brings the board?");
        foreach (var device in devices)
        {
            await Expect(Server(device, "Chess club")).ToContainTextAsync("Unread messages");
            await Expect(Server(device, "Chess club")).Not.ToContainTextAsync("mention");
        }

        await club.Owner.SayAsync(plans, $"<@{bea.Id}>, the clock?");
        foreach (var device in devices)
        {
            await Expect(Server(device, "Chess club")).ToContainTextAsync("1 mention");
            await Expect(device.Page).ToHaveTitleAsync(OneMention());
        }

        await Server(desk, "Chess club").GetByRole(AriaRole.Link).ClickAsync();
        await desk.IsInAsync("general");
        await desk.SaidAsync("Who brings the board?");
        await Expect(desk.ChannelLink("general")).Not.ToContainTextAsync("unread");
        await Expect(desk.ChannelLink("plans")).ToContainTextAsync("1 mention");
        await desk.OpenChannelAsync("plans");
        await desk.SaidAsync($"@{bea.Username}, the clock?");
        foreach (var device in devices)
        {
            await Expect(Server(device, "Chess club")).Not.ToContainTextAsync("mention");
            await Expect(Server(device, "Chess club")).Not.ToContainTextAsync("Unread messages");
            await Expect(device.Page).Not.ToHaveTitleAsync(OneMention());
        }
    }

    [Fact]
    public async Task conversation_of_two_begins_in_the_quick_switcher_and_calls_until_it_is_read()
    {
        var club = await Community.FoundAsync(shared.Host);
        var member = await club.MemberAsync();
        var ada = await EnterAsync(shared.Host.Address, club.Owner.Username, $"/servers/{club.Id}");
        var bea = await EnterAsync(shared.Host.Address, member.Username, $"/servers/{club.Id}");
        await ada.IsInAsync("general");
        await bea.IsInAsync("general");

        await SwitchAsync(ada, member.Username);
        await ada.IsInAsync(member.Username);
        await ada.SendAsync("Only for you");
        await Expect(bea.Visitor.Text("1 mention")).ToHaveCountAsync(1);
        await bea.Visitor.ClickAsync(AriaRole.Link, "Conversations");
        await Expect(Conversation(bea, club.Owner.Username)).ToContainTextAsync("1 unread conversation");

        await Conversation(bea, club.Owner.Username).ClickAsync();
        await bea.IsInAsync(club.Owner.Username);
        await bea.SaidAsync("Only for you");
        await Expect(Conversation(bea, club.Owner.Username)).Not.ToContainTextAsync("unread");
        await bea.SendAsync("Thank you");
        await ada.SaidAsync("Only for you", "Thank you");
    }

    [Fact]
    public async Task who_is_asked_to_be_a_friend_is_told_and_accepts()
    {
        var (one, other) = (await shared.Host.PersonAsync("ada"), await shared.Host.PersonAsync("bea"));
        var ada = await EnterAsync(shared.Host.Address, one.Username, Friends);
        var bea = await EnterAsync(shared.Host.Address, other.Username, Friends);
        await bea.Visitor.SeesAsync("Nobody here yet");
        await ada.Visitor.ClickAsync(AriaRole.Tab, "Add friend");
        await ada.Visitor.FillAsync("Username", other.Username);
        await ada.Visitor.ClickAsync(AriaRole.Button, "Send the request");
        await ada.Visitor.SeesAsync($"{other.Username} got your request.");

        await bea.Page.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = "Pending 1 friend request" }).ClickAsync();
        await bea.Visitor.SeesAsync("They asked you – 1");
        await bea.Visitor.ClickAsync(AriaRole.Button, $"Accept the request of {one.Username}");
        await bea.Visitor.SeesAsync("No requests");
        foreach (var client in (Client[])[ada, bea])
        {
            await client.Visitor.ClickAsync(AriaRole.Tab, "All");
            await client.Visitor.SeesAsync("All friends – 1");
        }

        await ada.Visitor.ClickAsync(AriaRole.Button, $"Message {other.Username}");
        await ada.IsInAsync(other.Username);
        await ada.SendAsync("Hello, friend");
        await Conversation(bea, one.Username).ClickAsync();
        await bea.SaidAsync("Hello, friend");
    }

    [Fact]
    public async Task search_finds_what_was_said_long_ago_and_leads_there_and_back()
    {
        var club = await Community.FoundAsync(shared.Host);
        await club.Owner.SayAsync(club.General, "The needle is here");
        for (var i = 1; i <= 80; i++) await club.Owner.SayAsync(club.General, $"Straw {i}");
        var bea = await EnterAsync(shared.Host.Address, (await club.MemberAsync()).Username, $"/servers/{club.Id}");
        await bea.IsInAsync("general");
        await Expect(bea.Message("Straw 80")).ToBeInViewportAsync();
        await Expect(bea.Message("needle")).ToHaveCountAsync(0);

        await bea.Visitor.ClickAsync(AriaRole.Button, "Search");
        await bea.Visitor.FillAsync("Search messages", "needle");
        await Expect(bea.Visitor.Role(AriaRole.Region, "Search")).ToContainTextAsync("1 message");
        await bea.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { NameRegex = new Regex($"^Go to the message of {club.Owner.Username}, ") }).ClickAsync();
        await Expect(bea.Message("The needle is here")).ToBeInViewportAsync();
        await Expect(bea.Message("Straw 80")).ToHaveCountAsync(0);

        await bea.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = new Regex("Jump to present$") }).ClickAsync();
        await Expect(bea.Message("Straw 80")).ToBeInViewportAsync();
    }

    [Fact]
    public async Task quick_switcher_goes_to_a_channel_by_a_few_letters()
    {
        var club = await Community.FoundAsync(shared.Host);
        await club.ChannelAsync("plans");
        await club.ChannelAsync("photos");
        var ada = await EnterAsync(shared.Host.Address, club.Owner.Username, $"/servers/{club.Id}");
        await ada.IsInAsync("general");
        await SwitchAsync(ada, "pla");
        await ada.IsInAsync("plans");
        await SwitchAsync(ada, "#pho");
        await ada.IsInAsync("photos");

        await ada.Page.Keyboard.PressAsync("Control+k");
        await ada.Visitor.FillAsync("Channel, conversation, server or person", "nowhere at all");
        await ada.Visitor.SeesAsync("Nothing is called “nowhere at all”");
        await ada.Page.Keyboard.PressAsync("Escape");
        await Expect(ada.Dialog).ToHaveCountAsync(0);
        await ada.IsInAsync("photos");
    }

    [Fact]
    public async Task draft_stays_with_its_channel_over_switches_and_a_reload()
    {
        var club = await Community.FoundAsync(shared.Host);
        await club.ChannelAsync("plans");
        var ada = await EnterAsync(shared.Host.Address, club.Owner.Username, $"/servers/{club.Id}");
        await ada.IsInAsync("general");
        await ada.Composer.FillAsync("Half a thought");
        await ada.OpenChannelAsync("plans");
        await Expect(ada.Composer).ToHaveValueAsync("");
        await ada.Composer.FillAsync("A plan");
        await ada.OpenChannelAsync("general");
        await Expect(ada.Composer).ToHaveValueAsync("Half a thought");
        await ada.OpenChannelAsync("plans");
        await ada.Page.ReloadAsync();
        await ada.IsInAsync("plans");
        await Expect(ada.Composer).ToHaveValueAsync("A plan");
        await ada.OpenChannelAsync("general");
        await Expect(ada.Composer).ToHaveValueAsync("Half a thought");
    }

    [Fact]
    public async Task message_that_the_host_refuses_stays_with_its_reason_and_can_be_sent_again()
    {
        var club = await Community.FoundAsync(shared.Host);
        var member = await club.MemberAsync();
        var relay = RelayTo(shared.Host.Address);
        var bea = await EnterAsync(relay.Address, member.Username, $"/servers/{club.Id}");
        bea.Visitor.AllowOutage();
        bea.Visitor.Allow("status of 403 (Forbidden)");
        await bea.IsInAsync("general");

        // The line is gone for as long as the permission takes to go.
        await relay.CutAsync();
        await bea.SendAsync("My last words");
        await club.WithholdAsync(Permissions.SendMessages);
        relay.Restore();
        await bea.Visitor.SeesAsync("You do not have the permission to write here.");
        var refused = bea.Message("My last words");
        await Expect(refused).ToContainTextAsync("Not sent. You do not have the permission for this. Ask somebody who runs this server.");
        Assert.Empty(await club.Owner.HistoryAsync(club.General));

        await club.EveryoneAsync(Permissions.EveryoneDefault);
        await Expect(bea.Composer).ToBeVisibleAsync();
        await refused.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Try again", Exact = true }).ClickAsync();
        await Expect(refused).Not.ToContainTextAsync("Not sent.");
        await Expect(bea.Message("Sending…")).ToHaveCountAsync(0);
        Assert.Equal(["My last words"], await club.Owner.HistoryAsync(club.General));
    }

    private static async Task SwitchAsync(Client client, string letters)
    {
        await client.Page.Keyboard.PressAsync("Control+k");
        await client.Visitor.FillAsync("Channel, conversation, server or person", letters);
        await client.Page.Keyboard.PressAsync("Enter");
    }

    private static ILocator Server(Client client, string name) => client.Page
        .GetByRole(AriaRole.List, new PageGetByRoleOptions { Name = "Servers", Exact = true })
        .GetByRole(AriaRole.Listitem).Filter(new LocatorFilterOptions { HasText = name });

    private static ILocator Conversation(Client client, string username) => client.Page
        .GetByRole(AriaRole.Group, new PageGetByRoleOptions { Name = "Conversations", Exact = true })
        .GetByRole(AriaRole.Link).Filter(new LocatorFilterOptions { HasText = username });

    [GeneratedRegex(@"^\(1\) ")]
    private static partial Regex OneMention();
}
