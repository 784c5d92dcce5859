using System.Runtime.CompilerServices;

namespace Together.Host.Files.Images;

/// <summary>The CRC of PNG (third edition, annex D): the reflected polynomial 0xEDB88320. One chunk.</summary>
internal sealed class Crc32
{
    private static readonly uint[] Table = CreateTable();

    private uint _rest = uint.MaxValue;

    public uint Value => ~_rest;

    public void Reset() => _rest = uint.MaxValue;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        // Eight at once: one at a time takes longer than the disk.
        var rest = _rest;
        while (bytes.Length >= 8)
        {
            var low = rest ^ Unsafe.ReadUnaligned<uint>(ref Unsafe.AsRef(in bytes[0]));
            var high = Unsafe.ReadUnaligned<uint>(ref Unsafe.AsRef(in bytes[4]));
            rest = Table[0x700 + (low & 0xFF)] ^ Table[0x600 + (low >> 8 & 0xFF)] ^ Table[0x500 + (low >> 16 & 0xFF)] ^ Table[0x400 + (low >> 24)]
                ^ Table[0x300 + (high & 0xFF)] ^ Table[0x200 + (high >> 8 & 0xFF)] ^ Table[0x100 + (high >> 16 & 0xFF)] ^ Table[high >> 24];
            bytes = bytes[8..];
        }
        foreach (var value in bytes) rest = Table[(rest ^ value) & 0xFF] ^ rest >> 8;
        _rest = rest;
    }

    private static uint[] CreateTable()
    {
        var table = new uint[8 * 256];
        for (uint value = 0; value < 256; value++)
        {
            var rest = value;
            for (var bit = 0; bit < 8; bit++) rest = (rest & 1) == 0 ? rest >> 1 : rest >> 1 ^ 0xEDB88320;
            table[value] = rest;
        }
        for (var at = 256; at < table.Length; at++) table[at] = table[table[at - 256] & 0xFF] ^ table[at - 256] >> 8;
        return table;
    }
}
