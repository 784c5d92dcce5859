using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Servers;

/// <summary>Things that happen at once have one order, and what was acknowledged binds.</summary>
public sealed class RacesTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task last_uses_of_an_invite_are_used_once_each()
    {
        var club = await Community.FoundAsync(_host);
        var code = await club.InviteAsync("""{"max_uses":3}""");
        var people = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _host.PersonAsync()));
        var answers = await Task.WhenAll(people.Select(person => person.PostAsync($"invites/{code}")));
        Assert.Equal(3, answers.Count(answer => answer.Status == 200));
        Assert.Equal(7, answers.Count(answer => answer.Status == 404));
        Assert.Equal(4, (await club.Owner.GetAsync($"servers/{club.Id}/members")).Expect(200).Items.Count);
        var invite = (await club.Owner.GetAsync($"servers/{club.Id}/invites")).Expect(200).Items.Single(each => each.GetProperty("code").GetString() == code);
        Assert.Equal(3, invite.GetProperty("uses").GetInt32());
    }

    [Theory]
    [InlineData("kick")]
    [InlineData("ban")]
    [InlineData("timeout")]
    [InlineData("role taken")]
    [InlineData("overwrite")]
    public async Task nothing_is_posted_behind_the_loss_of_the_right_to_it(string how)
    {
        const int Posters = 4;
        for (var round = 0; round < 8; round++)
        {
            var club = await Community.FoundAsync(_host);
            var bob = await club.MemberAsync("bob");
            var writer = await club.RoleAsync("writer", Permissions.SendMessages);
            await club.GiveAsync(bob, writer);
            await club.WithholdAsync(Permissions.SendMessages);
            await using var witness = await GatewayClient.IdentifiedAsync(_host, club.Owner);

            // In so many requests at once that some are being decided at any moment.
            var lost = false;
            var started = new TaskCompletionSource();
            var posting = Enumerable.Range(0, Posters).Select(PostAsync).ToList();
            await started.Task.WaitAsync(TimeSpan.FromSeconds(30));
            (await (how switch
            {
                "kick" => club.Owner.DeleteAsync($"servers/{club.Id}/members/{bob.Id}"),
                "ban" => club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}"),
                "timeout" => club.Owner.PatchAsync($"servers/{club.Id}/members/{bob.Id}", $$"""{"timeout_until":"{{TimeProvider.System.GetUtcNow().AddHours(1):O}}"}"""),
                "role taken" => club.Owner.DeleteAsync($"servers/{club.Id}/members/{bob.Id}/roles/{writer}"),
                _ => club.Owner.PutAsync($"channels/{club.General}/permissions/{bob.Id}", $$"""{"type":"member","deny":"{{(ulong)Permissions.SendMessages}}"}"""),
            })).Expect(how == "timeout" ? 200 : 204);
            Volatile.Write(ref lost, true);
            await Task.WhenAll(posting);

            // What is stored behind the change is stored behind it for everybody: the log has one order.
            var (_, frames) = await witness.HeartbeatAsync();
            var change = how switch { "kick" or "ban" => "SERVER_MEMBER_REMOVE", "overwrite" => "CHANNEL_UPDATE", _ => "SERVER_MEMBER_UPDATE" };
            var at = frames.FindLastIndex(frame => frame.Is(change));
            Assert.True(at >= 0, $"no {change}");
            Assert.DoesNotContain(frames.Skip(at), frame => frame.Is("MESSAGE_CREATE"));

            async Task PostAsync(int poster)
            {
                for (var i = 0; ; i++)
                {
                    var wasLost = Volatile.Read(ref lost);
                    var answer = await bob.PostAsync($"channels/{club.General}/messages", $$"""{"content":"{{poster}} {{i}}"}""");
                    if (answer.Status == 201) started.TrySetResult();
                    if (!wasLost) continue;
                    Assert.True(answer.Status is 403 or 404, $"a post after {how} was answered {answer.Status}");
                    return;
                }
            }
        }
    }

    [Fact]
    public async Task nobody_keeps_a_role_that_is_deleted_while_it_is_given()
    {
        for (var round = 0; round < 10; round++)
        {
            var club = await Community.FoundAsync(_host);
            var people = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => club.MemberAsync()));
            var role = await club.RoleAsync("short-lived");
            var given = people.Select(person => club.Owner.PutAsync($"servers/{club.Id}/members/{person.Id}/roles/{role}")).ToList();
            var deleted = club.Owner.DeleteAsync($"servers/{club.Id}/roles/{role}");
            foreach (var answer in await Task.WhenAll(given)) Assert.True(answer.Status is 204 or 404, $"{answer.Status}");
            (await deleted).Expect(204);
            var members = (await club.Owner.GetAsync($"servers/{club.Id}/members")).Expect(200).Items;
            Assert.All(members, member => Assert.Equal(0, member.GetProperty("role_ids").GetArrayLength()));
        }
    }

    [Fact]
    public async Task banned_people_do_not_slip_in_by_joining_at_once()
    {
        for (var round = 0; round < 10; round++)
        {
            var club = await Community.FoundAsync(_host);
            var eve = await _host.PersonAsync("eve");
            var code = await club.InviteAsync();
            var joins = Enumerable.Range(0, 4).Select(_ => eve.PostAsync($"invites/{code}")).ToList();
            (await club.Owner.PutAsync($"servers/{club.Id}/bans/{eve.Id}")).Expect(204);
            foreach (var answer in await Task.WhenAll(joins)) Assert.True(answer.Status is 200 or 403, $"{answer.Status}");
            (await eve.PostAsync($"invites/{code}")).ExpectRefusal(403, "banned");
            (await eve.GetAsync($"servers/{club.Id}")).ExpectRefusal(404, "not_found");
            Assert.Single((await club.Owner.GetAsync($"servers/{club.Id}/members")).Expect(200).Items);
        }
    }

    [Fact]
    public async Task a_server_always_has_an_owner_who_is_in()
    {
        for (var round = 0; round < 10; round++)
        {
            var club = await Community.FoundAsync(_host);
            var bob = await club.MemberAsync("bob");
            var transfer = club.Owner.PostAsync($"servers/{club.Id}/transfer", $$"""{"user_id":"{{bob.Id}}"}""");
            var leaving = bob.DeleteAsync($"servers/{club.Id}/members/@me");
            var ownerLeaving = club.Owner.DeleteAsync($"servers/{club.Id}/members/@me");
            Assert.True((await transfer).Status is 200 or 400, $"{(await transfer).Status}");
            Assert.True((await leaving).Status is 204 or 409, $"{(await leaving).Status}");
            Assert.True((await ownerLeaving).Status is 204 or 409, $"{(await ownerLeaving).Status}");
            var stays = (await leaving).Status == 204 ? club.Owner : bob;
            var server = (await stays.GetAsync($"servers/{club.Id}")).Expect(200);
            var owner = server["owner_id"].GetString();
            (await stays.GetAsync($"servers/{club.Id}/members/{owner}")).Expect(200);
        }
    }

    [Fact]
    public async Task reorderings_at_once_leave_one_of_them()
    {
        var club = await Community.FoundAsync(_host);
        var (a, b) = (await club.RoleAsync("a"), await club.RoleAsync("b"));
        var orders = Enumerable.Range(1, 10).Select(i => club.Owner.PatchAsync($"servers/{club.Id}/roles", $$"""[{"id":"{{a}}","position":{{i}}},{"id":"{{b}}","position":{{i + 10}}}]"""));
        foreach (var answer in await Task.WhenAll(orders)) answer.Expect(200);
        var roles = (await club.Owner.GetAsync($"servers/{club.Id}/roles")).Expect(200).Items.ToDictionary(role => role.GetProperty("id").GetString()!, role => role.GetProperty("position").GetInt32());
        Assert.Equal(roles[a] + 10, roles[b]);
    }
}
