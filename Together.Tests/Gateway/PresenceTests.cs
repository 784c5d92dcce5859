using System.Text.Json;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Gateway;

/// <summary>Who is told of whose presence. The host's clock stands: a round of presences comes when the test wants it.</summary>
public sealed class PresenceTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);

    private readonly FakeTime _time = new();
    private readonly List<GatewayClient> _clients = [];
    private TestDatabase _database = null!;
    private TestHost _host = null!;
    private int _count;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _host = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task members_of_a_server_see_each_other_and_strangers_do_not()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var other = await Community.FoundAsync(_host);
        var (owner, stranger) = (await ComeAsync(club.Owner), await ComeAsync(other.Owner));
        Assert.Equal([(club.Owner.Id, "online")], await RoundAsync(owner, club));
        var client = await ComeAsync(bob);
        // Who comes later reads it at the start.
        Assert.Equal([(club.Owner.Id, "online")], Presences(client.Ready!.D.GetProperty("servers")[0]));
        Assert.Equal([(bob.Id, "online")], await RoundAsync(owner, club));
        Assert.Equal([(bob.Id, "online")], await RoundAsync(client, club));
        Assert.Equal([(other.Owner.Id, "online")], await RoundAsync(stranger, other));
        Assert.Empty(await RoundAsync(owner, club));
    }

    [Fact]
    public async Task each_status_is_told_and_invisible_looks_like_offline_everywhere()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var (owner, client) = (await ComeAsync(club.Owner), await ComeAsync(bob));
        await RoundAsync(owner, club);
        foreach (var status in (string[])["away", "dnd", "online"])
        {
            await ChooseAsync(client, $$"""{"status":"{{status}}"}""");
            Assert.Equal([(bob.Id, status)], await RoundAsync(owner, club));
        }

        Assert.Equal(2, await OnlineAsync(club));
        await RoundAsync(client, club);
        await ChooseAsync(client, """{"status":"invisible","custom_status":{"text":"hidden"}}""");
        _time.Advance(Round);
        Assert.Equal($$"""{"user_id":"{{bob.Id}}","status":"offline","custom_status":null}""", (await owner.UntilAsync(frame => frame.Is("PRESENCE_UPDATE")))[^1].D.GetRawText());
        Assert.Equal(
            $$$"""{"user_id":"{{{bob.Id}}}","status":"invisible","custom_status":{"text":"hidden","emoji":null,"expires_at":null}}""",
            (await client.UntilAsync(frame => frame.Is("PRESENCE_UPDATE")))[^1].D.GetRawText());
        Assert.Equal(1, await OnlineAsync(club));

        // READY, the answer to REQUEST_MEMBERS, SERVER_CREATE and RESUMED: to nobody but themselves.
        (string, string)[] seen = [(club.Owner.Id, "online")];
        var later = await ComeAsync(club.Owner);
        Assert.Equal(seen, Presences(later.Ready!.D.GetProperty("servers")[0]));
        await later.SendAsync("REQUEST_MEMBERS", $$"""{"server_id":"{{club.Id}}"}""");
        Assert.Equal(seen, Presences((await later.ReceiveAsync("SERVER_MEMBERS_CHUNK")).D));
        var carol = await _host.PersonAsync("carol");
        var joining = await ComeAsync(carol);
        await club.AdmitAsync(carol);
        Assert.Equal(seen, Presences((await joining.UntilAsync(frame => frame.Is("SERVER_CREATE")))[^1].D));
        Assert.Equal(seen, Presences(await ResumeAsync(later, club.Owner)));
        var second = await ComeAsync(bob);
        Assert.Contains((bob.Id, "invisible"), Presences(second.Ready!.D.GetProperty("servers")[0]));
        await RoundAsync(owner, club);
        await ChooseAsync(client, """{"status":"invisible","custom_status":{"text":"still hidden"}}""");
        Assert.Empty(await RoundAsync(owner, club));
    }

    [Fact]
    public async Task status_of_identify_holds_from_the_first_moment()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var owner = await ComeAsync(club.Owner);
        await RoundAsync(owner, club);
        await ComeAsync(bob, """{"status":"invisible"}""");
        Assert.Empty(await RoundAsync(owner, club));
        Assert.Equal(1, await OnlineAsync(club));
        await using var wrong = await GatewayClient.ConnectAsync(_host, bob);
        await wrong.SendAsync("IDENTIFY", """{"status":"offline"}""");
        Assert.Equal(4002, await wrong.ClosedAsync());
    }

    [Fact]
    public async Task only_the_last_of_several_changes_is_told_and_what_is_again_as_before_not_at_all()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var (owner, client) = (await ComeAsync(club.Owner), await ComeAsync(bob));
        await RoundAsync(owner, club);
        foreach (var status in (string[])["away", "dnd", "away", "dnd"]) await ChooseAsync(client, $$"""{"status":"{{status}}"}""");
        Assert.Equal([(bob.Id, "dnd")], await RoundAsync(owner, club));
        foreach (var status in (string[])["away", "dnd"]) await ChooseAsync(client, $$"""{"status":"{{status}}"}""");
        Assert.Empty(await RoundAsync(owner, club));
    }

    [Fact]
    public async Task somebody_who_shares_two_servers_is_told_once_and_a_former_member_no_more()
    {
        var club = await Community.FoundAsync(_host);
        var second = await Community.FoundAsync(_host, club.Owner);
        var bob = await club.MemberAsync("bob");
        await second.AdmitAsync(bob);
        var (owner, client) = (await ComeAsync(club.Owner), await ComeAsync(bob));
        await RoundAsync(owner, club);
        await ChooseAsync(client, """{"status":"away"}""");
        Assert.Equal([(bob.Id, "away")], await RoundAsync(owner, club));
        (await bob.DeleteAsync($"servers/{club.Id}/members/@me")).Expect(204);
        await ChooseAsync(client, """{"status":"dnd"}""");
        Assert.Equal([(bob.Id, "dnd")], await RoundAsync(owner, club));
        (await club.Owner.DeleteAsync($"servers/{second.Id}/members/{bob.Id}")).Expect(204);
        await ChooseAsync(client, """{"status":"online"}""");
        Assert.Empty(await RoundAsync(owner, club));
        Assert.DoesNotContain((club.Owner.Id, "online"), Presences(await ResumeableAsync(bob)));
    }

    [Fact]
    public async Task who_joins_is_shown_to_the_members_and_they_to_them()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await _host.PersonAsync("bob");
        var (owner, client) = (await ComeAsync(club.Owner), await ComeAsync(bob));
        _time.Advance(Round);
        await club.AdmitAsync(bob);
        Assert.Contains((bob.Id, "online"), await RoundAsync(owner, club));
        Assert.Equal([(club.Owner.Id, "online"), (bob.Id, "online")], Presences((await client.UntilAsync(frame => frame.Is("SERVER_CREATE")))[^1].D));
    }

    [Fact]
    public async Task who_is_blocked_sees_offline_and_after_unblocking_the_truth()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var (owner, client) = (await ComeAsync(club.Owner), await ComeAsync(bob));
        await RoundAsync(owner, club);
        await RoundAsync(client, club);
        await RelateAsync(club.Owner, bob, "blocked");
        Assert.Equal([(club.Owner.Id, "offline")], await RoundAsync(client, club));
        // The one who blocked sees on.
        Assert.Empty(await RoundAsync(owner, club));
        await ChooseAsync(owner, """{"status":"dnd"}""");
        Assert.Empty(await RoundAsync(client, club));
        Assert.Equal([(bob.Id, "online")], Presences((await ComeAsync(bob)).Ready!.D.GetProperty("servers")[0]));
        Assert.Equal([(bob.Id, "online")], Presences(await ResumeableAsync(bob)));
        (await club.Owner.DeleteAsync($"users/@me/relationships/{bob.Id}")).Expect(204);
        Assert.Equal([(club.Owner.Id, "dnd")], await RoundAsync(client, club));
    }

    [Fact]
    public async Task friends_see_each_other_without_a_server()
    {
        var (alice, bob) = (await Community.FoundAsync(_host), await Community.FoundAsync(_host));
        var (one, other) = (await ComeAsync(alice.Owner), await ComeAsync(bob.Owner));
        await RoundAsync(one, alice);
        await RoundAsync(other, bob);
        await RelateAsync(alice.Owner, bob.Owner, "friend");
        // A request is no friendship yet.
        Assert.Empty(await RoundAsync(one, alice));
        Assert.Empty(await RoundAsync(other, bob));
        await RelateAsync(bob.Owner, alice.Owner, "friend");
        Assert.Equal([(bob.Owner.Id, "online")], await RoundAsync(one, alice));
        Assert.Equal([(alice.Owner.Id, "online")], await RoundAsync(other, bob));
        await ChooseAsync(one, """{"status":"away"}""");
        Assert.Equal([(alice.Owner.Id, "away")], await RoundAsync(other, bob));
        Assert.Equal([(alice.Owner.Id, "away")], await RoundAsync(one, alice));
        Assert.Equal([(alice.Owner.Id, "away")], Presences((await ComeAsync(bob.Owner)).Ready!.D));
        Assert.Contains((alice.Owner.Id, "away"), Presences(await ResumeableAsync(bob.Owner)));
        (await bob.Owner.DeleteAsync($"users/@me/relationships/{alice.Owner.Id}")).Expect(204);
        Assert.Equal([(bob.Owner.Id, "offline")], await RoundAsync(one, alice));
        Assert.Equal([(alice.Owner.Id, "offline")], await RoundAsync(other, bob));
        await ChooseAsync(one, """{"status":"dnd"}""");
        Assert.Empty(await RoundAsync(other, bob));
        Assert.Empty(Presences((await ComeAsync(bob.Owner)).Ready!.D));
    }

    [Fact]
    public async Task custom_status_is_told_expires_and_outlives_the_host()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var (owner, client) = (await ComeAsync(club.Owner), await ComeAsync(bob));
        await RoundAsync(owner, club);
        var expiry = _time.GetUtcNow().AddSeconds(5).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture);
        await ChooseAsync(client, $$$"""{"status":"dnd","custom_status":{"text":" at lunch ","emoji":"🥪","expires_at":"{{{expiry}}}"}}""");
        _time.Advance(Round);
        var told = (await owner.ReceiveAsync("PRESENCE_UPDATE")).D;
        using var expected = JsonDocument.Parse($$$"""{"user_id":"{{{bob.Id}}}","status":"dnd","custom_status":{"text":"at lunch","emoji":"🥪","expires_at":"{{{expiry}}}"}}""");
        Assert.True(JsonElement.DeepEquals(expected.RootElement, told), told.GetRawText());
        // Absent keeps it.
        await ChooseAsync(client, """{"status":"away"}""");
        _time.Advance(Round);
        Assert.Equal("at lunch", (await owner.ReceiveAsync("PRESENCE_UPDATE")).D.GetProperty("custom_status").GetProperty("text").GetString());
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal($$"""{"user_id":"{{bob.Id}}","status":"away","custom_status":null}""", (await owner.ReceiveAsync("PRESENCE_UPDATE")).D.GetRawText());

        await ChooseAsync(client, """{"status":"dnd","custom_status":{"text":"for ever"}}""");
        await LeaveAsync();
        _host = await StartAsync();
        var again = await ComeAsync(await LogInAsync(bob));
        _time.Advance(Round);
        var own = (await again.ReceiveAsync("PRESENCE_UPDATE")).D;
        Assert.Equal(("dnd", "for ever"), (own.GetProperty("status").GetString(), own.GetProperty("custom_status").GetProperty("text").GetString()));
        await ChooseAsync(again, """{"status":"dnd","custom_status":null}""");
        _time.Advance(Round);
        Assert.Equal(JsonValueKind.Null, (await again.ReceiveAsync("PRESENCE_UPDATE")).D.GetProperty("custom_status").ValueKind);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"status":null}""")]
    [InlineData("""{"status":"offline"}""")]
    [InlineData("""{"status":"ONLINE"}""")]
    [InlineData("""{"status":"online","custom_status":"x"}""")]
    [InlineData("""{"status":"online","custom_status":{"text":7}}""")]
    [InlineData("""{"status":"online","custom_status":{"text":"a\u202eb"}}""")]
    [InlineData("""{"status":"online","custom_status":{"text":"a\u0000b"}}""")]
    [InlineData("""{"status":"online","custom_status":{"emoji":"x"}}""")]
    [InlineData("""{"status":"online","custom_status":{"text":"x","expires_at":"soon"}}""")]
    [InlineData("""{"status":"online","custom_status":{"text":"x","expires_at":"2026-11-21T12:00:00Z"}}""")]
    public async Task bad_status_closes_the_connection(string payload)
    {
        var client = await ComeAsync(await _host.PersonAsync());
        await client.SendAsync("PRESENCE_UPDATE", payload);
        Assert.Equal(4002, await client.ClosedAsync());
        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from chosen_statuses"));
    }

    [Fact]
    public async Task custom_text_has_128_characters_at_most()
    {
        var client = await ComeAsync(await _host.PersonAsync());
        await ChooseAsync(client, $$$"""{"status":"online","custom_status":{"text":"{{{new string('x', 128)}}}"}}""");
        await client.SendAsync("PRESENCE_UPDATE", $$$"""{"status":"online","custom_status":{"text":"{{{new string('x', 129)}}}"}}""");
        Assert.Equal(4002, await client.ClosedAsync());
    }

    [Fact]
    public async Task status_needs_a_session()
    {
        await using var stranger = await GatewayClient.ConnectAsync(_host, await _host.PersonAsync());
        await stranger.SendAsync("PRESENCE_UPDATE", """{"status":"online"}""");
        Assert.Equal(4003, await stranger.ClosedAsync());
    }

    [Fact]
    public async Task lost_connection_is_offline_after_the_grace_and_one_that_resumes_shows_nothing()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var (owner, client) = (await ComeAsync(club.Owner), await ComeAsync(bob));
        await RoundAsync(owner, club);
        client.Vanish();
        var resumed = await GatewayClient.ConnectAsync(_host, bob, seesPresences: true);
        await resumed.ResumeAsync(client.SessionId, client.Position);
        await resumed.UntilAsync(frame => frame.Is("RESUMED"));
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Empty(await RoundAsync(owner, club));
        await resumed.DisposeAsync();
        // The host learns of it in its own time; from then on the grace runs.
        List<(string User, string Status)> told = [];
        while (told.Count == 0)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            var (_, frames) = await owner.HeartbeatAsync();
            told = [.. frames.Where(frame => frame.Is("PRESENCE_UPDATE")).Select(frame => Presence(frame.D)), .. await RoundAsync(owner, club)];
        }

        Assert.Equal([(bob.Id, "offline")], told);
        Assert.Equal(1, await OnlineAsync(club));
    }

    /// <summary>Two hundred who come at once are forty thousand frames: each once, and messages posted meanwhile keep their order.</summary>
    [Fact]
    public async Task storm_of_two_hundred_tells_each_pair_once_and_keeps_messages_in_order()
    {
        const int People = 200;
        var club = await Community.FoundAsync(_host);
        var invite = await club.InviteAsync();
        var members = await Task.WhenAll(Enumerable.Range(0, People - 1).Select(async _ =>
        {
            var person = await _host.PersonAsync("guest");
            (await person.PostAsync($"invites/{invite}")).Expect(200);
            return person;
        }));
        foreach (var chunk in members.Append(club.Owner).Chunk(20)) await Task.WhenAll(chunk.Select(person => ComeAsync(person)));
        var everybody = members.Append(club.Owner).Select(person => person.Id).Order(StringComparer.Ordinal).ToList();

        _time.Advance(Round);
        for (var i = 0; i < 20; i++) await club.Owner.SayAsync(club.General, $"{i}");
        foreach (var client in _clients.ToList())
        {
            // The end of all: its own round is over when each has been told, and the last message is behind the others.
            var frames = new List<GatewayFrame>();
            while (frames.Count(frame => frame.Is("PRESENCE_UPDATE")) < People || frames.All(frame => frame.Content != "19")) frames.Add(await client.ReceiveAsync());
            Assert.Equal(everybody, frames.Where(frame => frame.Is("PRESENCE_UPDATE")).Select(frame => frame.D.GetProperty("user_id").GetString()!).Order(StringComparer.Ordinal));
            Assert.All(frames.Where(frame => frame.Is("PRESENCE_UPDATE")), frame => Assert.Equal("online", frame.D.GetProperty("status").GetString()));
            Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), frames.Where(frame => frame.Is("MESSAGE_CREATE")).Select(frame => frame.Content));
        }

        Assert.Empty(await RoundAsync(_clients[0], club));
    }

    private Task<TestHost> StartAsync() =>
        TestHost.StartAsync(postgres, options => options with { Shutdown = options.Shutdown with { Deadline = TimeSpan.FromSeconds(1) } }, _database, _time);

    private async Task LeaveAsync()
    {
        foreach (var client in _clients) await client.DisposeAsync();
        _clients.Clear();
        await _host.DisposeAsync();
    }

    private async Task<GatewayClient> ComeAsync(Person person, string d = "{}")
    {
        var client = await GatewayClient.IdentifiedAsync(_host, person, seesPresences: true, d: d);
        lock (_clients) _clients.Add(client);
        return client;
    }

    /// <summary>Of an account that the host before this one had.</summary>
    private async Task<Person> LogInAsync(Person person)
    {
        var answer = (await Person.Stranger(_host).PostAsync("auth/login", $$"""{"username":"{{person.Username}}","password":"correct horse"}""")).Expect(200);
        return new Person(_host, person.Id, person.Username, "", answer["access_token"].GetString());
    }

    /// <summary>Chosen, and known to the host.</summary>
    private static async Task ChooseAsync(GatewayClient client, string payload)
    {
        await client.SendAsync("PRESENCE_UPDATE", payload);
        await client.HeartbeatAsync();
    }

    private static async Task RelateAsync(Person person, Person other, string type) =>
        Assert.InRange((await person.PutAsync($"users/@me/relationships/{other.Id}", $$"""{"type":"{{type}}"}""")).Status, 200, 204);

    /// <summary>What the client has been told up to the end of the next round, others' in the order it came.</summary>
    private async Task<List<(string User, string Status)>> RoundAsync(GatewayClient client, Community where)
    {
        _time.Advance(Round);
        var end = $"end {Interlocked.Increment(ref _count)}";
        await where.Owner.SayAsync(where.General, end);
        return [.. (await client.BeforeAsync(end)).Where(frame => frame.Is("PRESENCE_UPDATE")).Select(frame => Presence(frame.D))];
    }

    private async Task<JsonElement> ResumeAsync(GatewayClient client, Person person)
    {
        client.Vanish();
        await using var again = await GatewayClient.ConnectAsync(_host, person, seesPresences: true);
        await again.ResumeAsync(client.SessionId, client.Position);
        return (await again.UntilAsync(frame => frame.Is("RESUMED")))[^1].D;
    }

    /// <summary>RESUMED of a new session.</summary>
    private async Task<JsonElement> ResumeableAsync(Person person)
    {
        await using var client = await GatewayClient.IdentifiedAsync(_host, person);
        return await ResumeAsync(client, person);
    }

    private async Task<int> OnlineAsync(Community club) =>
        (await Person.Stranger(_host).GetAsync($"invites/{await club.InviteAsync()}")).Expect(200)["server"].GetProperty("online_count").GetInt32();

    private static List<(string User, string Status)> Presences(JsonElement holder) => [.. holder.GetProperty("presences").EnumerateArray().Select(Presence)];

    private static (string User, string Status) Presence(JsonElement presence) => (presence.GetProperty("user_id").GetString()!, presence.GetProperty("status").GetString()!);
}
