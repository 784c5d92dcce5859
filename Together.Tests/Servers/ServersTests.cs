using System.Text.Json;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Servers;

public sealed class ServersTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task new_server_has_its_channels_and_everyone()
    {
        var ada = await _host.PersonAsync("ada");
        var server = (await ada.PostAsync("servers", """{"name":"  Chess club  ","colour":"unknown fields are ignored"}""")).Expect(201);
        Assert.Equal("Chess club", server["name"].GetString());
        Assert.Equal(ada.Id, server["owner_id"].GetString());
        Assert.Equal(JsonValueKind.Null, server["icon_url"].ValueKind);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", server["created_at"].GetString());
        Assert.Equal('7', server.Id[14]);
        Assert.Equal(["created_at", "icon_url", "id", "name", "owner_id"], server.Body.EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal));

        var channels = (await ada.GetAsync($"servers/{server.Id}/channels")).Expect(200).Items;
        Assert.Equal([("text", "general", 0), ("voice", "General", 1)], channels.Select(c => (c.GetProperty("type").GetString()!, c.GetProperty("name").GetString()!, c.GetProperty("position").GetInt32())));
        Assert.All(channels, channel => Assert.Equal(server.Id, channel.GetProperty("server_id").GetString()));

        var role = Assert.Single((await ada.GetAsync($"servers/{server.Id}/roles")).Expect(200).Items);
        Assert.Equal(server.Id, role.GetProperty("id").GetString());
        Assert.Equal("@everyone", role.GetProperty("name").GetString());
        Assert.Equal(0, role.GetProperty("position").GetInt32());
        // VIEW_CHANNEL 0, SEND_MESSAGES 1, ATTACH_FILES 3, ADD_REACTIONS 4, CONNECT_VOICE 5, SPEAK 6, CREATE_INVITE 14,
        // READ_MESSAGE_HISTORY 15, CHANGE_NICKNAME 17, STREAM 24, EMBED_LINKS 26.
        Assert.Equal("84066427", role.GetProperty("permissions").GetString());

        var member = Assert.Single((await ada.GetAsync($"servers/{server.Id}/members")).Expect(200).Items);
        Assert.Equal(ada.Id, member.GetProperty("user").GetProperty("id").GetString());
        Assert.Equal(ada.Username, member.GetProperty("user").GetProperty("username").GetString());
        Assert.False(member.GetProperty("user").TryGetProperty("email", out _));
        Assert.Empty(member.GetProperty("role_ids").EnumerateArray());
    }

    [Fact]
    public async Task own_servers_are_listed_oldest_first_and_no_others()
    {
        var ada = await _host.PersonAsync("ada");
        var first = await Community.FoundAsync(_host, ada);
        await Community.FoundAsync(_host);
        var joined = await Community.FoundAsync(_host);
        await joined.AdmitAsync(ada);
        var last = await Community.FoundAsync(_host, ada);
        Assert.Equal([first.Id, joined.Id, last.Id], (await ada.GetAsync("servers")).Expect(200).Ids);
        Assert.Empty((await (await _host.PersonAsync()).GetAsync("servers")).Expect(200).Ids);
    }

    [Fact]
    public async Task member_gets_the_server_and_an_outsider_does_not()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        Assert.Equal("Chess club", (await bob.GetAsync($"servers/{club.Id}")).Expect(200)["name"].GetString());
        (await (await _host.PersonAsync()).GetAsync($"servers/{club.Id}")).ExpectRefusal(404, "not_found");
    }

    [Theory]
    [InlineData("{}", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":"   "}""", "name")]
    [InlineData("""{"name":7}""", "name")]
    [InlineData("""{"name":["x"]}""", "name")]
    [InlineData("""{"name":"a\u0000b"}""", "name")]
    [InlineData("""{"name":"\ud800"}""", "name")]
    public async Task bad_name_is_refused_by_name(string body, string field)
    {
        var club = await Community.FoundAsync(_host);
        foreach (var answer in (Answer[])[await club.Owner.PostAsync("servers", body), await club.Owner.PatchAsync($"servers/{club.Id}", body)])
        {
            answer.ExpectRefusal(400, "invalid_body");
            Assert.Equal([field], answer.Fields);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"name\"")]
    [InlineData("""{"name":"x"}}""")]
    public async Task body_that_is_no_object_is_refused(string body) =>
        (await (await _host.PersonAsync()).PostAsync("servers", body)).ExpectRefusal(400, "invalid_body");

    [Fact]
    public async Task name_of_100_characters_is_the_longest()
    {
        var ada = await _host.PersonAsync("ada");
        (await ada.PostAsync("servers", $$"""{"name":"{{new string('x', 100)}}"}""")).Expect(201);
        Assert.Equal(["name"], (await ada.PostAsync("servers", $$"""{"name":"{{new string('x', 101)}}"}""")).Expect(400).Fields);
    }

    [Fact]
    public async Task rename_needs_manage_server()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        (await bob.PatchAsync($"servers/{club.Id}", """{"name":"Bob's"}""")).ExpectRefusal(403, "missing_permissions");
        await club.GrantAsync(Permissions.ManageServer);
        Assert.Equal("Bob's", (await bob.PatchAsync($"servers/{club.Id}", """{"name":"Bob's"}""")).Expect(200)["name"].GetString());
        Assert.Equal("Bob's", (await club.Owner.GetAsync($"servers/{club.Id}")).Expect(200)["name"].GetString());
    }

    [Fact]
    public async Task only_the_owner_deletes_a_server()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await club.GrantAsync(Permissions.Administrator);
        (await (await _host.PersonAsync()).DeleteAsync($"servers/{club.Id}")).ExpectRefusal(404, "not_found");
        (await bob.DeleteAsync($"servers/{club.Id}")).ExpectRefusal(403, "missing_permissions");
        var code = await club.InviteAsync();
        (await club.Owner.DeleteAsync($"servers/{club.Id}")).Expect(204);

        (await club.Owner.DeleteAsync($"servers/{club.Id}")).ExpectRefusal(404, "not_found");
        Assert.Empty((await bob.GetAsync("servers")).Ids);
        foreach (var gone in (string[])[$"servers/{club.Id}", $"servers/{club.Id}/members", $"channels/{club.General}", $"channels/{club.General}/messages", $"invites/{code}"])
            (await bob.GetAsync(gone)).ExpectRefusal(404, "not_found");
        (await bob.PostAsync($"channels/{club.General}/messages", """{"content":"anybody?"}""")).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task community_is_the_same_after_a_restart()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var club = await Community.FoundAsync(host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var (low, high) = (await club.RoleAsync("low", Permissions.KickMembers), await club.RoleAsync("high", Permissions.All));
        (await club.Owner.PatchAsync($"servers/{club.Id}/roles", $$"""[{"id":"{{high}}","position":7},{"id":"{{low}}","position":3}]""")).Expect(200);
        await club.GiveAsync(bob, high);
        await club.GiveAsync(bob, low);
        (await club.Owner.PatchAsync($"servers/{club.Id}/members/{bob.Id}", """{"nickname":"Bobby","server_deaf":true}""")).Expect(200);
        var board = await club.ChannelAsync("board", "voice", await club.ChannelAsync("Board", "category"));
        (await club.Owner.PatchAsync($"channels/{board}", """{"slow_mode_seconds":7,"user_limit":9}""")).Expect(200);
        await club.OverwriteRoleAsync(board, low, allow: Permissions.Speak, deny: Permissions.ConnectVoice);
        (await club.Owner.PutAsync($"servers/{club.Id}/bans/{carol.Id}", """{"reason":"spam"}""")).Expect(204);
        (await club.Owner.PostAsync($"servers/{club.Id}/transfer", $$"""{"user_id":"{{bob.Id}}"}""")).Expect(200);

        string[] paths = ["servers", .. ((string[])["", "/channels", "/roles", "/members", "/bans", "/invites", "/audit-log"]).Select(path => $"servers/{club.Id}{path}")];
        var before = await Task.WhenAll(paths.Select(bob.GetAsync));
        await host.RestartAsync();
        var after = await Task.WhenAll(paths.Select(bob.GetAsync));
        for (var i = 0; i < paths.Length; i++) Assert.Equal(before[i].Expect(200).Body.GetRawText(), after[i].Expect(200).Body.GetRawText());
    }

    [Fact]
    public async Task hundredth_server_is_the_last()
    {
        var ada = await _host.PersonAsync("ada");
        for (var i = 0; i < 100; i++) (await ada.PostAsync("servers", """{"name":"one more"}""")).Expect(201);
        (await ada.PostAsync("servers", """{"name":"too many"}""")).ExpectRefusal(409, "limit_reached");
        var elsewhere = await Community.FoundAsync(_host);
        (await ada.PostAsync($"invites/{await elsewhere.InviteAsync()}")).ExpectRefusal(409, "limit_reached");
    }

    [Fact]
    public async Task everyones_permissions_need_manage_roles()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var role = $"servers/{club.Id}/roles/{club.Id}";
        (await bob.PatchAsync(role, """{"permissions":"1"}""")).ExpectRefusal(403, "missing_permissions");
        // A number is taken too; the answer is a string.
        Assert.Equal("3", (await club.Owner.PatchAsync(role, """{"permissions":3}""")).Expect(200)["permissions"].GetString());
        Assert.Equal("3", (await club.Owner.PatchAsync(role, "{}")).Expect(200)["permissions"].GetString());
        Assert.Equal("3", Assert.Single((await bob.GetAsync($"servers/{club.Id}/roles")).Items).GetProperty("permissions").GetString());
        (await club.Owner.PatchAsync($"servers/{club.Id}/roles/{club.General}", """{"permissions":"1"}""")).ExpectRefusal(404, "not_found");
    }

    [Theory]
    [InlineData("""{"permissions":null}""")]
    [InlineData("""{"permissions":"-1"}""")]
    [InlineData("""{"permissions":"0x1"}""")]
    [InlineData("""{"permissions":1.5}""")]
    [InlineData("""{"permissions":"18446744073709551616"}""")]
    [InlineData("""{"permissions":[1]}""")]
    public async Task permissions_that_are_no_mask_are_refused(string body)
    {
        var club = await Community.FoundAsync(_host);
        var answer = await club.Owner.PatchAsync($"servers/{club.Id}/roles/{club.Id}", body);
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal(["permissions"], answer.Fields);
    }

    [Fact]
    public async Task nobody_grants_or_takes_a_permission_they_lack()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await club.GiveAsync(bob, await club.RoleAsync("gardener", Permissions.ManageRoles));
        var has = (ulong)Permissions.EveryoneDefault;
        var role = $"servers/{club.Id}/roles/{club.Id}";
        (await bob.PatchAsync(role, $$"""{"permissions":"{{has | (ulong)Permissions.KickMembers}}"}""")).ExpectRefusal(403, "missing_permissions");
        (await bob.PatchAsync(role, $$"""{"permissions":"{{has | (ulong)Permissions.Administrator}}"}""")).ExpectRefusal(403, "missing_permissions");
        (await bob.PatchAsync(role, $$"""{"permissions":"{{has & ~(ulong)Permissions.Speak}}"}""")).Expect(200);
    }

    [Theory]
    [InlineData("GET", "servers", "")]
    [InlineData("POST", "servers", "{")]
    [InlineData("GET", "servers/{0}", "")]
    [InlineData("PATCH", "servers/{0}", "{")]
    [InlineData("DELETE", "servers/{0}", "")]
    [InlineData("GET", "servers/{0}/channels", "")]
    [InlineData("POST", "servers/{0}/channels", "{")]
    [InlineData("PATCH", "servers/{0}/channels", "{")]
    [InlineData("GET", "servers/{0}/members?limit=0", "")]
    [InlineData("GET", "servers/{0}/members/{2}", "")]
    [InlineData("DELETE", "servers/{0}/members/{2}", "")]
    [InlineData("DELETE", "servers/{0}/members/@me", "")]
    [InlineData("GET", "servers/{0}/roles", "")]
    [InlineData("PATCH", "servers/{0}/roles/{0}", "{")]
    [InlineData("GET", "servers/{0}/invites", "")]
    [InlineData("POST", "servers/{0}/invites", "{")]
    [InlineData("DELETE", "invites/{3}", "")]
    [InlineData("GET", "channels/{1}", "")]
    [InlineData("PATCH", "channels/{1}", "{")]
    [InlineData("DELETE", "channels/{1}", "")]
    [InlineData("PUT", "channels/{1}/permissions/{0}", "{")]
    [InlineData("DELETE", "channels/{1}/permissions/{0}", "")]
    [InlineData("GET", "channels/{1}/messages?limit=0", "")]
    [InlineData("POST", "channels/{1}/messages", "{")]
    [InlineData("GET", "channels/{1}/messages/{4}", "")]
    [InlineData("PATCH", "channels/{1}/messages/{4}", "{")]
    [InlineData("DELETE", "channels/{1}/messages/{4}", "")]
    public async Task stranger_is_401_and_an_outsider_404_before_anything_else_is_looked_at(string method, string pattern, string body)
    {
        var club = await Community.FoundAsync(_host);
        var message = await club.Owner.SayAsync(club.General, "secret");
        var path = string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, club.Id, club.General, club.Owner.Id, await club.InviteAsync(), message.Id);
        (await Person.Stranger(_host).SendAsync(new HttpMethod(method), path, body)).ExpectRefusal(401, "unauthorized");
        if (!pattern.Contains('{', StringComparison.Ordinal)) return;
        (await (await _host.PersonAsync("outsider")).SendAsync(new HttpMethod(method), path, body)).ExpectRefusal(404, "not_found");
        Assert.Equal("secret", (await club.Owner.GetAsync($"channels/{club.General}/messages/{message.Id}")).Expect(200)["content"].GetString());
    }

    [Theory]
    [InlineData("PATCH", "servers/{0}", "{")]
    [InlineData("DELETE", "servers/{0}", "")]
    [InlineData("POST", "servers/{0}/channels", "{")]
    [InlineData("PATCH", "servers/{0}/channels", "{")]
    [InlineData("DELETE", "servers/{0}/members/{2}", "")]
    [InlineData("PATCH", "servers/{0}/roles/{0}", "{")]
    [InlineData("GET", "servers/{0}/invites", "")]
    [InlineData("POST", "servers/{0}/invites", "{")]
    [InlineData("DELETE", "invites/{3}", "")]
    [InlineData("PATCH", "channels/{1}", "{")]
    [InlineData("DELETE", "channels/{1}", "")]
    [InlineData("PUT", "channels/{1}/permissions/{0}", "{")]
    [InlineData("DELETE", "channels/{1}/permissions/{0}", "")]
    [InlineData("GET", "channels/{1}/messages?limit=0", "")]
    [InlineData("POST", "channels/{1}/messages", "{")]
    [InlineData("GET", "channels/{1}/messages/{4}", "")]
    [InlineData("PATCH", "channels/{1}/messages/{4}", "{")]
    [InlineData("DELETE", "channels/{1}/messages/{4}", "")]
    public async Task member_with_nothing_but_view_is_403_before_the_body_is_looked_at(string method, string pattern, string body)
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var message = await club.Owner.SayAsync(club.General, "hello");
        var code = await club.InviteAsync();
        await club.EveryoneAsync(Permissions.ViewChannel);
        var path = string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, club.Id, club.General, club.Owner.Id, code, message.Id);
        (await bob.SendAsync(new HttpMethod(method), path, body)).ExpectRefusal(403, "missing_permissions");
    }

    [Theory]
    [InlineData("servers/not-a-uuid")]
    [InlineData("servers/00000000-0000-0000-0000-000000000000")]
    [InlineData("channels/0192a0c0-0000-7000-8000-000000000000")]
    [InlineData("invites/nosuchcode")]
    [InlineData("no/such/route")]
    public async Task what_does_not_exist_is_404(string path) => (await (await _host.PersonAsync()).GetAsync(path)).ExpectRefusal(404, "not_found");
}
