using System.Text.Json;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Gateway;

/// <summary>
/// Which event reaches whom. Owner, bob and an outsider share a lobby besides the club; a message there comes behind
/// everything that happened before it, so what has not come by then does not come.
/// </summary>
public sealed class DispatchTests(SharedHost shared) : IClassFixture<SharedHost>, IAsyncLifetime
{
    private readonly TestHost _host = shared.Host;
    private readonly List<GatewayClient> _sockets = [];
    private Community _lobby = null!;
    private Community _club = null!;
    private Person _bob = null!;
    private Person _outsider = null!;
    private int _barriers;

    private Person Owner => _club.Owner;

    private GatewayClient OwnerSocket => _sockets[0];

    private GatewayClient BobSocket => _sockets[1];

    private GatewayClient OutsiderSocket => _sockets[2];

    public async ValueTask InitializeAsync()
    {
        _club = await Community.FoundAsync(_host);
        _lobby = await Community.FoundAsync(_host, Owner);
        _bob = await _club.MemberAsync("bob");
        _outsider = await _lobby.MemberAsync("outsider");
        await _lobby.AdmitAsync(_bob);
        foreach (var person in (Person[])[Owner, _bob, _outsider]) _sockets.Add(await GatewayClient.IdentifiedAsync(_host, person));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets) await socket.DisposeAsync();
    }

    [Fact]
    public async Task message_reaches_the_members_as_it_was_answered()
    {
        var posted = await _bob.SayAsync(_club.General, "hello", "n");
        var edited = (await _bob.PatchAsync($"channels/{_club.General}/messages/{posted.Id}", """{"content":"hello!"}""")).Expect(200);
        (await _bob.PatchAsync($"channels/{_club.General}/messages/{posted.Id}", """{"content":"hello!"}""")).Expect(200);
        (await _bob.PostAsync($"channels/{_club.General}/messages", """{"content":"again","nonce":"n"}""")).Expect(200);
        (await _bob.DeleteAsync($"channels/{_club.General}/messages/{posted.Id}")).Expect(204);

        var seen = await SeenAsync();
        Assert.Empty(seen[2]);
        foreach (var frames in seen[..2])
        {
            Assert.Equal(["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"], frames.Select(frame => frame.T));
            Assert.True(JsonElement.DeepEquals(posted.Body, frames[0].D), frames[0].D.GetRawText());
            Assert.True(JsonElement.DeepEquals(edited.Body, frames[1].D), frames[1].D.GetRawText());
            Assert.Equal($$"""{"id":"{{posted.Id}}","channel_id":"{{_club.General}}","server_id":"{{_club.Id}}"}""", frames[2].D.GetRawText());
        }

        // One position for one event, whoever gets it.
        Assert.Equal(seen[0].Select(frame => frame.S), seen[1].Select(frame => frame.S));
    }

    [Fact]
    public async Task hidden_channel_is_seen_by_nobody_who_may_not()
    {
        var category = await _club.ChannelAsync("Board", "category");
        await _club.OverwriteAsync(category, deny: Permissions.ViewChannel);
        await SeenAsync();

        var channel = await _club.ChannelAsync("minutes", category: category);
        var message = await Owner.SayAsync(channel, "secret");
        (await Owner.PatchAsync($"channels/{channel}/messages/{message.Id}", """{"content":"still secret"}""")).Expect(200);
        (await Owner.DeleteAsync($"channels/{channel}/messages/{message.Id}")).Expect(204);
        (await Owner.PatchAsync($"channels/{channel}", """{"name":"protocol"}""")).Expect(200);
        (await Owner.DeleteAsync($"channels/{channel}")).Expect(204);

        var seen = await SeenAsync();
        Assert.Equal(["CHANNEL_CREATE", "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "CHANNEL_UPDATE", "CHANNEL_DELETE"], seen[0].Select(frame => frame.T));
        Assert.Empty(seen[1]);
        Assert.Empty(seen[2]);
    }

    [Fact]
    public async Task channel_reaches_those_who_may_see_it_as_it_was_answered()
    {
        var created = (await Owner.PostAsync($"servers/{_club.Id}/channels", """{"name":"openings","topic":"e4"}""")).Expect(201);
        var updated = (await Owner.PatchAsync($"channels/{created.Id}", """{"name":"endings"}""")).Expect(200);
        (await Owner.PatchAsync($"channels/{created.Id}", """{"name":"endings"}""")).Expect(200);
        (await Owner.DeleteAsync($"channels/{created.Id}")).Expect(204);
        var seen = await SeenAsync();
        foreach (var frames in seen[..2])
        {
            Assert.Equal(["CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"], frames.Select(frame => frame.T));
            Assert.True(JsonElement.DeepEquals(created.Body, frames[0].D));
            Assert.True(JsonElement.DeepEquals(updated.Body, frames[1].D));
            Assert.Equal($$"""{"id":"{{created.Id}}","server_id":"{{_club.Id}}"}""", frames[2].D.GetRawText());
        }

        Assert.Empty(seen[2]);
    }

    [Fact]
    public async Task deleted_category_lets_its_channels_out_first()
    {
        var category = await _club.ChannelAsync("Games", "category");
        var blitz = await _club.ChannelAsync("blitz", category: category);
        await SeenAsync();
        (await Owner.DeleteAsync($"channels/{category}")).Expect(204);
        var frames = (await SeenAsync())[1];
        Assert.Equal([("CHANNEL_UPDATE", blitz), ("CHANNEL_DELETE", category)], frames.Select(frame => (frame.T!, frame.Id!)));
        Assert.Equal(JsonValueKind.Null, frames[0].D.GetProperty("category_id").ValueKind);
    }

    [Fact]
    public async Task losing_and_gaining_the_view_shows_as_the_channels_going_and_coming()
    {
        await _club.OverwriteAsync(_club.General, deny: Permissions.ViewChannel);
        await Owner.SayAsync(_club.General, "behind bob's back");
        await _club.OverwriteAsync(_club.General, _bob, allow: Permissions.ViewChannel);
        await Owner.SayAsync(_club.General, "welcome back");
        (await Owner.DeleteAsync($"channels/{_club.General}/permissions/{_bob.Id}")).Expect(204);
        (await Owner.DeleteAsync($"channels/{_club.General}/permissions/{_club.Id}")).Expect(204);

        var seen = await SeenAsync();
        Assert.Equal(["CHANNEL_UPDATE", "MESSAGE_CREATE", "CHANNEL_UPDATE", "MESSAGE_CREATE", "CHANNEL_UPDATE", "CHANNEL_UPDATE"], seen[0].Select(frame => frame.T));
        Assert.Equal(["CHANNEL_DELETE", "CHANNEL_CREATE", "MESSAGE_CREATE", "CHANNEL_DELETE", "CHANNEL_CREATE"], seen[1].Select(frame => frame.T));
        Assert.Equal("welcome back", seen[1][2].Content);
        Assert.Empty(seen[2]);
    }

    [Fact]
    public async Task permissions_of_everyone_show_as_the_role_and_what_they_hide()
    {
        await _club.WithholdAsync(Permissions.ViewChannel);
        await Owner.SayAsync(_club.General, "alone");
        await _club.GrantAsync(Permissions.None);
        await _club.GrantAsync(Permissions.MentionEveryone);

        var seen = await SeenAsync();
        Assert.Equal(["SERVER_ROLE_UPDATE", "MESSAGE_CREATE", "SERVER_ROLE_UPDATE", "SERVER_ROLE_UPDATE"], seen[0].Select(frame => frame.T));
        Assert.Equal(
            ["SERVER_ROLE_UPDATE", "CHANNEL_DELETE", "CHANNEL_DELETE", "SERVER_ROLE_UPDATE", "CHANNEL_CREATE", "CHANNEL_CREATE", "SERVER_ROLE_UPDATE"],
            seen[1].Select(frame => frame.T));
        Assert.Single(seen[1].Take(3).Select(frame => frame.S).Distinct());
        Assert.Equal(_club.Id, seen[1][0].D.GetProperty("role").GetProperty("id").GetString());
        Assert.Empty(seen[2]);
    }

    [Fact]
    public async Task who_joins_gets_the_server_and_the_others_the_member()
    {
        await _club.AdmitAsync(_outsider);
        await Owner.SayAsync(_club.General, "welcome");
        var seen = await SeenAsync();
        foreach (var frames in seen[..2])
        {
            Assert.Equal(["SERVER_MEMBER_ADD", "MESSAGE_CREATE"], frames.Select(frame => frame.T));
            Assert.Equal(_club.Id, frames[0].D.GetProperty("server_id").GetString());
            Assert.Equal(_outsider.Id, frames[0].D.GetProperty("member").GetProperty("user").GetProperty("id").GetString());
        }

        Assert.Equal(["SERVER_CREATE", "MESSAGE_CREATE"], seen[2].Select(frame => frame.T));
        var server = seen[2][0].D;
        Assert.Equal((_club.Id, 3), (server.GetProperty("id").GetString(), server.GetProperty("member_count").GetInt32()));
        Assert.Equal(2, server.GetProperty("channels").GetArrayLength());
        Assert.Contains(_outsider.Id, server.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("user").GetProperty("id").GetString()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task who_leaves_or_is_kicked_loses_the_server_and_the_others_the_member(bool kicked)
    {
        (kicked ? await Owner.DeleteAsync($"servers/{_club.Id}/members/{_bob.Id}") : await _bob.DeleteAsync($"servers/{_club.Id}/members/@me")).Expect(204);
        await Owner.SayAsync(_club.General, "gone");
        var seen = await SeenAsync();
        Assert.Equal(["SERVER_MEMBER_REMOVE", "MESSAGE_CREATE"], seen[0].Select(frame => frame.T));
        Assert.Equal($$"""{"server_id":"{{_club.Id}}","user_id":"{{_bob.Id}}"}""", seen[0][0].D.GetRawText());
        Assert.Equal($$"""{"id":"{{_club.Id}}"}""", Assert.Single(seen[1]).D.GetRawText());
        Assert.True(seen[1][0].Is("SERVER_DELETE"));
        Assert.Empty(seen[2]);
    }

    [Fact]
    public async Task server_is_renamed_and_deleted_for_its_members()
    {
        var renamed = (await Owner.PatchAsync($"servers/{_club.Id}", """{"name":"Go club"}""")).Expect(200);
        (await Owner.PatchAsync($"servers/{_club.Id}", """{"name":"Go club"}""")).Expect(200);
        (await Owner.DeleteAsync($"servers/{_club.Id}")).Expect(204);
        var seen = await SeenAsync();
        foreach (var frames in seen[..2])
        {
            Assert.Equal(["SERVER_UPDATE", "SERVER_DELETE"], frames.Select(frame => frame.T));
            Assert.True(JsonElement.DeepEquals(renamed.Body, frames[0].D));
            Assert.Equal($$"""{"id":"{{_club.Id}}"}""", frames[1].D.GetRawText());
        }

        Assert.Empty(seen[2]);
    }

    [Fact]
    public async Task new_server_reaches_every_connection_of_its_owner_and_nobody_else()
    {
        await using var phone = await GatewayClient.IdentifiedAsync(_host, _bob);
        var server = await Community.FoundAsync(_host, _bob);
        await _bob.SayAsync(server.General, "mine");
        var seen = await SeenAsync();
        foreach (var frames in (List<GatewayFrame>[])[seen[1], await phone.BeforeAsync(Barrier)])
        {
            Assert.Equal(["SERVER_CREATE", "MESSAGE_CREATE"], frames.Select(frame => frame.T));
            Assert.Equal(server.Id, frames[0].Id);
        }

        Assert.Empty(seen[0]);
        Assert.Empty(seen[2]);
    }

    [Fact]
    public async Task invites_are_nobodys_event()
    {
        var code = await _club.InviteAsync();
        (await Owner.DeleteAsync($"invites/{code}")).Expect(204);
        Assert.All(await SeenAsync(), Assert.Empty);
    }

    [Fact]
    public async Task refused_writes_send_nothing()
    {
        var message = await Owner.SayAsync(_club.General, "x");
        await SeenAsync();
        (await _bob.DeleteAsync($"channels/{_club.General}/messages/{message.Id}")).Expect(403);
        (await _bob.PatchAsync($"servers/{_club.Id}", """{"name":"y"}""")).Expect(403);
        (await _bob.DeleteAsync($"servers/{_club.Id}/members/{Owner.Id}")).Expect(403);
        (await _outsider.PostAsync($"channels/{_club.General}/messages", """{"content":"x"}""")).Expect(404);
        (await Owner.PostAsync($"channels/{_club.General}/messages", """{"content":""}""")).Expect(400);
        Assert.All(await SeenAsync(), Assert.Empty);
    }

    [Fact]
    public async Task answered_write_is_there_to_read_and_its_event_comes()
    {
        for (var i = 0; i < 20; i++)
        {
            var message = await _bob.SayAsync(_club.General, $"{i}");
            Assert.Equal($"{i}", (await Owner.HistoryAsync(_club.General, "?limit=1"))[0]);
            Assert.Equal(message.Id, (await Owner.GetAsync($"channels/{_club.General}"))["last_message_id"].GetString());
            Assert.Equal(message.Id, (await BobSocket.ReceiveAsync("MESSAGE_CREATE")).Id);
        }
    }

    [Fact]
    public async Task everybody_sees_one_order_under_concurrent_posters()
    {
        var other = await _club.ChannelAsync("other");
        await SeenAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async poster =>
        {
            for (var i = 0; i < 20; i++) await (poster % 2 == 0 ? Owner : _bob).SayAsync(poster % 4 < 2 ? _club.General : other, $"{poster}.{i}");
        }));
        var seen = await SeenAsync();
        foreach (var channel in (string[])[_club.General, other])
        {
            var (owners, bobs) = (InChannel(seen[0], channel), InChannel(seen[1], channel));
            Assert.Equal(80, owners.Count);
            Assert.Equal(owners, bobs);
            Assert.Equal(owners.Order(StringComparer.Ordinal), owners);
        }

        Assert.Equal(seen[0].Select(frame => (frame.S, frame.Id)), seen[1].Select(frame => (frame.S, frame.Id)));
        Assert.Empty(seen[2]);

        static List<string> InChannel(List<GatewayFrame> frames, string channel) =>
            [.. frames.Where(frame => frame.D.GetProperty("channel_id").GetString() == channel).Select(frame => frame.Id!)];
    }

    [Fact]
    public async Task heartbeat_is_answered_behind_what_was_dispatched_with_the_position_served()
    {
        await Owner.SayAsync(_club.General, "for bob");
        var barrier = (await SeenAsync())[1].Single();
        var (served, before) = await BobSocket.HeartbeatAsync();
        Assert.Empty(before);
        Assert.True(served >= BobSocket.Position && BobSocket.Position > barrier.S, $"{served} after {BobSocket.Position}");

        // The outsider saw nothing of it and has been served it nevertheless.
        await Owner.SayAsync(_club.General, "more");
        await BobSocket.ReceiveAsync("MESSAGE_CREATE");
        var (own, _) = await OutsiderSocket.HeartbeatAsync();
        Assert.True(own > OutsiderSocket.Position, $"{own} after {OutsiderSocket.Position}");
    }

    private string Barrier => $"barrier {_barriers}";

    /// <summary>What owner, bob and the outsider have got by now.</summary>
    private async Task<List<GatewayFrame>[]> SeenAsync()
    {
        _barriers++;
        await Owner.SayAsync(_lobby.General, Barrier);
        return [await OwnerSocket.BeforeAsync(Barrier), await BobSocket.BeforeAsync(Barrier), await OutsiderSocket.BeforeAsync(Barrier)];
    }
}
