using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Servers;

public sealed class MembersTests(SharedHost shared) : IClassFixture<SharedHost>
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

    private static List<string> Users(Answer members) => [.. members.Expect(200).Items.Select(member => member.GetProperty("user").GetProperty("id").GetString()!)];
}
