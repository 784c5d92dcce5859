using System.Buffers.Binary;

namespace Together.Host.Files.Images;

/// <summary>PNG and its animations without their metadata. One image.</summary>
/// <remarks>
/// PNG, third edition, §5: a signature, then chunks of length (4 bytes), type (4), data and CRC (4, over type and data). A type that starts
/// with a capital is critical: it cannot be left out. Big-endian throughout.
/// </remarks>
internal sealed class PngCopy(ByteCopy copy)
{
    private const uint Header = 'I' << 24 | 'H' << 16 | 'D' << 8 | 'R';
    private const uint Palette = 'P' << 24 | 'L' << 16 | 'T' << 8 | 'E';
    private const uint Data = 'I' << 24 | 'D' << 16 | 'A' << 8 | 'T';
    private const uint End = 'I' << 24 | 'E' << 16 | 'N' << 8 | 'D';
    private const uint AnimationControl = 'a' << 24 | 'c' << 16 | 'T' << 8 | 'L';
    private const uint FrameControl = 'f' << 24 | 'c' << 16 | 'T' << 8 | 'L';
    private const uint FrameData = 'f' << 24 | 'd' << 16 | 'A' << 8 | 'T';
    private const uint ColourProfile = 'i' << 24 | 'C' << 16 | 'C' << 8 | 'P';
    private const uint Transparency = 't' << 24 | 'R' << 16 | 'N' << 8 | 'S';
    private const uint Gamma = 'g' << 24 | 'A' << 16 | 'M' << 8 | 'A';
    private const uint Chromaticities = 'c' << 24 | 'H' << 16 | 'R' << 8 | 'M';
    private const uint StandardRgb = 's' << 24 | 'R' << 16 | 'G' << 8 | 'B';
    private const uint CodePoints = 'c' << 24 | 'I' << 16 | 'C' << 8 | 'P';
    private const uint SignificantBits = 's' << 24 | 'B' << 16 | 'I' << 8 | 'T';
    private const uint Background = 'b' << 24 | 'K' << 16 | 'G' << 8 | 'D';
    private const uint PixelSize = 'p' << 24 | 'H' << 16 | 'Y' << 8 | 's';
    private const uint Exif = 'e' << 24 | 'X' << 16 | 'I' << 8 | 'f';

    private const uint Ancillary = 0x20 << 24;

    private const int MaxPalette = 3 * 256;

    /// <summary>An EXIF block holds its first directory well before this.</summary>
    private const int MaxExif = ByteCopy.BufferLength - 12;

    private readonly Crc32 _crc = new();
    private ImageSize? _size;
    private byte _colourType;
    private bool _hasPalette;
    private bool _hasOrientation;
    private int _orientation = Orientation.Upright;
    private bool _isAnimated;
    private uint _frames;
    private uint _sequence;
    private ImageData _data;
    private long _colourProfile;

    private enum ImageData
    {
        Before,
        Within,
        After,
    }

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public async ValueTask<ImageSize> RunAsync()
    {
        await copy.NeedAsync(Signature.Length);
        if (!copy.Buffered.StartsWith(Signature)) throw Damaged();
        await copy.CopyAsync(Signature.Length);
        while (await ChunkAsync())
        {
        }
        return _size!.Value.Oriented(_orientation);
    }

