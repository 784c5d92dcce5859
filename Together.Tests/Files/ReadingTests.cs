using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Together.Host.Configuration;
using Together.Protocol;
using Together.Tests.Files.Images;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Files;

/// <summary>Who may fetch a file, and how it is answered.</summary>
public sealed class ReadingTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    private static readonly byte[] Digits = "0123456789"u8.ToArray();

    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task a_link_that_is_not_ours_is_nobodys()
    {
        var club = await Community.FoundAsync(_host);
        var (link, other) = (await PostAsync(club.Owner, club.General), await PostAsync(club.Owner, club.General));
        var (path, ex, signature) = Split(link);
        var stranger = Person.Stranger(_host);
        Assert.Equal(HttpStatusCode.OK, await stranger.StatusAsync(link));

        var forged = (signature[0] == 'A' ? 'B' : 'A') + signature[1..];
        var later = (long.Parse(ex, CultureInfo.InvariantCulture) + 86_400).ToString(CultureInfo.InvariantCulture);
        foreach (var query in (string[])
        [
            "", $"?ex={ex}", $"?sig={signature}", $"?ex={ex}&sig={forged}", $"?ex={ex}&sig={signature[..^1]}", $"?ex={ex}&sig={signature}A", $"?ex={ex}&sig=", $"?ex={later}&sig={signature}",
            $"?ex=-{ex}&sig={signature}", $"?ex=%20{ex}&sig={signature}", $"?ex={ex}&ex={ex}&sig={signature}", $"?ex=99999999999999999999&sig={signature}", $"?ex={ex}&sig={Split(other).Signature}",
        ])
            Assert.True(await stranger.StatusAsync(path + query) == HttpStatusCode.NotFound, query);

        foreach (var wrong in (string[])[path + "x", path + "/thumbnail", path.Replace("file.bin", "other.bin", StringComparison.Ordinal)])
            Assert.True(await stranger.StatusAsync($"{wrong}?ex={ex}&sig={signature}") == HttpStatusCode.NotFound, wrong);
    }

    [Fact]
    public async Task a_link_ends_when_it_says_and_is_the_same_until_the_day_ends()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, time: clock);
        var club = await Community.FoundAsync(host);
        var link = await PostAsync(club.Owner, club.General);
        var end = DateTimeOffset.FromUnixTimeSeconds(long.Parse(Split(link).Ex, CultureInfo.InvariantCulture));
        Assert.InRange(end - clock.Now, TimeSpan.FromDays(1), TimeSpan.FromDays(2));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(link, (await club.Owner.GetAsync($"channels/{club.General}/messages")).Expect(200).Items[0].Link());

        clock.Advance(end - clock.Now - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await Person.Stranger(host).StatusAsync(link));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.NotFound, await Person.Stranger(host).StatusAsync(link));
    }

    [Fact]
    public async Task without_a_signature_only_the_uploader_and_who_may_read_the_channel_are_answered()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol, outsider) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"), await _host.PersonAsync("outsider"));
        var link = (await PostAsync(bob, club.General)).Bare();
        await ExpectAsync(HttpStatusCode.OK, bob, carol, club.Owner);
        await ExpectAsync(HttpStatusCode.NotFound, outsider, Person.Stranger(_host));

        await club.OverwriteAsync(club.General, carol, deny: Permissions.ReadMessageHistory);
        await ExpectAsync(HttpStatusCode.NotFound, carol);
        await club.OverwriteAsync(club.General, carol);
        await ExpectAsync(HttpStatusCode.OK, carol);
        await club.OverwriteAsync(club.General, deny: Permissions.ViewChannel);
        await ExpectAsync(HttpStatusCode.NotFound, carol);
        await club.OverwriteAsync(club.General);
        (await club.Owner.DeleteAsync($"servers/{club.Id}/members/{carol.Id}")).Expect(204);
        await ExpectAsync(HttpStatusCode.NotFound, carol);
        (await club.Owner.DeleteAsync($"servers/{club.Id}/members/{bob.Id}")).Expect(204);
        await ExpectAsync(HttpStatusCode.OK, bob);

        async Task ExpectAsync(HttpStatusCode status, params Person[] people)
        {
            foreach (var person in people) Assert.True(await person.StatusAsync(link) == status, $"{person.Username}: {status} was expected");
        }
    }

    [Fact]
    public async Task an_upload_that_is_not_posted_is_its_uploaders_alone()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var link = (await bob.UploadAsync(Digits)).Expect(201).Link().Bare();
        Assert.Equal(HttpStatusCode.OK, await bob.StatusAsync(link));
        Assert.Equal(HttpStatusCode.NotFound, await club.Owner.StatusAsync(link));
        Assert.Equal(HttpStatusCode.NotFound, await Person.Stranger(_host).StatusAsync(link));
    }

    [Fact]
    public async Task what_is_deleted_is_for_moderators_by_links_of_their_own()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var message = await bob.SayAsync(club.General, "", null, (await bob.UploadAsync(Digits)).Expect(201));
        var link = message.Body.Link();
        (await bob.DeleteAsync($"channels/{club.General}/messages/{message.Id}")).Expect(204);

        var stranger = Person.Stranger(_host);
        Assert.Equal(HttpStatusCode.NotFound, await stranger.StatusAsync(link));
        foreach (var person in (Person[])[bob, carol]) Assert.Equal(HttpStatusCode.NotFound, await person.StatusAsync(link.Bare()));
        Assert.Equal(Digits, await club.Owner.BytesAsync(link.Bare()));

        var deleted = Assert.Single((await club.Owner.GetAsync($"channels/{club.General}/messages/deleted")).Expect(200).Items).GetProperty("message").Link();
        Assert.Equal(link.Bare(), deleted.Bare());
        Assert.Equal(Digits, await stranger.BytesAsync(deleted));
        Assert.NotEqual(Split(link).Signature, Split(deleted).Signature);
    }

    [Fact]
    public async Task what_was_in_a_channel_goes_with_it_at_once()
    {
        var club = await Community.FoundAsync(_host);
        var openings = await club.ChannelAsync("openings");
        var (link, kept) = (await PostAsync(club.Owner, openings), await PostAsync(club.Owner, club.General));
        Assert.Equal(HttpStatusCode.OK, await Person.Stranger(_host).StatusAsync(link));
        (await club.Owner.DeleteAsync($"channels/{openings}")).Expect(204);
        foreach (var (person, place) in ((Person, string)[])[(Person.Stranger(_host), link), (club.Owner, link.Bare())]) Assert.Equal(HttpStatusCode.NotFound, await person.StatusAsync(place));
        Assert.Equal(HttpStatusCode.OK, await Person.Stranger(_host).StatusAsync(kept));
        (await club.Owner.DeleteAsync($"servers/{club.Id}")).Expect(204);
        Assert.Equal(HttpStatusCode.NotFound, await Person.Stranger(_host).StatusAsync(kept));
    }

    [Fact]
    public async Task what_is_erased_is_nobodys()
    {
        await using var host = await TestHost.StartAsync(postgres, options => options with { Retention = new RetentionOptions { DeletedMessages = TimeSpan.Zero } });
        var club = await Community.FoundAsync(host);
        var message = await club.Owner.SayAsync(club.General, "", null, (await club.Owner.UploadAsync(Digits)).Expect(201));
        (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{message.Id}")).Expect(204);
        var deleted = Assert.Single((await club.Owner.GetAsync($"channels/{club.General}/messages/deleted")).Expect(200).Items).GetProperty("message").Link();
        Assert.Equal(HttpStatusCode.OK, await Person.Stranger(host).StatusAsync(deleted));

        // It is removed as soon as the host is up.
        await host.RestartAsync();
        await Eventually.HoldsAsync(async () => (await club.Owner.GetAsync($"channels/{club.General}/messages/deleted")).Expect(200).Items.Count == 0);

        foreach (var link in (string[])[message.Body.Link(), deleted]) Assert.Equal(HttpStatusCode.NotFound, await Person.Stranger(host).StatusAsync(link));
        Assert.Equal(HttpStatusCode.NotFound, await club.Owner.StatusAsync(deleted.Bare()));
    }

    [Theory]
    [InlineData("bytes=2-4", 206, "bytes 2-4/10", "234")]
    [InlineData("bytes=7-", 206, "bytes 7-9/10", "789")]
    [InlineData("bytes=-2", 206, "bytes 8-9/10", "89")]
    [InlineData("bytes=5-99", 206, "bytes 5-9/10", "56789")]
    [InlineData("bytes=10-", 416, "bytes */10", "")]
    [InlineData("bytes=4-2", 200, null, "0123456789")]
    [InlineData("bytes=0-1,4-5", 200, null, "0123456789")]
    public async Task a_part_is_answered_when_it_is_asked_for(string range, int status, string? contentRange, string content)
    {
        var club = await Community.FoundAsync(_host);
        using var response = await Person.Stranger(_host).FetchAsync(await PostAsync(club.Owner, club.General), request => request.Headers.TryAddWithoutValidation("Range", range));
        Assert.Equal((status, contentRange, content), ((int)response.StatusCode, response.Content.Headers.ContentRange?.ToString(), await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task what_a_client_has_is_not_sent_again()
    {
        var club = await Community.FoundAsync(_host);
        var link = await PostAsync(club.Owner, club.General);
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Digits))}\"";
        Assert.Equal((HttpStatusCode.NotModified, ""), await AskAsync("If-None-Match", tag));
        Assert.Equal((HttpStatusCode.OK, "0123456789"), await AskAsync("If-None-Match", "\"other\""));
        Assert.Equal((HttpStatusCode.PreconditionFailed, ""), await AskAsync("If-Match", "\"other\""));
        Assert.Equal((HttpStatusCode.PartialContent, "01"), await AskAsync("If-Range", tag, "bytes=0-1"));
        Assert.Equal((HttpStatusCode.OK, "0123456789"), await AskAsync("If-Range", "\"other\"", "bytes=0-1"));

        async Task<(HttpStatusCode, string)> AskAsync(string header, string value, string? range = null)
        {
            using var response = await Person.Stranger(_host).FetchAsync(link, request =>
            {
                request.Headers.TryAddWithoutValidation(header, value);
                if (range is not null) request.Headers.TryAddWithoutValidation("Range", range);
            });
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task head_answers_the_headers_alone()
    {
        var club = await Community.FoundAsync(_host);
        using var response = await Person.Stranger(_host).FetchAsync(await PostAsync(club.Owner, club.General), request => request.Method = HttpMethod.Head);
        Assert.Equal((HttpStatusCode.OK, 10, 0), (response.StatusCode, (int)response.Content.Headers.ContentLength!, (await response.Content.ReadAsByteArrayAsync()).Length));
    }

    [Theory]
    [InlineData("picture.txt", "png", "image/png", "inline")]
    [InlineData("drawing.png", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml", "attachment")]
    [InlineData("page.png", "<!doctype html><script>alert(1)</script>", "text/html", "attachment")]
    [InlineData("page.html", "just words", "text/plain; charset=utf-8", "attachment")]
    [InlineData("song.mp3", "\0\0\0\0binary", "application/octet-stream", "attachment")]
    public async Task only_what_is_safe_by_its_content_is_shown(string name, string content, string type, string disposition)
    {
        var club = await Community.FoundAsync(_host);
        var upload = (await club.Owner.UploadAsync(content == "png" ? People.Png : Encoding.UTF8.GetBytes(content), name)).Expect(201);
        Assert.Equal((name, type), (upload["filename"].GetString(), upload["content_type"].GetString()));
        using var response = await Person.Stranger(_host).FetchAsync((await club.Owner.SayAsync(club.General, "", null, upload)).Body.Link());
        Assert.Equal((type, disposition, name), (response.Content.Headers.ContentType!.ToString(), response.Content.Headers.ContentDisposition!.DispositionType, response.Content.Headers.ContentDisposition.FileNameStar));
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["sandbox; default-src 'none'"], response.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal("immutable, max-age=86400, private", Sorted(response.Headers.CacheControl!));
    }

    [Theory]
    [InlineData("größe 100%.txt")]
    [InlineData("a%2Fb%00.txt")]
    [InlineData("a+b&c=d#e;f.txt")]
    [InlineData("日本🎉.txt")]
    [InlineData("'quoted'.txt")]
    public async Task a_file_keeps_its_name_through_link_and_header(string name)
    {
        var club = await Community.FoundAsync(_host);
        var upload = (await club.Owner.UploadAsync(Digits, name)).Expect(201);
        Assert.Equal(name, upload["filename"].GetString());
        using var response = await Person.Stranger(_host).FetchAsync((await club.Owner.SayAsync(club.General, "", null, upload)).Body.Link());
        Assert.Equal((HttpStatusCode.OK, name), (response.StatusCode, response.Content.Headers.ContentDisposition?.FileNameStar));
    }

    [Fact]
    public async Task a_thumbnail_is_as_open_as_its_file()
    {
        var club = await Community.FoundAsync(_host);
        var upload = (await club.Owner.UploadAsync(await Vips.MakeAsync("jpegsave", ".jpg", 1200, 600), "photo.jpg")).Expect(201);
        var message = await club.Owner.SayAsync(club.General, "", null, upload);
        var link = message.Body.File().GetProperty("thumbnail_url").GetString()!;
        var stranger = Person.Stranger(_host);
        using (var response = await stranger.FetchAsync(link))
        {
            Assert.Equal(("image/webp", "inline"), (response.Content.Headers.ContentType!.ToString(), response.Content.Headers.ContentDisposition!.ToString()));
            Assert.Equal(["sandbox; default-src 'none'"], response.Headers.GetValues("Content-Security-Policy"));
            var thumbnail = await response.Content.ReadAsByteArrayAsync();
            Assert.Equal(("800", "400"), (await Vips.FieldAsync(thumbnail, "width"), await Vips.FieldAsync(thumbnail, "height")));
        }

        Assert.Equal(HttpStatusCode.NotFound, await stranger.StatusAsync(link.Bare()));
        Assert.Equal(HttpStatusCode.OK, await club.Owner.StatusAsync(link.Bare()));
        (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{message.Id}")).Expect(204);
        Assert.Equal(HttpStatusCode.NotFound, await stranger.StatusAsync(link));
    }

    private static string Sorted(CacheControlHeaderValue value) => string.Join(", ", value.ToString().Split(", ").Order(StringComparer.Ordinal));

    private static async Task<string> PostAsync(Person person, string channel) => (await person.SayAsync(channel, "", null, (await person.UploadAsync(Digits)).Expect(201))).Body.Link();

    private static (string Path, string Ex, string Signature) Split(string link)
    {
        var parts = link.Split("?ex=", 2);
        var query = parts[1].Split("&sig=", 2);
        return (parts[0], query[0], query[1]);
    }
}
