using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Channels;

public sealed class PinsTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task pinning_is_told_and_said()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var message = await bob.SayAsync(club.General, "rules");
        await using var socket = await GatewayClient.IdentifiedAsync(_host, bob);
        (await club.Owner.PutAsync($"channels/{club.General}/pins/{message.Id}")).Expect(204);
        (await club.Owner.DeleteAsync($"channels/{club.General}/pins/{message.Id}")).Expect(204);
        await bob.SayAsync(club.General, "behind");

        var frames = await socket.BeforeAsync("behind");
        Assert.Equal(["CHANNEL_PINS_UPDATE", "MESSAGE_CREATE", "CHANNEL_PINS_UPDATE"], frames.Select(frame => frame.T));
        Assert.Equal($$"""{"channel_id":"{{club.General}}","server_id":"{{club.Id}}","message_id":"{{message.Id}}","pinned":true}""", frames[0].D.GetRawText());
        Assert.Equal($$"""{"channel_id":"{{club.General}}","server_id":"{{club.Id}}","message_id":"{{message.Id}}","pinned":false}""", frames[2].D.GetRawText());
        var said = frames[1].D;
        Assert.Equal(
            ("pin_added", message.Id, "", club.Owner.Id),
            (said.GetProperty("type").GetString(), said.GetProperty("reply_to").GetString(), said.GetProperty("content").GetString(), said.GetProperty("author").GetProperty("id").GetString()));
        Assert.Equal((message.Id, true), (said.GetProperty("referenced_message").GetProperty("id").GetString(), said.GetProperty("referenced_message").GetProperty("pinned").GetBoolean()));
        Assert.Equal(["behind", "", "rules"], await bob.HistoryAsync(club.General));
    }

    [Fact]
    public async Task last_pinned_is_first_and_history_shows_what_is_pinned()
    {
        var club = await Community.FoundAsync(_host);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++) ids.Add((await club.Owner.SayAsync(club.General, $"{i}")).Id);
        foreach (var i in (int[])[1, 2, 0]) await PinAsync(club.Owner, club, ids[i]);
        // Once more changes nothing, and anew puts it on top.
        await PinAsync(club.Owner, club, ids[1]);
        Assert.Equal([ids[0], ids[2], ids[1]], (await club.Owner.GetAsync($"channels/{club.General}/pins")).Expect(200).Ids);
        (await club.Owner.DeleteAsync($"channels/{club.General}/pins/{ids[2]}")).Expect(204);
        (await club.Owner.DeleteAsync($"channels/{club.General}/pins/{ids[2]}")).Expect(204);
        Assert.Equal([ids[0], ids[1]], (await club.Owner.GetAsync($"channels/{club.General}/pins")).Expect(200).Ids);

        var history = (await club.Owner.GetAsync($"channels/{club.General}/messages")).Expect(200).Items;
        Assert.Equal(["pin_added", "pin_added", "pin_added"], history.Take(3).Select(message => message.GetProperty("type").GetString()));
        Assert.Equal([(ids[2], false), (ids[1], true), (ids[0], true)], history.Skip(3).Select(message => (message.GetProperty("id").GetString()!, message.GetProperty("pinned").GetBoolean())));
        Assert.True((await club.Owner.GetAsync($"channels/{club.General}/messages/{ids[0]}"))["pinned"].GetBoolean());
        Assert.True((await club.Owner.PatchAsync($"channels/{club.General}/messages/{ids[0]}", """{"content":"edited"}""")).Expect(200)["pinned"].GetBoolean());
    }

    [Fact]
    public async Task pinning_twice_is_once()
    {
        var club = await Community.FoundAsync(_host);
        var message = await club.Owner.SayAsync(club.General, "rules");
        await using var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        await PinAsync(club.Owner, club, message.Id);
        await PinAsync(club.Owner, club, message.Id);
        await club.Owner.SayAsync(club.General, "behind");
        Assert.Equal(["CHANNEL_PINS_UPDATE", "MESSAGE_CREATE"], (await socket.BeforeAsync("behind")).Select(frame => frame.T));
    }

    [Fact]
    public async Task channel_holds_250_pins_and_a_deleted_message_makes_room()
    {
        var club = await Community.FoundAsync(_host);
        var messages = await Task.WhenAll(Enumerable.Range(0, 251).Select(i => club.Owner.SayAsync(club.General, $"{i}")));
        await Task.WhenAll(messages[..250].Select(message => PinAsync(club.Owner, club, message.Id)));
        (await club.Owner.PutAsync($"channels/{club.General}/pins/{messages[250].Id}")).ExpectRefusal(409, "limit_reached");
        Assert.Equal(250, (await club.Owner.GetAsync($"channels/{club.General}/pins")).Expect(200).Items.Count);
        (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{messages[7].Id}")).Expect(204);
        await PinAsync(club.Owner, club, messages[250].Id);
        var pins = (await club.Owner.GetAsync($"channels/{club.General}/pins")).Expect(200).Ids;
        Assert.Equal((250, false, messages[250].Id), (pins.Count, pins.Contains(messages[7].Id), pins[0]));
    }

    [Fact]
    public async Task system_message_is_neither_pinned_nor_edited()
    {
        var club = await Community.FoundAsync(_host);
        await PinAsync(club.Owner, club, (await club.Owner.SayAsync(club.General, "rules")).Id);
        var system = (await club.Owner.GetAsync($"channels/{club.General}/messages?limit=1")).Expect(200).Ids[0];
        (await club.Owner.PutAsync($"channels/{club.General}/pins/{system}")).ExpectRefusal(409, "conflict");
        (await club.Owner.PatchAsync($"channels/{club.General}/messages/{system}", """{"content":"x"}""")).ExpectRefusal(409, "conflict");
        (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{system}")).Expect(204);
    }

    [Fact]
    public async Task unknown_and_deleted_messages_are_not_pinned()
    {
        var club = await Community.FoundAsync(_host);
        var elsewhere = await club.Owner.SayAsync(await club.ChannelAsync("other"), "elsewhere");
        var deleted = await club.Owner.SayAsync(club.General, "oops");
        await PinAsync(club.Owner, club, deleted.Id);
        (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{deleted.Id}")).Expect(204);
        foreach (var id in (string[])[elsewhere.Id, deleted.Id, club.Id])
        {
            (await club.Owner.PutAsync($"channels/{club.General}/pins/{id}")).ExpectRefusal(404, "not_found");
            (await club.Owner.DeleteAsync($"channels/{club.General}/pins/{id}")).ExpectRefusal(404, "not_found");
        }

        Assert.Empty((await club.Owner.GetAsync($"channels/{club.General}/pins")).Expect(200).Items);
    }

    [Fact]
    public async Task pinning_needs_manage_messages_and_the_list_read_message_history()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var message = await bob.SayAsync(club.General, "rules");
        (await bob.PutAsync($"channels/{club.General}/pins/{message.Id}")).ExpectRefusal(403, "missing_permissions");
        await PinAsync(club.Owner, club, message.Id);
        (await bob.DeleteAsync($"channels/{club.General}/pins/{message.Id}")).ExpectRefusal(403, "missing_permissions");
        Assert.Equal([message.Id], (await bob.GetAsync($"channels/{club.General}/pins")).Expect(200).Ids);
        await club.WithholdAsync(Permissions.ReadMessageHistory);
        (await bob.GetAsync($"channels/{club.General}/pins")).ExpectRefusal(403, "missing_permissions");
    }

    [Fact]
    public async Task among_themselves_everybody_pins()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var channel = (await club.Owner.PostAsync("users/@me/channels", $$"""{"recipient_ids":["{{bob.Id}}"]}""")).Expect(201).Id;
        var message = await club.Owner.SayAsync(channel, "bring the clock");
        await using var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        (await bob.PutAsync($"channels/{channel}/pins/{message.Id}")).Expect(204);
        Assert.Equal($$"""{"channel_id":"{{channel}}","server_id":null,"message_id":"{{message.Id}}","pinned":true}""", (await socket.ReceiveAsync("CHANNEL_PINS_UPDATE")).D.GetRawText());
        Assert.Equal([message.Id], (await club.Owner.GetAsync($"channels/{channel}/pins")).Expect(200).Ids);
        (await club.Owner.DeleteAsync($"channels/{channel}/pins/{message.Id}")).Expect(204);
    }

    private static async Task PinAsync(Person person, Community club, string message) => (await person.PutAsync($"channels/{club.General}/pins/{message}")).Expect(204);
}
