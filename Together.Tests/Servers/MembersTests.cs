using System.Text.Json;
using Together.Actors.Persistence;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Servers;

public sealed class MembersTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task members_come_in_pages_oldest_first()
    {
        var club = await Community.FoundAsync(_host);
        var expected = new List<string> { club.Owner.Id };
        for (var i = 0; i < 6; i++) expected.Add((await club.MemberAsync()).Id);

        var listed = new List<string>();
        var after = "";
        while (true)
        {
            var page = Users(await club.Owner.GetAsync($"servers/{club.Id}/members?limit=3{after}"));
            if (page.Count == 0) break;
            Assert.InRange(page.Count, 1, 3);
            listed.AddRange(page);
            after = $"&after={page[^1]}";
        }

        Assert.Equal(expected, listed);
        Assert.Equal(expected, Users(await club.Owner.GetAsync($"servers/{club.Id}/members")));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=5&limit=6", "limit")]
    [InlineData("after=nobody", "after")]
    public async Task bad_page_is_refused(string query, string field)
    {
        var club = await Community.FoundAsync(_host);
        var answer = await club.Owner.GetAsync($"servers/{club.Id}/members?{query}");
        answer.ExpectRefusal(400, "invalid_query");
        Assert.Equal([field], answer.Fields);
    }

    [Fact]
    public async Task one_member_is_shown_and_a_stranger_is_not()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var member = (await club.Owner.GetAsync($"servers/{club.Id}/members/{bob.Id}")).Expect(200);
        Assert.Equal(bob.Username, member["user"].GetProperty("username").GetString());
        Assert.Equal(["joined_at", "nickname", "role_ids", "server_deaf", "server_mute", "timeout_until", "user"], member.Body.EnumerateObject().Select(f => f.Name).Order(StringComparer.Ordinal));
        (await bob.GetAsync($"servers/{club.Id}/members/{(await _host.PersonAsync()).Id}")).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task member_leaves_and_may_come_back()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        (await bob.DeleteAsync($"servers/{club.Id}/members/@me")).Expect(204);
        Assert.Empty((await bob.GetAsync("servers")).Ids);
        (await bob.GetAsync($"channels/{club.General}")).ExpectRefusal(404, "not_found");
        (await bob.DeleteAsync($"servers/{club.Id}/members/@me")).ExpectRefusal(404, "not_found");
        Assert.Equal([club.Owner.Id], Users(await club.Owner.GetAsync($"servers/{club.Id}/members")));
        await club.AdmitAsync(bob);
        Assert.Equal([club.Id], (await bob.GetAsync("servers")).Ids);
    }

    [Fact]
    public async Task owner_cannot_leave()
    {
        var club = await Community.FoundAsync(_host);
        (await club.Owner.DeleteAsync($"servers/{club.Id}/members/@me")).ExpectRefusal(409, "conflict");
        (await club.Owner.DeleteAsync($"servers/{club.Id}/members/{club.Owner.Id}")).ExpectRefusal(409, "conflict");
    }

    [Fact]
    public async Task kick_needs_kick_members_and_a_lower_rank()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        (await bob.DeleteAsync($"servers/{club.Id}/members/{carol.Id}")).ExpectRefusal(403, "missing_permissions");
        await club.GrantAsync(Permissions.KickMembers);
        // Of the same rank.
        (await bob.DeleteAsync($"servers/{club.Id}/members/{carol.Id}")).ExpectRefusal(403, "missing_permissions");
        (await bob.DeleteAsync($"servers/{club.Id}/members/{club.Owner.Id}")).ExpectRefusal(403, "missing_permissions");
        await club.GrantAsync(Permissions.Administrator);
        (await bob.DeleteAsync($"servers/{club.Id}/members/{carol.Id}")).ExpectRefusal(403, "missing_permissions");
        (await bob.DeleteAsync($"servers/{club.Id}/members/{club.Owner.Id}")).ExpectRefusal(403, "missing_permissions");

        (await club.Owner.DeleteAsync($"servers/{club.Id}/members/{carol.Id}")).Expect(204);
        (await club.Owner.DeleteAsync($"servers/{club.Id}/members/{carol.Id}")).ExpectRefusal(404, "not_found");
        (await carol.GetAsync($"servers/{club.Id}")).ExpectRefusal(404, "not_found");
        (await carol.PostAsync($"channels/{club.General}/messages", """{"content":"unfair"}""")).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task members_are_found_by_the_beginning_of_their_names()
    {
        var club = await Community.FoundAsync(_host);
        var (zoe, zack, bob) = (await club.MemberAsync("zoe"), await club.MemberAsync("zack"), await club.MemberAsync("bob"));
        (await bob.PatchAsync($"servers/{club.Id}/members/@me", """{"nickname":"Zorro der Große"}""")).Expect(200);
        foreach (var (query, found) in (IEnumerable<(string, Person[])>)
            [("z", [zoe, zack, bob]), ("ZO", [zoe, bob]), ("zorro%20der%20gro%C3%9Fe", [bob]), (bob.Username, [bob]), ("orro", []), ("%25", []), ("", [club.Owner, zoe, zack, bob])])
        {
            Assert.Equal(found.Select(person => person.Id), Users(await zoe.GetAsync($"servers/{club.Id}/members?query={query}")));
        }

        Assert.Equal([zack.Id], Users(await zoe.GetAsync($"servers/{club.Id}/members?query=z&limit=1&after={zoe.Id}")));
        foreach (var query in (string[])[new string('x', 33), "a%00b", "a&query=b"])
            Assert.Equal(["query"], (await zoe.GetAsync($"servers/{club.Id}/members?query={query}")).Expect(400).Fields);
    }

    [Fact]
    public async Task nickname_is_set_trimmed_cleared_and_told_once()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await using var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        var named = (await bob.PatchAsync($"servers/{club.Id}/members/@me", """{"nickname":" Bobby "}""")).Expect(200);
        Assert.Equal("Bobby", named["nickname"].GetString());
        Assert.True(JsonElement.DeepEquals(named.Body, (await bob.GetAsync($"servers/{club.Id}/members/{bob.Id}")).Body));
        (await bob.PatchAsync($"servers/{club.Id}/members/@me", """{"nickname":"Bobby"}""")).Expect(200);
        Assert.Equal("Bobby", (await bob.PatchAsync($"servers/{club.Id}/members/@me", "{}")).Expect(200)["nickname"].GetString());
        Assert.Equal("Rob", (await bob.PatchAsync($"servers/{club.Id}/members/{bob.Id}", """{"nickname":"Rob"}""")).Expect(200)["nickname"].GetString());
        foreach (var none in (string[])["null", "\"  \""])
        {
            (await club.Owner.PatchAsync($"servers/{club.Id}/members/{bob.Id}", """{"nickname":"Bobby"}""")).Expect(200);
            Assert.Equal(JsonValueKind.Null, (await club.Owner.PatchAsync($"servers/{club.Id}/members/{bob.Id}", $$"""{"nickname":{{none}}}""")).Expect(200)["nickname"].ValueKind);
        }

        await bob.SayAsync(club.General, "done");
        var frames = await socket.BeforeAsync("done");
        Assert.Equal(["Bobby", "Rob", "Bobby", null, "Bobby", null], frames.Select(frame => frame.D.GetProperty("member").GetProperty("nickname").GetString()));
        Assert.Equal($$"""{"server_id":"{{club.Id}}","member":{{named.Body.GetRawText()}}}""", frames[0].D.GetRawText());
        Assert.All(frames, frame => Assert.True(frame.Is("SERVER_MEMBER_UPDATE")));
    }

    [Fact]
    public async Task own_nickname_needs_change_nickname()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await club.WithholdAsync(Permissions.ChangeNickname);
        foreach (var path in (string[])["@me", bob.Id])
            (await bob.PatchAsync($"servers/{club.Id}/members/{path}", """{"nickname":"Bobby"}""")).ExpectRefusal(403, "missing_permissions");
        await club.GiveAsync(bob, await club.RoleAsync("role", Permissions.ManageNicknames));
        (await bob.PatchAsync($"servers/{club.Id}/members/@me", """{"nickname":"Bobby"}""")).Expect(200);
    }

    [Theory]
    [InlineData("""{"nickname":7}""", "nickname")]
    [InlineData("""{"nickname":"a\u0000b"}""", "nickname")]
    [InlineData("""{"nickname":"123456789012345678901234567890123"}""", "nickname")]
    [InlineData("""{"timeout_until":"tomorrow"}""", "timeout_until")]
    [InlineData("""{"timeout_until":1790000000}""", "timeout_until")]
    [InlineData("""{"timeout_until":"2020-01-01T00:00:00Z"}""", "timeout_until")]
    [InlineData("""{"timeout_until":"9999-12-31T23:59:59Z"}""", "timeout_until")]
    [InlineData("""{"server_mute":null}""", "server_mute")]
    [InlineData("""{"server_mute":"true"}""", "server_mute")]
    [InlineData("""{"server_deaf":null}""", "server_deaf")]
    [InlineData("""{"server_deaf":1}""", "server_deaf")]
    public async Task bad_member_is_refused_by_the_name_of_the_field(string body, string field)
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var before = await bob.GetAsync($"servers/{club.Id}/members/{bob.Id}");
        var answer = await club.Owner.PatchAsync($"servers/{club.Id}/members/{bob.Id}", body);
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal([field], answer.Fields);
        Assert.True(JsonElement.DeepEquals(before.Body, (await bob.GetAsync($"servers/{club.Id}/members/{bob.Id}")).Body));
    }

    [Fact]
    public async Task timeout_leaves_seeing_and_reading_until_its_time()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, time: clock);
        var club = await Community.FoundAsync(host);
        var bob = await club.MemberAsync("bob");
        await using var socket = await GatewayClient.IdentifiedAsync(host, bob);
        var path = $"servers/{club.Id}/members/{bob.Id}";
        string Until(TimeSpan from) => $$"""{"timeout_until":"{{clock.Now + from:yyyy-MM-ddTHH:mm:ss.fffZ}}"}""";

        (await club.Owner.PatchAsync(path, Until(TimeSpan.FromDays(28) + TimeSpan.FromMilliseconds(1)))).ExpectRefusal(400, "invalid_body");
        (await club.Owner.PatchAsync(path, Until(TimeSpan.Zero))).ExpectRefusal(400, "invalid_body");
        (await club.Owner.PatchAsync(path, Until(TimeSpan.FromDays(28)))).Expect(200);
        await socket.ReceiveAsync("SERVER_MEMBER_UPDATE");
        var silenced = (await club.Owner.PatchAsync(path, Until(TimeSpan.FromMinutes(5)))).Expect(200);
        Assert.Equal("2026-11-21T12:05:00.000Z", silenced["timeout_until"].GetString());
        Assert.Equal($$"""{"server_id":"{{club.Id}}","member":{{silenced.Body.GetRawText()}}}""", (await socket.ReceiveAsync("SERVER_MEMBER_UPDATE")).D.GetRawText());

        await club.Owner.SayAsync(club.General, "quiet now");
        Assert.Equal(["quiet now"], await bob.HistoryAsync(club.General));
        (await bob.PostAsync($"channels/{club.General}/messages", """{"content":"but"}""")).ExpectRefusal(403, "missing_permissions");
        clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        (await bob.PostAsync($"channels/{club.General}/messages", """{"content":"but"}""")).ExpectRefusal(403, "missing_permissions");
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await bob.SayAsync(club.General, "I am back");

        (await club.Owner.PatchAsync(path, Until(TimeSpan.FromMinutes(5)))).Expect(200);
        Assert.Equal(JsonValueKind.Null, (await club.Owner.PatchAsync(path, """{"timeout_until":null}""")).Expect(200)["timeout_until"].ValueKind);
        await bob.SayAsync(club.General, "thank you");
    }

    [Fact]
    public async Task time_finer_than_a_millisecond_is_the_same_in_journal_and_table()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await TestHost.StartAsync(postgres, database: database);
        var club = await Community.FoundAsync(host);
        var bob = await club.MemberAsync("bob");
        var until = TimeProvider.System.GetUtcNow().AddDays(1).ToString("yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        var member = (await club.Owner.PatchAsync($"servers/{club.Id}/members/{bob.Id}", $$"""{"timeout_until":"{{until}}.1239999Z"}""")).Expect(200);
        Assert.Equal($"{until}.123Z", member["timeout_until"].GetString());
        var compared = await JournalReplay.VerifyAsync(database.DataSource, new Progress<long>(), TestContext.Current.CancellationToken);
        Assert.True(compared.IsEqual, string.Join('\n', compared.Tables.Where(table => !table.IsEqual)));
    }

    [Fact]
    public async Task neither_owner_nor_administrator_can_be_timed_out()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, admin) = (await club.MemberAsync("bob"), await club.MemberAsync("admin"));
        var until = $$"""{"timeout_until":"{{TimeProvider.System.GetUtcNow().AddHours(1):yyyy-MM-ddTHH:mm:ssZ}}"}""";
        await club.GiveAsync(bob, await club.RoleAsync("moderators", Permissions.TimeoutMembers));
        await club.GiveAsync(admin, await club.RoleAsync("administrators", Permissions.Administrator));
        foreach (var (actor, target) in (IEnumerable<(Person, Person)>)[(bob, admin), (bob, club.Owner), (club.Owner, admin), (club.Owner, club.Owner), (bob, bob)])
            (await actor.PatchAsync($"servers/{club.Id}/members/{target.Id}", until)).ExpectRefusal(403, "missing_permissions");
    }

    [Fact]
    public async Task sanctions_outlast_leaving_and_a_restart_but_roles_and_nickname_do_not()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var club = await Community.FoundAsync(host);
        var bob = await club.MemberAsync("bob");
        await club.GiveAsync(bob, await club.RoleAsync("role", Permissions.SendMessages));
        var silenced = (await club.Owner.PatchAsync(
            $"servers/{club.Id}/members/{bob.Id}",
            $$"""{"nickname":"Bobby","server_mute":true,"server_deaf":true,"timeout_until":"{{TimeProvider.System.GetUtcNow().AddDays(1):yyyy-MM-ddTHH:mm:ssZ}}"}""")).Expect(200);
        Assert.Equal((true, true), (silenced["server_mute"].GetBoolean(), silenced["server_deaf"].GetBoolean()));
        foreach (var restarted in (bool[])[false, true])
        {
            (await bob.DeleteAsync($"servers/{club.Id}/members/@me")).Expect(204);
            if (restarted) await host.RestartAsync();
            await club.AdmitAsync(bob);
            var back = (await bob.GetAsync($"servers/{club.Id}/members/{bob.Id}")).Expect(200);
            Assert.Equal(
                (true, true, silenced["timeout_until"].GetString(), null),
                (back["server_mute"].GetBoolean(), back["server_deaf"].GetBoolean(), back["timeout_until"].GetString(), back["nickname"].GetString()));
            Assert.Empty(back["role_ids"].EnumerateArray());
            (await bob.PostAsync($"channels/{club.General}/messages", """{"content":"again"}""")).ExpectRefusal(403, "missing_permissions");
        }
    }

    private static List<string> Users(Answer members) => [.. members.Expect(200).Items.Select(member => member.GetProperty("user").GetProperty("id").GetString()!)];
}
