using System.Text.Json;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Servers;

public sealed class InvitesTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task invite_shows_its_server_to_anybody()
    {
        var club = await Community.FoundAsync(_host);
        var code = await club.InviteAsync("""{"max_uses":5,"max_age_seconds":60}""");
        // 64 random bits are eleven characters of 62.
        Assert.Matches("^[0-9A-Za-z]{11,}$", code);

        var preview = (await Person.Stranger(_host).GetAsync($"invites/{code}")).Expect(200);
        Assert.Equal(code, preview["code"].GetString());
        var server = preview["server"];
        Assert.Equal((club.Id, "Chess club", 1), (server.GetProperty("id").GetString(), server.GetProperty("name").GetString(), server.GetProperty("member_count").GetInt32()));
        Assert.Equal(0, server.GetProperty("online_count").GetInt32());
        Assert.Equal(club.Owner.Id, preview["inviter"].GetProperty("id").GetString());
        Assert.Equal((0, 5), (preview["uses"].GetInt32(), preview["max_uses"].GetInt32()));
        Assert.Equal(TimeSpan.FromMinutes(1), preview["expires_at"].GetDateTimeOffset() - preview["created_at"].GetDateTimeOffset());

        await using var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner, seesPresences: true);
        await socket.ReceiveAsync("PRESENCE_UPDATE");
        Assert.Equal(1, (await Person.Stranger(_host).GetAsync($"invites/{code}")).Expect(200)["server"].GetProperty("online_count").GetInt32());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"max_uses":null,"max_age_seconds":null}""")]
    [InlineData("""{"max_uses":0,"max_age_seconds":0}""")]
    public async Task invite_without_limits_has_none(string body)
    {
        var club = await Community.FoundAsync(_host);
        var invite = (await club.Owner.PostAsync($"servers/{club.Id}/invites", body)).Expect(201);
        Assert.Equal(JsonValueKind.Null, invite["max_uses"].ValueKind);
        Assert.Equal(JsonValueKind.Null, invite["expires_at"].ValueKind);
    }

    [Theory]
    [InlineData("""{"max_uses":-1}""", "max_uses")]
    [InlineData("""{"max_uses":1001}""", "max_uses")]
    [InlineData("""{"max_uses":"5"}""", "max_uses")]
    [InlineData("""{"max_uses":1.5}""", "max_uses")]
    [InlineData("""{"max_age_seconds":-1}""", "max_age_seconds")]
    [InlineData("""{"max_age_seconds":2592001}""", "max_age_seconds")]
    [InlineData("""{"max_age_seconds":99999999999999}""", "max_age_seconds")]
    public async Task invite_limits_out_of_range_are_refused(string body, string field)
    {
        var club = await Community.FoundAsync(_host);
        var answer = await club.Owner.PostAsync($"servers/{club.Id}/invites", body);
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal([field], answer.Fields);
    }

    [Fact]
    public async Task joining_answers_the_server_and_a_second_time_uses_nothing_up()
    {
        var club = await Community.FoundAsync(_host);
        var code = await club.InviteAsync("""{"max_uses":2}""");
        var bob = await _host.PersonAsync("bob");
        Assert.Equal(club.Id, (await bob.PostAsync($"invites/{code}")).Expect(200).Id);
        Assert.Equal(club.Id, (await bob.PostAsync($"invites/{code}")).Expect(200).Id);
        Assert.Equal(1, (await bob.GetAsync($"invites/{code}")).Expect(200)["uses"].GetInt32());
        Assert.Equal([club.Owner.Id, bob.Id], (await bob.GetAsync($"servers/{club.Id}/members")).Items.Select(m => m.GetProperty("user").GetProperty("id").GetString()));
    }

    [Fact]
    public async Task joining_needs_a_login()
    {
        var club = await Community.FoundAsync(_host);
        (await Person.Stranger(_host).PostAsync($"invites/{await club.InviteAsync()}")).ExpectRefusal(401, "unauthorized");
    }

    [Fact]
    public async Task invite_of_three_uses_lets_exactly_three_of_twelve_in()
    {
        var club = await Community.FoundAsync(_host);
        var code = await club.InviteAsync("""{"max_uses":3}""");
        var crowd = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => _host.PersonAsync("crowd")));
        var answers = await Task.WhenAll(crowd.Select(person => person.PostAsync($"invites/{code}")));
        Assert.Equal(3, answers.Count(answer => answer.Status == 200));
        Assert.Equal(9, answers.Count(answer => answer is { Status: 404, Code: "not_found" }));
        Assert.Equal(4, (await club.Owner.GetAsync($"servers/{club.Id}/members")).Items.Count);
        (await Person.Stranger(_host).GetAsync($"invites/{code}")).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task invite_ends_at_its_time()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, time: clock);
        var club = await Community.FoundAsync(host);
        var (bob, late) = (await host.PersonAsync("bob"), await host.PersonAsync("late"));
        var code = await club.InviteAsync("""{"max_age_seconds":300}""");
        clock.Advance(TimeSpan.FromSeconds(299));
        (await bob.PostAsync($"invites/{code}")).Expect(200);
        clock.Advance(TimeSpan.FromSeconds(1));
        (await late.GetAsync($"invites/{code}")).ExpectRefusal(404, "not_found");
        (await late.PostAsync($"invites/{code}")).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task creating_an_invite_needs_create_invite()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        (await bob.PostAsync($"servers/{club.Id}/invites", "{}")).Expect(201);
        await club.WithholdAsync(Permissions.CreateInvite);
        (await bob.PostAsync($"servers/{club.Id}/invites", "{}")).ExpectRefusal(403, "missing_permissions");
    }

    [Fact]
    public async Task listing_invites_needs_manage_server()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        (await bob.GetAsync($"servers/{club.Id}/invites")).ExpectRefusal(403, "missing_permissions");
        await club.GrantAsync(Permissions.ManageServer);
        var code = await club.InviteAsync();
        Assert.Equal(code, (await bob.GetAsync($"servers/{club.Id}/invites")).Expect(200).Items[^1].GetProperty("code").GetString());
    }

    [Fact]
    public async Task own_invite_is_revoked_by_its_maker_and_any_with_manage_server()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var bobs = (await bob.PostAsync($"servers/{club.Id}/invites", "{}")).Expect(201)["code"].GetString();
        (await carol.DeleteAsync($"invites/{bobs}")).ExpectRefusal(403, "missing_permissions");
        (await bob.DeleteAsync($"invites/{bobs}")).Expect(204);
        (await bob.DeleteAsync($"invites/{bobs}")).ExpectRefusal(404, "not_found");
        (await Person.Stranger(_host).GetAsync($"invites/{bobs}")).ExpectRefusal(404, "not_found");

        var owners = await club.InviteAsync();
        (await carol.DeleteAsync($"invites/{owners}")).ExpectRefusal(403, "missing_permissions");
        await club.GrantAsync(Permissions.ManageServer);
        (await carol.DeleteAsync($"invites/{owners}")).Expect(204);
        (await (await _host.PersonAsync()).PostAsync($"invites/{owners}")).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task owner_of_another_server_has_no_say_over_an_invite()
    {
        var (here, there) = (await Community.FoundAsync(_host), await Community.FoundAsync(_host));
        var code = await here.InviteAsync();
        (await there.Owner.DeleteAsync($"invites/{code}")).ExpectRefusal(404, "not_found");
        (await (await _host.PersonAsync()).PostAsync($"invites/{code}")).Expect(200);
    }
}
