using System.Buffers.Binary;
using Together.Host.Files.Images;
using Xunit;
using static Together.Tests.Files.Images.Picture;

namespace Together.Tests.Files.Images;

public sealed class WebPCopyTests
{
    private const byte HasColourProfile = 0x20, HasExif = 0x08, HasXmp = 0x04;

    private static Task<byte[]> MakeAsync(params string[] options) => MakeWebPAsync(90, 60, options);

    private static byte[] Xmp => RiffChunk("XMP ", [.. "<x:xmpmeta>"u8, .. SecretBytes]);

    [Theory]
    [InlineData("--Q=80")]
    [InlineData("--lossless")]
    public async Task everything_that_names_somebody_goes_and_every_pixel_stays(string option)
    {
        var picture = await MakeAsync(option);
        var marked = Riff(ExtendedHeader(HasExif | HasXmp, 90, 60), picture[12..], RiffChunk("EXIF", Picture.Exif(1)), Xmp, RiffChunk("ABCD", SecretBytes));

        var (clean, size) = await CleanAsync([.. marked, .. SecretBytes], ContentType.WebP);

        Assert.Equal(new ImageSize(90, 60), size);
        Assert.Equal(Riff(ExtendedHeader(0, 90, 60), picture[12..]), clean);
        Assert.Equal(await Vips.PixelsAsync(picture), await Vips.PixelsAsync(clean));
        Assert.Equal(picture, (await CleanAsync(picture, ContentType.WebP)).Bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_turned_picture_stays_turned(bool hasSegmentName)
    {
        byte[] exif = [.. hasSegmentName ? "Exif\0\0"u8 : [], .. Picture.Exif(6, isLittle: true)];
        var marked = Riff(ExtendedHeader(HasExif, 90, 60), (await MakeAsync())[12..], RiffChunk("EXIF", exif), Xmp);

        var (clean, size) = await CleanAsync(marked, ContentType.WebP);

        Assert.Equal(new ImageSize(60, 90), size);
        Assert.False(Contains(clean, SecretBytes));
        Assert.Equal(["VP8X", "VP8 ", "EXIF"], RiffChunks(clean).Select(chunk => chunk.Name));
        Assert.Equal(HasExif, RiffChunks(clean)[0].Data[0]);
        Assert.Equal("6", await Vips.FieldAsync(clean, "orientation"));
    }

    [Fact]
    public async Task the_colour_profile_stays()
    {
        var profile = RiffChunk("ICCP", [1, 2, 3]);
        var picture = Riff(ExtendedHeader(HasColourProfile, 90, 60), profile, (await MakeAsync())[12..]);

        Assert.Equal(picture, (await CleanAsync(picture, ContentType.WebP)).Bytes);
        Assert.Contains("damaged", await RefusedAsync(Riff(ExtendedHeader(0, 90, 60), RiffChunk("ICCP", new byte[5_000_000])), ContentType.WebP), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Q=80")]
    [InlineData("--lossless")]
    public async Task an_animation_stays(string option)
    {
        var picture = await MakeAsync(option, "--page-height=20");
        var marked = (byte[])[.. picture, .. RiffChunk("EXIF", Picture.Exif(1)), .. Xmp];
        BinaryPrimitives.WriteInt32LittleEndian(marked.AsSpan(4), marked.Length - 8);
        marked[20] |= HasExif | HasXmp;

        var (clean, size) = await CleanAsync(marked, ContentType.WebP);

        Assert.Equal(new ImageSize(90, 20), size);
        Assert.Equal("3", await Vips.FieldAsync(clean, "n-pages"));
        Assert.Equal(picture, clean);
    }

    [Fact]
    public async Task it_is_written_where_the_target_stands()
    {
        var picture = await MakeAsync();
        using var to = new MemoryStream();
        to.Write("before"u8);

        await CleanImage.CopyAsync(new MemoryStream([.. picture, .. SecretBytes]), to, ContentType.WebP, CancellationToken.None);

        Assert.Equal([.. "before"u8, .. picture], to.ToArray());
    }

    [Fact]
    public async Task a_last_zero_that_is_missing_is_made_up()
    {
        var picture = Riff(ExtendedHeader(0, 90, 60), (await MakeAsync())[12..], RiffChunk("EXIF", [1]));
        BinaryPrimitives.WriteInt32LittleEndian(picture.AsSpan(4), picture.Length - 9);

        Assert.Equal(["VP8X", "VP8 "], RiffChunks((await CleanAsync(picture[..^1], ContentType.WebP)).Bytes).Select(chunk => chunk.Name));
    }

    [Fact]
    public async Task sizes_that_nobody_should_decode_are_refused()
    {
        var picture = await MakeAsync();
        byte[] lossless = [0x2F, 0xFF, 0xFF, 0xFF, 0x0F];

        Assert.Contains("larger than", await RefusedAsync(Riff(ExtendedHeader(0, 60_000, 60_000), picture[12..]), ContentType.WebP), StringComparison.Ordinal);
        Assert.Contains("larger than", await RefusedAsync(Riff(RiffChunk("VP8L", lossless)), ContentType.WebP), StringComparison.Ordinal);
        Assert.Contains("larger than", await RefusedAsync(Riff(RiffChunk("VP8 ", [0, 0, 0, 0x9D, 1, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F])), ContentType.WebP), StringComparison.Ordinal);
    }

    [Fact]
    public async Task endless_frames_and_frames_outside_the_canvas_are_refused()
    {
        var picture = (await MakeAsync("--Q=1", "--page-height=60"))[12..];
        byte[] Frame(byte left) => RiffChunk("ANMF", [left, 0, 0, 0, 0, 0, 89, 0, 0, 59, 0, 0, 10, 0, 0, 0, .. picture]);
        byte[] Animated(params byte[][] frames) => Riff([ExtendedHeader(0x02, 90, 60), RiffChunk("ANIM", new byte[6]), .. frames]);

        Assert.Equal(Animated(Frame(0), Frame(0)), (await CleanAsync(Animated(Frame(0), Frame(0)), ContentType.WebP)).Bytes);
        Assert.Contains("damaged", await RefusedAsync(Animated(Frame(1)), ContentType.WebP), StringComparison.Ordinal);
        Assert.Contains("frames", await RefusedAsync(Animated([.. Enumerable.Repeat(Frame(0), ImageSize.MaxFrames + 1)]), ContentType.WebP), StringComparison.Ordinal);
    }

    [Fact]
    public async Task structures_that_are_not_understood_are_refused()
    {
        var picture = (await MakeAsync())[12..];
        var alpha = RiffChunk("ALPH", SecretBytes);
        var animation = RiffChunk("ANIM", new byte[6]);
        byte[] frame = [0, 0, 0, 0, 0, 0, 89, 0, 0, 59, 0, 0, 10, 0, 0, 0];
        byte[][] wrong =
        [
            Riff(),
            Riff(Xmp, picture),
            Riff(picture, picture),
            Riff(ExtendedHeader(0, 91, 60), picture),
            Riff(ExtendedHeader(0, 90, 60), ExtendedHeader(0, 90, 60), picture),
            Riff(ExtendedHeader(0, 90, 60)),
            Riff(ExtendedHeader(2, 90, 60), picture),
            Riff(ExtendedHeader(2, 90, 60), animation),
            Riff(ExtendedHeader(2, 90, 60), animation, RiffChunk("ANMF", frame)),
            Riff(ExtendedHeader(2, 90, 60), animation, RiffChunk("ANMF", [.. frame, .. Xmp, .. picture])),
            Riff(ExtendedHeader(2, 90, 60), animation, RiffChunk("ANMF", [.. frame, .. picture, .. Xmp])),
            Riff(ExtendedHeader(2, 90, 60), animation, RiffChunk("ANMF", [.. frame, .. alpha, .. alpha, .. picture])),
            Riff(ExtendedHeader(0x10, 90, 60), alpha, alpha, picture),
            Riff(RiffChunk("VP8 ", new byte[20])),
            Riff(RiffChunk("VP8L", new byte[20])),
        ];

        foreach (var damaged in wrong) Assert.Contains("damaged", await RefusedAsync(damaged, ContentType.WebP), StringComparison.Ordinal);
    }
}
