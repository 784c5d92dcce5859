using System.Buffers.Binary;

namespace Together.Host.Files.Images;

/// <summary>WebP and its animations without their metadata. One image; the target must seek, because lengths stand in front.</summary>
/// <remarks>
/// RFC 9649 §2: "RIFF", length, "WEBP", then chunks of name (4 bytes), length (4), data, and a zero after an odd length. An image is one
/// chunk VP8 or VP8L; or VP8X, which says what follows: profile, animation, alpha, image, metadata. Little-endian.
/// </remarks>
internal sealed class WebPCopy(ByteCopy copy)
{
    private const uint Lossy = 'V' | 'P' << 8 | '8' << 16 | ' ' << 24;
    private const uint Lossless = 'V' | 'P' << 8 | '8' << 16 | 'L' << 24;
    private const uint Extended = 'V' | 'P' << 8 | '8' << 16 | 'X' << 24;
    private const uint Alpha = 'A' | 'L' << 8 | 'P' << 16 | 'H' << 24;
    private const uint Animation = 'A' | 'N' << 8 | 'I' << 16 | 'M' << 24;
    private const uint Frame = 'A' | 'N' << 8 | 'M' << 16 | 'F' << 24;
    private const uint ColourProfile = 'I' | 'C' << 8 | 'C' << 16 | 'P' << 24;
    private const uint Exif = 'E' | 'X' << 8 | 'I' << 16 | 'F' << 24;

    private const byte HasColourProfile = 0x20, HasAlpha = 0x10, HasExif = 0x08, IsAnimated = 0x02;

    private const int RiffHead = 12, ChunkHead = 8;
    private const int FlagsOffset = RiffHead + ChunkHead;

    /// <summary>The EXIF that is looked at: its first directory stands before this.</summary>
    private const int MaxExif = ByteCopy.BufferLength - ChunkHead;

    private ImageSize? _canvas;
    private byte _flags;
    private byte _written;
    private bool _isExtended;
    private bool _hasAlpha;
    private bool _hasImage;
    private bool _hasExif;
    private int _frames;
    private int _orientation = Orientation.Upright;

