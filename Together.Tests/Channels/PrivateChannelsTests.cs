using System.Text.Json;
using System.Text.RegularExpressions;
using Together.Actors.Sharding;
using Together.Actors.Users;
using Together.Host;
using Together.Host.Configuration;
using Together.Protocol;
using Together.Tests.Actors.Persistence;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Channels;

/// <summary>Conversations of two and groups. Anna, Bob and Carol are in a club together.</summary>
public sealed partial class PrivateChannelsTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>, IAsyncLifetime
{
    private readonly TestHost _host = shared.Host;
    private readonly List<Listener> _listeners = [];
    private Community _club = null!;
    private Person _bob = null!;
    private Person _carol = null!;

    private Person Anna => _club.Owner;

    public async ValueTask InitializeAsync()
    {
        _club = await Community.FoundAsync(_host);
        (_bob, _carol) = (await _club.MemberAsync("bob"), await _club.MemberAsync("carol"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners) await listener.DisposeAsync();
    }

    [Fact]
    public async Task conversation_of_two_is_the_same_from_both_sides()
    {
        var (annas, bobs, carols) = (await ListenAsync(Anna), await ListenAsync(_bob), await ListenAsync(_carol));
        var created = (await OpenAsync(Anna, _bob)).Expect(201);
        Assert.Equal(("dm", JsonValueKind.Null, JsonValueKind.Null), (created["type"].GetString(), created["server_id"].ValueKind, created["name"].ValueKind));
        Assert.Equal([_bob.Id], Recipients(created.Body));
        Assert.False(created.Body.TryGetProperty("owner_id", out _));
        Assert.Equal(created.Id, (await OpenAsync(Anna, _bob)).Expect(200).Id);
        var found = (await OpenAsync(_bob, Anna)).Expect(200);
        Assert.Equal((created.Id, Anna.Id), (found.Id, Assert.Single(Recipients(found.Body))));

        AssertSame(created.Body, Assert.Single(await annas.SeenAsync(), frame => frame.Is("CHANNEL_CREATE")).D);
        AssertSame(found.Body, Assert.Single(await bobs.SeenAsync(), frame => frame.Is("CHANNEL_CREATE")).D);
        Assert.Empty(await carols.SeenAsync());
        foreach (var (person, channel) in ((Person, Answer)[])[(Anna, created), (_bob, found)])
        {
            AssertSame(channel.Body, (await person.GetAsync($"channels/{created.Id}")).Expect(200).Body);
            AssertSame(channel.Body, Assert.Single((await person.GetAsync("users/@me/channels")).Expect(200).Items));
            AssertSame(channel.Body, Assert.Single(await ReadyAsync(person)));
        }

        Assert.Empty((await _carol.GetAsync("users/@me/channels")).Expect(200).Items);
        Assert.Empty(await ReadyAsync(_carol));
    }

    [Fact]
    public async Task two_who_begin_at_once_meet_in_one_channel()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => i % 2 == 0 ? OpenAsync(Anna, _bob) : OpenAsync(_bob, Anna)));
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.Equal(15, answers.Count(answer => answer.Status == 200));
        Assert.Single(answers.Select(answer => answer.Id).Distinct());
    }

    [Fact]
    public async Task what_is_said_reaches_both_and_nobody_else()
    {
        var channel = (await OpenAsync(Anna, _bob)).Expect(201).Id;
        var (annas, bobs, carols) = (await ListenAsync(Anna), await ListenAsync(_bob), await ListenAsync(_carol));
        var said = await Anna.SayAsync(channel, $"hello <@{_bob.Id}> and <@{_carol.Id}> @everyone", "n");
        Assert.Equal((JsonValueKind.Null, _bob.Id, false), (said["server_id"].ValueKind, Assert.Single(said["mentions"].EnumerateArray()).GetProperty("id").GetString(), said["mention_everyone"].GetBoolean()));
        Assert.Equal(said.Id, (await Anna.PostAsync($"channels/{channel}/messages", """{"content":"again","nonce":"n"}""")).Expect(200).Id);
        var edited = (await Anna.PatchAsync($"channels/{channel}/messages/{said.Id}", """{"content":"hello"}""")).Expect(200);
        (await _bob.PutAsync($"channels/{channel}/messages/{said.Id}/reactions/%F0%9F%8D%8E/@me")).Expect(204);
        (await _bob.PatchAsync($"channels/{channel}/messages/{said.Id}", """{"content":"x"}""")).ExpectRefusal(403, "missing_permissions");
        (await _bob.DeleteAsync($"channels/{channel}/messages/{said.Id}")).ExpectRefusal(403, "missing_permissions");
        (await _bob.PostAsync($"channels/{channel}/messages/bulk-delete", $$"""{"ids":["{{said.Id}}"]}""")).ExpectRefusal(403, "missing_permissions");
        (await _bob.GetAsync($"channels/{channel}/messages/deleted")).ExpectRefusal(403, "missing_permissions");
        Assert.Equal(said.Id, (await _bob.GetAsync($"channels/{channel}")).Expect(200)["last_message_id"].GetString());
        (await Anna.DeleteAsync($"channels/{channel}/messages/{said.Id}")).Expect(204);
        foreach (var frames in (List<GatewayFrame>[])[await annas.SeenAsync(), await bobs.SeenAsync()])
        {
            Assert.Equal(["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_REACTION_ADD", "MESSAGE_DELETE"], frames.Select(frame => frame.T));
            AssertSame(said.Body, frames[0].D);
            AssertSame(edited.Body, frames[1].D);
            Assert.Equal($$"""{"id":"{{said.Id}}","channel_id":"{{channel}}","server_id":null}""", frames[3].D.GetRawText());
        }

        Assert.Empty(await carols.SeenAsync());
        Assert.Empty(await _bob.HistoryAsync(channel));
    }

    [Fact]
    public async Task nobody_begins_with_strangers_or_themselves_or_who_is_blocked()
    {
        var stranger = await _host.PersonAsync("stranger");
        (await OpenAsync(Anna, stranger)).ExpectRefusal(404, "not_found");
        (await OpenAsync(Anna, _bob, stranger)).ExpectRefusal(404, "not_found");
        (await Anna.PostAsync("users/@me/channels", $$"""{"recipient_ids":["{{_club.Id}}"]}""")).ExpectRefusal(404, "not_found");
        (await Anna.PutAsync($"users/@me/relationships/{_bob.Id}", """{"type":"blocked"}""")).Expect(204);
        (await OpenAsync(Anna, _bob)).ExpectRefusal(403, "missing_permissions");
        (await OpenAsync(_bob, Anna)).ExpectRefusal(403, "missing_permissions");
        (await OpenAsync(_bob, Anna, _carol)).ExpectRefusal(403, "missing_permissions");
        foreach (var (body, field) in ((string, string)[])
        [
            ($$"""{"recipient_ids":["{{Anna.Id}}"]}""", "recipient_ids"), ($$"""{"recipient_ids":["{{_carol.Id}}","{{Anna.Id}}"]}""", "recipient_ids"),
            ($$"""{"recipient_ids":["{{_carol.Id}}","{{_carol.Id}}"]}""", "recipient_ids"), ("""{"recipient_ids":[]}""", "recipient_ids"), ("{}", "recipient_ids"),
            ("""{"recipient_ids":["carol"]}""", "recipient_ids[0]"), ("""{"recipient_ids":[null]}""", "recipient_ids[0]"),
        ])
        {
            var answer = await Anna.PostAsync("users/@me/channels", body);
            answer.ExpectRefusal(400, "invalid_body");
            Assert.Equal([field], answer.Fields);
        }

        Assert.Empty((await Anna.GetAsync("users/@me/channels")).Expect(200).Items);
    }

    [Fact]
    public async Task friends_need_no_common_server()
    {
        var friend = await _host.PersonAsync("friend");
        (await Anna.PutAsync($"users/@me/relationships/{friend.Id}", """{"type":"friend"}""")).Expect(204);
        // To have asked is not enough.
        (await OpenAsync(Anna, friend)).ExpectRefusal(403, "missing_permissions");
        (await friend.PutAsync($"users/@me/relationships/{Anna.Id}", """{"type":"friend"}""")).Expect(204);
        (await OpenAsync(Anna, friend)).Expect(201);
    }

    [Fact]
    public async Task blocking_silences_a_conversation_until_it_is_taken_back()
    {
        var channel = (await OpenAsync(Anna, _bob)).Expect(201).Id;
        var said = await _bob.SayAsync(channel, "hello");
        (await Anna.PutAsync($"users/@me/relationships/{_bob.Id}", """{"type":"blocked"}""")).Expect(204);
        foreach (var person in (Person[])[Anna, _bob])
        {
            (await person.PostAsync($"channels/{channel}/messages", """{"content":"x"}""")).ExpectRefusal(403, "missing_permissions");
            (await person.PutAsync($"channels/{channel}/messages/{said.Id}/reactions/%F0%9F%8D%8E/@me")).ExpectRefusal(403, "missing_permissions");
            (await person.PutAsync($"channels/{channel}/pins/{said.Id}")).ExpectRefusal(403, "missing_permissions");
            Assert.Equal(["hello"], await person.HistoryAsync(channel));
            Assert.Equal(channel, (await OpenAsync(person, person == Anna ? _bob : Anna)).Expect(200).Id);
        }

        (await _bob.PatchAsync($"channels/{channel}/messages/{said.Id}", """{"content":"x"}""")).ExpectRefusal(403, "missing_permissions");
        (await Anna.DeleteAsync($"users/@me/relationships/{_bob.Id}")).Expect(204);
        await _bob.SayAsync(channel, "sorry");
        Assert.Equal(["sorry", "hello"], await Anna.HistoryAsync(channel));
    }

    [Fact]
    public async Task conversation_with_somebody_who_is_gone_can_be_read_and_no_more()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        Person anna, bob, carol;
        string channel;
        await using (var host = await TestHost.StartAsync(postgres, database: database))
        {
            var club = await Community.FoundAsync(host);
            (anna, bob, carol) = (club.Owner, await club.MemberAsync("bob"), await club.MemberAsync("carol"));
            channel = (await OpenAsync(anna, bob)).Expect(201).Id;
            await bob.SayAsync(channel, "farewell");
        }

        await using (var node = await Node.StartAsync(TogetherOptions.Load(CommunityStory.Environment(database)), TimeProvider.System, new RecordingLogger().AsFactory(), default))
            Assert.Null((await node.Region.AskAsync(EntityRef.User(new UserId(Guid.Parse(bob.Id))), new DeleteUser())).Error);

        await using var later = await TestHost.StartAsync(postgres, database: database);
        (anna, carol) = (At(later, anna), At(later, carol));
        Assert.Equal(["farewell"], await anna.HistoryAsync(channel));
        Assert.Equal("deleted", Assert.Single((await anna.GetAsync($"channels/{channel}")).Expect(200)["recipients"].EnumerateArray()).GetProperty("username").GetString());
        (await anna.PostAsync($"channels/{channel}/messages", """{"content":"x"}""")).ExpectRefusal(403, "missing_permissions");
        (await OpenAsync(carol, bob)).ExpectRefusal(404, "not_found");

        static Person At(TestHost host, Person person) => new(host, person.Id, person.Username, person.SessionId, person.Token);
    }

    [Fact]
    public async Task closed_conversation_opens_again_with_the_next_message()
    {
        var channel = (await OpenAsync(Anna, _bob)).Expect(201).Id;
        await Anna.SayAsync(channel, "hello");
        var (annas, bobs) = (await ListenAsync(Anna), await ListenAsync(_bob));
        (await _bob.DeleteAsync($"channels/{channel}")).Expect(204);
        (await _bob.DeleteAsync($"channels/{channel}")).Expect(204);
        Assert.Equal($$"""{"id":"{{channel}}","server_id":null}""", Assert.Single(await bobs.SeenAsync(), frame => frame.Is("CHANNEL_DELETE")).D.GetRawText());
        Assert.Empty(await annas.SeenAsync());
        Assert.Empty((await _bob.GetAsync("users/@me/channels")).Expect(200).Items);
        Assert.Empty(await ReadyAsync(_bob));
        Assert.Equal([channel], (await Anna.GetAsync("users/@me/channels")).Expect(200).Ids);

        await Anna.SayAsync(channel, "are you there?");
        var reopened = await bobs.SeenAsync();
        Assert.Equal(["CHANNEL_CREATE", "MESSAGE_CREATE"], reopened.Select(frame => frame.T));
        Assert.Equal((channel, Anna.Id), (reopened[0].Id, Assert.Single(Recipients(reopened[0].D))));
        Assert.Equal(["MESSAGE_CREATE"], (await annas.SeenAsync()).Select(frame => frame.T));
        Assert.Equal([channel], (await _bob.GetAsync("users/@me/channels")).Expect(200).Ids);
        Assert.Equal(["are you there?", "hello"], await _bob.HistoryAsync(channel));

        // Or by asking for it.
        (await _bob.DeleteAsync($"channels/{channel}")).Expect(204);
        Assert.Equal(channel, (await OpenAsync(_bob, Anna)).Expect(200).Id);
        Assert.Equal(["CHANNEL_DELETE", "CHANNEL_CREATE"], (await bobs.SeenAsync()).Select(frame => frame.T));
    }

    [Fact]
    public async Task last_used_is_first_in_the_list()
    {
        var (withBob, withCarol) = ((await OpenAsync(Anna, _bob)).Expect(201).Id, (await OpenAsync(Anna, _carol)).Expect(201).Id);
        Assert.Equal([withCarol, withBob], (await Anna.GetAsync("users/@me/channels")).Expect(200).Ids);
        await _bob.SayAsync(withBob, "hello");
        Assert.Equal([withBob, withCarol], (await Anna.GetAsync("users/@me/channels")).Expect(200).Ids);
    }

    /// <summary>Whatever the API offers for a channel: those of a server as well, which a private one does not have.</summary>
    [Fact]
    public async Task third_person_finds_nothing_by_any_route()
    {
        var channel = (await OpenAsync(Anna, _bob)).Expect(201).Id;
        var message = (await Anna.SayAsync(channel, "between us")).Id;
        (await _bob.PutAsync($"channels/{channel}/messages/{message}/reactions/%F0%9F%8D%8E/@me")).Expect(204);
        (await _bob.PutAsync($"channels/{channel}/pins/{message}")).Expect(204);
        var bodies = new Dictionary<string, string>
        {
            ["PATCH channels/{id}"] = """{"name":"ours"}""",
            ["POST channels/{id}/messages"] = """{"content":"x"}""",
            ["PATCH channels/{id}/messages/{messageId}"] = """{"content":"x"}""",
            ["POST channels/{id}/messages/bulk-delete"] = $$"""{"ids":["{{message}}"]}""",
            ["PUT channels/{id}/read"] = $$"""{"message_id":"{{message}}"}""",
            ["PUT channels/{id}/permissions/{targetId}"] = """{"type":"member","allow":"0","deny":"0"}""",
        };
        using var document = JsonDocument.Parse(await _host.Client.GetStringAsync("/openapi/v1.json"));
        var routes = document.RootElement.GetProperty("paths").EnumerateObject()
            .Where(path => path.Name.StartsWith("/api/channels/{id}", StringComparison.Ordinal))
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Method: operation.Name.ToUpperInvariant(), Route: path.Name["/api/".Length..])))
            .ToList();
        Assert.True(routes.Count > 20);
        Assert.Empty(bodies.Keys.Except(routes.Select(route => $"{route.Method} {route.Route}")));

        var wrong = new List<string>();
        var anybodys = await ListenAsync(Anna);
        foreach (var (method, route) in routes)
        {
            var path = Placeholder().Replace(route, match => match.Value switch
            {
                "{id}" => channel,
                "{messageId}" => message,
                "{userId}" or "{targetId}" => _carol.Id,
                "{emoji}" => "%F0%9F%8D%8E",
                _ => throw new ArgumentOutOfRangeException(nameof(route), route, "nothing has this name"),
            });
            var answer = await _carol.SendAsync(HttpMethod.Parse(method), route.EndsWith("explain", StringComparison.Ordinal) ? $"{path}?permission=SPEAK" : path, bodies.GetValueOrDefault($"{method} {route}"));
            if ((answer.Status, answer.Code) != (404, "not_found")) wrong.Add($"{method} {route}: {answer.Status} {answer.Code}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Empty(await anybodys.SeenAsync());
        Assert.Equal(200, (await Anna.GetAsync($"channels/{channel}/messages/{message}")).Status);
    }

    [Fact]
    public async Task group_is_of_two_to_nine_others_and_new_each_time()
    {
        var others = new List<Person> { _bob, _carol };
        while (others.Count < 10) others.Add(await _club.MemberAsync());
        var ten = await OpenAsync(Anna, [.. others]);
        ten.ExpectRefusal(400, "invalid_body");
        Assert.Equal(["recipient_ids"], ten.Fields);
        var bobs = await ListenAsync(_bob);
        var small = (await OpenAsync(Anna, _bob, _carol)).Expect(201);
        Assert.Equal(("group_dm", Anna.Id, JsonValueKind.Null), (small["type"].GetString(), small["owner_id"].GetString(), small["name"].ValueKind));
        Assert.Equal([_bob.Id, _carol.Id], Recipients(small.Body));
        var seen = Assert.Single(await bobs.SeenAsync());
        Assert.Equal(("CHANNEL_CREATE", small.Id), (seen.T, seen.Id));
        Assert.Equal([Anna.Id, _carol.Id], Recipients(seen.D));
        Assert.NotEqual(small.Id, (await OpenAsync(Anna, _bob, _carol)).Expect(201).Id);

        var large = (await OpenAsync(Anna, [.. others[..9]])).Expect(201);
        Assert.Equal(9, Recipients(large.Body).Count);
        (await Anna.PutAsync($"channels/{large.Id}/recipients/{others[9].Id}")).ExpectRefusal(409, "limit_reached");
        (await Anna.PutAsync($"channels/{large.Id}/recipients/{_bob.Id}")).Expect(204);
    }

    [Fact]
    public async Task who_is_added_sees_the_group_and_who_is_removed_sees_no_more_of_it()
    {
        var dan = await _club.MemberAsync("dan");
        var group = (await OpenAsync(Anna, _bob, _carol)).Expect(201).Id;
        await Anna.SayAsync(group, "before");
        var (annas, bobs, dans) = (await ListenAsync(Anna), await ListenAsync(_bob), await ListenAsync(dan));
        // Anybody of the group may add.
        (await _bob.PutAsync($"channels/{group}/recipients/{dan.Id}")).Expect(204);
        (await _bob.PutAsync($"channels/{group}/recipients/{dan.Id}")).Expect(204);
        await dan.SayAsync(group, "thanks");
        Assert.Equal(["thanks", "before"], await dan.HistoryAsync(group));
        (await _bob.DeleteAsync($"channels/{group}/recipients/{dan.Id}")).ExpectRefusal(403, "missing_permissions");
        (await Anna.DeleteAsync($"channels/{group}/recipients/{dan.Id}")).Expect(204);
        await Anna.SayAsync(group, "after");
        (await dan.GetAsync($"channels/{group}/messages")).ExpectRefusal(404, "not_found");
        (await dan.PostAsync($"channels/{group}/messages", """{"content":"x"}""")).ExpectRefusal(404, "not_found");
        (await Anna.DeleteAsync($"channels/{group}/recipients/{dan.Id}")).ExpectRefusal(404, "not_found");

        var seen = await dans.SeenAsync();
        Assert.Equal(["CHANNEL_CREATE", "MESSAGE_CREATE", "CHANNEL_DELETE"], seen.Select(frame => frame.T));
        Assert.Equal([Anna.Id, _bob.Id, _carol.Id], Recipients(seen[0].D));
        foreach (var (listener, others) in ((Listener, string[])[])[(annas, [_bob.Id, _carol.Id]), (bobs, [Anna.Id, _carol.Id])])
        {
            seen = await listener.SeenAsync();
            Assert.Equal(["CHANNEL_UPDATE", "MESSAGE_CREATE", "CHANNEL_UPDATE", "MESSAGE_CREATE"], seen.Select(frame => frame.T));
            Assert.Equal([.. others, dan.Id], Recipients(seen[0].D));
            Assert.Equal(others, Recipients(seen[2].D));
        }
    }

    [Fact]
    public async Task group_passes_to_who_is_there_longest_and_ends_with_the_last()
    {
        var group = (await OpenAsync(Anna, _bob, _carol)).Expect(201).Id;
        var (annas, bobs, carols) = (await ListenAsync(Anna), await ListenAsync(_bob), await ListenAsync(_carol));
        (await Anna.DeleteAsync($"channels/{group}")).Expect(204);
        Assert.Equal(["CHANNEL_DELETE"], (await annas.SeenAsync()).Select(frame => frame.T));
        var updated = Assert.Single(await carols.SeenAsync());
        Assert.Equal(("CHANNEL_UPDATE", _bob.Id, _bob.Id), (updated.T, updated.D.GetProperty("owner_id").GetString(), Assert.Single(Recipients(updated.D))));
        (await Anna.GetAsync($"channels/{group}")).ExpectRefusal(404, "not_found");
        (await _carol.DeleteAsync($"channels/{group}/recipients/{_bob.Id}")).ExpectRefusal(403, "missing_permissions");
        // To remove oneself is to leave.
        (await _carol.DeleteAsync($"channels/{group}/recipients/{_carol.Id}")).Expect(204);
        Assert.Equal(["CHANNEL_DELETE"], (await carols.SeenAsync()).Select(frame => frame.T));
        (await _bob.DeleteAsync($"channels/{group}")).Expect(204);
        Assert.Equal(["CHANNEL_UPDATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"], (await bobs.SeenAsync()).Select(frame => frame.T));
        foreach (var person in (Person[])[Anna, _bob, _carol])
        {
            (await person.GetAsync($"channels/{group}")).ExpectRefusal(404, "not_found");
            Assert.Empty((await person.GetAsync("users/@me/channels")).Expect(200).Items);
        }
    }

    [Fact]
    public async Task anybody_of_a_group_gives_it_a_name()
    {
        var group = (await OpenAsync(Anna, _bob, _carol)).Expect(201).Id;
        var carols = await ListenAsync(_carol);
        Assert.Equal("Blitz", (await _bob.PatchAsync($"channels/{group}", """{"name":" Blitz "}""")).Expect(200)["name"].GetString());
        (await _bob.PatchAsync($"channels/{group}", """{"name":"Blitz"}""")).Expect(200);
        (await _bob.PatchAsync($"channels/{group}", "{}")).Expect(200);
        Assert.Equal(JsonValueKind.Null, (await Anna.PatchAsync($"channels/{group}", """{"name":null}""")).Expect(200)["name"].ValueKind);
        Assert.Equal([("CHANNEL_UPDATE", "Blitz"), ("CHANNEL_UPDATE", null)], (await carols.SeenAsync()).Select(frame => (frame.T!, frame.D.GetProperty("name").GetString())));
        foreach (var name in (string[])["\\u202eztilb", "a\\nb", new string('x', 101)])
        {
            var answer = await Anna.PatchAsync($"channels/{group}", $$"""{"name":"{{name}}"}""");
            answer.ExpectRefusal(400, "invalid_body");
            Assert.Equal(["name"], answer.Fields);
        }
    }

    [Fact]
    public async Task conversation_of_two_takes_no_name_and_nobody_else()
    {
        var channel = (await OpenAsync(Anna, _bob)).Expect(201).Id;
        (await Anna.PatchAsync($"channels/{channel}", """{"name":"ours"}""")).ExpectRefusal(409, "conflict");
        (await Anna.PutAsync($"channels/{channel}/recipients/{_carol.Id}")).ExpectRefusal(409, "conflict");
        (await Anna.DeleteAsync($"channels/{channel}/recipients/{_bob.Id}")).ExpectRefusal(409, "conflict");
        (await _carol.GetAsync($"channels/{channel}")).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task nobody_adds_strangers_or_who_has_blocked_them()
    {
        var (dan, stranger) = (await _club.MemberAsync("dan"), await _host.PersonAsync("stranger"));
        var group = (await OpenAsync(Anna, _bob, _carol)).Expect(201).Id;
        (await dan.PutAsync($"users/@me/relationships/{Anna.Id}", """{"type":"blocked"}""")).Expect(204);
        (await Anna.PutAsync($"channels/{group}/recipients/{dan.Id}")).ExpectRefusal(403, "missing_permissions");
        (await Anna.PutAsync($"channels/{group}/recipients/{stranger.Id}")).ExpectRefusal(404, "not_found");
        (await Anna.PutAsync($"channels/{group}/recipients/{_club.Id}")).ExpectRefusal(404, "not_found");
        (await dan.PutAsync($"channels/{group}/recipients/{dan.Id}")).ExpectRefusal(404, "not_found");
        (await _bob.PutAsync($"channels/{group}/recipients/{dan.Id}")).Expect(204);
    }

    private async Task<Listener> ListenAsync(Person person)
    {
        var listener = await Listener.OfAsync(_host, person);
        _listeners.Add(listener);
        return listener;
    }

    private async Task<IReadOnlyList<JsonElement>> ReadyAsync(Person person)
    {
        await using var socket = await GatewayClient.IdentifiedAsync(_host, person);
        return [.. socket.Ready!.D.GetProperty("private_channels").EnumerateArray()];
    }

    private static Task<Answer> OpenAsync(Person person, params Person[] others) =>
        person.PostAsync("users/@me/channels", $$"""{"recipient_ids":[{{string.Join(',', others.Select(other => $"\"{other.Id}\""))}}]}""");

    private static IReadOnlyList<string> Recipients(JsonElement channel) => [.. channel.GetProperty("recipients").EnumerateArray().Select(user => user.GetProperty("id").GetString()!)];

    private static void AssertSame(JsonElement expected, JsonElement actual) => Assert.True(JsonElement.DeepEquals(expected, actual), $"{expected.GetRawText()}\n{actual.GetRawText()}");

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();
}
