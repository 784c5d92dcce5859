using System.Text.Json;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Users;

/// <summary>Friends, requests and blocked users, of people who have nothing else in common.</summary>
public sealed class RelationshipsTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>, IAsyncLifetime
{
    private readonly TestHost _host = shared.Host;
    private readonly List<Listener> _listeners = [];
    private Person _anna = null!;
    private Person _bob = null!;

    public async ValueTask InitializeAsync() => (_anna, _bob) = (await _host.PersonAsync("anna"), await _host.PersonAsync("bob"));

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners) await listener.DisposeAsync();
    }

    [Fact]
    public async Task request_is_accepted_by_asking_back()
    {
        var (annas, bobs, strangers) = (await ListenAsync(_anna), await ListenAsync(_bob), await ListenAsync(await _host.PersonAsync("stranger")));
        await BefriendAsync(_anna, _bob);
        await BefriendAsync(_anna, _bob);
        Assert.Equal(["outgoing"], await RelationsAsync(_anna));
        Assert.Equal(["incoming"], await RelationsAsync(_bob));
        await BefriendAsync(_bob, _anna);
        await BefriendAsync(_bob, _anna);
        await BefriendAsync(_anna, _bob);

        Assert.Equal([$"RELATIONSHIP_ADD outgoing {_bob.Id}", $"RELATIONSHIP_ADD friend {_bob.Id}"], await SeenAsync(annas));
        Assert.Equal([$"RELATIONSHIP_ADD incoming {_anna.Id}", $"RELATIONSHIP_ADD friend {_anna.Id}"], await SeenAsync(bobs));
        Assert.Empty(await SeenAsync(strangers));
        foreach (var (person, other) in ((Person, Person)[])[(_anna, _bob), (_bob, _anna)])
        {
            var listed = Assert.Single((await person.GetAsync("users/@me/relationships")).Expect(200).Items);
            Assert.Equal(["user", "type", "since"], listed.EnumerateObject().Select(field => field.Name));
            Assert.Equal((other.Id, other.Username, "friend"), (listed.GetProperty("user").GetProperty("id").GetString(), listed.GetProperty("user").GetProperty("username").GetString(), listed.GetProperty("type").GetString()));
            await using var socket = await GatewayClient.IdentifiedAsync(_host, person);
            Assert.True(JsonElement.DeepEquals(listed, Assert.Single(socket.Ready!.D.GetProperty("relationships").EnumerateArray())));
        }
    }

    [Theory]
    [InlineData("taken back", false)]
    [InlineData("declined", true)]
    [InlineData("ended by who had asked", false)]
    [InlineData("ended by who had accepted", true)]
    public async Task what_is_between_two_ends_for_both(string how, bool byBob)
    {
        await BefriendAsync(_anna, _bob);
        if (how.StartsWith("ended", StringComparison.Ordinal)) await BefriendAsync(_bob, _anna);
        var (annas, bobs) = (await ListenAsync(_anna), await ListenAsync(_bob));
        (await (byBob ? _bob.DeleteAsync(Of(_anna)) : _anna.DeleteAsync(Of(_bob)))).Expect(204);
        (await _anna.DeleteAsync(Of(_bob))).ExpectRefusal(404, "not_found");
        (await _bob.DeleteAsync(Of(_anna))).ExpectRefusal(404, "not_found");
        Assert.Equal([$"RELATIONSHIP_REMOVE {_bob.Id}"], await SeenAsync(annas));
        Assert.Equal([$"RELATIONSHIP_REMOVE {_anna.Id}"], await SeenAsync(bobs));
        Assert.Empty(await RelationsAsync(_anna));
        Assert.Empty(await RelationsAsync(_bob));
    }

    [Fact]
    public async Task two_who_ask_at_once_become_friends()
    {
        for (var round = 0; round < 8; round++)
        {
            var (one, other) = (await _host.PersonAsync(), await _host.PersonAsync());
            await Task.WhenAll(BefriendAsync(one, other), BefriendAsync(other, one));
            Assert.Equal(["friend"], await RelationsAsync(one));
            Assert.Equal(["friend"], await RelationsAsync(other));
        }
    }

    [Fact]
    public async Task blocking_ends_a_friendship_and_is_nobody_elses_business()
    {
        await BefriendAsync(_anna, _bob);
        await BefriendAsync(_bob, _anna);
        var (annas, bobs) = (await ListenAsync(_anna), await ListenAsync(_bob));
        await BlockAsync(_anna, _bob);
        await BlockAsync(_anna, _bob);
        Assert.Equal([$"RELATIONSHIP_ADD blocked {_bob.Id}"], await SeenAsync(annas));
        Assert.Equal([$"RELATIONSHIP_REMOVE {_anna.Id}"], await SeenAsync(bobs));
        Assert.Equal(["blocked"], await RelationsAsync(_anna));
        Assert.Empty(await RelationsAsync(_bob));

        (await _bob.PutAsync(Of(_anna), """{"type":"friend"}""")).ExpectRefusal(403, "missing_permissions");
        (await _bob.PostAsync("users/@me/relationships", $$"""{"username":"{{_anna.Username}}"}""")).ExpectRefusal(403, "missing_permissions");
        (await _bob.DeleteAsync(Of(_anna))).ExpectRefusal(404, "not_found");
        (await _anna.PutAsync(Of(_bob), """{"type":"friend"}""")).ExpectRefusal(409, "conflict");
        Assert.Equal(["blocked"], await RelationsAsync(_anna));

        // Each blocks for themselves.
        await BlockAsync(_bob, _anna);
        (await _anna.DeleteAsync(Of(_bob))).Expect(204);
        Assert.Equal([$"RELATIONSHIP_REMOVE {_bob.Id}"], await SeenAsync(annas));
        Assert.Equal([$"RELATIONSHIP_ADD blocked {_anna.Id}"], await SeenAsync(bobs));
        Assert.Empty(await RelationsAsync(_anna));
        (await _bob.DeleteAsync(Of(_anna))).Expect(204);
        await BefriendAsync(_bob, _anna);
        Assert.Equal(["incoming"], await RelationsAsync(_anna));
    }

    [Fact]
    public async Task eleventh_request_within_an_hour_comes_too_early()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, options => options with { Auth = options.Auth with { AccessTokenLifetime = TimeSpan.FromHours(3) } }, time: clock);
        var (anna, bob, carol) = (await host.PersonAsync("anna"), await host.PersonAsync("bob"), await host.PersonAsync("carol"));
        for (var i = 0; i < 10; i++)
        {
            await BefriendAsync(anna, bob);
            (await (i % 2 == 0 ? anna.DeleteAsync(Of(bob)) : bob.DeleteAsync(Of(anna)))).Expect(204);
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        foreach (var answer in (Answer[])[await anna.PutAsync(Of(bob), """{"type":"friend"}"""), await anna.PostAsync("users/@me/relationships", $$"""{"username":"{{bob.Username}}"}""")])
        {
            answer.ExpectRefusal(429, "rate_limited");
            Assert.Equal(50 * 60, answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        }

        // Neither with others, nor the other way round.
        Assert.Empty(await RelationsAsync(bob));
        await BefriendAsync(anna, carol);
        await BefriendAsync(bob, anna);
        (await bob.DeleteAsync(Of(anna))).Expect(204);
        await BlockAsync(bob, anna);
        (await bob.DeleteAsync(Of(anna))).Expect(204);
        clock.Advance(TimeSpan.FromMinutes(50));
        await BefriendAsync(anna, bob);
        Assert.Equal(["incoming"], await RelationsAsync(bob));
    }

    [Fact]
    public async Task friendship_is_asked_for_by_username_too()
    {
        var answer = (await _anna.PostAsync("users/@me/relationships", $$"""{"username":"{{_bob.Username.ToUpperInvariant()}}"}""")).Expect(201);
        Assert.Equal((_bob.Id, "outgoing"), (answer["user"].GetProperty("id").GetString(), answer["type"].GetString()));
        Assert.Equal("friend", (await _bob.PostAsync("users/@me/relationships", $$"""{"username":"{{_anna.Username}}"}""")).Expect(201)["type"].GetString());
        (await _anna.PostAsync("users/@me/relationships", """{"username":"nobody.at.all"}""")).ExpectRefusal(404, "not_found");
        foreach (var body in (string[])["{}", """{"username":null}""", """{"username":7}""", """{"username":"x"}""", """{"username":"an na"}""", $$"""{"username":"{{_anna.Username}}"}"""])
        {
            var bad = await _anna.PostAsync("users/@me/relationships", body);
            bad.ExpectRefusal(400, "invalid_body");
            Assert.Equal(["username"], bad.Fields);
        }
    }

    [Fact]
    public async Task nobody_befriends_or_blocks_themselves_or_nobody()
    {
        foreach (var type in (string[])["friend", "blocked"])
        {
            var own = await _anna.PutAsync(Of(_anna), $$"""{"type":"{{type}}"}""");
            own.ExpectRefusal(400, "invalid_body");
            Assert.Equal(["user_id"], own.Fields);
            (await _anna.PutAsync("users/@me/relationships/0192a0c0-0000-7000-8000-000000000000", $$"""{"type":"{{type}}"}""")).ExpectRefusal(404, "not_found");
        }

        foreach (var body in (string[])["{}", """{"type":"incoming"}""", """{"type":null}""", """{"type":1}"""])
        {
            var bad = await _anna.PutAsync(Of(_bob), body);
            bad.ExpectRefusal(400, "invalid_body");
            Assert.Equal(["type"], bad.Fields);
        }

        (await _anna.DeleteAsync(Of(_anna))).ExpectRefusal(404, "not_found");
        Assert.Empty(await RelationsAsync(_anna));
    }

    [Fact]
    public async Task who_is_blocked_does_not_ping_who_blocked_them()
    {
        var club = await Community.FoundAsync(_host, _anna);
        await club.AdmitAsync(_bob);
        await BlockAsync(_anna, _bob);
        var message = await _bob.SayAsync(club.General, $"<@{_anna.Id}> hear me");
        Assert.Equal(($"<@{_anna.Id}> hear me", 0), (message["content"].GetString(), message["mentions"].GetArrayLength()));
        var edited = (await _bob.PatchAsync($"channels/{club.General}/messages/{message.Id}", $$"""{"content":"<@{{_bob.Id}}> <@{{_anna.Id}}>"}""")).Expect(200);
        Assert.Equal(_bob.Id, Assert.Single(edited["mentions"].EnumerateArray()).GetProperty("id").GetString());
        // The other way round it is for the blocked one to block.
        Assert.Equal(1, (await _anna.SayAsync(club.General, $"<@{_bob.Id}>"))["mentions"].GetArrayLength());
        (await _anna.DeleteAsync(Of(_bob))).Expect(204);
        Assert.Equal(1, (await _bob.SayAsync(club.General, $"<@{_anna.Id}>"))["mentions"].GetArrayLength());
    }

    private async Task<Listener> ListenAsync(Person person)
    {
        var listener = await Listener.OfAsync(_host, person);
        _listeners.Add(listener);
        return listener;
    }

    private static string Of(Person other) => $"users/@me/relationships/{other.Id}";

    private static async Task BefriendAsync(Person person, Person other) => (await person.PutAsync(Of(other), """{"type":"friend"}""")).Expect(204);

    private static async Task BlockAsync(Person person, Person other) => (await person.PutAsync(Of(other), """{"type":"blocked"}""")).Expect(204);

    private static async Task<List<string>> RelationsAsync(Person person) =>
        [.. (await person.GetAsync("users/@me/relationships")).Expect(200).Items.Select(relationship => relationship.GetProperty("type").GetString()!)];

    private static async Task<List<string>> SeenAsync(Listener listener) =>
    [
        .. (await listener.SeenAsync()).Select(frame => frame.Is("RELATIONSHIP_ADD")
            ? $"{frame.T} {frame.D.GetProperty("type").GetString()} {frame.D.GetProperty("user").GetProperty("id").GetString()}"
            : $"{frame.T} {frame.D.GetProperty("user_id").GetString()}"),
    ];
}
