using System.Buffers.Binary;
using Together.Host.Files.Images;
using Xunit;

namespace Together.Tests.Files.Images;

/// <summary>Pieces of picture files, to put into real ones what they shall not keep.</summary>
internal static class Picture
{
    /// <summary>Stands in all metadata that tests put in.</summary>
    public const string Secret = "52.5163N 13.3777E";

    public static byte[] SecretBytes => [.. "52.5163N 13.3777E"u8];

    /// <summary>EXIF with orientation, a camera, and the place.</summary>
    public static byte[] Exif(int orientation, bool isLittle = false)
    {
        byte[] secret = [.. SecretBytes, 0];
        var tiff = new byte[8 + 2 + 2 * 12 + 4 + secret.Length];
        (isLittle ? "II*\0"u8 : "MM\0*"u8).CopyTo(tiff);
        Long(4, 8);
        Word(8, 2);
        // 271: the maker of the camera, ASCII.
        Word(10, 271);
        Word(12, 2);
        Long(14, (uint)secret.Length);
        Long(18, 8 + 2 + 2 * 12 + 4);
        Word(22, 274);
        Word(24, 3);
        Long(26, 1);
        Word(30, (ushort)orientation);
        secret.CopyTo(tiff, 38);
        return tiff;

        void Word(int at, ushort value)
        {
            if (isLittle) BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(at), value);
            else BinaryPrimitives.WriteUInt16BigEndian(tiff.AsSpan(at), value);
        }

        void Long(int at, uint value)
        {
            if (isLittle) BinaryPrimitives.WriteUInt32LittleEndian(tiff.AsSpan(at), value);
            else BinaryPrimitives.WriteUInt32BigEndian(tiff.AsSpan(at), value);
        }
    }

    public static byte[] Segment(byte marker, byte[] content) =>
        [0xFF, marker, (byte)(content.Length + 2 >> 8), (byte)(content.Length + 2), .. content];

    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] chunk = [0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        var crc = new Crc32();
        crc.Add(chunk.AsSpan(4, 4 + data.Length));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), crc.Value);
        return chunk;
    }

    public static byte[] RiffChunk(string name, byte[] data)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, data.Length);
        return [.. System.Text.Encoding.ASCII.GetBytes(name), .. length, .. data, .. new byte[data.Length & 1]];
    }

    public static byte[] Riff(params byte[][] chunks)
    {
        byte[] riff = [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8, .. chunks.SelectMany(chunk => chunk)];
        BinaryPrimitives.WriteInt32LittleEndian(riff.AsSpan(4), riff.Length - 8);
        return riff;
    }

    public static byte[] ExtendedHeader(byte flags, int width, int height) => RiffChunk("VP8X",
        [flags, 0, 0, 0, (byte)(width - 1), (byte)(width - 1 >> 8), 0, (byte)(height - 1), (byte)(height - 1 >> 8), 0]);

    /// <summary>A PNG's chunks, by type.</summary>
    public static List<(string Type, byte[] Data)> Chunks(byte[] png)
    {
        List<(string, byte[])> chunks = [];
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            chunks.Add((System.Text.Encoding.ASCII.GetString(png, at + 4, 4), png[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }
        return chunks;
    }

    /// <summary>A WebP's chunks, by name.</summary>
    public static List<(string Name, byte[] Data)> RiffChunks(byte[] webP)
    {
        Assert.Equal(webP.Length - 8, BinaryPrimitives.ReadInt32LittleEndian(webP.AsSpan(4)));
        List<(string, byte[])> chunks = [];
        for (var at = 12; at < webP.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(webP.AsSpan(at + 4));
            chunks.Add((System.Text.Encoding.ASCII.GetString(webP, at, 4), webP[(at + 8)..(at + 8 + length)]));
            at += 8 + length + (length & 1);
        }
        return chunks;
    }

    /// <summary>libvips writes an EXIF block whatever it is told: without it, and without what announces it.</summary>
    public static async Task<byte[]> MakeWebPAsync(int width, int height, params string[] options)
    {
        var chunks = RiffChunks(await Vips.MakeAsync("webpsave", ".webp", width, height, [.. options, "--strip"])).Where(chunk => chunk.Name != "EXIF").ToList();
        chunks[0].Data[0] &= 0xF7;
        return Riff([.. chunks.Skip(chunks.Count == 2 ? 1 : 0).Select(chunk => RiffChunk(chunk.Name, chunk.Data))]);
    }

    /// <summary>A JPEG's segments before its first scan, by marker.</summary>
    public static List<(byte Marker, byte[] Content)> Segments(byte[] jpeg)
    {
        List<(byte, byte[])> segments = [];
        for (var at = 2; jpeg[at + 1] != 0xDA;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 2));
            segments.Add((jpeg[at + 1], jpeg[(at + 4)..(at + 2 + length)]));
            at += 2 + length;
        }
        return segments;
    }

    public static byte[] Insert(byte[] picture, int at, params byte[][] pieces) =>
        [.. picture[..at], .. pieces.SelectMany(piece => piece), .. picture[at..]];

    public static async Task<(byte[] Bytes, ImageSize Size)> CleanAsync(byte[] picture, string contentType)
    {
        using var to = new MemoryStream();
        var size = await CleanImage.CopyAsync(new MemoryStream(picture), to, contentType, CancellationToken.None);
        return (to.ToArray(), size);
    }

    /// <summary>What the uploader is told.</summary>
    public static async Task<string> RefusedAsync(byte[] picture, string contentType) =>
        (await Assert.ThrowsAsync<DamagedImageException>(() => CleanAsync(picture, contentType))).Message;

    public static bool Contains(byte[] bytes, ReadOnlySpan<byte> text) => bytes.AsSpan().IndexOf(text) >= 0;
}
