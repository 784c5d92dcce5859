using System.Buffers.Binary;
using Together.Host.Files.Images;
using Xunit;
using static Together.Tests.Files.Images.Picture;

namespace Together.Tests.Files.Images;

public sealed class PngCopyTests
{
    private const int FirstChunk = 8;
    private const int BehindHeader = FirstChunk + 12 + 13;

    private static Task<byte[]> MakeAsync(params string[] options) => Vips.MakeAsync("pngsave", ".png", 90, 60, options);

    [Theory]
    [InlineData("--compression=6")]
    [InlineData("--interlace")]
    [InlineData("--palette")]
    [InlineData("--bitdepth=8")]
    public async Task everything_that_names_somebody_goes_and_every_pixel_stays(string option)
    {
        var picture = await MakeAsync(option, "--strip");
        var marked = Insert(picture, BehindHeader,
            Chunk("tEXt", [.. "Author\0"u8, .. SecretBytes]),
            Chunk("zTXt", [.. "Raw profile type exif\0\0"u8, .. SecretBytes]),
            Chunk("iTXt", [.. "XML:com.adobe.xmp\0\0\0\0\0"u8, .. SecretBytes]),
            Chunk("eXIf", Picture.Exif(1)),
            Chunk("tIME", [7, 0xE9, 1, 1, 0, 0, 0]),
            Chunk("caBX", SecretBytes));
        marked = Insert(marked, marked.Length - 12, Chunk("tEXt", SecretBytes));

        var (clean, size) = await CleanAsync([.. marked, .. "<?php system($_GET['c']); ?>"u8], ContentType.Png);

        Assert.Equal(new ImageSize(90, 60), size);
        Assert.Equal(picture, clean);
        Assert.Equal(await Vips.PixelsAsync(marked), await Vips.PixelsAsync(clean));
    }

    [Fact]
    public async Task a_turned_picture_stays_turned()
    {
        var marked = Insert(await MakeAsync("--strip"), BehindHeader, Chunk("eXIf", Picture.Exif(6)));

        var (clean, size) = await CleanAsync(marked, ContentType.Png);

        Assert.Equal(new ImageSize(60, 90), size);
        Assert.False(Contains(clean, SecretBytes));
        Assert.Equal("6", await Vips.FieldAsync(clean, "orientation"));
    }

    [Fact]
    public async Task colours_stay()
    {
        var picture = Insert(await MakeAsync("--profile=srgb"), BehindHeader, Chunk("cHRM", new byte[32]), Chunk("gAMA", [0, 0, 1, 2]), Chunk("cICP", [9, 16, 0, 1]));

        var (clean, _) = await CleanAsync(picture, ContentType.Png);

        Assert.Equal(["IHDR", "cHRM", "gAMA", "cICP", "iCCP", "pHYs", "IDAT", "IEND"], Chunks(clean).Select(chunk => chunk.Type).Distinct());
        Assert.Equal(Chunks(picture).Single(chunk => chunk.Type == "iCCP").Data, Chunks(clean).Single(chunk => chunk.Type == "iCCP").Data);
    }

    [Fact]
    public async Task an_endless_colour_profile_is_refused()
    {
        Assert.Contains("damaged", await RefusedAsync(Insert(await MakeAsync("--strip"), BehindHeader, Chunk("iCCP", new byte[5_000_000])), ContentType.Png), StringComparison.Ordinal);
    }

    [Fact]
    public async Task an_animation_stays()
    {
        var picture = await AnimatedAsync(frames: 3);

        var (clean, size) = await CleanAsync(Insert(picture, picture.Length - 12, Chunk("tEXt", SecretBytes)), ContentType.Png);

        Assert.Equal(new ImageSize(90, 60), size);
        Assert.Equal(picture, clean);
    }

    [Fact]
    public async Task an_animation_out_of_order_is_refused()
    {
        var chunks = Chunks(await AnimatedAsync(frames: 3));
        (chunks[^2], chunks[^4]) = (chunks[^4], chunks[^2]);

        Assert.Contains("damaged", await RefusedAsync([.. PngCopy.Signature, .. chunks.SelectMany(chunk => Chunk(chunk.Type, chunk.Data))], ContentType.Png), StringComparison.Ordinal);
    }