    public async ValueTask<ImageSize> RunAsync()
    {
        await copy.NeedAsync(RiffHead);
        if (!copy.Buffered.StartsWith("RIFF"u8) || !copy.Buffered[8..].StartsWith("WEBP"u8)) throw Damaged();
        var end = 8L + BinaryPrimitives.ReadUInt32LittleEndian(copy.Buffered[4..]);
        await copy.CopyAsync(RiffHead);
        while (copy.Consumed < end) await ChunkAsync(end);
        if (!_hasImage) throw Damaged();

        if (_orientation != Orientation.Upright)
        {
            var exif = Orientation.Write(_orientation);
            await copy.WriteAsync((byte[])[.. "EXIF"u8, (byte)exif.Length, 0, 0, 0, .. exif]);
            _written |= HasExif;
        }
        if (_isExtended) await copy.OverwriteAsync(FlagsOffset, new[] { (byte)(_written | _flags & (HasAlpha | IsAnimated)) });
        var length = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)(copy.Written - 8));
        await copy.OverwriteAsync(4, length);
        return _canvas!.Value.Oriented(_orientation);
    }

    private async ValueTask ChunkAsync(long end)
    {
        var (name, length) = await HeadAsync(end);
        switch (name)
        {
            case Extended when _canvas is null && length == 10:
                await copy.NeedAsync(ChunkHead + 10);
                _flags = copy.Buffered[ChunkHead];
                _isExtended = true;
                _canvas = ImageSize.Accept(Triple(copy.Buffered[(ChunkHead + 4)..]) + 1, Triple(copy.Buffered[(ChunkHead + 7)..]) + 1);
                await CopyChunkAsync(length, end);
                return;
            case Lossy or Lossless when !_hasImage && (_flags & IsAnimated) == 0:
                var size = await BitstreamAsync(name, length);
                if (_canvas is not null && _canvas != size) throw Damaged();
                _canvas = size;
                _hasImage = true;
                await CopyChunkAsync(length, end);
                return;
            case Alpha when _isExtended && !_hasImage && !_hasAlpha && (_flags & IsAnimated) == 0:
                _hasAlpha = true;
                await CopyChunkAsync(length, end);
                return;
            case Animation when _isExtended && length == 6 && (_flags & IsAnimated) != 0 && _frames == 0:
                await CopyChunkAsync(length, end);
                return;
            case Frame when _isExtended && (_flags & IsAnimated) != 0:
                await FrameAsync(length, end);
                return;
            case ColourProfile when _isExtended && (_written & HasColourProfile) == 0 && length <= CleanImage.MaxColourProfile:
                _written |= HasColourProfile;
                await CopyChunkAsync(length, end);
                return;
            case Extended or Lossy or Lossless or Alpha or Animation or Frame or ColourProfile:
            case var _ when _canvas is null:
                throw Damaged();
            case Exif when !_hasExif && _isExtended:
                _hasExif = true;
                var part = (int)Math.Min(length, MaxExif);
                await copy.NeedAsync(ChunkHead + part);
                _orientation = ReadOrientation(copy.Buffered.Slice(ChunkHead, part));
                break;
        }
        await copy.SkipAsync(Math.Min(ChunkHead + length + (length & 1), end - copy.Consumed));
    }

    /// <summary>§2.7.1.1: x, y, width, height, duration in 24 bits each and flags; then chunks like an image's.</summary>
    private async ValueTask FrameAsync(long length, long end)
    {
        const int Head = 16;
        if (length < Head) throw Damaged();
        await copy.NeedAsync(ChunkHead + Head);
        var size = ReadFrame(copy.Buffered[ChunkHead..]);
        var inside = copy.Consumed + ChunkHead + length;
        await copy.CopyAsync(ChunkHead + Head);
        var (hasAlpha, hasImage) = (false, false);
        while (copy.Consumed < inside)
        {
            var (name, part) = await HeadAsync(inside);
            // Whatever else were in there could not be left out without changing lengths; nobody writes it.
            if (hasImage || name is not (Lossy or Lossless or Alpha) || name == Alpha && hasAlpha) throw Damaged();
            if (name != Alpha && await BitstreamAsync(name, part) != size) throw Damaged();
            hasAlpha = name == Alpha;
            hasImage = name != Alpha;
            await CopyChunkAsync(part, inside);
        }
        if (!hasImage) throw Damaged();
        await PadAsync(length, end);
        _hasImage = true;
    }

    private ImageSize ReadFrame(ReadOnlySpan<byte> frame)
    {
        long left = 2 * Triple(frame), top = 2 * Triple(frame[3..]), width = Triple(frame[6..]) + 1, height = Triple(frame[9..]) + 1;
        if (left + width > _canvas!.Value.Width || top + height > _canvas.Value.Height) throw Damaged();
        _canvas.Value.AcceptFrames(++_frames);
        return new ImageSize((int)width, (int)height);
    }

    private async ValueTask<(uint Name, long Length)> HeadAsync(long end)
    {
        await copy.NeedAsync(ChunkHead);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(copy.Buffered[4..]);
        if (copy.Consumed + ChunkHead + length > end) throw Damaged();
        return (BinaryPrimitives.ReadUInt32LittleEndian(copy.Buffered), length);
    }

    private async ValueTask CopyChunkAsync(long length, long end)
    {
        await copy.CopyAsync(ChunkHead + length);
        await PadAsync(length, end);
    }

    /// <summary>Some encoders leave the last zero out.</summary>
    private async ValueTask PadAsync(long length, long end)
    {
        if ((length & 1) == 0) return;
        if (copy.Consumed < end) await copy.SkipAsync(1);
        await copy.WriteAsync(new byte[1]);
    }

    /// <summary>The size in the head of the image itself: RFC 6386 §9.1 (lossy), RFC 9649 §3.4 (lossless).</summary>
    private async ValueTask<ImageSize> BitstreamAsync(uint name, long length)
    {
        var head = name == Lossy ? 10 : 5;
        if (length < head) throw Damaged();
        await copy.NeedAsync(ChunkHead + head);
        var data = copy.Buffered[ChunkHead..];
        if (name == Lossy)
        {
            // Bit 0: 0 for a key frame. Then 3 bytes of start code, and 14 bits of width and height under 2 bits of scale each.
            if ((data[0] & 1) != 0 || !data[3..].StartsWith((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A])) throw Damaged();
            return ImageSize.Accept(BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3FFF);
        }
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
        if (data[0] != 0x2F || bits >> 29 != 0) throw Damaged();
        return ImageSize.Accept((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
    }

    /// <summary>Some encoders put the name of JPEG's segment in front.</summary>
    private static int ReadOrientation(ReadOnlySpan<byte> exif) =>
        Orientation.Read(exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif);

    private static long Triple(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;

    private static DamagedImageException Damaged() => new("the file is not a WebP image, or is damaged");
}
