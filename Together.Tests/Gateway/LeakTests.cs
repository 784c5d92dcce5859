using System.Globalization;
using System.Text.Json;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Gateway;

/// <summary>
/// People do what they like, one after another; after each action every connection must have got what its user may know, all of
/// it and nothing else, by a model that shares no code with the host. <c>TOGETHER_LEAK_SEEDS=10-40</c> adds seeds.
/// </summary>
public sealed class LeakTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private const int PeopleCount = 8;
    private const int Actions = 300;

    /// <summary>Actions between two looks at what can be asked for.</summary>
    private const int LookEvery = 5;

    /// <summary>Actions between two new connections: seldom, because each lets the host forget what it remembers of a server.</summary>
    private const int ReadyEvery = 50;

    /// <summary>Actions between two people who type or change their status.</summary>
    private const int MoodEvery = 3;

    private readonly TestHost _host = shared.Host;
    private readonly List<Person> _people = [];
    private readonly List<GatewayClient> _sockets = [];
    private readonly List<string> _story = [];
    private readonly HashSet<string> _servers = new(StringComparer.Ordinal);
    private readonly HashSet<(string Channel, string User)> _typed = [];
    private World _world = World.Empty;

    /// <summary>The world before the last action: what is not stored may have been told in either.</summary>
    private World _before = World.Empty;
    private int _statuses;
    private int _typings;

    public static TheoryData<int> Seeds
    {
        get
        {
            var seeds = new TheoryData<int>(1, 2, 3);
            if (Environment.GetEnvironmentVariable("TOGETHER_LEAK_SEEDS")?.Split('-') is [var from, var to])
            {
                for (var seed = Number(from); seed <= Number(to); seed++) seeds.Add(seed);
            }

            return seeds;

            static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task every_connection_gets_what_its_user_may_see_and_nothing_else(int seed)
    {
        try
        {
            await LiveAsync(new Random(seed));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw new Xunit.Sdk.XunitException($"seed {seed}, action {_story.Count}: {failure.Message}\n\nBefore it:\n{string.Join('\n', _story.TakeLast(8))}\n\nPeople:\n{string.Join('\n', _people.Select(person => $"{person.Username} {person.Id}"))}", failure);
        }
        finally
        {
            foreach (var socket in _sockets) await socket.DisposeAsync();
        }
    }

    private async Task LiveAsync(Random random)
    {
        for (var i = 0; i < PeopleCount; i++) _people.Add(await _host.PersonAsync($"p{i}."));
        _world = World.Empty with { Names = Wire.Table<(string, string)>().AddRange(_people.Select(person => KeyValuePair.Create(person.Id, (person.Username, person.Username)))) };
        foreach (var person in _people) _sockets.Add(await GatewayClient.IdentifiedAsync(_host, person, seesPresences: true));

        var actions = new LeakActions(random, _people, TimeProvider.System);
        var (accepted, refused, scoped) = (0, 0, 0);
        for (var i = 0; i < Actions; i++)
        {
            if (i % MoodEvery == 0) await MoodAsync(random);
            var attempt = actions.Next(_world);
            _story.Add(attempt.ToString());
            var told = await DoAsync(attempt);
            if (attempt.IsAccepted) accepted++;
            else refused++;
            if (told.Any(frames => frames > 0) && told.Any(frames => frames == 0)) scoped++;
            if (i % LookEvery == 0) await LookAsync(random, actions.Gone);
            if (i % ReadyEvery == 0) await CheckReadyAsync(_people[random.Next(PeopleCount)]);
        }

        foreach (var person in _people) await CheckReadyAsync(person);
        Assert.True(accepted > Actions / 3 && refused > Actions / 10 && scoped > Actions / 10, $"too dull a life: {accepted} accepted, {refused} refused, {scoped} told to some and not to others");
        Assert.True(_statuses > PeopleCount && _typings > PeopleCount, $"too quiet a life: {_statuses} statuses and {_typings} typing people were told");
    }

    /// <summary>Somebody types, or hides, or is there again.</summary>
    private async Task MoodAsync(Random random)
    {
        var i = random.Next(PeopleCount);
        var status = ((string[])["online", "away", "dnd", "invisible"])[random.Next(4)];
        await _sockets[i].SendAsync("PRESENCE_UPDATE", $$"""{"status":"{{status}}","custom_status":null}""");
        var places = _world.Places.Where(place => place.Channel?.Type != "category").ToList();
        if (places.Count == 0) return;
        var (place, person) = (places[random.Next(places.Count)], _people[random.Next(PeopleCount)]);
        var permissions = place.Permissions(_world, person.Id);
        (await person.PostAsync($"channels/{place.Id}/typing")).Expect((permissions & Bit.View) == 0 ? 404 : (permissions & Bit.Send) == 0 ? 403 : 204);
        _typed.Add((place.Id, person.Id));
    }

    /// <summary>What is not stored comes when it comes, and not for each change: but never to who may not see it. False for such a frame.</summary>
    private bool IsStored(GatewayFrame frame, string receiver)
    {
        if (frame.Is("PRESENCE_UPDATE"))
        {
            var subject = Wire.Text(frame.D, "user_id")!;
            Assert.True(MaySee(_before, receiver, subject) || MaySee(_world, receiver, subject), $"{receiver} was told: {frame}");
            Interlocked.Increment(ref _statuses);
            return false;
        }

        if (!frame.Is("TYPING_START")) return true;
        var (channel, user) = (Wire.Text(frame.D, "channel_id")!, Wire.Text(frame.D, "user_id")!);
        Assert.Contains((channel, user), _typed);
        Assert.True(Sees(_before) || Sees(_world), $"{receiver} was told: {frame}");
        Interlocked.Increment(ref _typings);
        return false;

        bool Sees(World world) => world.Places.FirstOrDefault(place => place.Id == channel) is { } place && (place.Permissions(world, receiver) & Bit.View) != 0;
    }

    private static bool MaySee(World world, string viewer, string subject) =>
        viewer == subject
        || (world.Relation(subject, viewer) != "blocked"
            && (world.Relation(viewer, subject) == "friend" || world.Servers.Values.Any(server => server.Members.ContainsKey(viewer) && server.Members.ContainsKey(subject))));

    /// <summary>Sends the request, moves the model on and compares what every connection got. Answers how many frames each.</summary>
    private async Task<List<int>> DoAsync(Attempt attempt)
    {
        var before = _before = _world;
        var answer = await attempt.Actor.SendAsync(new HttpMethod(attempt.Method), attempt.Path, attempt.Body);
        answer.Expect(attempt.Status);
        if (attempt.IsAccepted) _world = await attempt.Then(answer);
        _servers.UnionWith(_world.Servers.Keys);

        var after = _world;
        var expected = _people.Select(person => World.Told(before, after, person.Id, attempt.IsBulk).ToList()).ToList();
        var got = await SeenAsync();
        if (attempt.DeletesMessagesOf is var (server, author))
        {
            // These go behind the ban, in the host's own time. The owner sees all of them.
            _world = after.WithoutMessages(server, author);
            for (var i = 0; i < _people.Count; i++) expected[i].AddRange(World.Told(after, _world, _people[i].Id, isBulk: true));
            var owner = _people.FindIndex(person => person.Id == after.Servers[server].Owner);
            while (got[owner].Count < expected[owner].Count)
            {
                var frame = await _sockets[owner].ReceiveAsync();
                if (IsStored(frame, _people[owner].Id)) got[owner].Add(Read(frame));
            }

            var late = await SeenAsync();
            for (var i = 0; i < _people.Count; i++) got[i].AddRange(late[i]);
        }

        for (var i = 0; i < _people.Count; i++) AssertSame($"frames for {_people[i].Username}", expected[i], got[i]);
        return [.. got.Select(frames => frames.Count)];
    }

    /// <summary>
    /// What has come by now. The barrier is REQUEST_MEMBERS: an action is answered before its frames are queued, and a turn of the
    /// log's loop comes behind both. It is also one more thing that must tell strangers nothing.
    /// </summary>
    private async Task<List<List<string>>> SeenAsync()
    {
        var server = _servers.ElementAtOrDefault(_story.Count % Math.Max(1, _servers.Count)) ?? _people[0].Id;
        var seen = await Task.WhenAll(_sockets.Select(async (socket, i) =>
        {
            await socket.SendAsync("HEARTBEAT");
            await socket.SendAsync("REQUEST_MEMBERS", $$"""{"server_id":"{{server}}"}""");
            var frames = await socket.UntilAsync(frame => frame.Is("SERVER_MEMBERS_CHUNK"));
            AssertMembers(_world.Seen(server, _people[i].Id), frames[^1].D.GetProperty("members"));
            return frames[..^1].Where(frame => frame.Op != "HEARTBEAT_ACK" && IsStored(frame, _people[i].Id)).Select(Read).ToList();
        }));
        return [.. seen];
    }

    /// <summary>What somebody can ask for over HTTP.</summary>
    private async Task LookAsync(Random random, List<string> gone)
    {
        var person = _people[random.Next(_people.Count)];
        AssertSame(
            "GET servers",
            _world.Servers.Values.Where(server => server.Members.ContainsKey(person.Id)).Select(server => $"{server}"),
            (await person.GetAsync("servers")).Expect(200).Items.Select(server => $"{ModelServer.Read(server)}"));

        foreach (var (id, server) in _world.Servers)
        {
            var status = server.Members.ContainsKey(person.Id) ? 200 : 404;
            var (channels, members, roles) = (await GetAsync("channels"), await GetAsync("members"), await GetAsync("roles"));
            (await person.GetAsync($"servers/{id}")).Expect(status);
            (await person.GetAsync($"servers/{id}/bans")).Expect(status == 404 ? 404 : (server.Permissions(person.Id) & Bit.Ban) == 0 ? 403 : 200);
            if (status == 404) continue;
            AssertSame("GET channels", server.Visible(person.Id).Select(channel => $"{channel}"), channels.Items.Select(channel => $"{ModelChannel.Read(channel)}"));
            AssertSame("GET roles", server.Roles.Values.Select(role => $"{role}"), roles.Items.Select(role => $"{ModelRole.Read(role)}"));
            AssertMembers(server, members.Body);

            async Task<Answer> GetAsync(string what) => (await person.GetAsync($"servers/{id}/{what}")).Expect(status);
        }

        foreach (var place in _world.Places.Where(_ => random.Next(5) == 0)) await LookAsync(person, place);
        await LookAsync(person, _people[random.Next(_people.Count)].Id);
        if (gone.Count == 0) return;
        var lost = gone[random.Next(gone.Count)];
        foreach (var path in (string[])[$"channels/{lost}", $"channels/{lost}/messages", $"servers/{lost}", $"servers/{lost}/channels"]) (await person.GetAsync(path)).Expect(404);
    }

    private async Task LookAsync(Person person, Place place)
    {
        var permissions = place.Permissions(_world, person.Id);
        var answer = (await person.GetAsync($"channels/{place.Id}")).Expect((permissions & Bit.View) != 0 ? 200 : 404);
        if (answer.Status == 200 && place.Private is { } channel) Assert.Equal(channel.Shown(_world, person.Id), ModelPrivate.ReadShown(answer.Body));
        else if (answer.Status == 200) Assert.Equal($"{place.Channel}", $"{ModelChannel.Read(answer.Body)}");

        var status = (permissions & Bit.View) == 0 ? 404 : (permissions & Bit.History) == 0 ? 403 : 200;
        var history = await GetAsync("messages?limit=100");
        if (status == 200) Assert.Equal(place.Messages.Values.Reverse().Select(message => message.Shown(_world, place, person.Id)), history.Items.Select(ModelMessage.ReadShown));
        var pins = await GetAsync("pins");
        if (status == 200) AssertSame("pins", place.Messages.Values.Where(message => message.IsPinned).Select(message => message.Shown(_world, place, person.Id)), pins.Items.Select(ModelMessage.ReadShown));
        if (place.Messages.Keys.LastOrDefault() is { } last) await GetAsync($"messages/{last}");
        const ulong moderation = Bit.ManageMessages | Bit.History;
        (await person.GetAsync($"channels/{place.Id}/messages/deleted")).Expect((permissions & Bit.View) == 0 ? 404 : (permissions & moderation) == moderation ? 200 : 403);
        if (place.Messages.Values.LastOrDefault(message => !message.Reactions.IsEmpty) is not { } reacted) return;
        var emoji = reacted.Reactions[0].Emoji;
        var reactors = await GetAsync($"messages/{reacted.Id}/reactions/{Uri.EscapeDataString(emoji)}");
        if (status == 200) AssertSame("reactors", reacted.Reactions.Where(reaction => reaction.Emoji == emoji).Select(reaction => _world.User(reaction.User)), reactors.Items.Select(Wire.User));

        async Task<Answer> GetAsync(string what) => (await person.GetAsync($"channels/{place.Id}/{what}")).Expect(status);
    }

    private async Task LookAsync(Person person, string other)
    {
        var profile = (await person.GetAsync($"users/{other}")).Expect(_world.Knows(person.Id, other) ? 200 : 404);
        if (profile.Status == 200) Assert.Equal(_world.User(other), Wire.User(profile.Body));
        AssertSame("GET private channels", Private(person.Id), (await person.GetAsync("users/@me/channels")).Expect(200).Items.Select(ModelPrivate.ReadShown));
        AssertSame("GET relationships", Relations(person.Id), (await person.GetAsync("users/@me/relationships")).Expect(200).Items.Select(World.ReadRelation));
    }

    private IEnumerable<string> Private(string user) => _world.Privates.Values.Where(channel => channel.IsOpenFor(user)).Select(channel => channel.Shown(_world, user));

    private IEnumerable<string> Relations(string user) => _world.Relations.Where(pair => pair.Key.User == user).Select(pair => $"{_world.User(pair.Key.Other)} {pair.Value}");

    private async Task CheckReadyAsync(Person person)
    {
        await using var client = await GatewayClient.IdentifiedAsync(_host, person);
        var ready = client.Ready!.D;
        AssertSame($"private channels of {person.Username}", Private(person.Id), ready.GetProperty("private_channels").EnumerateArray().Select(ModelPrivate.ReadShown));
        AssertSame($"relationships of {person.Username}", Relations(person.Id), ready.GetProperty("relationships").EnumerateArray().Select(World.ReadRelation));
        Assert.Equal(_world.Settings(person.Id), ready.GetProperty("settings").GetRawText());
        // Nobody marks anything here: what is there are the mentions since they joined.
        AssertSame(
            $"read states of {person.Username}",
            ready.GetProperty("servers").EnumerateArray().SelectMany(server => Mentions(person.Id, server)).Concat(PrivateMentions(person.Id)),
            ready.GetProperty("read_states").EnumerateArray().Select(state => state.GetRawText()));
        AssertSame(
            $"READY of {person.Username}",
            _world.Servers.Values.Where(server => server.Members.ContainsKey(person.Id)).Select(server => server.Shown(person.Id)),
            ready.GetProperty("servers").EnumerateArray().Select(ModelServer.ReadShown));
    }

    private IEnumerable<string> Mentions(string user, JsonElement shown)
    {
        var server = _world.Servers[Wire.Text(shown, "id")!];
        var joinedAt = shown.GetProperty("members").EnumerateArray().Single(member => Wire.Text(member.GetProperty("user"), "id") == user).GetProperty("joined_at").GetDateTimeOffset();
        foreach (var channel in server.Visible(user))
        {
            var count = channel.Messages.Values.Count(message => _world.Relation(user, message.Author) != "blocked" && message.Names(server.Members[user], server.Id, joinedAt));
            if (count > 0) yield return ReadState(channel.Id, count);
        }
    }

    private IEnumerable<string> PrivateMentions(string user)
    {
        foreach (var channel in _world.Privates.Values.Where(channel => channel.Members.Contains(user)))
        {
            var count = channel.Messages.Values.Count(message => _world.Relation(user, message.Author) != "blocked" && message.Author != user && message.Mentions.Contains(user));
            if (count > 0) yield return ReadState(channel.Id, count);
        }
    }

    private static string ReadState(string channel, int mentions) => $$"""{"channel_id":"{{channel}}","last_read_message_id":null,"mention_count":{{mentions}}}""";

    private static string Read(GatewayFrame frame)
    {
        Assert.Equal("DISPATCH", frame.Op);
        return World.Read(frame.T!, frame.D);
    }

    private static void AssertMembers(ModelServer? expected, JsonElement members) =>
        AssertSame("members", expected?.Members.Values.Select(member => $"{member}") ?? [], members.EnumerateArray().Select(member => $"{ModelMember.Read(member)}"));

    /// <summary>The same texts, in any order.</summary>
    private static void AssertSame(string what, IEnumerable<string> expected, IEnumerable<string> got)
    {
        List<string> missing = [.. expected], extra = [];
        foreach (var text in got)
        {
            if (!missing.Remove(text)) extra.Add(text);
        }

        Assert.True(missing.Count + extra.Count == 0, $"{what}\n{string.Join('\n', missing.Select(text => $"  missing: {text}").Concat(extra.Select(text => $"  not due: {text}")))}");
    }
}
