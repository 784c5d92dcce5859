using Together.Host.Files.Images;
using Xunit;
using static Together.Tests.Files.Images.Picture;

namespace Together.Tests.Files.Images;

/// <summary>What holds for all formats, however a picture arrives.</summary>
public sealed class DamagedImageTests
{
    public static TheoryData<string> ContentTypes => [ContentType.Jpeg, ContentType.Png, ContentType.Gif, ContentType.WebP];

    [Theory]
    [MemberData(nameof(ContentTypes))]
    public async Task a_picture_that_ends_too_early_is_refused_wherever_it_ends(string contentType)
    {
        var picture = await MarkedAsync(contentType);

        for (var length = 0; length < picture.Length; length++)
            Assert.NotEmpty(await RefusedAsync(picture[..length], contentType));
    }

    [Theory]
    [MemberData(nameof(ContentTypes))]
    public async Task a_picture_that_arrives_byte_by_byte_is_the_same(string contentType)
    {
        var picture = await MarkedAsync(contentType);
        using var to = new MemoryStream();

        var size = await CleanImage.CopyAsync(new DrippingStream(picture), to, contentType, CancellationToken.None);

        Assert.Equal((await CleanAsync(picture, contentType)).Bytes, to.ToArray());
        Assert.Equal((await CleanAsync(picture, contentType)).Size, size);
    }

    [Theory]
    [MemberData(nameof(ContentTypes))]
    public async Task a_damaged_picture_is_refused_or_clean_for_good(string contentType)
    {
        var random = new Random(20);
        byte[][] pictures = [await MarkedAsync(contentType), await AnimatedAsync(contentType)];
        var accepted = 0;

        for (var round = 0; round < 3_000; round++)
        {
            var picture = pictures[round % 2];
            for (var times = random.Next(1, 4); times > 0; times--) picture = Mutate(picture, random);
            byte[] clean;
            try
            {
                clean = (await CleanAsync(picture, contentType)).Bytes;
            }
            catch (DamagedImageException)
            {
                continue;
            }
            accepted++;
            Assert.Equal(clean, (await CleanAsync(clean, contentType)).Bytes);
            Assert.True(clean.Length <= picture.Length + 36, $"round {round}: {picture.Length} bytes became {clean.Length}");
        }
        Assert.InRange(accepted, 1, 2_999);
    }

    [Theory]
    [MemberData(nameof(ContentTypes))]
    public async Task another_format_is_refused(string contentType)
    {
        foreach (string other in ContentTypes)
        {
            if (other != contentType) Assert.Contains("is not a", await RefusedAsync(await MarkedAsync(other), contentType), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(ContentTypes))]
    public async Task a_head_of_one_format_with_another_behind_it_is_refused(string contentType)
    {
        var picture = await MarkedAsync(contentType);
        foreach (string other in ContentTypes)
        {
            if (other != contentType) Assert.NotEmpty(await RefusedAsync([.. picture[..30], .. await MarkedAsync(other)], contentType));
        }
    }

    [Fact]
    public async Task memory_does_not_grow_with_the_picture()
    {
        var picture = await Vips.MakeAsync("jpegsave", ".jpg", 60, 40, "--strip");
        var scan = picture.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) + 14;
        var entropy = new byte[50_000_000];
        for (var at = 0; at < entropy.Length; at += 100_000) entropy[at] = 0xFF;
        using var from = new MemoryStream(Insert(picture, scan, entropy));
        // A stream that ends at once keeps the whole copy on this thread.
        await CleanImage.CopyAsync(new MemoryStream(picture), Stream.Null, ContentType.Jpeg, CancellationToken.None);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var copy = CleanImage.CopyAsync(from, Stream.Null, ContentType.Jpeg, CancellationToken.None);

        Assert.True(copy.IsCompletedSuccessfully);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    private static async Task<byte[]> MarkedAsync(string contentType)
    {
        switch (contentType)
        {
            case ContentType.Jpeg:
                return Insert(await Vips.MakeAsync("jpegsave", ".jpg", 30, 20, "--strip", "--interlace"), 2,
                    Segment(0xE1, [.. "Exif\0\0"u8, .. Picture.Exif(6)]), Segment(0xFE, SecretBytes));
            case ContentType.Png:
                return Insert(await Vips.MakeAsync("pngsave", ".png", 30, 20, "--strip"), 33, Chunk("eXIf", Picture.Exif(6)), Chunk("tEXt", SecretBytes));
            case ContentType.Gif:
                var gif = await Vips.MakeAsync("gifsave", ".gif", 30, 20);
                return Insert(gif, 13 + (3 << (gif[10] & 7) + 1), [0x21, 0xFE, (byte)SecretBytes.Length, .. SecretBytes, 0]);
            default:
                return Riff(ExtendedHeader(0x08, 30, 20), (await MakeWebPAsync(30, 20))[12..], RiffChunk("EXIF", Picture.Exif(6)));
        }
    }

    private static Task<byte[]> AnimatedAsync(string contentType) => contentType switch
    {
        ContentType.Jpeg => Vips.MakeAsync("jpegsave", ".jpg", 30, 20, "--restart-interval=1"),
        ContentType.Png => Vips.MakeAsync("pngsave", ".png", 30, 20, "--palette", "--strip"),
        ContentType.Gif => Vips.MakeAsync("gifsave", ".gif", 30, 20, "--page-height=10"),
        _ => MakeWebPAsync(30, 20, "--page-height=10"),
    };

    private static byte[] Mutate(byte[] picture, Random random)
    {
        var at = random.Next(picture.Length);
        var length = Math.Min(random.Next(1, 40), picture.Length - at);
        switch (random.Next(5))
        {
            case 0:
                var changed = (byte[])picture.Clone();
                changed[at] = (byte)random.Next(256);
                return changed;
            case 1:
                var flipped = (byte[])picture.Clone();
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 2:
                return [.. picture[..at], .. picture[(at + length)..]];
            case 3:
                return Insert(picture, random.Next(picture.Length), picture[at..(at + length)]);
            default:
                var noise = new byte[length];
                random.NextBytes(noise);
                return Insert(picture, at, noise);
        }
    }

    /// <summary>Answers one byte a time.</summary>
    private sealed class DrippingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1)], cancellationToken);
    }
}
