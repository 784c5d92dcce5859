using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Together.Host.Files.Images;
using Together.Tests.Kit;
using Xunit;
using static Together.Tests.Files.Images.Picture;

namespace Together.Tests.Files.Images;

public sealed class ImageToolTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Target => _directory["target.webp"];

    private async Task<string> SourceAsync(byte[] picture)
    {
        await File.WriteAllBytesAsync(_directory["so[u]rce"], picture);
        return _directory["so[u]rce"];
    }

    private static Task<ImageTool> FindAsync() => ImageTool.FindAsync(NullLogger.Instance, CancellationToken.None);

    [Fact]
    public async Task a_thumbnail_fits_stands_upright_and_says_nothing()
    {
        using var tool = await FindAsync();
        var picture = Insert(await Vips.MakeAsync("jpegsave", ".jpg", 600, 400, "--profile=srgb"), 2, Segment(0xE1, [.. "Exif\0\0"u8, .. Picture.Exif(6)]));

        Assert.True(tool.IsAvailable);
        Assert.Equal(new ImageSize(100, 150), await tool.ThumbnailAsync(await SourceAsync(picture), Target, 150, CancellationToken.None));

        var thumbnail = await File.ReadAllBytesAsync(Target);
        Assert.Equal(ContentType.WebP, ContentType.Of(thumbnail, isWhole: false));
        Assert.DoesNotContain(RiffChunks(thumbnail), chunk => chunk.Name is "EXIF" or "XMP " or "ICCP");
        Assert.False(Contains(thumbnail, SecretBytes));
    }

    [Theory]
    [InlineData("gifsave", ".gif")]
    [InlineData("webpsave", ".webp")]
    public async Task a_thumbnail_is_the_first_frame_and_never_larger(string command, string ending)
    {
        using var tool = await FindAsync();
        var source = await SourceAsync(await Vips.MakeAsync(command, ending, 90, 60, "--page-height=20"));

        Assert.Equal(new ImageSize(90, 20), await tool.ThumbnailAsync(source, Target, 400, CancellationToken.None));
        Assert.Equal("", await PagesAsync());

        async Task<string> PagesAsync() => RiffChunks(await File.ReadAllBytesAsync(Target)).Any(chunk => chunk.Name == "ANMF") ? "animated" : "";
    }

    [Theory]
    [InlineData(90, 60)]
    [InlineData(60, 900)]
    [InlineData(16, 16)]
    public async Task an_avatar_is_a_square_of_its_side(int width, int height)
    {
        using var tool = await FindAsync();

        Assert.Equal(new ImageSize(64, 64), await tool.SquareAsync(await SourceAsync(await Vips.MakeAsync("pngsave", ".png", width, height)), Target, 64, CancellationToken.None));
    }

    [Theory]
    [InlineData("heifsave", ".heic", "--compression=hevc", ContentType.Heic)]
    [InlineData("heifsave", ".avif", "--compression=av1", ContentType.Avif)]
    [InlineData("tiffsave", ".tif", "--compression=deflate", ContentType.Tiff)]
    public async Task other_formats_become_webp(string command, string ending, string option, string contentType)
    {
        using var tool = await FindAsync();
        var picture = await Vips.MakeAsync(command, ending, 90, 60, option);

        Assert.Equal(contentType, ContentType.Of(picture, isWhole: false));
        Assert.True(ImageTool.CanConvert(contentType));
        Assert.Equal(new ImageSize(90, 60), await tool.ConvertAsync(await SourceAsync(picture), Target, CancellationToken.None));
    }

    [Fact]
    public async Task what_is_no_picture_is_refused()
    {
        using var tool = await FindAsync();
        var jpeg = await Vips.MakeAsync("jpegsave", ".jpg", 90, 60);
        var png = await Vips.MakeAsync("pngsave", ".png", 90, 60);
        byte[][] wrong =
        [
            [],
            [.. "words"u8],
            png[..60],
            [.. PngCopy.Signature, .. jpeg],
        ];

        foreach (var picture in wrong) Assert.Null(await tool.ThumbnailAsync(await SourceAsync(picture), Target, 100, CancellationToken.None));
        Assert.False(File.Exists(Target));
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>")]
    [InlineData("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj trailer<</Root 1 0 R>>")]
    [InlineData("P6\n1 1\n255\nabc")]
    [InlineData("push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'https://127.0.0.1/'\npop graphic-context")]
    public async Task decoders_that_are_not_for_strangers_files_are_not_used(string picture)
    {
        using var tool = await FindAsync();

        Assert.Null(await tool.ThumbnailAsync(await SourceAsync(System.Text.Encoding.ASCII.GetBytes(picture)), Target, 100, CancellationToken.None));
    }

    [Fact]
    public async Task it_leaves_no_files_behind()
    {
        using var tool = await FindAsync();
        var source = await SourceAsync(await Vips.MakeAsync("pngsave", ".png", 90, 60));
        await tool.ThumbnailAsync(source, Target, 10, CancellationToken.None);
        await tool.ThumbnailAsync(await SourceAsync([]), Target, 10, CancellationToken.None);

        Assert.Equal([source, Target], Directory.EnumerateFileSystemEntries(_directory.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task a_crowd_waits_its_turn_and_whoever_is_too_many_gets_none()
    {
        using var tool = await FindAsync();
        var source = await SourceAsync(await Vips.MakeAsync("pngsave", ".png", 90, 60));
        // A pipe that nobody writes to: the tool waits for it until its caller gives up.
        using (var makePipe = Process.Start("mkfifo", [_directory["pipe"]])) await makePipe.WaitForExitAsync();
        using var givingUp = new CancellationTokenSource();
        var running = tool.ThumbnailAsync(_directory["pipe"], Target, 10, givingUp.Token);

        var next = tool.ThumbnailAsync(source, Target, 10, CancellationToken.None);
        var crowd = Enumerable.Range(0, 31).Select(_ => tool.ThumbnailAsync(source, Target, 10, givingUp.Token)).ToList();
        Assert.Null(await tool.ThumbnailAsync(source, Target, 10, CancellationToken.None));
        Assert.All([running, next, .. crowd], thumbnail => Assert.False(thumbnail.IsCompleted));
        await givingUp.CancelAsync();

        foreach (var thumbnail in (Task[])[running, .. crowd]) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => thumbnail);
        Assert.Equal(new ImageSize(10, 7), await next);
        Assert.NotNull(await tool.ThumbnailAsync(source, Target, 10, CancellationToken.None));
    }

    [Fact]
    public async Task without_the_tool_nothing_is_available_and_the_log_says_what_to_install()
    {
        var log = new RecordingLogger();
        using var tool = await ImageTool.FindAsync(log, path: _directory.Path, CancellationToken.None);

        Assert.False(tool.IsAvailable);
        Assert.Contains(log.Lines, line => line.Contains("libvips-tools", StringComparison.Ordinal));
        Assert.Null(await tool.ThumbnailAsync(await SourceAsync(await Vips.MakeAsync("pngsave", ".png", 9, 6)), Target, 100, CancellationToken.None));
    }

    [Fact]
    public async Task a_tool_that_does_not_work_counts_as_missing()
    {
        File.CreateSymbolicLink(_directory["vipsthumbnail"], "/usr/bin/false");
        var log = new RecordingLogger();

        using var tool = await ImageTool.FindAsync(log, path: _directory.Path, CancellationToken.None);

        Assert.False(tool.IsAvailable);
        Assert.Contains(log.Lines, line => line.Contains("could not be run confined", StringComparison.Ordinal));
    }
}
