using Together.Host.Files.Images;
using Xunit;
using static Together.Tests.Files.Images.Picture;

namespace Together.Tests.Files.Images;

public sealed class JpegCopyTests
{
    private static byte[] Exif(int orientation, bool isLittle = false) => Segment(0xE1, [.. "Exif\0\0"u8, .. Picture.Exif(orientation, isLittle)]);

    private static Task<byte[]> MakeAsync(params string[] options) => Vips.MakeAsync("jpegsave", ".jpg", 90, 60, options);

    [Theory]
    [InlineData("--Q=80")]
    [InlineData("--interlace")]
    [InlineData("--restart-interval=2")]
    [InlineData("--subsample-mode=off")]
    public async Task everything_that_names_somebody_goes_and_every_pixel_stays(string option)
    {
        var picture = await MakeAsync(option, "--strip");
        var marked = Insert(picture, 2,
            Exif(orientation: 1),
            Segment(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>"u8, .. SecretBytes]),
            Segment(0xE0, [.. "JFXX\0"u8, 0x10, .. SecretBytes]),
            Segment(0xE2, [.. "MPF\0"u8, .. SecretBytes]),
            Segment(0xE3, SecretBytes),
            Segment(0xED, [.. "Photoshop 3.0\0"u8, .. SecretBytes]),
            Segment(0xEE, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, 1, .. SecretBytes]),
            Segment(0xEF, SecretBytes),
            Segment(0xFE, SecretBytes));

        var (clean, size) = await CleanAsync(marked, ContentType.Jpeg);

        Assert.Equal(new ImageSize(90, 60), size);
        Assert.False(Contains(clean, SecretBytes));
        Assert.Equal(await Vips.PixelsAsync(picture), await Vips.PixelsAsync(clean));
        Assert.Equal(12, Segments(clean).Single(segment => segment.Marker == 0xEE).Content.Length);
        Assert.Equal(picture, (await CleanAsync(picture, ContentType.Jpeg)).Bytes);
    }

    [Theory]
    [InlineData(3, false, 90, 60)]
    [InlineData(6, false, 60, 90)]
    [InlineData(8, true, 60, 90)]
    public async Task a_turned_picture_stays_turned(int orientation, bool isLittle, int width, int height)
    {
        var marked = Insert(await MakeAsync("--strip"), 2, Exif(orientation, isLittle));

        var (clean, size) = await CleanAsync(marked, ContentType.Jpeg);

        Assert.Equal(new ImageSize(width, height), size);
        Assert.False(Contains(clean, SecretBytes));
        Assert.Equal($"{orientation}", await Vips.FieldAsync(clean, "orientation"));
        Assert.Equal(6 + 26, Segments(clean).Single(segment => segment.Marker == 0xE1).Content.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public async Task an_orientation_that_does_not_exist_is_none(int orientation)
    {
        var (clean, size) = await CleanAsync(Insert(await MakeAsync("--strip"), 2, Exif(orientation)), ContentType.Jpeg);

        Assert.Equal(new ImageSize(90, 60), size);
        Assert.DoesNotContain(Segments(clean), segment => segment.Marker == 0xE1);
    }

    [Fact]
    public async Task the_colour_profile_stays()
    {
        var picture = await MakeAsync("--profile=srgb");

        var (clean, _) = await CleanAsync(picture, ContentType.Jpeg);

        Assert.Equal(Segments(picture).Single(segment => segment.Marker == 0xE2).Content, Segments(clean).Single(segment => segment.Marker == 0xE2).Content);
    }

    [Fact]
    public async Task an_endless_colour_profile_is_refused()
    {
        var piece = Segment(0xE2, [.. "ICC_PROFILE\0"u8, 1, 1, .. new byte[60_000]]);

        Assert.Contains("damaged", await RefusedAsync(Insert(await MakeAsync(), 2, [.. Enumerable.Repeat(piece, 100)]), ContentType.Jpeg), StringComparison.Ordinal);
    }

    [Fact]
    public async Task the_preview_in_front_goes()
    {
        var picture = await MakeAsync("--strip");
        byte[] preview = [.. SecretBytes, 0];
        byte[] marked = [0xFF, 0xD8, .. Segment(0xE0, [.. "JFIF\0"u8, 1, 2, 1, 0, 72, 0, 72, 6, 1, .. preview]), .. picture[20..]];

        var (clean, _) = await CleanAsync(marked, ContentType.Jpeg);

        Assert.Equal([.. "JFIF\0"u8, 1, 2, 1, 0, 72, 0, 72, 0, 0], Segments(clean)[0].Content);
        Assert.False(Contains(clean, preview));
    }

    [Fact]
    public async Task what_follows_the_image_goes()
    {
        var picture = await MakeAsync("--strip");

        var (clean, _) = await CleanAsync([.. picture, .. "PK\x03\x04"u8, .. SecretBytes, .. picture], ContentType.Jpeg);

        Assert.Equal(picture, clean);
    }

    [Fact]
    public async Task fill_bytes_and_padding_between_segments_are_overlooked()
    {
        var picture = await MakeAsync("--strip");

        var (clean, _) = await CleanAsync(Insert(picture, 2, [0xFF, 0xFF], Segment(0xFE, SecretBytes), [0, 0], [0xFF, 0x01], [0xFF, 0xFF]), ContentType.Jpeg);

        Assert.Equal(picture, clean);
    }

    [Fact]
    public async Task a_number_of_lines_behind_the_first_scan_is_left_out()
    {
        var picture = await MakeAsync("--strip");

        var (clean, _) = await CleanAsync(Insert(picture, picture.Length - 2, Segment(0xDC, [0, 60])), ContentType.Jpeg);

        Assert.Equal(picture, clean);
    }

    [Theory]
    [InlineData(60_000, 60_000, "larger than")]
    [InlineData(16_385, 1, "larger than")]
    [InlineData(10_001, 10_000, "larger than")]
    [InlineData(0, 60, "no pixels")]
    [InlineData(90, 0, "no pixels")]
    public async Task sizes_that_nobody_should_decode_are_refused(int width, int height, string reason)
    {
        var picture = await MakeAsync("--strip");
        var frame = picture.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(picture.AsSpan(frame + 5), (ushort)height);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(picture.AsSpan(frame + 7), (ushort)width);

        Assert.Contains(reason, await RefusedAsync(picture, ContentType.Jpeg), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_picture_of_endless_scans_is_refused()
    {
        var picture = await MakeAsync("--strip", "--interlace");
        var scan = picture.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] empty = [.. Segment(0xDA, [1, 1, 0, 1, 63, 0]), 0];

        Assert.Contains("damaged", await RefusedAsync(Insert(picture, scan, [.. Enumerable.Repeat(empty, 101)]), ContentType.Jpeg), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xC8, 6)]
    [InlineData(0xDE, 6)]
    [InlineData(0xDB, 10)]
    [InlineData(0xC4, 10)]
    [InlineData(0xDD, 3)]
    [InlineData(0xF0, 3)]
    public async Task segments_that_are_not_understood_are_refused(byte marker, int length)
    {
        Assert.Contains("damaged", await RefusedAsync(Insert(await MakeAsync(), 2, Segment(marker, new byte[length])), ContentType.Jpeg), StringComparison.Ordinal);
    }
}
