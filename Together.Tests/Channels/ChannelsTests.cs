using System.Text.Json;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Channels;

public sealed class ChannelsTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task new_channel_comes_behind_the_last()
    {
        var club = await Community.FoundAsync(_host);
        var channel = (await club.Owner.PostAsync($"servers/{club.Id}/channels", """{"type":"text","name":" openings ","topic":"e4?"}""")).Expect(201);
        Assert.Equal("openings", channel["name"].GetString());
        Assert.Equal("e4?", channel["topic"].GetString());
        Assert.Equal(2, channel["position"].GetInt32());
        Assert.Equal(
            ["category_id", "id", "last_message_id", "name", "permission_overwrites", "position", "recipients", "server_id", "slow_mode_seconds", "topic", "type", "user_limit"],
            channel.Body.EnumerateObject().Select(f => f.Name).Order(StringComparer.Ordinal));
        var got = (await club.Owner.GetAsync($"channels/{channel.Id}")).Expect(200);
        Assert.True(JsonElement.DeepEquals(channel.Body, got.Body));
        Assert.Equal([club.General, club.Voice, channel.Id], (await club.Owner.GetAsync($"servers/{club.Id}/channels")).Ids);
    }

    [Fact]
    public async Task channel_begins_with_what_it_is_given()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        await using var bobs = await GatewayClient.IdentifiedAsync(_host, bob);
        await using var carols = await GatewayClient.IdentifiedAsync(_host, carol);
        var channel = (await club.Owner.PostAsync(
            $"servers/{club.Id}/channels",
            $$"""
            {"name":"board","type":"voice","position":0,"slow_mode_seconds":21600,"user_limit":99,"permission_overwrites":[
                {"id":"{{club.Id}}","type":"role","deny":1},{"id":"{{bob.Id}}","type":"member","allow":"1","deny":null}]}
            """)).Expect(201);
        Assert.Equal((0, 21_600, 99), (channel["position"].GetInt32(), channel["slow_mode_seconds"].GetInt32(), channel["user_limit"].GetInt32()));
        Assert.Equal(
            $$"""[{"id":"{{club.Id}}","type":"role","allow":"0","deny":"1"},{"id":"{{bob.Id}}","type":"member","allow":"1","deny":"0"}]""",
            channel["permission_overwrites"].GetRawText());
        Assert.True(JsonElement.DeepEquals(channel.Body, (await bobs.ReceiveAsync("CHANNEL_CREATE")).D));
        await club.Owner.SayAsync(club.General, "done");
        // Not for a moment is it there for somebody else.
        Assert.Empty(await carols.BeforeAsync("done"));

        var changed = (await club.Owner.PatchAsync($"channels/{channel.Id}", """{"slow_mode_seconds":5,"user_limit":0}""")).Expect(200);
        Assert.Equal((5, 0), (changed["slow_mode_seconds"].GetInt32(), changed["user_limit"].GetInt32()));
        var stranger = await _host.PersonAsync();
        (await club.Owner.PostAsync($"servers/{club.Id}/channels", $$"""{"name":"x","permission_overwrites":[{"id":"{{stranger.Id}}","type":"member","deny":"1"}]}""")).ExpectRefusal(404, "not_found");
        (await club.Owner.PostAsync($"servers/{club.Id}/channels", $$"""{"name":"x","permission_overwrites":[{"id":"{{bob.Id}}","type":"role","deny":"1"}]}""")).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task overwrites_of_a_new_channel_need_manage_roles_and_the_bits()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await club.GrantAsync(Permissions.ManageChannels);
        string Body(Permissions deny) => $$"""{"name":"x","permission_overwrites":[{"id":"{{club.Id}}","type":"role","deny":"{{(ulong)deny}}"}]}""";
        (await bob.PostAsync($"servers/{club.Id}/channels", Body(Permissions.SendMessages))).ExpectRefusal(403, "missing_permissions");
        await club.GrantAsync(Permissions.ManageChannels | Permissions.ManageRoles);
        (await bob.PostAsync($"servers/{club.Id}/channels", Body(Permissions.SendMessages))).Expect(201);
        (await bob.PostAsync($"servers/{club.Id}/channels", Body(Permissions.ManageMessages))).ExpectRefusal(403, "missing_permissions");
    }

    [Fact]
    public async Task channel_without_a_type_is_a_text_channel()
    {
        var club = await Community.FoundAsync(_host);
        Assert.Equal("text", (await club.Owner.PostAsync($"servers/{club.Id}/channels", """{"name":"x"}""")).Expect(201)["type"].GetString());
        foreach (var type in (string[])["voice", "category"])
            Assert.Equal(type, (await club.Owner.PostAsync($"servers/{club.Id}/channels", $$"""{"name":"x","type":"{{type}}"}""")).Expect(201)["type"].GetString());
    }

    [Theory]
    [InlineData("""{"type":"text"}""", "name")]
    [InlineData("""{"type":"text","name":" "}""", "name")]
    [InlineData("""{"type":"dm","name":"x"}""", "type")]
    [InlineData("""{"type":"TEXT","name":"x"}""", "type")]
    [InlineData("""{"type":0,"name":"x"}""", "type")]
    [InlineData("""{"name":"x","position":-1}""", "position")]
    [InlineData("""{"name":"x","position":"1"}""", "position")]
    [InlineData("""{"name":"x","category_id":"x"}""", "category_id")]
    [InlineData("""{"name":"x","topic":7}""", "topic")]
    [InlineData("""{"name":"x","slow_mode_seconds":-1}""", "slow_mode_seconds")]
    [InlineData("""{"name":"x","slow_mode_seconds":21601}""", "slow_mode_seconds")]
    [InlineData("""{"name":"x","slow_mode_seconds":"5"}""", "slow_mode_seconds")]
    [InlineData("""{"name":"x","user_limit":-1}""", "user_limit")]
    [InlineData("""{"name":"x","user_limit":100}""", "user_limit")]
    [InlineData("""{"name":"x","user_limit":true}""", "user_limit")]
    [InlineData("""{"name":"x","permission_overwrites":{}}""", "permission_overwrites")]
    [InlineData("""{"name":"x","permission_overwrites":[null]}""", "permission_overwrites[0]")]
    [InlineData("""{"name":"x","permission_overwrites":[{"type":"role"}]}""", "permission_overwrites[0].id")]
    [InlineData("""{"name":"x","permission_overwrites":[{"id":"01890000-0000-7000-8000-000000000000"}]}""", "permission_overwrites[0].type")]
    [InlineData("""{"name":"x","permission_overwrites":[{"id":"01890000-0000-7000-8000-000000000000","type":"role","allow":"3","deny":"1"}]}""", "permission_overwrites[0].deny")]
    [InlineData("""{"name":"x","permission_overwrites":[{"id":"01890000-0000-7000-8000-000000000000","type":"role"},{"id":"01890000-0000-7000-8000-000000000000","type":"role"}]}""", "permission_overwrites[1].id")]
    public async Task bad_channel_is_refused(string body, string field)
    {
        var club = await Community.FoundAsync(_host);
        var answer = await club.Owner.PostAsync($"servers/{club.Id}/channels", body);
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal([field], answer.Fields);
    }

    [Fact]
    public async Task lengths_of_name_and_topic_are_bounded()
    {
        var club = await Community.FoundAsync(_host);
        var path = $"servers/{club.Id}/channels";
        (await club.Owner.PostAsync(path, $$"""{"name":"{{new string('n', 100)}}","topic":"{{new string('t', 1024)}}"}""")).Expect(201);
        Assert.Equal(["name", "topic"], (await club.Owner.PostAsync(path, $$"""{"name":"{{new string('n', 101)}}","topic":"{{new string('t', 1025)}}"}""")).Expect(400).Fields);
    }

    [Fact]
    public async Task category_holds_channels_but_no_category_and_no_foreign_one_does()
    {
        var (club, other) = (await Community.FoundAsync(_host), await Community.FoundAsync(_host));
        var category = await club.ChannelAsync("Games", "category");
        var inside = await club.ChannelAsync("blitz", category: category);
        Assert.Equal(category, (await club.Owner.GetAsync($"channels/{inside}"))["category_id"].GetString());
        Assert.Equal(0, (await club.Owner.GetAsync($"channels/{inside}"))["position"].GetInt32());

        var foreign = await other.ChannelAsync("Theirs", "category");
        foreach (var bad in (string[])[foreign, club.General, club.Owner.Id])
        {
            (await club.Owner.PostAsync($"servers/{club.Id}/channels", $$"""{"name":"x","category_id":"{{bad}}"}""")).ExpectRefusal(400, "invalid_body");
            (await club.Owner.PatchAsync($"channels/{inside}", $$"""{"category_id":"{{bad}}"}""")).ExpectRefusal(400, "invalid_body");
            (await club.Owner.PatchAsync($"servers/{club.Id}/channels", $$"""[{"id":"{{inside}}","position":0,"category_id":"{{bad}}"}]""")).ExpectRefusal(400, "invalid_body");
        }

        var second = await club.ChannelAsync("More", "category");
        (await club.Owner.PostAsync($"servers/{club.Id}/channels", $$"""{"name":"x","type":"category","category_id":"{{category}}"}""")).ExpectRefusal(400, "invalid_body");
        (await club.Owner.PatchAsync($"channels/{second}", $$"""{"category_id":"{{category}}"}""")).ExpectRefusal(400, "invalid_body");
        (await club.Owner.PatchAsync($"channels/{category}", $$"""{"category_id":"{{category}}"}""")).ExpectRefusal(400, "invalid_body");
        Assert.Equal(category, (await club.Owner.GetAsync($"channels/{inside}"))["category_id"].GetString());
    }

    [Fact]
    public async Task category_takes_no_message()
    {
        var club = await Community.FoundAsync(_host);
        var category = await club.ChannelAsync("Games", "category");
        (await club.Owner.PostAsync($"channels/{category}/messages", """{"content":"hello?"}""")).ExpectRefusal(409, "conflict");
    }

    [Fact]
    public async Task channel_of_a_category_starts_with_its_overwrites()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var category = await club.ChannelAsync("Board", "category");
        await club.OverwriteAsync(category, deny: Permissions.ViewChannel);
        var inside = await club.ChannelAsync("minutes", category: category);
        (await bob.GetAsync($"channels/{inside}")).ExpectRefusal(404, "not_found");
        Assert.Equal([club.General, club.Voice], (await bob.GetAsync($"servers/{club.Id}/channels")).Ids);
    }

    [Fact]
    public async Task deleting_a_category_leaves_its_channels()
    {
        var club = await Community.FoundAsync(_host);
        var category = await club.ChannelAsync("Games", "category");
        var (blitz, slow) = (await club.ChannelAsync("blitz", category: category), await club.ChannelAsync("slow", category: category));
        await club.Owner.SayAsync(blitz, "still here");
        (await club.Owner.DeleteAsync($"channels/{category}")).Expect(204);
        (await club.Owner.GetAsync($"channels/{category}")).ExpectRefusal(404, "not_found");
        foreach (var left in (string[])[blitz, slow])
            Assert.Equal(JsonValueKind.Null, (await club.Owner.GetAsync($"channels/{left}")).Expect(200)["category_id"].ValueKind);
        Assert.Equal(["still here"], await club.Owner.HistoryAsync(blitz));
    }

    [Fact]
    public async Task deleted_channel_is_gone_with_its_messages()
    {
        var club = await Community.FoundAsync(_host);
        var message = await club.Owner.SayAsync(club.General, "hello");
        (await club.Owner.DeleteAsync($"channels/{club.General}")).Expect(204);
        (await club.Owner.DeleteAsync($"channels/{club.General}")).ExpectRefusal(404, "not_found");
        (await club.Owner.GetAsync($"channels/{club.General}/messages/{message.Id}")).ExpectRefusal(404, "not_found");
        (await club.Owner.PostAsync($"channels/{club.General}/messages", """{"content":"late"}""")).ExpectRefusal(404, "not_found");
        (await club.Owner.PatchAsync($"channels/{club.General}/messages/{message.Id}", """{"content":"late"}""")).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task patch_changes_what_it_names_and_null_clears()
    {
        var club = await Community.FoundAsync(_host);
        var category = await club.ChannelAsync("Games", "category");
        var path = $"channels/{club.General}";
        var changed = (await club.Owner.PatchAsync(path, $$"""{"name":"lobby","topic":"welcome","category_id":"{{category}}","position":7}""")).Expect(200);
        Assert.Equal(("lobby", "welcome", category, 7), (changed["name"].GetString(), changed["topic"].GetString(), changed["category_id"].GetString(), changed["position"].GetInt32()));
        var same = (await club.Owner.PatchAsync(path, "{}")).Expect(200);
        Assert.True(JsonElement.DeepEquals(changed.Body, same.Body));
        var cleared = (await club.Owner.PatchAsync(path, """{"topic":null,"category_id":null}""")).Expect(200);
        Assert.Equal(("lobby", JsonValueKind.Null, JsonValueKind.Null, 7), (cleared["name"].GetString(), cleared["topic"].ValueKind, cleared["category_id"].ValueKind, cleared["position"].GetInt32()));
    }

    [Theory]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"position":null}""", "position")]
    [InlineData("""{"position":-1}""", "position")]
    [InlineData("""{"category_id":5}""", "category_id")]
    [InlineData("""{"slow_mode_seconds":null}""", "slow_mode_seconds")]
    [InlineData("""{"slow_mode_seconds":21601}""", "slow_mode_seconds")]
    [InlineData("""{"user_limit":null}""", "user_limit")]
    [InlineData("""{"user_limit":100}""", "user_limit")]
    public async Task bad_patch_changes_nothing(string body, string field)
    {
        var club = await Community.FoundAsync(_host);
        var answer = await club.Owner.PatchAsync($"channels/{club.General}", body);
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal([field], answer.Fields);
        Assert.Equal("general", (await club.Owner.GetAsync($"channels/{club.General}"))["name"].GetString());
    }

    [Fact]
    public async Task channels_are_reordered_all_or_none()
    {
        var club = await Community.FoundAsync(_host);
        var category = await club.ChannelAsync("Games", "category");
        var blitz = await club.ChannelAsync("blitz");
        var path = $"servers/{club.Id}/channels";
        var moved = (await club.Owner.PatchAsync(path, $$"""[{"id":"{{blitz}}","position":0,"category_id":"{{category}}"},{"id":"{{club.Voice}}","position":1},{"id":"{{club.General}}","position":5}]""")).Expect(200);
        Assert.Equal([(blitz, category, 0), (club.Voice, null, 1), (category, null, 2), (club.General, null, 5)], moved.Items.Select(Place));

        foreach (var (body, status) in (IEnumerable<(string, int)>)
        [
            ($$"""[{"id":"{{club.General}}","position":0},{"id":"{{club.Owner.Id}}","position":1}]""", 404),
            ($$"""[{"id":"{{club.General}}","position":0},{"id":"{{club.General}}","position":1}]""", 400),
            ($$"""[{"id":"{{club.General}}","position":0},{"id":"{{club.Voice}}"}]""", 400),
            ($$"""[{"id":"{{club.General}}","position":0},null]""", 400),
            ($$"""[{"id":"{{club.General}}","position":-1}]""", 400),
            ("""[{"position":1}]""", 400),
            ("[]", 400),
            ("{}", 400),
        ])
        {
            (await club.Owner.PatchAsync(path, body)).Expect(status);
        }

        Assert.Equal(5, (await club.Owner.GetAsync($"channels/{club.General}"))["position"].GetInt32());

        static (string?, string?, int) Place(JsonElement channel) =>
            (channel.GetProperty("id").GetString(), channel.GetProperty("category_id").GetString(), channel.GetProperty("position").GetInt32());
    }

    [Fact]
    public async Task channel_writes_need_manage_channels()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var writes = new (HttpMethod Method, string Path, string? Body)[]
        {
            (HttpMethod.Post, $"servers/{club.Id}/channels", """{"name":"x"}"""),
            (HttpMethod.Patch, $"servers/{club.Id}/channels", $$"""[{"id":"{{club.General}}","position":3}]"""),
            (HttpMethod.Patch, $"channels/{club.General}", """{"name":"y"}"""),
            (HttpMethod.Delete, $"channels/{club.General}", null),
        };
        foreach (var (method, path, body) in writes) (await bob.SendAsync(method, path, body)).ExpectRefusal(403, "missing_permissions");
        await club.GrantAsync(Permissions.ManageChannels);
        foreach (var (method, path, body) in writes) Assert.InRange((await bob.SendAsync(method, path, body)).Status, 200, 299);
    }

    [Fact]
    public async Task overwrite_needs_manage_channels_and_manage_roles()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var path = $"channels/{club.General}/permissions/{club.Id}";
        const string Body = """{"type":"role","allow":"0","deny":"8"}""";
        foreach (var half in (Permissions[])[Permissions.None, Permissions.ManageChannels, Permissions.ManageRoles])
        {
            await club.GrantAsync(half);
            (await bob.PutAsync(path, Body)).ExpectRefusal(403, "missing_permissions");
            (await bob.DeleteAsync(path)).ExpectRefusal(403, "missing_permissions");
        }

        await club.GrantAsync(Permissions.ManageChannels | Permissions.ManageRoles);
        (await bob.PutAsync(path, Body)).Expect(204);
        (await bob.DeleteAsync(path)).Expect(403);
        (await club.Owner.DeleteAsync(path)).Expect(204);
        (await club.Owner.DeleteAsync(path)).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task nobody_overwrites_a_permission_they_lack()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await club.GrantAsync(Permissions.ManageChannels | Permissions.ManageRoles);
        var path = $"channels/{club.General}/permissions/{bob.Id}";
        (await bob.PutAsync(path, $$"""{"type":"member","allow":"{{(ulong)Permissions.ManageMessages}}","deny":"0"}""")).ExpectRefusal(403, "missing_permissions");
        (await bob.PutAsync(path, $$"""{"type":"member","allow":"0","deny":"{{(ulong)Permissions.Administrator}}"}""")).ExpectRefusal(403, "missing_permissions");
        (await bob.PutAsync(path, $$"""{"type":"member","allow":"{{(ulong)Permissions.Speak}}","deny":"0"}""")).Expect(204);
    }

    [Theory]
    [InlineData("""{"allow":"0","deny":"0"}""", "type")]
    [InlineData("""{"type":"user","allow":"0","deny":"0"}""", "type")]
    [InlineData("""{"type":"role","allow":"x","deny":"0"}""", "allow")]
    [InlineData("""{"type":"role","allow":"1","deny":"3"}""", "deny")]
    public async Task bad_overwrite_is_refused(string body, string field)
    {
        var club = await Community.FoundAsync(_host);
        var answer = await club.Owner.PutAsync($"channels/{club.General}/permissions/{club.Id}", body);
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal([field], answer.Fields);
    }

    [Fact]
    public async Task overwrite_for_nobody_of_the_server_is_404()
    {
        var club = await Community.FoundAsync(_host);
        var stranger = await _host.PersonAsync();
        (await club.Owner.PutAsync($"channels/{club.General}/permissions/{stranger.Id}", """{"type":"member","allow":"0","deny":"1"}""")).ExpectRefusal(404, "not_found");
        (await club.Owner.PutAsync($"channels/{club.General}/permissions/{club.Owner.Id}", """{"type":"role","allow":"0","deny":"1"}""")).ExpectRefusal(404, "not_found");
        (await club.Owner.DeleteAsync($"channels/{club.General}/permissions/{stranger.Id}")).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task overwrites_are_applied_in_order()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var path = $"channels/{club.General}/messages";

        // Denied to everyone: members read and do not write, the owner writes.
        await club.OverwriteAsync(club.General, deny: Permissions.SendMessages);
        (await bob.PostAsync(path, """{"content":"1"}""")).ExpectRefusal(403, "missing_permissions");
        await club.Owner.SayAsync(club.General, "from above");
        Assert.Equal(["from above"], await bob.HistoryAsync(club.General));

        // Allowed to one: the member's own overwrite is above everyone's.
        await club.OverwriteAsync(club.General, bob, allow: Permissions.SendMessages);
        await bob.SayAsync(club.General, "2");
        (await carol.PostAsync(path, """{"content":"3"}""")).ExpectRefusal(403, "missing_permissions");

        // Without VIEW_CHANNEL nothing holds, and nothing is there.
        await club.OverwriteAsync(club.General, bob, allow: Permissions.SendMessages | Permissions.ManageMessages, deny: Permissions.ViewChannel);
        foreach (var answer in (Answer[])[await bob.GetAsync($"channels/{club.General}"), await bob.GetAsync(path), await bob.PostAsync(path, """{"content":"4"}""")])
            answer.ExpectRefusal(404, "not_found");
        Assert.Equal([club.Voice], (await bob.GetAsync($"servers/{club.Id}/channels")).Ids);

        // An administrator is above overwrites.
        await club.GrantAsync(Permissions.Administrator);
        await bob.SayAsync(club.General, "5");
    }

    [Fact]
    public async Task overwrite_is_shown_replaced_and_removed()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await club.OverwriteAsync(club.General, bob, allow: Permissions.ManageMessages);
        await club.OverwriteAsync(club.General, bob, deny: Permissions.AttachFiles);
        var overwrite = Assert.Single((await bob.GetAsync($"channels/{club.General}"))["permission_overwrites"].EnumerateArray());
        Assert.Equal($$"""{"id":"{{bob.Id}}","type":"member","allow":"0","deny":"8"}""", overwrite.GetRawText());
        (await club.Owner.DeleteAsync($"channels/{club.General}/permissions/{bob.Id}")).Expect(204);
        Assert.Empty((await bob.GetAsync($"channels/{club.General}"))["permission_overwrites"].EnumerateArray());
    }

    [Fact]
    public async Task last_message_is_the_last_one_posted_also_when_it_was_deleted()
    {
        var club = await Community.FoundAsync(_host);
        Assert.Equal(JsonValueKind.Null, (await club.Owner.GetAsync($"channels/{club.General}"))["last_message_id"].ValueKind);
        await club.Owner.SayAsync(club.General, "first");
        var last = await club.Owner.SayAsync(club.General, "last");
        (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{last.Id}")).Expect(204);
        Assert.Equal(last.Id, (await club.Owner.GetAsync($"channels/{club.General}"))["last_message_id"].GetString());
    }
}
