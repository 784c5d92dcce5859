using System.Text.Json;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Servers;

public sealed class RolesTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task role_is_created_as_asked_and_told_to_the_members()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await using var socket = await GatewayClient.IdentifiedAsync(_host, bob);
        var role = (await club.Owner.PostAsync(
            $"servers/{club.Id}/roles", """{"name":" gardeners ","color":16777215,"hoist":true,"mentionable":true,"permissions":"8192"}""")).Expect(201);
        Assert.Equal(["id", "server_id", "name", "color", "hoist", "mentionable", "position", "permissions", "created_at"], role.Body.EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            (club.Id, "gardeners", 0xFFFFFF, true, true, 1, "8192"),
            (role["server_id"].GetString(), role["name"].GetString(), role["color"].GetInt32(), role["hoist"].GetBoolean(), role["mentionable"].GetBoolean(), role["position"].GetInt32(), role["permissions"].GetString()));
        Assert.Equal('7', role.Id[14]);

        var created = await socket.ReceiveAsync("SERVER_ROLE_CREATE");
        Assert.Equal($$"""{"server_id":"{{club.Id}}","role":{{role.Body.GetRawText()}}}""", created.D.GetRawText());
        Assert.True(JsonElement.DeepEquals(role.Body, (await bob.GetAsync($"servers/{club.Id}/roles")).Expect(200).Items[1]));
    }

    [Fact]
    public async Task role_without_a_word_is_a_new_one_that_may_nothing()
    {
        var club = await Community.FoundAsync(_host);
        var role = (await club.Owner.PostAsync($"servers/{club.Id}/roles", """{"name":null,"permissions":null}""")).Expect(201);
        Assert.Equal(("new role", 0, false, false, 1, "0"), (role["name"].GetString(), role["color"].GetInt32(), role["hoist"].GetBoolean(), role["mentionable"].GetBoolean(), role["position"].GetInt32(), role["permissions"].GetString()));
        // A bit that means nothing is not kept.
        Assert.Equal("1", (await club.Owner.PostAsync($"servers/{club.Id}/roles", """{"permissions":"9223372036854775809"}""")).Expect(201)["permissions"].GetString());
    }

    [Theory]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":7}""", "name")]
    [InlineData("""{"name":"a\u0000b"}""", "name")]
    [InlineData("""{"color":-1}""", "color")]
    [InlineData("""{"color":16777216}""", "color")]
    [InlineData("""{"color":"red"}""", "color")]
    [InlineData("""{"hoist":1}""", "hoist")]
    [InlineData("""{"mentionable":"true"}""", "mentionable")]
    [InlineData("""{"permissions":"x"}""", "permissions")]
    [InlineData("""{"permissions":-1}""", "permissions")]
    public async Task bad_role_is_refused_by_the_name_of_the_field(string body, string field)
    {
        var club = await Community.FoundAsync(_host);
        var role = await club.RoleAsync("role");
        foreach (var answer in (Answer[])[await club.Owner.PostAsync($"servers/{club.Id}/roles", body), await club.Owner.PatchAsync($"servers/{club.Id}/roles/{role}", body)])
        {
            answer.ExpectRefusal(400, "invalid_body");
            Assert.Equal([field], answer.Fields);
        }
    }

    [Fact]
    public async Task name_of_100_characters_is_the_longest_and_a_patch_cannot_clear()
    {
        var club = await Community.FoundAsync(_host);
        var role = await club.RoleAsync("role");
        Assert.Equal(["name"], (await club.Owner.PostAsync($"servers/{club.Id}/roles", $$"""{"name":"{{new string('x', 101)}}"}""")).Expect(400).Fields);
        (await club.Owner.PatchAsync($"servers/{club.Id}/roles/{role}", $$"""{"name":"{{new string('x', 100)}}"}""")).Expect(200);
        Assert.Equal(
            ["color", "hoist", "mentionable", "name", "permissions"],
            (await club.Owner.PatchAsync($"servers/{club.Id}/roles/{role}", """{"name":null,"color":null,"hoist":null,"mentionable":null,"permissions":null}""")).Expect(400).Fields);
    }

    [Fact]
    public async Task role_changes_in_what_is_named_and_is_told_once()
    {
        var club = await Community.FoundAsync(_host);
        var role = (await club.Owner.PostAsync($"servers/{club.Id}/roles", """{"name":"role","color":1,"hoist":true,"permissions":"1"}""")).Expect(201);
        await using var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        var changed = (await club.Owner.PatchAsync($"servers/{club.Id}/roles/{role.Id}", """{"color":2,"mentionable":true}""")).Expect(200);
        Assert.Equal(
            ("role", 2, true, true, "1"),
            (changed["name"].GetString(), changed["color"].GetInt32(), changed["hoist"].GetBoolean(), changed["mentionable"].GetBoolean(), changed["permissions"].GetString()));
        (await club.Owner.PatchAsync($"servers/{club.Id}/roles/{role.Id}", """{"color":2}""")).Expect(200);
        await club.Owner.SayAsync(club.General, "done");
        var frame = Assert.Single(await socket.BeforeAsync("done"));
        Assert.True(frame.Is("SERVER_ROLE_UPDATE"));
        Assert.Equal($$"""{"server_id":"{{club.Id}}","role":{{changed.Body.GetRawText()}}}""", frame.D.GetRawText());
    }

    [Fact]
    public async Task roles_are_reordered_all_or_none()
    {
        var (club, other) = (await Community.FoundAsync(_host), await Community.FoundAsync(_host));
        var (a, b, foreign) = (await club.RoleAsync("a"), await club.RoleAsync("b"), await other.RoleAsync("foreign"));
        await using var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        var path = $"servers/{club.Id}/roles";
        var moved = (await club.Owner.PatchAsync(path, $$"""[{"id":"{{a}}","position":3},{"id":"{{b}}","position":2}]""")).Expect(200);
        Assert.Equal([(club.Id, 0), (b, 2), (a, 3)], moved.Items.Select(role => (role.GetProperty("id").GetString()!, role.GetProperty("position").GetInt32())));
        await club.Owner.SayAsync(club.General, "moved");
        Assert.Equal([(a, 3), (b, 2)], (await socket.BeforeAsync("moved")).Select(frame => frame.D.GetProperty("role")).Select(role => (role.GetProperty("id").GetString()!, role.GetProperty("position").GetInt32())));

        foreach (var (body, status, field) in (IEnumerable<(string, int, string?)>)
        [
            ($$"""[{"id":"{{a}}","position":1},{"id":"{{b}}","position":0}]""", 400, "[1].position"),
            ($$"""[{"id":"{{a}}","position":1},{"id":"{{b}}","position":1001}]""", 400, "[1].position"),
            ($$"""[{"id":"{{a}}","position":1},{"id":"{{b}}"}]""", 400, "[1].position"),
            ($$"""[{"id":"{{a}}","position":1},{"id":"{{a}}","position":4}]""", 400, "[1].id"),
            ($$"""[{"id":"{{a}}","position":1},{"position":4}]""", 400, "[1].id"),
            ($$"""[{"id":"{{a}}","position":1},{"id":"b","position":4}]""", 400, "[1].id"),
            ($$"""[{"id":"{{a}}","position":1},null]""", 400, "[1]"),
            ("[]", 400, "$"),
            ($$"""[{"id":"{{a}}","position":1},{"id":"{{foreign}}","position":1}]""", 404, null),
            ($$"""[{"id":"{{a}}","position":1},{"id":"{{club.General}}","position":1}]""", 404, null),
            ($$"""[{"id":"{{a}}","position":1},{"id":"{{club.Id}}","position":1}]""", 409, null),
        ])
        {
            var answer = (await club.Owner.PatchAsync(path, body)).Expect(status);
            if (field is not null) Assert.Equal([field], answer.Fields);
        }

        (await club.Owner.PatchAsync(path, """{"id":1}""")).ExpectRefusal(400, "invalid_body");
        Assert.Equal([club.Id, b, a], (await club.Owner.GetAsync(path)).Ids);
    }

    [Fact]
    public async Task deleted_role_goes_from_members_and_channels()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var (gone, kept) = (await club.RoleAsync("gone"), await club.RoleAsync("kept"));
        await club.GiveAsync(bob, gone);
        await club.GiveAsync(bob, kept);
        await club.OverwriteRoleAsync(club.General, gone, deny: Permissions.AttachFiles);
        await using var socket = await GatewayClient.IdentifiedAsync(_host, bob);
        (await club.Owner.DeleteAsync($"servers/{club.Id}/roles/{gone}")).Expect(204);
        var deleted = await socket.ReceiveAsync("SERVER_ROLE_DELETE");
        Assert.Equal($$"""{"server_id":"{{club.Id}}","role_id":"{{gone}}"}""", deleted.D.GetRawText());
        Assert.Empty((await socket.ReceiveAsync("CHANNEL_UPDATE")).D.GetProperty("permission_overwrites").EnumerateArray());

        Assert.Equal([kept], RoleIds(await bob.GetAsync($"servers/{club.Id}/members/{bob.Id}")));
        Assert.Empty((await bob.GetAsync($"channels/{club.General}"))["permission_overwrites"].EnumerateArray());
        Assert.Equal([club.Id, kept], (await bob.GetAsync($"servers/{club.Id}/roles")).Ids);
        (await club.Owner.DeleteAsync($"servers/{club.Id}/roles/{gone}")).ExpectRefusal(404, "not_found");
        (await club.Owner.PatchAsync($"servers/{club.Id}/roles/{gone}", "{}")).ExpectRefusal(404, "not_found");
        (await club.Owner.PutAsync($"servers/{club.Id}/members/{bob.Id}/roles/{gone}")).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task everyone_is_neither_renamed_moved_given_nor_deleted()
    {
        var club = await Community.FoundAsync(_host);
        var everyone = $"servers/{club.Id}/roles/{club.Id}";
        foreach (var body in (string[])["""{"name":"all"}""", """{"color":1}""", """{"hoist":true}""", """{"mentionable":true,"permissions":"1"}"""])
            (await club.Owner.PatchAsync(everyone, body)).ExpectRefusal(409, "conflict");
        (await club.Owner.DeleteAsync(everyone)).ExpectRefusal(409, "conflict");
        (await club.Owner.PutAsync($"servers/{club.Id}/members/{club.Owner.Id}/roles/{club.Id}")).ExpectRefusal(409, "conflict");
        (await club.Owner.DeleteAsync($"servers/{club.Id}/members/{club.Owner.Id}/roles/{club.Id}")).ExpectRefusal(409, "conflict");
        Assert.Equal("84066427", Assert.Single((await club.Owner.GetAsync($"servers/{club.Id}/roles")).Items).GetProperty("permissions").GetString());
    }

    [Fact]
    public async Task server_holds_250_roles()
    {
        var club = await Community.FoundAsync(_host);
        await Task.WhenAll(Enumerable.Range(0, 249).Select(_ => club.RoleAsync("role")));
        (await club.Owner.PostAsync($"servers/{club.Id}/roles", "{}")).ExpectRefusal(409, "limit_reached");
        (await club.Owner.DeleteAsync($"servers/{club.Id}/roles/{(await club.Owner.GetAsync($"servers/{club.Id}/roles")).Ids[1]}")).Expect(204);
        (await club.Owner.PostAsync($"servers/{club.Id}/roles", "{}")).Expect(201);
    }

    [Fact]
    public async Task role_is_given_and_taken_and_told_to_all_members()
    {
        var (club, other) = (await Community.FoundAsync(_host), await Community.FoundAsync(_host));
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var role = await club.RoleAsync("role");
        await using var socket = await GatewayClient.IdentifiedAsync(_host, carol);
        var path = $"servers/{club.Id}/members/{bob.Id}/roles/{role}";
        (await club.Owner.PutAsync(path)).Expect(204);
        (await club.Owner.PutAsync(path)).Expect(204);
        var member = (await carol.GetAsync($"servers/{club.Id}/members/{bob.Id}")).Expect(200);
        Assert.Equal([role], RoleIds(member));
        (await club.Owner.DeleteAsync(path)).Expect(204);
        (await club.Owner.DeleteAsync(path)).Expect(204);
        Assert.Empty(RoleIds(await carol.GetAsync($"servers/{club.Id}/members/{bob.Id}")));

        await club.Owner.SayAsync(club.General, "done");
        var frames = await socket.BeforeAsync("done");
        Assert.Equal(["SERVER_MEMBER_UPDATE", "SERVER_MEMBER_UPDATE"], frames.Select(frame => frame.T));
        Assert.Equal($$"""{"server_id":"{{club.Id}}","member":{{member.Body.GetRawText()}}}""", frames[0].D.GetRawText());
        Assert.Empty(frames[1].D.GetProperty("member").GetProperty("role_ids").EnumerateArray());

        var foreign = await other.RoleAsync("foreign");
        foreach (var unknown in (string[])[$"{bob.Id}/roles/{foreign}", $"{bob.Id}/roles/{club.General}", $"{other.Owner.Id}/roles/{role}", $"{bob.Id}/roles/role"])
        {
            (await club.Owner.PutAsync($"servers/{club.Id}/members/{unknown}")).ExpectRefusal(404, "not_found");
            (await club.Owner.DeleteAsync($"servers/{club.Id}/members/{unknown}")).ExpectRefusal(404, "not_found");
        }
    }

    [Fact]
    public async Task gaining_and_losing_the_view_by_a_role_shows_as_the_channel_coming_and_going()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var role = await club.RoleAsync("insiders");
        var vault = await club.ChannelAsync("vault");
        await club.OverwriteAsync(vault, deny: Permissions.ViewChannel);
        await club.OverwriteRoleAsync(vault, role, allow: Permissions.ViewChannel);
        await using var bobs = await GatewayClient.IdentifiedAsync(_host, bob);
        await using var carols = await GatewayClient.IdentifiedAsync(_host, carol);

        await club.GiveAsync(bob, role);
        Assert.True(JsonElement.DeepEquals((await bob.GetAsync($"channels/{vault}")).Expect(200).Body, (await bobs.UntilAsync(frame => frame.Is("CHANNEL_CREATE")))[^1].D));
        await club.TakeAsync(bob, role);
        Assert.Equal($$"""{"id":"{{vault}}","server_id":"{{club.Id}}"}""", (await bobs.UntilAsync(frame => frame.Is("CHANNEL_DELETE")))[^1].D.GetRawText());
        (await bob.GetAsync($"channels/{vault}")).ExpectRefusal(404, "not_found");

        await club.GiveAsync(bob, role);
        (await club.Owner.DeleteAsync($"servers/{club.Id}/roles/{role}")).Expect(204);
        await club.Owner.SayAsync(club.General, "done");
        Assert.Equal(
            ["SERVER_MEMBER_UPDATE", "CHANNEL_CREATE", "SERVER_ROLE_DELETE", "CHANNEL_DELETE", "MESSAGE_CREATE"],
            (await bobs.UntilAsync(frame => frame.Is("MESSAGE_CREATE"))).Select(frame => frame.T).SkipWhile(type => type != "SERVER_MEMBER_UPDATE"));
        Assert.Equal(
            ["SERVER_MEMBER_UPDATE", "SERVER_MEMBER_UPDATE", "SERVER_MEMBER_UPDATE", "SERVER_ROLE_DELETE"],
            (await carols.BeforeAsync("done")).Select(frame => frame.T));
    }

    [Fact]
    public async Task who_becomes_an_administrator_by_their_role_sees_every_channel()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var role = await club.RoleAsync("role");
        await club.GiveAsync(bob, role);
        var vault = await club.ChannelAsync("vault");
        await club.OverwriteAsync(vault, deny: Permissions.ViewChannel);
        await using var socket = await GatewayClient.IdentifiedAsync(_host, bob);
        foreach (var permissions in (Permissions[])[Permissions.Administrator, Permissions.ManageRoles])
            (await club.Owner.PatchAsync($"servers/{club.Id}/roles/{role}", $$"""{"permissions":"{{(ulong)permissions}}"}""")).Expect(200);
        await club.Owner.SayAsync(club.General, "done");
        Assert.Equal(
            [("SERVER_ROLE_UPDATE", null), ("CHANNEL_CREATE", vault), ("SERVER_ROLE_UPDATE", null), ("CHANNEL_DELETE", vault)],
            (await socket.BeforeAsync("done")).Select(frame => (frame.T!, frame.Id)));
    }

    private static IEnumerable<string?> RoleIds(Answer member) => member.Expect(200)["role_ids"].EnumerateArray().Select(id => id.GetString());
}
