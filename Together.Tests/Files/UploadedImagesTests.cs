using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Together.Host.Files;
using Together.Host.Files.Images;
using Together.Protocol;
using Together.Tests.Files.Images;
using Together.Tests.Kit;
using Xunit;
using static Together.Tests.Files.Images.Picture;

namespace Together.Tests.Files;

/// <summary>Images on their way from the sender to the disk and to the reader.</summary>
public sealed class UploadedImagesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private TestHost _host = null!;
    private Person _bob = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _host = await TestHost.StartAsync(postgres, database: _database);
        _bob = await _host.PersonAsync("bob");
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    [Fact]
    public async Task a_photo_says_nowhere_where_it_was_taken()
    {
        var photo = Insert(await Vips.MakeAsync("jpegsave", ".jpg", 1200, 900), 2, Segment(0xE1, [.. "Exif\0\0"u8, .. Picture.Exif(6)]), Segment(0xFE, SecretBytes));
        var upload = (await _bob.UploadAsync(photo, "photo.jpg")).Expect(201);
        // It stands upright.
        Assert.Equal(("image/jpeg", 900, 1200), (upload["content_type"].GetString(), upload["width"].GetInt32(), upload["height"].GetInt32()));
        var shown = await _bob.BytesAsync(upload.Link());
        Assert.Equal(upload["size"].GetInt32(), shown.Length);
        var thumbnail = await _bob.BytesAsync(upload["thumbnail_url"].GetString()!);
        Assert.Equal(("600", "800"), (await Vips.FieldAsync(thumbnail, "width"), await Vips.FieldAsync(thumbnail, "height")));
        Assert.Equal(ContentType.WebP, ContentType.Of(thumbnail, isWhole: false));

        var files = Directory.GetFiles(_database.Directory["files"], "*", SearchOption.AllDirectories);
        Assert.Equal(3, files.Length);
        foreach (var file in (byte[][])[shown, thumbnail, .. files.Select(File.ReadAllBytes)]) Assert.False(Contains(file, SecretBytes));
    }

    [Fact]
    public async Task what_hides_behind_a_picture_goes()
    {
        var upload = (await _bob.UploadAsync([.. People.Png, .. "PK\u0003\u0004<script>alert(1)</script>"u8], "both.zip")).Expect(201);
        Assert.Equal(("image/png", "both.zip", People.Png.Length), (upload["content_type"].GetString(), upload["filename"].GetString(), upload["size"].GetInt32()));
        Assert.Equal(People.Png, await _bob.BytesAsync(upload.Link()));
    }

    [Fact]
    public async Task a_small_picture_is_its_own_thumbnail()
    {
        Assert.False(await HasThumbnailAsync(People.Png));
        Assert.False(await HasThumbnailAsync(await Vips.MakeAsync("jpegsave", ".jpg", 800, 800, "--Q=50")));
        Assert.True(await HasThumbnailAsync(await Vips.MakeAsync("jpegsave", ".jpg", 801, 10)));
        Assert.True(await HasThumbnailAsync(await Vips.MakeAsync("pngsave", ".png", 500, 500, "--compression=0")));

        async Task<bool> HasThumbnailAsync(byte[] picture) => (await _bob.UploadAsync(picture)).Expect(201).Body.TryGetProperty("thumbnail_url", out _);
    }

    [Fact]
    public async Task a_damaged_or_boundless_picture_is_refused()
    {
        var damaged = (byte[])People.Png.Clone();
        damaged[^6] ^= 1;
        var size = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(size, 60_000);
        BinaryPrimitives.WriteInt32BigEndian(size.AsSpan(4), 60_000);
        byte[] boundless = [.. People.Png[..8], .. Chunk("IHDR", [.. size, 8, 0, 0, 0, 0]), .. People.Png[33..]];
        foreach (var picture in (byte[][])[damaged, People.Png[..40], boundless])
        {
            var refused = await _bob.UploadAsync(picture, "picture.png");
            refused.ExpectRefusal(400, "invalid_body");
            Assert.Equal(["file"], refused.Fields);
        }

        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from blobs"));
        Assert.Empty(Directory.EnumerateFiles(_database.Directory[Path.Combine("files", "staging")]));
    }

    [Fact]
    public async Task what_browsers_may_not_show_becomes_a_webp()
    {
        var upload = (await _bob.UploadAsync(await Vips.MakeAsync("tiffsave", ".tif", 90, 60), "scan.tif")).Expect(201);
        Assert.Equal(("scan.webp", "image/webp", 90, 60), (upload["filename"].GetString(), upload["content_type"].GetString(), upload["width"].GetInt32(), upload["height"].GetInt32()));
        var shown = await _bob.BytesAsync(upload.Link());
        Assert.Equal((upload["size"].GetInt32(), ContentType.WebP), (shown.Length, ContentType.Of(shown, isWhole: false)));
    }

    [Fact]
    public async Task without_the_tools_pictures_are_cleaned_all_the_same_and_what_cannot_be_is_refused()
    {
        using var directory = new TemporaryDirectory();
        using var tool = await ImageTool.FindAsync(NullLogger.Instance, "", CancellationToken.None);
        var preparation = new Preparation(tool);
        using var staging = new Staging(new LocalBlobStore(directory.Path));
        var photo = Insert(await Vips.MakeAsync("jpegsave", ".jpg", 1200, 900, "--strip"), 2, Segment(0xFE, SecretBytes));

        Assert.True((await preparation.AttachmentAsync(await IncomingAsync(photo), staging, default)).TryGet(out var prepared, out _));
        Assert.Equal((ContentType.Jpeg, "picture.bin", new ImageSize(1200, 900), null), (prepared.ContentType, prepared.Filename, prepared.Size, prepared.Thumbnail));
        Assert.False(Contains(await File.ReadAllBytesAsync(prepared.Blob.Staged.Path), SecretBytes));
        Assert.True((await preparation.SquareAsync(await IncomingAsync(photo), staging, default)).TryGet(out var square, out _));
        Assert.Equal((ContentType.Jpeg, prepared.Blob.Hash), (square.ContentType, square.Blob.Hash));

        var scan = await Vips.MakeAsync("tiffsave", ".tif", 90, 60);
        Assert.False((await preparation.AttachmentAsync(await IncomingAsync(scan), staging, default)).TryGet(out _, out var refused));
        Assert.Equal(ErrorCode.InvalidBody, refused!.Code);
        Assert.Contains("this host cannot remove that", Assert.Single(refused.Errors!["file"]), StringComparison.Ordinal);
        Assert.False((await preparation.SquareAsync(await IncomingAsync(scan), staging, default)).TryGet(out _, out _));

        async Task<IncomingFile> IncomingAsync(byte[] content)
        {
            var staged = staging.Next();
            await File.WriteAllBytesAsync(staged.Path, content);
            return new IncomingFile(staged, "picture.bin", content.Length, Convert.ToHexStringLower(SHA256.HashData(content)), content[..Math.Min(content.Length, ContentType.HeadLength)]);
        }
    }
}
