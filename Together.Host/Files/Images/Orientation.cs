using System.Buffers.Binary;

namespace Together.Host.Files.Images;

/// <summary>The one fact of EXIF that a picture needs: how it is turned. Any thread.</summary>
/// <remarks>EXIF 2.32 is a TIFF 6.0 file: §2 header, then directories of 12-byte entries; orientation is tag 274, one SHORT, 1 to 8.</remarks>
internal static class Orientation
{
    public const int Upright = 1;

    private const ushort Tag = 274;
    private const ushort Short = 3;

    /// <summary>From a TIFF block; what cannot be understood is upright, as viewers take it.</summary>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8) return Upright;
        var isLittle = tiff.StartsWith("II*\0"u8);
        if (!isLittle && !tiff.StartsWith("MM\0*"u8)) return Upright;
        var directory = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2) return Upright;
        tiff = tiff[(int)directory..];
        var entries = Word(tiff, isLittle);
        tiff = tiff[2..];
        for (; entries > 0 && tiff.Length >= 12; entries--, tiff = tiff[12..])
        {
            if (Word(tiff, isLittle) != Tag) continue;
            return Word(tiff[2..], isLittle) == Short && Word(tiff[8..], isLittle) is var orientation and >= 1 and <= 8 ? orientation : Upright;
        }
        return Upright;
    }

    /// <summary>A TIFF block that says nothing else.</summary>
    public static byte[] Write(int orientation) =>
        [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, (byte)(Tag >> 8), Tag & 0xFF, 0, (byte)Short, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    private static ushort Word(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
