using System.Text.Json;
using Together.Bench.Load;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;
using GatewayClient = Together.Tests.Kit.GatewayClient;

namespace Together.Tests.Channels;

public sealed class ReadStatesTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task mark_reaches_every_device_and_stays()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await using var laptop = await GatewayClient.IdentifiedAsync(_host, bob);
        await using var phone = await GatewayClient.IdentifiedAsync(_host, bob);
        await using var owner = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        Assert.Empty(States(laptop.Ready!));

        var message = await club.Owner.SayAsync(club.General, $"<@{bob.Id}>");
        await club.Owner.SayAsync(club.General, $"again <@{bob.Id}>");
        await MarkAsync(bob, club.General, message.Id);
        foreach (var device in (GatewayClient[])[laptop, phone])
        {
            var update = (await device.UntilAsync(frame => frame.Is("READ_STATE_UPDATE")))[^1];
            Assert.Equal(["channel_id", "last_read_message_id", "mention_count"], update.D.EnumerateObject().Select(field => field.Name));
            Assert.Equal((club.General, message.Id, 1), State(update.D));
        }

        Assert.Equal([(club.General, message.Id, 1)], await FreshAsync(bob));
        await club.Owner.SayAsync(club.General, "end");
        // Nobody else learns of it.
        Assert.DoesNotContain(await owner.BeforeAsync("end"), frame => frame.Is("READ_STATE_UPDATE"));
    }

    [Fact]
    public async Task lower_mark_makes_unread_from_there_and_null_everything()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var said = new List<string>();
        for (var i = 0; i < 4; i++) said.Add((await club.Owner.SayAsync(club.General, $"<@{bob.Id}> {i}")).Id);
        await MarkAsync(bob, club.General, said[3]);
        Assert.Equal([(club.General, said[3], 0)], await FreshAsync(bob));
        await MarkAsync(bob, club.General, said[1]);
        Assert.Equal([(club.General, said[1], 2)], await FreshAsync(bob));
        await MarkAsync(bob, club.General, null);
        Assert.Equal([(club.General, null, 4)], await FreshAsync(bob));
    }

    [Fact]
    public async Task mark_may_be_at_a_deleted_message_and_in_a_voice_channel()
    {
        var club = await Community.FoundAsync(_host);
        var message = await club.Owner.SayAsync(club.Voice, "gone");
        (await club.Owner.DeleteAsync($"channels/{club.Voice}/messages/{message.Id}")).Expect(204);
        await MarkAsync(club.Owner, club.Voice, message.Id);
        Assert.Equal([(club.Voice, message.Id, 0)], await FreshAsync(club.Owner));
    }

    [Fact]
    public async Task user_role_and_everyone_count_once_each_message_and_ones_own_do_not()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var carol = await club.MemberAsync("carol");
        await club.GrantAsync(Permissions.MentionEveryone);
        var role = await club.RoleAsync("gardeners");
        var others = await club.RoleAsync("others");
        await club.GiveAsync(bob, role);
        await club.GiveAsync(carol, others);

        await carol.SayAsync(club.General, $"<@{bob.Id}>");
        await carol.SayAsync(club.General, $"<@&{role}>");
        await carol.SayAsync(club.General, "@everyone");
        await carol.SayAsync(club.General, "@here");
        await carol.SayAsync(club.General, $"<@&{club.Id}>");
        Assert.Equal([(club.General, null, 5)], await FreshAsync(bob));
        await carol.SayAsync(club.General, $"<@{bob.Id}> <@&{role}> @everyone: one message");
        Assert.Equal([(club.General, null, 6)], await FreshAsync(bob));
        await carol.SayAsync(club.General, "nobody");
        await carol.SayAsync(club.General, $"<@&{others}> <@{club.Owner.Id}>");
        await bob.SayAsync(club.General, $"@everyone <@{bob.Id}>");
        Assert.Equal([(club.General, null, 6)], await FreshAsync(bob));
    }

    [Fact]
    public async Task everyone_is_one_row()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await TestHost.StartAsync(postgres, database: database);
        var club = await Community.FoundAsync(host);
        for (var i = 0; i < 5; i++) await club.MemberAsync();
        await club.Owner.SayAsync(club.General, "@everyone");
        Assert.Equal(1L, await database.ScalarAsync<long>("select count(*) from mentions"));
    }

    [Fact]
    public async Task whom_they_have_blocked_mentions_nobody()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var first = await club.Owner.SayAsync(club.General, "@everyone");
        await club.Owner.SayAsync(club.General, "@everyone");
        (await bob.PutAsync($"users/@me/relationships/{club.Owner.Id}", """{"type":"blocked"}""")).Expect(204);
        Assert.Empty(await FreshAsync(bob));
        await using var client = await GatewayClient.IdentifiedAsync(_host, bob);
        await MarkAsync(bob, club.General, first.Id);
        Assert.Equal((club.General, first.Id, 0), State((await client.ReceiveAsync("READ_STATE_UPDATE")).D));
        (await bob.DeleteAsync($"users/@me/relationships/{club.Owner.Id}")).Expect(204);
        Assert.Equal([(club.General, first.Id, 1)], await FreshAsync(bob));
    }

    [Fact]
    public async Task private_channel_has_a_state_of_its_own()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var channel = (await club.Owner.PostAsync("users/@me/channels", $$"""{"recipient_ids":["{{bob.Id}}"]}""")).Expect(201).Id;
        var first = await club.Owner.SayAsync(channel, $"<@{bob.Id}>");
        await club.Owner.SayAsync(channel, $"<@{bob.Id}>");
        Assert.Equal([(channel, null, 2)], await FreshAsync(bob));
        await MarkAsync(bob, channel, first.Id);
        Assert.Equal([(channel, first.Id, 1)], await FreshAsync(bob));
        (await (await club.MemberAsync("carol")).PutAsync($"channels/{channel}/read", """{"message_id":null}""")).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task deleted_message_no_longer_counts()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var message = await club.Owner.SayAsync(club.General, $"<@{bob.Id}>");
        await club.Owner.SayAsync(club.General, $"<@{bob.Id}>, I mean");
        (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{message.Id}")).Expect(204);
        Assert.Equal([(club.General, null, 1)], await FreshAsync(bob));
    }

    [Fact]
    public async Task messages_deleted_with_a_ban_no_longer_count()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var spammer = await club.MemberAsync("spammer");
        await using var client = await GatewayClient.IdentifiedAsync(_host, bob);
        await spammer.SayAsync(club.General, $"<@{bob.Id}>");
        await spammer.SayAsync(club.General, $"<@{bob.Id}>!");
        (await club.Owner.PutAsync($"servers/{club.Id}/bans/{spammer.Id}", """{"delete_message_seconds":3600}""")).Expect(204);
        await client.UntilAsync(frame => frame.Is("MESSAGE_DELETE_BULK"));
        Assert.Empty(await FreshAsync(bob));
    }

    [Fact]
    public async Task edit_takes_a_mention_away_and_adds_none()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var carol = await club.MemberAsync("carol");
        var message = await club.Owner.SayAsync(club.General, $"<@{bob.Id}> <@{carol.Id}> @everyone");
        await EditAsync($"<@{carol.Id}>");
        Assert.Empty(await FreshAsync(bob));
        Assert.Equal([(club.General, null, 1)], await FreshAsync(carol));
        await EditAsync($"<@{bob.Id}> <@{carol.Id}>");
        Assert.Empty(await FreshAsync(bob));
        Assert.Equal([(club.General, null, 1)], await FreshAsync(carol));
        await EditAsync("nobody");
        Assert.Empty(await FreshAsync(carol));

        async Task EditAsync(string content) =>
            (await club.Owner.PatchAsync($"channels/{club.General}/messages/{message.Id}", $$"""{"content":"{{content}}"}""")).Expect(200);
    }

    [Fact]
    public async Task mention_of_a_role_counts_for_those_who_have_it_now()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var role = await club.RoleAsync("gardeners");
        await club.GiveAsync(bob, role);
        await club.Owner.SayAsync(club.General, $"<@&{role}>");
        Assert.Equal([(club.General, null, 1)], await FreshAsync(bob));
        await club.TakeAsync(bob, role);
        Assert.Empty(await FreshAsync(bob));
    }

    [Fact]
    public async Task mentions_from_before_joining_do_not_count_not_even_after_coming_back()
    {
        var club = await Community.FoundAsync(_host);
        await club.Owner.SayAsync(club.General, "@everyone: founded");
        var bob = await club.MemberAsync("bob");
        Assert.Empty(await FreshAsync(bob));
        var second = await club.Owner.SayAsync(club.General, "@everyone: bob is here");
        await MarkAsync(bob, club.General, second.Id);
        (await bob.DeleteAsync($"servers/{club.Id}/members/@me")).Expect(204);
        await club.Owner.SayAsync(club.General, "@everyone: bob is away");
        await club.AdmitAsync(bob);
        Assert.Equal([(club.General, second.Id, 0)], await FreshAsync(bob));
        await club.Owner.SayAsync(club.General, "@everyone: bob is back");
        Assert.Equal([(club.General, second.Id, 1)], await FreshAsync(bob));
    }

    [Fact]
    public async Task channel_out_of_sight_has_no_state_and_tells_nothing()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var message = await club.Owner.SayAsync(club.General, "@everyone");
        await MarkAsync(bob, club.General, null);
        await club.OverwriteAsync(club.General, deny: Permissions.ViewChannel);
        Assert.Empty(await FreshAsync(bob));
        (await bob.PutAsync($"channels/{club.General}/read", $$"""{"message_id":"{{message.Id}}"}""")).ExpectRefusal(404, "not_found");
        await club.OverwriteAsync(club.General);
        Assert.Equal([(club.General, null, 1)], await FreshAsync(bob));
    }

    [Fact]
    public async Task channel_that_is_hidden_while_a_mark_is_stored_tells_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await TestHost.StartAsync(postgres, database: database);
        var club = await Community.FoundAsync(host);
        var bob = await club.MemberAsync("bob");
        await using var client = await GatewayClient.IdentifiedAsync(host, bob);
        Task mark;
        await using (var table = await HeldTable.TakeAsync(database, "read_states"))
        {
            mark = MarkAsync(bob, club.General, null);
            await table.WantedAsync();
            await club.OverwriteAsync(club.General, deny: Permissions.ViewChannel);
        }

        await mark;
        await club.Owner.SayAsync(club.Voice, "end");
        Assert.Equal(["CHANNEL_DELETE"], (await client.BeforeAsync("end")).Select(frame => frame.T));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"message_id":7}""")]
    [InlineData("""{"message_id":"last"}""")]
    [InlineData("""{"message_id":"019aa000-0000-7000-8000-000000000000"}""")]
    public async Task bad_mark_is_refused_by_the_name_of_the_field_and_changes_nothing(string body)
    {
        var club = await Community.FoundAsync(_host);
        var message = await club.Owner.SayAsync(club.General, "x");
        await MarkAsync(club.Owner, club.General, message.Id);
        var answer = await club.Owner.PutAsync($"channels/{club.General}/read", body);
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal(["message_id"], answer.Fields);
        Assert.Equal([(club.General, message.Id, 0)], await FreshAsync(club.Owner));
    }

    [Fact]
    public async Task message_of_another_channel_and_a_category_are_refused()
    {
        var club = await Community.FoundAsync(_host);
        var other = await club.Owner.SayAsync(club.Voice, "x");
        (await club.Owner.PutAsync($"channels/{club.General}/read", $$"""{"message_id":"{{other.Id}}"}""")).ExpectRefusal(400, "invalid_body");
        var category = await club.ChannelAsync("games", "category");
        (await club.Owner.PutAsync($"channels/{category}/read", """{"message_id":null}""")).ExpectRefusal(409, "conflict");
        Assert.Empty(await FreshAsync(club.Owner));
    }

    [Fact]
    public async Task ten_devices_at_once_end_in_one_of_their_marks_and_agree()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var said = new List<string>();
        for (var i = 0; i < 10; i++) said.Add((await club.Owner.SayAsync(club.General, $"<@{bob.Id}> {i}")).Id);
        var devices = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => GatewayClient.IdentifiedAsync(_host, bob)));
        try
        {
            // One of them is no message at all: it spoils nothing for those who share its statement.
            var marks = said.Select(id => MarkAsync(bob, club.General, id)).Append(bob.PutAsync($"channels/{club.General}/read", $$"""{"message_id":"{{club.Id}}"}"""));
            await Task.WhenAll(marks);
            await club.Owner.SayAsync(club.General, "end");
            var fresh = Assert.Single(await FreshAsync(bob));
            Assert.Contains(fresh.Last, said);
            Assert.Equal(9 - said.IndexOf(fresh.Last!), fresh.Mentions);
            foreach (var device in devices)
                Assert.Equal(fresh, State((await device.BeforeAsync("end")).Last(frame => frame.Is("READ_STATE_UPDATE")).D));
        }
        finally
        {
            foreach (var device in devices) await device.DisposeAsync();
        }
    }

    /// <summary>A client that starts from READY and counts what comes knows as much as one that starts anew, whatever happens when.</summary>
    [Fact]
    public async Task counting_along_equals_a_fresh_start_in_a_race_of_mentions_and_marks()
    {
        var club = await Community.FoundAsync(_host);
        await club.GrantAsync(Permissions.MentionEveryone);
        var bob = await club.MemberAsync("bob");
        var carol = await club.MemberAsync("carol");
        var counters = new List<GatewayClient> { await GatewayClient.IdentifiedAsync(_host, bob) };
        var said = new System.Collections.Concurrent.ConcurrentQueue<string>([(await carol.SayAsync(club.General, "start")).Id]);
        try
        {
            var posting = Task.WhenAll(((Person[])[club.Owner, carol, bob]).Select(async person =>
            {
                for (var i = 0; i < 60; i++) said.Enqueue((await person.SayAsync(club.General, i % 3 == 0 ? "@everyone" : i % 3 == 1 ? $"<@{bob.Id}>" : "nobody")).Id);
            }));
            var marking = Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
            {
                while (!posting.IsCompleted) await MarkAsync(bob, club.General, said.Last());
            }));
            while (!posting.IsCompleted) counters.Add(await GatewayClient.IdentifiedAsync(_host, bob));
            await Task.WhenAll(posting, marking);
            await club.Owner.SayAsync(club.General, "end");

            var fresh = Assert.Single(await FreshAsync(bob));
            Assert.True(counters.Count > 3, "no client came during the race");
            foreach (var counter in counters)
            {
                if (!counter.Received.Any(frame => frame.Content == "end")) await counter.BeforeAsync("end");
                Assert.Equal(fresh, Count(counter, bob, club.General));
            }
        }
        finally
        {
            foreach (var counter in counters) await counter.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task what_is_said_while_the_database_is_asked_counts_once(bool isReady)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await TestHost.StartAsync(postgres, database: database);
        var club = await Community.FoundAsync(host);
        var bob = await club.MemberAsync("bob");
        var first = await club.Owner.SayAsync(club.General, $"<@{bob.Id}>");
        await club.Owner.SayAsync(club.General, $"<@{bob.Id}>");
        await using var client = await (isReady ? GatewayClient.ConnectAsync(host, bob) : GatewayClient.IdentifiedAsync(host, bob));

        await using (var table = await HeldTable.TakeAsync(database, "read_states"))
        {
            var asked = isReady ? client.IdentifyAsync() : MarkAsync(bob, club.General, first.Id);
            await table.WantedAsync();
            // All of it is there when the database comes to answer.
            await club.Owner.SayAsync(club.General, $"<@{bob.Id}>");
            var deleted = await club.Owner.SayAsync(club.General, $"<@{bob.Id}>");
            (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{deleted.Id}")).Expect(204);
            var edited = await club.Owner.SayAsync(club.General, $"<@{bob.Id}>");
            (await club.Owner.PatchAsync($"channels/{club.General}/messages/{edited.Id}", """{"content":"nobody"}""")).Expect(200);
            await table.ReleaseAsync();
            await asked;
        }

        await club.Owner.SayAsync(club.General, "end");
        var frames = await client.BeforeAsync("end");
        if (isReady)
        {
            Assert.Equal([(club.General, null, 2)], States(client.Ready!));
            Assert.Equal(["MESSAGE_CREATE", "MESSAGE_CREATE", "MESSAGE_DELETE", "MESSAGE_CREATE", "MESSAGE_UPDATE"], frames.Select(frame => frame.T));
        }
        else
        {
            Assert.Equal((club.General, first.Id, 2), State(frames.Single(frame => frame.Is("READ_STATE_UPDATE")).D));
        }
    }

    [Fact]
    public async Task resumed_tells_the_states_as_of_its_end()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await using var client = await GatewayClient.IdentifiedAsync(_host, bob);
        var (session, position) = (client.SessionId, client.Position);
        client.Vanish();
        var message = await club.Owner.SayAsync(club.General, "@everyone");
        await club.Owner.SayAsync(club.General, "@everyone, again");
        await MarkAsync(bob, club.General, message.Id);
        await using var again = await GatewayClient.ConnectAsync(_host, bob);
        await again.ResumeAsync(session, position);
        Assert.Equal([(club.General, message.Id, 1)], States((await again.UntilAsync(frame => frame.Is("RESUMED")))[^1]));
    }

    [Fact]
    public async Task acknowledged_mark_is_stored_and_outlives_the_host()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await TestHost.StartAsync(postgres, database: database);
        var club = await Community.FoundAsync(host);
        var message = await club.Owner.SayAsync(club.General, "x");
        await MarkAsync(club.Owner, club.General, message.Id);
        // Committed when it is answered: a killed host keeps it.
        Assert.Equal(Guid.Parse(message.Id), await database.ScalarAsync<Guid>("select last_read_message_id from read_states"));
        await host.RestartAsync();
        await using var client = await GatewayClient.IdentifiedAsync(host, club.Owner);
        Assert.Equal([(club.General, message.Id, 0)], States(client.Ready!));
    }

    [Fact]
    public async Task without_the_database_a_mark_is_unavailable_and_ready_closes_resumably()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var proxy = new PostgresProxy(database.ConnectionString);
        var address = new Npgsql.NpgsqlConnectionStringBuilder(proxy.ConnectionString);
        await using var host = await TestHost.StartAsync(
            postgres,
            options => options with { Database = options.Database with { Url = $"postgres://{address.Username}@{address.Host}:{address.Port}/{address.Database}" } },
            database);
        var club = await Community.FoundAsync(host);
        var message = await club.Owner.SayAsync(club.General, "x");
        // Its token was checked with the database, before it goes.
        await using var client = await GatewayClient.ConnectAsync(host, club.Owner);
        proxy.GoAway();
        (await club.Owner.PutAsync($"channels/{club.General}/read", $$"""{"message_id":"{{message.Id}}"}""")).ExpectRefusal(503, "unavailable");
        await client.SendAsync("IDENTIFY", "{}");
        Assert.Equal(4000, await client.ClosedAsync());

        proxy.ComeBack();
        await MarkAsync(club.Owner, club.General, message.Id);
        await using var again = await GatewayClient.IdentifiedAsync(host, club.Owner);
        Assert.Equal([(club.General, message.Id, 0)], States(again.Ready!));
    }

    private static async Task MarkAsync(Person person, string channel, string? message) =>
        (await person.PutAsync($"channels/{channel}/read", $$"""{"message_id":{{(message is null ? "null" : $"\"{message}\"")}}}""")).Expect(204);

    private async Task<List<(string Channel, string? Last, int Mentions)>> FreshAsync(Person person)
    {
        await using var client = await GatewayClient.IdentifiedAsync(_host, person);
        return States(client.Ready!);
    }

    private static List<(string Channel, string? Last, int Mentions)> States(GatewayFrame frame) => [.. frame.D.GetProperty("read_states").EnumerateArray().Select(State)];

    private static (string Channel, string? Last, int Mentions) State(JsonElement state) =>
        (state.GetProperty("channel_id").GetString()!, state.GetProperty("last_read_message_id").GetString(), state.GetProperty("mention_count").GetInt32());

    /// <summary>What a client makes of all it received.</summary>
    private static (string, string?, int) Count(GatewayClient client, Person person, string channel)
    {
        var state = States(client.Ready!).Find(state => state.Channel == channel);
        if (state.Channel is null) state = (channel, null, 0);
        foreach (var frame in client.Received.SkipWhile(frame => !frame.Is("READY")))
        {
            if (frame.Is("READ_STATE_UPDATE")) state = State(frame.D);
            if (!frame.Is("MESSAGE_CREATE") || frame.D.GetProperty("author").GetProperty("id").GetString() == person.Id) continue;
            var isMention = frame.D.GetProperty("mention_everyone").GetBoolean()
                || frame.D.GetProperty("mentions").EnumerateArray().Any(user => user.GetProperty("id").GetString() == person.Id);
            if (isMention && string.CompareOrdinal(frame.Id, state.Last ?? "") > 0) state.Mentions++;
        }

        return state;
    }
}
