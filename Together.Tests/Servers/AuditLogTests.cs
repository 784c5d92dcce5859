using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Together.Protocol;
using Together.Protocol.Servers;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Servers;

public sealed class AuditLogTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task every_kind_of_change_has_its_entry()
    {
        var club = await Community.FoundAsync(_host);
        var owner = club.Owner.Because("because");
        var path = $"servers/{club.Id}";
        var seen = new HashSet<string>();
        Assert.Empty((await owner.GetAsync($"{path}/audit-log")).Expect(200)["entries"].EnumerateArray());

        (await owner.PatchAsync(path, """{"name":"Go club"}""")).Expect(200);
        await LoggedAsync(AuditActions.ServerUpdate, club.Id, """[{"key":"name","old":"Chess club","new":"Go club"}]""");

        var category = (await owner.PostAsync($"{path}/channels", """{"name":"Games","type":"category"}""")).Expect(201).Id;
        var channel = (await owner.PostAsync($"{path}/channels", $$"""{"name":"board","topic":"e4","category_id":"{{category}}","slow_mode_seconds":5}""")).Expect(201).Id;
        var asCreated = $$"""
            [{"key":"type","old":null,"new":"text"},{"key":"name","old":null,"new":"board"},{"key":"topic","old":null,"new":"e4"},{"key":"category_id","old":null,"new":"{{category}}"},
            {"key":"position","old":null,"new":0},{"key":"slow_mode_seconds","old":null,"new":5},{"key":"user_limit","old":null,"new":0},{"key":"permission_overwrites","old":null,"new":[]}]
            """;
        await LoggedAsync(AuditActions.ChannelCreate, channel, asCreated);
        (await owner.PatchAsync($"channels/{channel}", """{"topic":null,"slow_mode_seconds":6}""")).Expect(200);
        await LoggedAsync(AuditActions.ChannelUpdate, channel, """[{"key":"topic","old":"e4","new":null},{"key":"slow_mode_seconds","old":5,"new":6}]""");
        (await owner.PatchAsync($"{path}/channels", $$"""[{"id":"{{channel}}","position":3}]""")).Expect(200);
        await LoggedAsync(AuditActions.ChannelUpdate, channel, """[{"key":"position","old":0,"new":3}]""");

        string Overwrite(int deny) => $$"""{"id":"{{club.Id}}","type":"role","allow":"1","deny":"{{deny}}"}""";
        (await owner.PutAsync($"channels/{channel}/permissions/{club.Id}", Overwrite(2))).Expect(204);
        await LoggedAsync(AuditActions.OverwriteCreate, channel, $$"""[{"key":"permission_overwrite","old":null,"new":{{Overwrite(2)}}}]""");
        (await owner.PutAsync($"channels/{channel}/permissions/{club.Id}", Overwrite(4))).Expect(204);
        await LoggedAsync(AuditActions.OverwriteUpdate, channel, $$"""[{"key":"permission_overwrite","old":{{Overwrite(2)}},"new":{{Overwrite(4)}}}]""");
        (await owner.DeleteAsync($"channels/{channel}/permissions/{club.Id}")).Expect(204);
        await LoggedAsync(AuditActions.OverwriteDelete, channel, $$"""[{"key":"permission_overwrite","old":{{Overwrite(4)}},"new":null}]""");
        (await owner.DeleteAsync($"channels/{category}")).Expect(204);
        (await owner.DeleteAsync($"channels/{channel}")).Expect(204);
        await LoggedAsync(AuditActions.ChannelDelete, channel, """
            [{"key":"type","old":"text","new":null},{"key":"name","old":"board","new":null},
            {"key":"position","old":3,"new":null},{"key":"slow_mode_seconds","old":6,"new":null},{"key":"user_limit","old":0,"new":null},{"key":"permission_overwrites","old":[],"new":null}]
            """);

        var role = (await owner.PostAsync($"{path}/roles", """{"name":"role","permissions":"1"}""")).Expect(201).Id;
        await LoggedAsync(AuditActions.RoleCreate, role, """
            [{"key":"name","old":null,"new":"role"},{"key":"color","old":null,"new":0},{"key":"hoist","old":null,"new":false},
            {"key":"mentionable","old":null,"new":false},{"key":"position","old":null,"new":1},{"key":"permissions","old":null,"new":"1"}]
            """);
        (await owner.PatchAsync($"{path}/roles/{role}", """{"hoist":true,"permissions":"3"}""")).Expect(200);
        await LoggedAsync(AuditActions.RoleUpdate, role, """[{"key":"hoist","old":false,"new":true},{"key":"permissions","old":"1","new":"3"}]""");
        (await owner.PatchAsync($"{path}/roles", $$"""[{"id":"{{role}}","position":2}]""")).Expect(200);
        await LoggedAsync(AuditActions.RoleUpdate, role, """[{"key":"position","old":1,"new":2}]""");

        var code = (await owner.PostAsync($"{path}/invites", """{"max_uses":5}""")).Expect(201)["code"].GetString();
        await LoggedAsync(AuditActions.InviteCreate, null, $$"""
            [{"key":"code","old":null,"new":"{{code}}"},{"key":"inviter_id","old":null,"new":"{{owner.Id}}"},{"key":"uses","old":null,"new":0},{"key":"max_uses","old":null,"new":5}]
            """);
        var bob = await _host.PersonAsync("bob");
        (await bob.PostAsync($"invites/{code}")).Expect(200);
        await LoggedAsync(
            AuditActions.MemberJoin, bob.Id, $$"""[{"key":"invite_code","old":null,"new":"{{code}}"},{"key":"inviter_id","old":null,"new":"{{owner.Id}}"}]""", reason: null, actor: bob);
        (await owner.DeleteAsync($"invites/{code}")).Expect(204);
        await LoggedAsync(AuditActions.InviteDelete, null, $$"""
            [{"key":"code","old":"{{code}}","new":null},{"key":"inviter_id","old":"{{owner.Id}}","new":null},{"key":"uses","old":1,"new":null},{"key":"max_uses","old":5,"new":null}]
            """);

        (await owner.PatchAsync($"{path}/members/{bob.Id}", """{"nickname":"Bobby","server_mute":true}""")).Expect(200);
        await LoggedAsync(AuditActions.MemberUpdate, bob.Id, """[{"key":"nickname","old":null,"new":"Bobby"},{"key":"server_mute","old":false,"new":true}]""");
        (await bob.PatchAsync($"{path}/members/@me", """{"nickname":null}""")).Expect(200);
        await LoggedAsync(AuditActions.MemberUpdate, bob.Id, """[{"key":"nickname","old":"Bobby","new":null}]""", reason: null, actor: bob);
        var until = TimeProvider.System.GetUtcNow().AddHours(1).ToString(TimeJsonConverter.Format, System.Globalization.CultureInfo.InvariantCulture);
        (await owner.PatchAsync($"{path}/members/{bob.Id}", $$"""{"timeout_until":"{{until}}"}""")).Expect(200);
        await LoggedAsync(AuditActions.MemberUpdate, bob.Id, $$"""[{"key":"timeout_until","old":null,"new":"{{until}}"}]""");
        (await owner.PatchAsync($"{path}/members/{bob.Id}", """{"timeout_until":null}""")).Expect(200);
        (await owner.PutAsync($"{path}/members/{bob.Id}/roles/{role}")).Expect(204);
        await LoggedAsync(AuditActions.MemberRoleUpdate, bob.Id, $$"""[{"key":"role_ids","old":[],"new":["{{role}}"]}]""");
        (await owner.DeleteAsync($"{path}/members/{bob.Id}/roles/{role}")).Expect(204);
        await LoggedAsync(AuditActions.MemberRoleUpdate, bob.Id, $$"""[{"key":"role_ids","old":["{{role}}"],"new":[]}]""");
        (await owner.DeleteAsync($"{path}/roles/{role}")).Expect(204);
        await LoggedAsync(AuditActions.RoleDelete, role, """
            [{"key":"name","old":"role","new":null},{"key":"color","old":0,"new":null},{"key":"hoist","old":true,"new":null},
            {"key":"mentionable","old":false,"new":null},{"key":"position","old":2,"new":null},{"key":"permissions","old":"3","new":null}]
            """);

        var message = await bob.SayAsync(club.General, "spam");
        (await owner.DeleteAsync($"channels/{club.General}/messages/{message.Id}")).Expect(204);
        await LoggedAsync(AuditActions.MessageDelete, bob.Id, $$"""[{"key":"channel_id","old":"{{club.General}}","new":null},{"key":"message_id","old":"{{message.Id}}","new":null}]""");
        (await owner.DeleteAsync($"{path}/members/{bob.Id}")).Expect(204);
        await LoggedAsync(AuditActions.MemberKick, bob.Id, "[]");
        await club.AdmitAsync(bob);
        message = await bob.SayAsync(club.General, "more spam");
        await using (var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner))
        {
            (await club.Owner.PutAsync($"{path}/bans/{bob.Id}", """{"reason":"because","delete_message_seconds":60}""")).Expect(204);
            await socket.UntilAsync(frame => frame.Is("MESSAGE_DELETE_BULK"));
        }

        await LoggedAsync(AuditActions.MessageBulkDelete, club.General, $$"""[{"key":"message_ids","old":["{{message.Id}}"],"new":null}]""");
        await LoggedAsync(AuditActions.MemberBanAdd, bob.Id, """[{"key":"delete_message_seconds","old":null,"new":60}]""", query: "&action=member_ban_add");
        (await owner.DeleteAsync($"{path}/bans/{bob.Id}")).Expect(204);
        await LoggedAsync(AuditActions.MemberBanRemove, bob.Id, "[]");
        await club.AdmitAsync(bob);
        var pinned = (await owner.SayAsync(club.General, "pin me")).Id;
        (await owner.PutAsync($"channels/{club.General}/pins/{pinned}")).Expect(204);
        await LoggedAsync(AuditActions.MessagePin, pinned, $$"""[{"key":"channel_id","old":null,"new":"{{club.General}}"}]""");
        (await owner.DeleteAsync($"channels/{club.General}/pins/{pinned}")).Expect(204);
        await LoggedAsync(AuditActions.MessageUnpin, pinned, $$"""[{"key":"channel_id","old":"{{club.General}}","new":null}]""");

        (await owner.PostAsync($"{path}/transfer", $$"""{"user_id":"{{bob.Id}}"}""")).Expect(200);
        (await bob.PostAsync($"{path}/transfer", $$"""{"user_id":"{{owner.Id}}"}""")).Expect(200);
        await LoggedAsync(AuditActions.ServerUpdate, club.Id, $$"""[{"key":"owner_id","old":"{{bob.Id}}","new":"{{owner.Id}}"}]""", reason: null, actor: bob);

        Assert.Equal(AuditActions.All.Order(), seen.Order());

        async Task LoggedAsync(string action, string? target, string changes, string? reason = "because", Person? actor = null, string query = "")
        {
            var page = (await club.Owner.GetAsync($"{path}/audit-log?limit=1{query}")).Expect(200);
            var entry = Assert.Single(page["entries"].EnumerateArray());
            Assert.Equal(["id", "server_id", "actor_id", "action", "target_id", "changes", "reason", "created_at"], entry.EnumerateObject().Select(field => field.Name));
            Assert.Equal(
                (club.Id, (actor ?? owner).Id, action, target, reason),
                (entry.GetProperty("server_id").GetString(), entry.GetProperty("actor_id").GetString(), entry.GetProperty("action").GetString(), entry.GetProperty("target_id").GetString(), entry.GetProperty("reason").GetString()));
            using var expected = JsonDocument.Parse(changes);
            Assert.True(JsonElement.DeepEquals(expected.RootElement, entry.GetProperty("changes")), $"{action}: {changes} was expected, {entry.GetProperty("changes")} came");
            seen.Add(action);
        }
    }

    [Fact]
    public async Task what_is_ones_own_has_no_entry()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var before = (await EntriesAsync(club)).Count;
        var message = await bob.SayAsync(club.General, "oops");
        (await bob.PatchAsync($"channels/{club.General}/messages/{message.Id}", """{"content":"hm"}""")).Expect(200);
        (await bob.DeleteAsync($"channels/{club.General}/messages/{message.Id}")).Expect(204);
        (await bob.DeleteAsync($"servers/{club.Id}/members/@me")).Expect(204);
        // Nor has what was refused or changed nothing.
        (await club.Owner.PatchAsync($"servers/{club.Id}", """{"name":"Chess club"}""")).Expect(200);
        (await club.Owner.DeleteAsync($"servers/{club.Id}/members/{bob.Id}")).Expect(404);
        Assert.Equal(before, (await EntriesAsync(club)).Count);
    }

    [Fact]
    public async Task entries_come_in_pages_newest_first_with_the_users_they_name()
    {
        var (club, other) = (await Community.FoundAsync(_host), await Community.FoundAsync(_host));
        var bob = await club.MemberAsync("bob");
        await club.GiveAsync(bob, await club.RoleAsync("administrators", Permissions.Administrator));
        for (var i = 0; i < 4; i++) (await bob.PatchAsync($"servers/{club.Id}", $$"""{"name":"{{i}}"}""")).Expect(200);
        await other.RoleAsync("elsewhere");

        var all = await EntriesAsync(club);
        // The invite, the join, the role and its giving, and four names.
        Assert.Equal(8, all.Count);
        Assert.Equal(all.OrderDescending(StringComparer.Ordinal), all);
        var paged = new List<string>();
        for (var before = ""; ; before = $"&before={paged[^1]}")
        {
            var page = await EntriesAsync(club, $"limit=3{before}");
            if (page.Count == 0) break;
            Assert.InRange(page.Count, 1, 3);
            paged.AddRange(page);
        }

        Assert.Equal(all, paged);
        Assert.Equal(all[..4], await EntriesAsync(club, $"user_id={bob.Id}&action=server_update"));
        Assert.Equal([.. all[..4], all[6]], await EntriesAsync(club, $"user_id={bob.Id}"));
        Assert.Equal([all[6]], await EntriesAsync(club, "action=member_join"));
        Assert.Equal([all[3]], await EntriesAsync(club, $"action=server_update&user_id={bob.Id}&limit=1&before={all[2]}"));
        Assert.Empty(await EntriesAsync(club, $"user_id={other.Owner.Id}"));
        Assert.Empty(await EntriesAsync(club, "action=member_kick"));

        var page1 = (await bob.GetAsync($"servers/{club.Id}/audit-log")).Expect(200);
        Assert.Equal(["entries", "users"], page1.Body.EnumerateObject().Select(field => field.Name));
        Assert.Equal(new[] { bob.Id, club.Owner.Id }.Order(), page1["users"].EnumerateArray().Select(user => user.GetProperty("id").GetString()!).Order());
        Assert.Equal(bob.Username, Assert.Single((await bob.GetAsync($"servers/{club.Id}/audit-log?limit=1"))["users"].EnumerateArray()).GetProperty("username").GetString());
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=x", "limit")]
    [InlineData("action=coffee", "action")]
    [InlineData("action=SERVER_UPDATE", "action")]
    [InlineData("action=member_kick&action=member_join", "action")]
    [InlineData("user_id=bob", "user_id")]
    [InlineData("before=yesterday", "before")]
    public async Task bad_query_is_refused_by_name(string query, string field)
    {
        var club = await Community.FoundAsync(_host);
        var answer = await club.Owner.GetAsync($"servers/{club.Id}/audit-log?{query}");
        answer.ExpectRefusal(400, "invalid_query");
        Assert.Equal([field], answer.Fields);
    }

    [Theory]
    [InlineData("plain words", "plain words")]
    [InlineData("Unflätig%3A%20%F0%9F%A4%AC%20+%25", "Unflätig: 🤬 +%")]
    [InlineData("100 % sure, %zz", "100 % sure, %zz")]
    [InlineData("  trimmed  ", "trimmed")]
    [InlineData("%20", null)]
    [InlineData("", null)]
    public async Task reason_is_utf8_as_it_is_or_percent_encoded(string header, string? reason)
    {
        var club = await Community.FoundAsync(_host);
        Assert.Equal(204, (await DeleteWithReasonsAsync(club, header)).Status);
        Assert.Equal(reason, (await club.Owner.GetAsync($"servers/{club.Id}/audit-log?limit=1"))["entries"][0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task reason_of_512_characters_is_the_longest()
    {
        var club = await Community.FoundAsync(_host);
        Assert.Equal(204, (await DeleteWithReasonsAsync(club, string.Concat(Enumerable.Repeat("%C3%A4", 512)))).Status);
        Assert.Equal(new string('ä', 512), (await club.Owner.GetAsync($"servers/{club.Id}/audit-log?limit=1"))["entries"][0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task bad_reason_is_refused_and_nothing_is_done()
    {
        var club = await Community.FoundAsync(_host);
        foreach (var reasons in (string[][])[[new string('x', 513)], ["a%00b"], ["one", "two"]])
        {
            var (status, body) = await DeleteWithReasonsAsync(club, reasons);
            Assert.Equal(400, status);
            Assert.Contains("\"invalid_body\"", body, StringComparison.Ordinal);
            Assert.Contains("\"errors\":{\"X-Audit-Log-Reason\":[", body, StringComparison.Ordinal);
        }

        Assert.Empty(await EntriesAsync(club));
        Assert.Equal(2, (await club.Owner.GetAsync($"servers/{club.Id}/channels")).Ids.Count);
        var message = await club.Owner.SayAsync(club.General, "stays");
        var refused = await club.Owner.Because("a%00b").DeleteAsync($"channels/{club.General}/messages/{message.Id}");
        refused.ExpectRefusal(400, "invalid_body");
        Assert.Equal(["X-Audit-Log-Reason"], refused.Fields);
        Assert.Equal(["stays"], await club.Owner.HistoryAsync(club.General));
    }

    /// <summary>Deletes the voice channel by a request of our own making: clients do not send a header twice or in UTF-8.</summary>
    private async Task<(int Status, string Body)> DeleteWithReasonsAsync(Community club, params string[] reasons)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var socket = new TcpClient();
        await socket.ConnectAsync(_host.Address.Host, _host.Address.Port, cancellation);
        var lines = string.Concat(reasons.Select(reason => $"X-Audit-Log-Reason: {reason}\r\n"));
        var request = $"DELETE /api/channels/{club.Voice} HTTP/1.1\r\nHost: {_host.Address.Authority}\r\nAuthorization: Bearer {club.Owner.Token}\r\n{lines}Connection: close\r\n\r\n";
        await socket.GetStream().WriteAsync(Encoding.UTF8.GetBytes(request), cancellation);
        using var reader = new StreamReader(socket.GetStream());
        var answer = await reader.ReadToEndAsync(cancellation);
        return (int.Parse(answer.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), answer);
    }

    private static async Task<List<string>> EntriesAsync(Community club, string query = "limit=100") =>
        [.. (await club.Owner.GetAsync($"servers/{club.Id}/audit-log?{query}")).Expect(200)["entries"].EnumerateArray().Select(entry => entry.GetProperty("id").GetString()!)];
}
