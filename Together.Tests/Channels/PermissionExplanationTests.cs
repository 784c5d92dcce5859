using System.Text.Json;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Channels;

public sealed class PermissionExplanationTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task everybody_learns_why_they_may_not()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var editors = await club.RoleAsync("Editors");
        await club.GiveAsync(bob, editors);
        await club.OverwriteRoleAsync(club.General, editors, allow: Permissions.SendMessages);
        await club.OverwriteAsync(club.General, bob, deny: Permissions.SendMessages);

        var why = (await bob.GetAsync(Path(club.General, "SEND_MESSAGES"))).Expect(200);
        Assert.Equal(
            $$"""
            {"user_id":"{{bob.Id}}","channel_id":"{{club.General}}","permission":"SEND_MESSAGES","allowed":false,"chain":[
            {"source":"everyone_role","id":"{{club.Id}}","name":"@everyone","effect":"allow","until":null},
            {"source":"role_overwrite","id":"{{editors}}","name":"Editors","effect":"allow","until":null},
            {"source":"member_overwrite","id":"{{bob.Id}}","name":"{{bob.Username}}","effect":"deny","until":null}]}
            """.ReplaceLineEndings(""),
            why.Body.GetRawText());
    }

    [Fact]
    public async Task it_says_what_the_host_does()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        Assert.True((await bob.GetAsync(Path(club.General, "send_messages"))).Expect(200)["allowed"].GetBoolean());
        await bob.SayAsync(club.General, "hello");

        var until = TimeProvider.System.GetUtcNow().AddMinutes(5).ToString("yyyy-MM-ddTHH:mm:00.000Z", null);
        (await club.Owner.PatchAsync($"servers/{club.Id}/members/{bob.Id}", $$"""{"timeout_until":"{{until}}"}""")).Expect(200);
        var why = (await bob.GetAsync(Path(club.General, "SEND_MESSAGES"))).Expect(200);
        Assert.False(why["allowed"].GetBoolean());
        var last = why["chain"].EnumerateArray().Last();
        Assert.Equal(("timeout", until), (last.GetProperty("source").GetString(), last.GetProperty("until").GetString()));
        (await bob.PostAsync($"channels/{club.General}/messages", """{"content":"hello?"}""")).ExpectRefusal(403, "missing_permissions");
    }

    [Fact]
    public async Task another_is_explained_to_who_manages_roles_in_the_channel()
    {
        var club = await Community.FoundAsync(_host);
        var (anna, bob) = (await club.MemberAsync("anna"), await club.MemberAsync("bob"));
        (await anna.GetAsync(Path(club.General, "SPEAK", bob.Id))).ExpectRefusal(403, "missing_permissions");
        Assert.Equal(anna.Id, (await anna.GetAsync(Path(club.General, "SPEAK", anna.Id))).Expect(200)["user_id"].GetString());

        await club.OverwriteAsync(club.General, anna, allow: Permissions.ManageRoles);
        Assert.Equal(bob.Id, (await anna.GetAsync(Path(club.General, "SPEAK", bob.Id))).Expect(200)["user_id"].GetString());
        (await anna.GetAsync(Path(club.Voice, "SPEAK", bob.Id))).ExpectRefusal(403, "missing_permissions");
        Assert.Equal("owner", (await anna.GetAsync(Path(club.General, "SPEAK", club.Owner.Id))).Expect(200)["chain"][0].GetProperty("source").GetString());
    }

    [Fact]
    public async Task who_does_not_see_the_channel_learns_nothing_of_it()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await club.OverwriteAsync(club.General, deny: Permissions.ViewChannel);
        (await bob.GetAsync(Path(club.General, "VIEW_CHANNEL"))).ExpectRefusal(404, "not_found");
        (await bob.GetAsync(Path(bob.Id, "VIEW_CHANNEL"))).ExpectRefusal(404, "not_found");
        (await (await _host.PersonAsync("stranger")).GetAsync(Path(club.Voice, "VIEW_CHANNEL"))).ExpectRefusal(404, "not_found");
        (await Person.Stranger(_host).GetAsync(Path(club.Voice, "VIEW_CHANNEL"))).ExpectRefusal(401, "unauthorized");

        // But the owner learns why Bob does not.
        var why = (await club.Owner.GetAsync(Path(club.General, "SEND_MESSAGES", bob.Id))).Expect(200);
        var last = why["chain"].EnumerateArray().Last();
        Assert.Equal(("view_channel", club.General, "general"), (last.GetProperty("source").GetString(), last.GetProperty("id").GetString(), last.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task nobody_is_explained_who_is_no_member()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var stranger = await _host.PersonAsync("stranger");
        foreach (var asker in (Person[])[club.Owner, bob])
        {
            (await asker.GetAsync(Path(club.General, "SPEAK", stranger.Id))).ExpectRefusal(404, "not_found");
            (await asker.GetAsync(Path(club.General, "SPEAK", club.General))).ExpectRefusal(404, "not_found");
        }
    }

    [Theory]
    [InlineData("", "permission")]
    [InlineData("?permission=", "permission")]
    [InlineData("?permission=FLY", "permission")]
    [InlineData("?permission=1", "permission")]
    [InlineData("?permission=ALL", "permission")]
    [InlineData("?permission=SPEAK&permission=STREAM", "permission")]
    [InlineData("?permission=SPEAK&user_id=me", "user_id")]
    public async Task bad_query_is_refused(string query, string field)
    {
        var club = await Community.FoundAsync(_host);
        var answer = await club.Owner.GetAsync($"channels/{club.General}/permissions/explain{query}");
        answer.ExpectRefusal(400, "invalid_query");
        Assert.Equal([field], answer.Fields);
    }

    [Fact]
    public async Task a_bad_query_about_another_is_refused_for_the_right_first()
    {
        var club = await Community.FoundAsync(_host);
        var (anna, bob) = (await club.MemberAsync("anna"), await club.MemberAsync("bob"));
        (await anna.GetAsync(Path(club.General, "FLY", bob.Id))).ExpectRefusal(403, "missing_permissions");
    }

    [Fact]
    public async Task the_api_description_knows_it()
    {
        using var document = JsonDocument.Parse(await _host.Client.GetStringAsync("/openapi/v1.json"));
        var get = document.RootElement.GetProperty("paths").GetProperty("/api/channels/{id}/permissions/explain").GetProperty("get");
        var schema = get.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("schema");
        Assert.Equal("#/components/schemas/PermissionExplanation", schema.GetProperty("$ref").GetString());
    }

    private static string Path(string channel, string permission, string? user = null) =>
        $"channels/{channel}/permissions/explain?permission={permission}{(user is null ? "" : $"&user_id={user}")}";
}
