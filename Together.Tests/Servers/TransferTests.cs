using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Servers;

public sealed class TransferTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task transferred_server_obeys_its_new_owner_alone()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var server = (await club.Owner.PostAsync($"servers/{club.Id}/transfer", $$"""{"user_id":"{{bob.Id}}"}""")).Expect(200);
        Assert.Equal(bob.Id, server["owner_id"].GetString());
        Assert.Equal(["id", "name", "icon_url", "owner_id", "created_at"], server.Body.EnumerateObject().Select(field => field.Name));

        (await club.Owner.PatchAsync($"servers/{club.Id}", """{"name":"Still mine"}""")).ExpectRefusal(403, "missing_permissions");
        (await club.Owner.DeleteAsync($"servers/{club.Id}")).ExpectRefusal(403, "missing_permissions");
        (await club.Owner.PostAsync($"servers/{club.Id}/transfer", $$"""{"user_id":"{{club.Owner.Id}}"}""")).ExpectRefusal(403, "missing_permissions");
        (await bob.DeleteAsync($"servers/{club.Id}/members/@me")).ExpectRefusal(409, "conflict");
        (await club.Owner.DeleteAsync($"servers/{club.Id}/members/@me")).Expect(204);
        (await bob.DeleteAsync($"servers/{club.Id}")).Expect(204);
    }

    [Fact]
    public async Task transfer_is_told_and_turns_what_the_two_may_see()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var vault = await club.ChannelAsync("vault");
        await club.OverwriteAsync(vault, deny: Permissions.ViewChannel);
        await using var owners = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        await using var bobs = await GatewayClient.IdentifiedAsync(_host, bob);
        await using var carols = await GatewayClient.IdentifiedAsync(_host, carol);
        var server = (await club.Owner.PostAsync($"servers/{club.Id}/transfer", $$"""{"user_id":"{{bob.Id}}"}""")).Expect(200);
        (await bob.PostAsync($"servers/{club.Id}/transfer", $$"""{"user_id":"{{bob.Id}}"}""")).Expect(200);
        await bob.SayAsync(club.General, "mine");

        var told = new List<(string?, string?)>();
        foreach (var socket in (GatewayClient[])[owners, bobs, carols])
        {
            var frames = await socket.BeforeAsync("mine");
            Assert.Equal(server.Body.GetRawText(), frames[0].D.GetRawText());
            told.AddRange(frames.Select(frame => (frame.T, frame.Id)));
        }

        Assert.Equal(
            [("SERVER_UPDATE", club.Id), ("CHANNEL_DELETE", vault), ("SERVER_UPDATE", club.Id), ("CHANNEL_CREATE", vault), ("SERVER_UPDATE", club.Id)],
            told);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"user_id":null}""")]
    [InlineData("""{"user_id":"bob"}""")]
    [InlineData("""{"user_id":7}""")]
    [InlineData("""{"user_id":"01890000-0000-7000-8000-000000000000"}""")]
    public async Task transfer_to_nobody_of_the_server_is_refused(string body)
    {
        var club = await Community.FoundAsync(_host);
        var answer = await club.Owner.PostAsync($"servers/{club.Id}/transfer", body);
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal(["user_id"], answer.Fields);
        Assert.Equal(club.Owner.Id, (await club.Owner.GetAsync($"servers/{club.Id}"))["owner_id"].GetString());
    }
}
