using System.Text.Json;
using Npgsql;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Servers;

public sealed class BansTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task ban_is_listed_with_its_reason_and_moderator()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        (await club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}", """{"reason":" spam "}""")).Expect(204);
        (await club.Owner.Because("by header").PutAsync($"servers/{club.Id}/bans/{carol.Id}", "{}")).Expect(204);
        var bans = (await club.Owner.GetAsync($"servers/{club.Id}/bans")).Expect(200).Items;
        Assert.Equal(["user", "reason", "moderator_id", "created_at"], bans[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            [(bob.Id, bob.Username, "spam", club.Owner.Id), (carol.Id, carol.Username, "by header", club.Owner.Id)],
            bans.Select(ban => (ban.GetProperty("user").GetProperty("id").GetString()!, ban.GetProperty("user").GetProperty("username").GetString()!, ban.GetProperty("reason").GetString()!, ban.GetProperty("moderator_id").GetString()!)));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", bans[0].GetProperty("created_at").GetString());
        Assert.Equal([club.Owner.Id], (await club.Owner.GetAsync($"servers/{club.Id}/members")).Items.Select(member => member.GetProperty("user").GetProperty("id").GetString()));
        (await bob.GetAsync($"servers/{club.Id}")).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task bans_come_in_pages()
    {
        var club = await Community.FoundAsync(_host);
        var banned = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            banned.Add((await _host.PersonAsync("spammer")).Id);
            (await club.Owner.PutAsync($"servers/{club.Id}/bans/{banned[^1]}")).Expect(204);
        }

        Assert.Equal(banned[..2], Users(await club.Owner.GetAsync($"servers/{club.Id}/bans?limit=2")));
        Assert.Equal(banned[2..4], Users(await club.Owner.GetAsync($"servers/{club.Id}/bans?limit=2&after={banned[1]}")));
        Assert.Equal(banned[4..], Users(await club.Owner.GetAsync($"servers/{club.Id}/bans?after={banned[3]}")));
        foreach (var (query, field) in (IEnumerable<(string, string)>)[("limit=0", "limit"), ("limit=101", "limit"), ("after=x", "after")])
        {
            var answer = await club.Owner.GetAsync($"servers/{club.Id}/bans?{query}");
            answer.ExpectRefusal(400, "invalid_query");
            Assert.Equal([field], answer.Fields);
        }
    }

    [Theory]
    [InlineData("""{"reason":7}""", "reason")]
    [InlineData("""{"reason":"a\u0000b"}""", "reason")]
    [InlineData("""{"delete_message_seconds":-1}""", "delete_message_seconds")]
    [InlineData("""{"delete_message_seconds":604801}""", "delete_message_seconds")]
    [InlineData("""{"delete_message_seconds":"60"}""", "delete_message_seconds")]
    [InlineData("""{"delete_message_seconds":1.5}""", "delete_message_seconds")]
    public async Task bad_ban_is_refused_by_the_name_of_the_field(string body, string field)
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var answer = await club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}", body);
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal([field], answer.Fields);
        (await bob.GetAsync($"servers/{club.Id}")).Expect(200);
    }

    [Fact]
    public async Task reason_of_512_characters_is_the_longest_and_a_blank_one_is_none()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        Assert.Equal(["reason"], (await club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}", $$"""{"reason":"{{new string('x', 513)}}"}""")).Expect(400).Fields);
        (await club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}", $$"""{"reason":"{{new string('x', 512)}}","delete_message_seconds":604800}""")).Expect(204);
        (await club.Owner.PutAsync($"servers/{club.Id}/bans/{(await club.MemberAsync()).Id}", """{"reason":"  ","delete_message_seconds":null}""")).Expect(204);
        Assert.Equal(JsonValueKind.Null, (await club.Owner.GetAsync($"servers/{club.Id}/bans")).Items[1].GetProperty("reason").ValueKind);
        (await club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}", "[]")).ExpectRefusal(400, "invalid_body");
    }

    [Fact]
    public async Task ban_of_nobody_is_404()
    {
        var club = await Community.FoundAsync(_host);
        foreach (var nobody in (string[])["01890000-0000-7000-8000-000000000000", club.General, "bob"])
        {
            (await club.Owner.PutAsync($"servers/{club.Id}/bans/{nobody}")).ExpectRefusal(404, "not_found");
            (await club.Owner.DeleteAsync($"servers/{club.Id}/bans/{nobody}")).ExpectRefusal(404, "not_found");
        }
    }

    [Fact]
    public async Task banned_comes_back_only_after_the_ban_is_lifted()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, stranger) = (await club.MemberAsync("bob"), await _host.PersonAsync("stranger"));
        var code = await club.InviteAsync();
        foreach (var person in (Person[])[bob, stranger])
        {
            (await club.Owner.PutAsync($"servers/{club.Id}/bans/{person.Id}")).Expect(204);
            (await person.PostAsync($"invites/{code}")).ExpectRefusal(403, "banned");
            (await club.Owner.DeleteAsync($"servers/{club.Id}/bans/{person.Id}")).Expect(204);
            (await club.Owner.DeleteAsync($"servers/{club.Id}/bans/{person.Id}")).ExpectRefusal(404, "not_found");
            (await person.GetAsync($"servers/{club.Id}")).ExpectRefusal(404, "not_found");
            (await person.PostAsync($"invites/{code}")).Expect(200);
        }

        Assert.Empty((await club.Owner.GetAsync($"servers/{club.Id}/bans")).Expect(200).Items);
        Assert.Equal(2, (await bob.GetAsync($"invites/{code}"))["uses"].GetInt32());
    }

    [Fact]
    public async Task second_ban_changes_nothing()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        (await club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}", """{"reason":"first"}""")).Expect(204);
        await using var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        (await club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}", """{"reason":"second"}""")).Expect(204);
        await club.Owner.SayAsync(club.General, "done");
        Assert.Empty(await socket.BeforeAsync("done"));
        Assert.Equal("first", Assert.Single((await club.Owner.GetAsync($"servers/{club.Id}/bans")).Items).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task bans_are_told_to_those_who_may_ban()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol, dave) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"), await club.MemberAsync("dave"));
        var stranger = await _host.PersonAsync("stranger");
        await club.GiveAsync(carol, await club.RoleAsync("moderators", Permissions.BanMembers));
        await using var bobs = await GatewayClient.IdentifiedAsync(_host, bob);
        await using var carols = await GatewayClient.IdentifiedAsync(_host, carol);
        await using var daves = await GatewayClient.IdentifiedAsync(_host, dave);
        foreach (var person in (Person[])[bob, stranger])
        {
            (await club.Owner.PutAsync($"servers/{club.Id}/bans/{person.Id}")).Expect(204);
            (await club.Owner.DeleteAsync($"servers/{club.Id}/bans/{person.Id}")).Expect(204);
        }

        await club.Owner.SayAsync(club.General, "done");
        string Of(Person person) => $$"""{"server_id":"{{club.Id}}","user_id":"{{person.Id}}"}""";
        Assert.Equal(
            [("SERVER_MEMBER_REMOVE", Of(bob)), ("SERVER_BAN_ADD", Of(bob)), ("SERVER_BAN_REMOVE", Of(bob)), ("SERVER_BAN_ADD", Of(stranger)), ("SERVER_BAN_REMOVE", Of(stranger))],
            (await carols.BeforeAsync("done")).Select(frame => (frame.T, frame.D.GetRawText())));
        Assert.Equal([("SERVER_MEMBER_REMOVE", Of(bob))], (await daves.BeforeAsync("done")).Select(frame => (frame.T, frame.D.GetRawText())));
        Assert.Equal($$"""{"id":"{{club.Id}}"}""", (await bobs.ReceiveAsync("SERVER_DELETE")).D.GetRawText());
        var own = await Community.FoundAsync(_host, bob);
        Assert.Equal(own.Id, (await bobs.ReceiveAsync("SERVER_CREATE")).Id);
    }

    [Fact]
    public async Task ban_takes_messages_along_as_far_back_as_it_says()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, time: clock);
        var club = await Community.FoundAsync(host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var vault = await club.ChannelAsync("vault");
        await bob.SayAsync(club.General, "too old");
        clock.Advance(TimeSpan.FromMilliseconds(1));
        var first = await bob.SayAsync(club.General, "just in");
        clock.Advance(TimeSpan.FromSeconds(600));
        await carol.SayAsync(club.General, "carol's");
        var last = await bob.SayAsync(club.General, "now");
        var hidden = await bob.SayAsync(vault, "hidden");
        await club.OverwriteAsync(vault, deny: Permissions.ViewChannel);
        await using var owners = await GatewayClient.IdentifiedAsync(host, club.Owner);
        await using var carols = await GatewayClient.IdentifiedAsync(host, carol);

        (await club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}", """{"reason":"spam","delete_message_seconds":600}""")).Expect(204);
        var bulks = (await owners.UntilAsync(frame => frame.Is("MESSAGE_DELETE_BULK"))).Concat(await owners.UntilAsync(frame => frame.Is("MESSAGE_DELETE_BULK")))
            .Where(frame => frame.Is("MESSAGE_DELETE_BULK")).Select(frame => frame.D.GetRawText());
        Assert.Equal(
            new[]
            {
                $$"""{"ids":["{{first.Id}}","{{last.Id}}"],"channel_id":"{{club.General}}","server_id":"{{club.Id}}"}""",
                $$"""{"ids":["{{hidden.Id}}"],"channel_id":"{{vault}}","server_id":"{{club.Id}}"}""",
            }.Order(),
            bulks.Order());
        await club.Owner.SayAsync(club.General, "clean");
        Assert.Single(await carols.BeforeAsync("clean"), frame => frame.Is("MESSAGE_DELETE_BULK"));
        Assert.Equal(["clean", "carol's", "too old"], await carol.HistoryAsync(club.General));
        Assert.Empty(await club.Owner.HistoryAsync(vault));
    }

    [Fact]
    public async Task more_messages_than_a_hundred_go_in_several_frames()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await Task.WhenAll(Enumerable.Range(0, 230).Select(i => bob.SayAsync(club.General, $"spam {i}")));
        await using var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        (await club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}", """{"delete_message_seconds":604800}""")).Expect(204);
        var sizes = new List<int>();
        while (sizes.Sum() < 230) sizes.Add((await socket.UntilAsync(frame => frame.Is("MESSAGE_DELETE_BULK")))[^1].D.GetProperty("ids").GetArrayLength());
        Assert.Equal([100, 100, 30], sizes);
        Assert.Empty(await club.Owner.HistoryAsync(club.General));
    }

    [Theory]
    [InlineData("access exclusive", 2)]
    [InlineData("share", 0)]
    public async Task deletion_that_a_stop_interrupts_is_taken_up_and_not_repeated(string mode, int deletedLater)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await TestHost.StartAsync(postgres, database: database);
        var club = await Community.FoundAsync(host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var (one, two) = (await bob.SayAsync(club.General, "one"), await bob.SayAsync(club.Voice, "two"));
        var carols = await carol.SayAsync(club.General, "carol's");

        // Whoever holds this table stops the deletion: before it began, or (the table can be read) before it was noted as done.
        await using (var holder = await HoldAsync(database, mode))
        {
            await using (var socket = await GatewayClient.IdentifiedAsync(host, club.Owner))
            {
                (await club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}", """{"delete_message_seconds":60}""")).Expect(204);
                for (var left = 2 - deletedLater; left > 0; left--) await socket.UntilAsync(frame => frame.Is("MESSAGE_DELETE_BULK"));
            }

            await host.RestartAsync();
            if (deletedLater > 0) Assert.Equal(["carol's", "one"], await carol.HistoryAsync(club.General));
            await using var after = await GatewayClient.IdentifiedAsync(host, club.Owner);
            await holder.CommitAsync(TestContext.Current.CancellationToken);
            var frames = new List<GatewayFrame>();
            for (var left = deletedLater; left > 0; left--) frames.AddRange(await after.UntilAsync(frame => frame.Is("MESSAGE_DELETE_BULK")));
            // Bans are worked off in their order: behind this one the first is done.
            (await club.Owner.PutAsync($"servers/{club.Id}/bans/{carol.Id}", """{"delete_message_seconds":60}""")).Expect(204);
            frames.AddRange(await after.UntilAsync(frame => frame.Is("MESSAGE_DELETE_BULK") && frame.D.GetProperty("ids")[0].GetString() == carols.Id));
            var deleted = frames.Where(frame => frame.Is("MESSAGE_DELETE_BULK")).SelectMany(frame => frame.D.GetProperty("ids").EnumerateArray().Select(id => id.GetString()!));
            Assert.Equal(deletedLater == 0 ? [carols.Id] : new[] { one.Id, two.Id, carols.Id }.Order(), deleted.Order());
        }

        Assert.Empty(await club.Owner.HistoryAsync(club.General));
        Assert.Empty(await club.Owner.HistoryAsync(club.Voice));
    }

    [Fact]
    public async Task what_is_posted_after_the_ban_was_lifted_stays()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await TestHost.StartAsync(postgres, database: database);
        var club = await Community.FoundAsync(host);
        var bob = await club.MemberAsync("bob");
        await bob.SayAsync(club.General, "spam");
        await using var socket = await GatewayClient.IdentifiedAsync(host, club.Owner);
        await using (var holder = await HoldAsync(database, "access exclusive"))
        {
            (await club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}", """{"delete_message_seconds":604800}""")).Expect(204);
            (await club.Owner.DeleteAsync($"servers/{club.Id}/bans/{bob.Id}")).Expect(204);
            await club.AdmitAsync(bob);
            await bob.SayAsync(club.General, "sorry");
            await holder.CommitAsync(TestContext.Current.CancellationToken);
        }

        await socket.UntilAsync(frame => frame.Is("MESSAGE_DELETE_BULK"));
        Assert.Equal(["sorry"], await bob.HistoryAsync(club.General));
    }

    private static async Task<NpgsqlTransaction> HoldAsync(TestDatabase database, string mode)
    {
        var connection = await database.DataSource.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand($"lock table reactors in {mode} mode", connection, transaction);
        await command.ExecuteNonQueryAsync();
        return transaction;
    }

    private static List<string> Users(Answer bans) => [.. bans.Expect(200).Items.Select(ban => ban.GetProperty("user").GetProperty("id").GetString()!)];
}