    [Fact]
    public async Task an_animation_of_endless_frames_is_refused_whatever_it_declares()
    {
        Assert.Contains("frames", await RefusedAsync(await AnimatedAsync(frames: ImageSize.MaxFrames + 1, declared: 2), ContentType.Png), StringComparison.Ordinal);
        Assert.Contains("frames", await RefusedAsync(await AnimatedAsync(frames: 2, declared: ImageSize.MaxFrames + 1), ContentType.Png), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_frame_outside_the_canvas_is_refused()
    {
        Assert.Contains("damaged", await RefusedAsync(await AnimatedAsync(frames: 2, left: 1), ContentType.Png), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60_000, 60_000, "larger than")]
    [InlineData(uint.MaxValue, uint.MaxValue, "larger than")]
    [InlineData(0, 60, "no pixels")]
    public async Task sizes_that_nobody_should_decode_are_refused(uint width, uint height, string reason)
    {
        var chunks = Chunks(await MakeAsync());
        BinaryPrimitives.WriteUInt32BigEndian(chunks[0].Data, width);
        BinaryPrimitives.WriteUInt32BigEndian(chunks[0].Data.AsSpan(4), height);

        Assert.Contains(reason, await RefusedAsync([.. PngCopy.Signature, .. chunks.SelectMany(chunk => Chunk(chunk.Type, chunk.Data))], ContentType.Png), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IDAT")]
    [InlineData("tEXt")]
    [InlineData("eXIf")]
    [InlineData("PLTE")]
    [InlineData("acTL")]
    public async Task a_chunk_that_declares_more_than_there_is_is_refused(string type)
    {
        foreach (var length in (int[])[int.MaxValue, -1])
        {
            var chunk = Chunk(type, new byte[100]);
            BinaryPrimitives.WriteInt32BigEndian(chunk, length);

            Assert.Contains("the", await RefusedAsync(Insert(await MakeAsync(), BehindHeader, chunk), ContentType.Png), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task a_chunk_with_a_wrong_checksum_is_refused()
    {
        var picture = await MakeAsync();
        picture[^14]++;

        Assert.Contains("damaged", await RefusedAsync(picture, ContentType.Png), StringComparison.Ordinal);
    }

    [Fact]
    public async Task chunks_that_cannot_be_left_out_must_be_known_and_in_order()
    {
        var picture = await MakeAsync("--palette", "--strip");
        var chunks = Chunks(picture).Select(chunk => Chunk(chunk.Type, chunk.Data)).ToList();
        byte[] signature = [.. PngCopy.Signature];
        byte[][] wrong =
        [
            Insert(picture, BehindHeader, Chunk("ABCD", [1])),
            Insert(picture, BehindHeader, chunks[0]),
            Insert(picture, picture.Length - 12, Chunk("tEXt", [1]), Chunk("IDAT", [1])),
            Insert(picture, picture.Length - 12, Chunk("PLTE", new byte[3])),
            [.. signature, .. chunks[1], .. chunks[0], .. chunks[2], .. chunks[^1]],
            [.. signature, .. chunks[0], .. chunks[^2], .. chunks[^1]],
            [.. signature, .. chunks[0], .. chunks[1], .. chunks[^1]],
            [.. signature, .. Chunk("IHDR", [0, 0, 0, 1, 0, 0, 0, 1, 8, 5, 0, 0, 0])],
        ];

        foreach (var damaged in wrong) Assert.Contains("damaged", await RefusedAsync(damaged, ContentType.Png), StringComparison.Ordinal);
    }

    /// <summary>The same picture over and over, with the first as the one that is shown by who knows no animations.</summary>
    private static async Task<byte[]> AnimatedAsync(int frames, int? declared = null, int left = 0)
    {
        var picture = await Vips.MakeAsync("pngsave", ".png", 90, 60, "--strip", "--compression=9");
        var chunks = Chunks(picture);
        byte[] data = [.. chunks.Where(chunk => chunk.Type == "IDAT").SelectMany(chunk => chunk.Data)];
        var sequence = 0;
        using var animated = new MemoryStream();
        animated.Write(PngCopy.Signature);
        animated.Write(Chunk("IHDR", chunks[0].Data));
        animated.Write(Chunk("acTL", [.. Long(declared ?? frames), .. Long(0)]));
        animated.Write(Chunk("fcTL", Control()));
        animated.Write(Chunk("IDAT", data));
        for (var frame = 1; frame < frames; frame++)
        {
            animated.Write(Chunk("fcTL", Control()));
            animated.Write(Chunk("fdAT", [.. Long(sequence++), .. data]));
        }
        animated.Write(Chunk("IEND", []));
        return animated.ToArray();

        byte[] Control() => [.. Long(sequence++), .. Long(90), .. Long(60), .. Long(left), .. Long(0), 0, 1, 0, 10, 0, 0];
        static byte[] Long(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
    }
}
