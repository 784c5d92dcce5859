using System.Buffers.Binary;
using Together.Host.Files.Images;
using Xunit;
using static Together.Tests.Files.Images.Picture;

namespace Together.Tests.Files.Images;

public sealed class GifCopyTests
{
    private static readonly byte[] Control = [0x21, 0xF9, 4, 0, 10, 0, 0, 0];

    /// <summary>One pixel of the first colour: clear, 0, end, in codes of 3 bits.</summary>
    private static readonly byte[] Frame = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];

    private static byte[] Small(params byte[][] blocks) => Sized(1, 1, blocks);

    private static byte[] Sized(int width, int height, params byte[][] blocks) =>
        [.. "GIF89a"u8, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0x80, 0, 0, 255, 255, 255, 0, 0, 0, .. blocks.SelectMany(block => block), 0x3B];

    private static byte[] Extension(byte label, params byte[][] blocks) =>
        [0x21, label, .. blocks.SelectMany(block => (byte[])[(byte)block.Length, .. block]), 0];

    private static byte[] Repetitions(string application) => Extension(0xFF, System.Text.Encoding.ASCII.GetBytes(application), [1, 3, 0]);

    [Fact]
    public async Task everything_that_names_somebody_goes_and_the_animation_stays()
    {
        var picture = await Vips.MakeAsync("gifsave", ".gif", 90, 60, "--page-height=20");
        var table = 3 << (picture[10] & 7) + 1;
        var marked = Insert(picture, 13 + table,
            Extension(0xFE, SecretBytes, SecretBytes),
            Extension(0xFF, [.. "XMP DataXMP"u8], SecretBytes),
            Extension(0xFF, [.. "ICCRGBG1012"u8], SecretBytes),
            Extension(0x01, new byte[12], SecretBytes),
            Extension(0x42, SecretBytes));

        var (clean, size) = await CleanAsync([.. marked, .. "<script>alert(1)</script>"u8], ContentType.Gif);

        Assert.Equal(new ImageSize(90, 20), size);
        Assert.Equal("3", await Vips.FieldAsync(clean, "n-pages"));
        Assert.Equal(await Vips.PixelsAsync(picture, isAnimated: true), await Vips.PixelsAsync(clean, isAnimated: true));
        Assert.False(Contains(clean, SecretBytes));
        Assert.Equal(0x3B, clean[^1]);
        Assert.Equal(picture, clean);
    }

    [Theory]
    [InlineData("NETSCAPE2.0")]
    [InlineData("ANIMEXTS1.0")]
    public async Task how_often_an_animation_runs_stays(string application)
    {
        var picture = Small(Repetitions(application), Control, Frame, Control, Frame);

        Assert.Equal(picture, (await CleanAsync(picture, ContentType.Gif)).Bytes);
    }

    [Fact]
    public async Task nothing_hides_behind_the_repetitions()
    {
        var marked = Small(Extension(0xFF, [.. "NETSCAPE2.0"u8], [1, 3, 0], SecretBytes), Extension(0xFF, [.. "NETSCAPE2.0"u8], SecretBytes), Frame);

        Assert.Equal(Small(Repetitions("NETSCAPE2.0"), Frame), (await CleanAsync(marked, ContentType.Gif)).Bytes);
    }

    [Fact]
    public async Task a_text_that_is_left_out_takes_its_control_along()
    {
        byte[] forText = [0x21, 0xF9, 4, 0, 99, 0, 0, 0];
        var marked = Small(forText, Extension(0x01, new byte[12], SecretBytes), Frame, Control, Extension(0xFE, SecretBytes), Frame, forText);

        Assert.Equal(Small(Frame, Control, Frame), (await CleanAsync(marked, ContentType.Gif)).Bytes);
    }

    [Theory]
    [InlineData(60_000, 60_000, "larger than")]
    [InlineData(10_001, 10_000, "larger than")]
    [InlineData(0, 1, "no pixels")]
    public async Task sizes_that_nobody_should_decode_are_refused(int width, int height, string reason)
    {
        Assert.Contains(reason, await RefusedAsync(Sized(width, height, Frame), ContentType.Gif), StringComparison.Ordinal);
    }

    [Fact]
    public async Task endless_frames_are_refused()
    {
        var most = Enumerable.Repeat(Frame, ImageSize.MaxFrames).ToArray();

        Assert.Equal(Small(most), (await CleanAsync(Small(most), ContentType.Gif)).Bytes);
        Assert.Contains("frames", await RefusedAsync(Small([.. most, Frame]), ContentType.Gif), StringComparison.Ordinal);
    }

    [Fact]
    public async Task small_frames_on_a_huge_canvas_are_refused()
    {
        await CleanAsync(Sized(10_000, 10_000, [.. Enumerable.Repeat(Frame, 20)]), ContentType.Gif);

        Assert.Contains("megapixels in all", await RefusedAsync(Sized(10_000, 10_000, [.. Enumerable.Repeat(Frame, 21)]), ContentType.Gif), StringComparison.Ordinal);
    }

    [Fact]
    public async Task frames_outside_the_canvas_and_blocks_that_are_not_understood_are_refused()
    {
        var outside = (byte[])Frame.Clone();
        BinaryPrimitives.WriteUInt16LittleEndian(outside.AsSpan(1), 1);
        var empty = (byte[])Frame.Clone();
        empty[5] = 0;
        var codeSize = (byte[])Frame.Clone();
        codeSize[10] = 12;
        byte[][] wrong = [outside, empty, codeSize, [0x42, 0], [0x21, 0xF9, 5, 0, 0, 0, 0, 0, 0]];

        foreach (var block in wrong) Assert.Contains("damaged", await RefusedAsync(Small(block, Frame), ContentType.Gif), StringComparison.Ordinal);
        Assert.Contains("damaged", await RefusedAsync(Small(), ContentType.Gif), StringComparison.Ordinal);
    }
}
