using System.Net;
using System.Security.Cryptography;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Files;

public sealed class AttachmentsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly byte[] Notes = "some notes\n"u8.ToArray();

    [Fact]
    public async Task an_upload_is_posted_and_read_by_its_link_alone()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var community = await Community.FoundAsync(host);
        var upload = (await community.Owner.UploadAsync(Notes, "notes.txt")).Expect(201);
        Assert.Equal(("notes.txt", "text/plain; charset=utf-8", Notes.Length), (upload["filename"].GetString(), upload["content_type"].GetString(), upload["size"].GetInt32()));

        var posted = (await community.Owner.PostAsync($"channels/{community.General}/messages", $$"""{"attachment_ids":["{{upload.Id}}"]}""")).Expect(201);
        var shown = Assert.Single(posted["attachments"].EnumerateArray());
        Assert.Equal(("", upload.Id), (posted["content"].GetString(), shown.GetProperty("id").GetString()));

        using var fetched = await Person.Stranger(host).FetchAsync(shown.GetProperty("url").GetString()!);
        Assert.Equal(HttpStatusCode.OK, fetched.StatusCode);
        Assert.Equal(Notes, await fetched.Content.ReadAsByteArrayAsync());
        Assert.Equal("attachment", fetched.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("sandbox; default-src 'none'", string.Join(",", fetched.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(Notes))}\"", fetched.Headers.ETag!.Tag);

        var history = (await community.Owner.GetAsync($"channels/{community.General}/messages")).Expect(200).Items[0];
        Assert.Equal(shown.GetRawText(), history.GetProperty("attachments")[0].GetRawText());
    }

    [Fact]
    public async Task a_file_is_posted_once_only()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var community = await Community.FoundAsync(host);
        var upload = (await community.Owner.UploadAsync(Notes)).Expect(201);
        var body = $$"""{"content":"x","attachment_ids":["{{upload.Id}}"]}""";
        (await community.Owner.PostAsync($"channels/{community.General}/messages", body)).Expect(201);
        var again = (await community.Owner.PostAsync($"channels/{community.General}/messages", body)).Expect(400);
        Assert.Equal(["attachment_ids"], again.Fields);
    }
}