    /// <summary>False after the last one.</summary>
    private async ValueTask<bool> ChunkAsync()
    {
        await copy.NeedAsync(8);
        var length = BinaryPrimitives.ReadUInt32BigEndian(copy.Buffered);
        var type = BinaryPrimitives.ReadUInt32BigEndian(copy.Buffered[4..]);
        foreach (var letter in copy.Buffered[4..8])
        {
            if (!char.IsAsciiLetter((char)letter)) throw Damaged();
        }
        if (length > int.MaxValue || _size is null != (type == Header)) throw Damaged();
        if (_data == ImageData.Within && type != Data) _data = ImageData.After;

        switch (type)
        {
            case Header when length == 13:
                await copy.NeedAsync(8 + 13);
                ReadHeader(copy.Buffered[8..21]);
                break;
            case Palette when length is > 0 and <= MaxPalette && length % 3 == 0 && !_hasPalette && _data == ImageData.Before:
                _hasPalette = true;
                break;
            case Data when _data != ImageData.After && (_hasPalette || _colourType != 3):
                _data = ImageData.Within;
                break;
            case End when length == 0 && _data == ImageData.After:
                await CopyChunkAsync(length);
                return false;
            case AnimationControl when length == 8 && !_isAnimated && _data == ImageData.Before:
                await copy.NeedAsync(8 + 8);
                _size!.Value.AcceptFrames(BinaryPrimitives.ReadUInt32BigEndian(copy.Buffered[8..]));
                _isAnimated = true;
                break;
            case FrameControl when length == 26 && _isAnimated:
                await copy.NeedAsync(8 + 26);
                ReadFrame(copy.Buffered[8..34]);
                break;
            case FrameData when length >= 4 && _isAnimated && _data == ImageData.After:
                await copy.NeedAsync(8 + 4);
                Follow(copy.Buffered[8..]);
                break;
            case ColourProfile when (_colourProfile += length) <= CleanImage.MaxColourProfile:
                break;
            case Transparency when length <= 256:
            case Gamma when length == 4:
            case Chromaticities when length == 32:
            case StandardRgb when length == 1:
            case CodePoints when length == 4:
            case SignificantBits when length <= 4:
            case Background when length <= 6:
            case PixelSize when length == 9:
                break;
            case Exif when !_hasOrientation:
                await ExifAsync(length);
                return true;
            case AnimationControl or FrameControl or FrameData or ColourProfile:
            case var critical when (critical & Ancillary) == 0:
                throw Damaged();
            default:
                await copy.SkipAsync(8L + length + 4);
                return true;
        }
        await CopyChunkAsync(length);
        return true;
    }

    private async ValueTask CopyChunkAsync(uint length)
    {
        await copy.CopyAsync(4);
        _crc.Reset();
        await copy.CopyAsync(4L + length, _crc);
        await copy.NeedAsync(4);
        if (BinaryPrimitives.ReadUInt32BigEndian(copy.Buffered) != _crc.Value) throw Damaged();
        await copy.CopyAsync(4);
    }

    private async ValueTask ExifAsync(uint length)
    {
        _hasOrientation = true;
        var part = (int)Math.Min(length, MaxExif);
        await copy.NeedAsync(8 + part);
        _orientation = Orientation.Read(copy.Buffered[8..(8 + part)]);
        await copy.SkipAsync(8L + length + 4);
        if (_orientation == Orientation.Upright) return;

        var exif = Orientation.Write(_orientation);
        var chunk = new byte[8 + exif.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(chunk, exif.Length);
        "eXIf"u8.CopyTo(chunk.AsSpan(4));
        exif.CopyTo(chunk.AsSpan(8));
        _crc.Reset();
        _crc.Add(chunk.AsSpan(4, 4 + exif.Length));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + exif.Length), _crc.Value);
        await copy.WriteAsync(chunk);
    }

    /// <summary>§11.2.1: width, height, bit depth, colour type, compression, filter and interlace method.</summary>
    private void ReadHeader(ReadOnlySpan<byte> header)
    {
        _colourType = header[9];
        var isDepth = _colourType switch
        {
            0 => header[8] is 1 or 2 or 4 or 8 or 16,
            3 => header[8] is 1 or 2 or 4 or 8,
            2 or 4 or 6 => header[8] is 8 or 16,
            _ => false,
        };
        if (!isDepth || header[10] != 0 || header[11] != 0 || header[12] > 1) throw Damaged();
        _size = ImageSize.Accept(BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]));
    }

    /// <summary>§11.3.6.2: sequence number, width, height, x, y; then times and how to compose.</summary>
    private void ReadFrame(ReadOnlySpan<byte> frame)
    {
        Follow(frame);
        long width = BinaryPrimitives.ReadUInt32BigEndian(frame[4..]), height = BinaryPrimitives.ReadUInt32BigEndian(frame[8..]);
        long left = BinaryPrimitives.ReadUInt32BigEndian(frame[12..]), top = BinaryPrimitives.ReadUInt32BigEndian(frame[16..]);
        if (width == 0 || height == 0 || left + width > _size!.Value.Width || top + height > _size.Value.Height) throw Damaged();
        _size.Value.AcceptFrames(++_frames);
    }

    /// <summary>§4.9: fcTL and fdAT count on from 0 together.</summary>
    private void Follow(ReadOnlySpan<byte> chunk)
    {
        if (BinaryPrimitives.ReadUInt32BigEndian(chunk) != _sequence++) throw Damaged();
    }

    private static DamagedImageException Damaged() => new("the file is not a PNG image, or is damaged");
}
