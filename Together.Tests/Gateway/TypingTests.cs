using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Gateway;

public sealed class TypingTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(postgres, time: _clock);

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task typing_is_shown_to_those_who_see_the_channel()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var carol = await club.MemberAsync("carol");
        await club.OverwriteAsync(club.General, carol, deny: Permissions.ViewChannel);
        await using var owner = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        await using var blind = await GatewayClient.IdentifiedAsync(_host, carol);
        await TypeAsync(bob, club.General);
        var frame = await owner.ReceiveAsync("TYPING_START");
        Assert.Equal(
            $$"""{"channel_id":"{{club.General}}","server_id":"{{club.Id}}","user_id":"{{bob.Id}}","timestamp":"2026-11-21T12:00:00.000Z"}""", frame.D.GetRawText());
        Assert.Equal(owner.Ready!.S, frame.S);
        await club.Owner.SayAsync(club.Voice, "end");
        Assert.Empty(await blind.BeforeAsync("end"));
    }

    [Fact]
    public async Task typing_on_is_shown_every_eight_seconds_and_at_once_after_a_message()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await using var owner = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        await TypeAsync(bob, club.General);
        // The answer says that it is on its way: the clock must not move before it is shown.
        Assert.Equal(["TYPING_START"], await TypesAsync());
        _clock.Advance(TimeSpan.FromMilliseconds(7999));
        await TypeAsync(bob, club.General);
        Assert.Empty(await TypesAsync());
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await TypeAsync(bob, club.General);
        await TypeAsync(bob, club.Voice);
        await TypeAsync(club.Owner, club.General);
        Assert.Equal(["TYPING_START", "TYPING_START", "TYPING_START"], await TypesAsync());
        await bob.SayAsync(club.General, "said");
        await TypeAsync(bob, club.General);
        await TypeAsync(bob, club.Voice);
        Assert.Equal(["MESSAGE_CREATE", "TYPING_START"], await TypesAsync());

        async Task<IEnumerable<string?>> TypesAsync()
        {
            await club.Owner.SayAsync(club.Voice, "end");
            return (await owner.BeforeAsync("end")).Select(frame => frame.T);
        }
    }

    [Fact]
    public async Task typing_needs_send_messages_and_a_channel_for_them()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await club.OverwriteAsync(club.General, bob, deny: Permissions.SendMessages);
        (await bob.PostAsync($"channels/{club.General}/typing")).ExpectRefusal(403, "missing_permissions");
        (await club.Owner.PostAsync($"channels/{await club.ChannelAsync("games", "category")}/typing")).ExpectRefusal(409, "conflict");
        await using var owner = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        await club.Owner.SayAsync(club.General, "end");
        Assert.Empty(await owner.BeforeAsync("end"));
    }

    [Fact]
    public async Task typing_in_private_reaches_the_other_and_not_who_was_blocked()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var channel = (await club.Owner.PostAsync("users/@me/channels", $$"""{"recipient_ids":["{{bob.Id}}"]}""")).Expect(201).Id;
        await using var client = await GatewayClient.IdentifiedAsync(_host, bob);
        await TypeAsync(club.Owner, channel);
        var typing = (await client.ReceiveAsync("TYPING_START")).D;
        Assert.Equal((channel, null, club.Owner.Id), (typing.GetProperty("channel_id").GetString(), typing.GetProperty("server_id").GetString(), typing.GetProperty("user_id").GetString()));
        (await bob.PutAsync($"users/@me/relationships/{club.Owner.Id}", """{"type":"blocked"}""")).Expect(204);
        (await club.Owner.PostAsync($"channels/{channel}/typing")).ExpectRefusal(403, "missing_permissions");
    }

    private static async Task TypeAsync(Person person, string channel) => (await person.PostAsync($"channels/{channel}/typing")).Expect(204);
}
