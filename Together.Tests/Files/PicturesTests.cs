using System.Net;
using System.Text.Json;
using Together.Tests.Files.Images;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Files;

/// <summary>Avatars and icons.</summary>
public sealed class PicturesTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task an_avatar_shows_wherever_its_owner_does()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        Assert.Equal(JsonValueKind.Null, (await bob.GetAsync("users/@me")).Expect(200)["avatar_url"].ValueKind);
        (await PutAvatarAsync(bob)).Expect(204);
        var url = (await bob.GetAsync("users/@me")).Expect(200)["avatar_url"].GetString()!;
        Assert.Matches("^/media/[0-9a-f]{64}$", url);
        Assert.Equal(url, (await club.Owner.GetAsync($"users/{bob.Id}")).Expect(200)["avatar_url"].GetString());
        await bob.SayAsync(club.General, "hello");
        Assert.Equal(url, (await club.Owner.GetAsync($"channels/{club.General}/messages")).Expect(200).Items[0].GetProperty("author").GetProperty("avatar_url").GetString());
        Assert.Equal(url, Assert.Single((await club.Owner.GetAsync($"servers/{club.Id}/members")).Expect(200).Items, member => UserId(member) == bob.Id).GetProperty("user").GetProperty("avatar_url").GetString());
        await using var client = await GatewayClient.IdentifiedAsync(_host, bob);
        Assert.Equal(url, client.Ready!.D.GetProperty("user").GetProperty("avatar_url").GetString());
    }

    [Fact]
    public async Task those_who_know_somebody_hear_of_their_avatar()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, outsider) = (await club.MemberAsync("bob"), await _host.PersonAsync("outsider"));
        await using var own = await Listener.OfAsync(_host, bob);
        await using var others = await Listener.OfAsync(_host, club.Owner);
        await using var outsiders = await Listener.OfAsync(_host, outsider);
        (await PutAvatarAsync(bob)).Expect(204);
        var url = (await bob.GetAsync("users/@me")).Expect(200)["avatar_url"].GetString();
        foreach (var listener in (Listener[])[own, others]) Assert.Equal(url, Assert.Single(await listener.SeenAsync(), frame => frame.Is("USER_UPDATE")).D.GetProperty("avatar_url").GetString());

        (await bob.DeleteAsync("users/@me/avatar")).Expect(204);
        foreach (var listener in (Listener[])[own, others])
            Assert.Equal(JsonValueKind.Null, Assert.Single(await listener.SeenAsync(), frame => frame.Is("USER_UPDATE")).D.GetProperty("avatar_url").ValueKind);
        Assert.Equal(JsonValueKind.Null, (await bob.GetAsync("users/@me")).Expect(200)["avatar_url"].ValueKind);
        (await bob.DeleteAsync("users/@me/avatar")).Expect(204);
        Assert.Empty(await others.SeenAsync());
        Assert.Empty(await outsiders.SeenAsync());
        // Who saw it may go on showing it for a while.
        Assert.Equal(HttpStatusCode.OK, await Person.Stranger(_host).StatusAsync(url!));
    }

    [Fact]
    public async Task an_icon_shows_wherever_its_server_does_and_has_its_entry_in_the_audit_log()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await using var listener = await Listener.OfAsync(_host, bob);
        (await bob.SendAsync(HttpMethod.Put, $"servers/{club.Id}/icon", People.Picture)).ExpectRefusal(403, "missing_permissions");
        (await club.Owner.Because("a new look").SendAsync(HttpMethod.Put, $"servers/{club.Id}/icon", People.Picture)).Expect(204);
        var url = (await bob.GetAsync($"servers/{club.Id}")).Expect(200)["icon_url"].GetString()!;
        Assert.Matches("^/media/[0-9a-f]{64}$", url);
        Assert.Equal(url, Assert.Single(await listener.SeenAsync(), frame => frame.Is("SERVER_UPDATE")).D.GetProperty("icon_url").GetString());
        Assert.Equal(url, (await Person.Stranger(_host).GetAsync($"invites/{await club.InviteAsync()}")).Expect(200)["server"].GetProperty("icon_url").GetString());
        await using (var client = await GatewayClient.IdentifiedAsync(_host, bob))
            Assert.Equal(url, Assert.Single(client.Ready!.D.GetProperty("servers").EnumerateArray()).GetProperty("icon_url").GetString());
        await LoggedAsync("a new look", null, url);

        (await bob.DeleteAsync($"servers/{club.Id}/icon")).ExpectRefusal(403, "missing_permissions");
        (await club.Owner.Because("no, the old one").DeleteAsync($"servers/{club.Id}/icon")).Expect(204);
        Assert.Equal(JsonValueKind.Null, Assert.Single(await listener.SeenAsync(), frame => frame.Is("SERVER_UPDATE")).D.GetProperty("icon_url").ValueKind);
        await LoggedAsync("no, the old one", url, null);

        async Task LoggedAsync(string reason, string? old, string? now)
        {
            var entry = Assert.Single((await club.Owner.GetAsync($"servers/{club.Id}/audit-log?limit=1&action=server_update")).Expect(200)["entries"].EnumerateArray());
            var change = Assert.Single(entry.GetProperty("changes").EnumerateArray());
            Assert.Equal(
                (reason, club.Owner.Id, "icon_url", old, now),
                (entry.GetProperty("reason").GetString(), entry.GetProperty("actor_id").GetString(), change.GetProperty("key").GetString(), change.GetProperty("old").GetString(), change.GetProperty("new").GetString()));
        }
    }

    [Theory]
    [InlineData("jpegsave", ".jpg")]
    [InlineData("gifsave", ".gif")]
    [InlineData("tiffsave", ".tif")]
    public async Task a_picture_is_a_public_square_that_says_nothing(string command, string ending)
    {
        var bob = await _host.PersonAsync("bob");
        var picture = await Vips.MakeAsync(command, ending, 900, 300);
        if (ending == ".jpg") picture = Picture.Insert(picture, 2, Picture.Segment(0xE1, [.. "Exif\0\0"u8, .. Picture.Exif(1)]));
        (await bob.SendFileAsync(HttpMethod.Put, "users/@me/avatar", picture, "me" + ending)).Expect(204);
        var url = (await bob.GetAsync("users/@me")).Expect(200)["avatar_url"].GetString()!;

        using var response = await Person.Stranger(_host).FetchAsync(url);
        Assert.Equal("image/webp", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(["immutable", "max-age=31536000", "public"], response.Headers.CacheControl!.ToString().Split(", ").Order(StringComparer.Ordinal));
        Assert.Equal(["sandbox; default-src 'none'"], response.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        var square = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(("512", "512"), (await Vips.FieldAsync(square, "width"), await Vips.FieldAsync(square, "height")));
        Assert.DoesNotContain(Picture.RiffChunks(square), chunk => chunk.Name is "EXIF" or "XMP ");
        Assert.False(Picture.Contains(square, Picture.SecretBytes));
    }

    [Fact]
    public async Task media_are_avatars_and_icons_and_nothing_else()
    {
        var club = await Community.FoundAsync(_host);
        var content = Picture.Insert(People.Png, 33, Picture.Chunk("gAMA", [0, 1, 2, 3]));
        var upload = (await club.Owner.UploadAsync(content)).Expect(201);
        await club.Owner.SayAsync(club.General, "", null, upload);
        using var response = await Person.Stranger(_host).FetchAsync(upload.Link());
        var hash = response.Headers.ETag!.Tag.Trim('"');
        foreach (var name in (string[])[hash, new string('0', 64), new string('A', 64), new string('g', 64), "abc", "..%2F..%2Finstance"])
            Assert.True(await Person.Stranger(_host).StatusAsync($"/media/{name}") == HttpStatusCode.NotFound, name);
    }

    [Fact]
    public async Task what_is_not_a_picture_is_refused_and_changes_nothing()
    {
        await using var host = await TestHost.StartAsync(postgres, options => options with { Files = options.Files with { PictureMaxSize = 2000 } });
        var club = await Community.FoundAsync(host);
        foreach (var path in (string[])["users/@me/avatar", $"servers/{club.Id}/icon"])
        {
            foreach (var file in (byte[][])[[.. "words"u8], [.. "<svg xmlns='http://www.w3.org/2000/svg'/>"u8], People.Png[..^4], []])
            {
                var refused = await club.Owner.SendFileAsync(HttpMethod.Put, path, file, "me.png");
                refused.ExpectRefusal(400, "invalid_body");
                Assert.Equal(["file"], refused.Fields);
            }

            (await club.Owner.SendFileAsync(HttpMethod.Put, path, [.. People.Png, .. new byte[2000]])).ExpectRefusal(413, "payload_too_large");
            (await club.Owner.PutAsync(path, "{}")).ExpectRefusal(415, "unsupported_media_type");
        }

        Assert.Equal(JsonValueKind.Null, (await club.Owner.GetAsync("users/@me")).Expect(200)["avatar_url"].ValueKind);
        Assert.Equal(JsonValueKind.Null, (await club.Owner.GetAsync($"servers/{club.Id}")).Expect(200)["icon_url"].ValueKind);
        (await Person.Stranger(host).SendFileAsync(HttpMethod.Put, "users/@me/avatar", People.Png)).ExpectRefusal(401, "unauthorized");
        (await (await host.PersonAsync()).SendFileAsync(HttpMethod.Put, $"servers/{club.Id}/icon", People.Png)).ExpectRefusal(404, "not_found");
    }

    private static Task<Answer> PutAvatarAsync(Person person) => person.SendAsync(HttpMethod.Put, "users/@me/avatar", People.Picture);

    private static string? UserId(JsonElement member) => member.GetProperty("user").GetProperty("id").GetString();
}
