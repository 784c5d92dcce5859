using System.Buffers.Binary;

namespace Together.Host.Files.Images;

/// <summary>GIF and its animations without their metadata. One image.</summary>
/// <remarks>
/// GIF89a specification: header (§17), logical screen (§18), colour table (§19), then blocks up to the trailer (§27): images (§20) and
/// extensions (§23 to 26). Their data are sub-blocks (§15), each with its length in a byte, the last with length 0. Little-endian.
/// </remarks>
internal sealed class GifCopy(ByteCopy copy)
{
    private const byte Image = 0x2C, Extension = 0x21, Trailer = 0x3B;
    private const byte GraphicControl = 0xF9, PlainText = 0x01, Application = 0xFF;

    private ImageSize _size;
    private int _frames;

    /// <summary>Applies to the image that follows, but not past a text that is left out.</summary>
    private byte[]? _control;

    public async ValueTask<ImageSize> RunAsync()
    {
        await copy.NeedAsync(13);
        if (!copy.Buffered.StartsWith("GIF89a"u8) && !copy.Buffered.StartsWith("GIF87a"u8)) throw Damaged();
        _size = ImageSize.Accept(BinaryPrimitives.ReadUInt16LittleEndian(copy.Buffered[6..]), BinaryPrimitives.ReadUInt16LittleEndian(copy.Buffered[8..]));
        await copy.CopyAsync(13 + ColourTableLength(copy.Buffered[10]));
        while (true)
        {
            await copy.NeedAsync(1);
            switch (copy.Buffered[0])
            {
                case Image:
                    await ImageAsync();
                    break;
                case Extension:
                    await ExtensionAsync();
                    break;
                case Trailer when _frames > 0:
                    await copy.CopyAsync(1);
                    return _size;
                default:
                    throw Damaged();
            }
        }
    }

    /// <summary>§20 to 22: separator, left, top, width, height, flags; a colour table; the code size of LZW; data.</summary>
    private async ValueTask ImageAsync()
    {
        if (_control is not null) await copy.WriteAsync(_control);
        _control = null;
        await copy.NeedAsync(10);
        var table = ReadFrame(copy.Buffered);
        await copy.CopyAsync(10 + table);
        await copy.NeedAsync(1);
        if (copy.Buffered[0] is not (>= 1 and <= 8)) throw Damaged();
        await copy.CopyAsync(1);
        int length;
        do
        {
            await copy.NeedAsync(1);
            length = copy.Buffered[0];
            await copy.CopyAsync(1 + length);
        }
        while (length > 0);
    }

    private async ValueTask ExtensionAsync()
    {
        await copy.NeedAsync(3);
        switch (copy.Buffered[1])
        {
            case GraphicControl:
                await copy.NeedAsync(8);
                if (copy.Buffered[2] != 4 || copy.Buffered[7] != 0) throw Damaged();
                _control = copy.Buffered[..8].ToArray();
                copy.Skip(8);
                return;
            case Application when copy.Buffered[2] == 11:
                await copy.NeedAsync(3 + 11);
                if (copy.Buffered[3..].StartsWith("NETSCAPE2.0"u8) || copy.Buffered[3..].StartsWith("ANIMEXTS1.0"u8))
                {
                    var head = copy.Buffered[..14].ToArray();
                    copy.Skip(14);
                    await RepetitionsAsync(head);
                    return;
                }
                break;
            case PlainText:
                _control = null;
                break;
        }
        copy.Skip(2);
        await SkipBlocksAsync();
    }

    /// <summary>How often an animation runs: the sub-block with number 1, a word. The only one that is kept.</summary>
    private async ValueTask RepetitionsAsync(byte[] head)
    {
        await copy.NeedAsync(1);
        if (copy.Buffered[0] == 3)
        {
            await copy.NeedAsync(4);
            if (copy.Buffered[1] == 1)
            {
                await copy.WriteAsync(head);
                await copy.CopyAsync(4);
                await copy.WriteAsync(new byte[1]);
            }
        }
        await SkipBlocksAsync();
    }

    private async ValueTask SkipBlocksAsync()
    {
        int length;
        do
        {
            await copy.NeedAsync(1);
            length = copy.Buffered[0];
            await copy.SkipAsync(1 + length);
        }
        while (length > 0);
    }

    /// <returns>The length of its colour table.</returns>
    private int ReadFrame(ReadOnlySpan<byte> image)
    {
        int left = BinaryPrimitives.ReadUInt16LittleEndian(image[1..]), top = BinaryPrimitives.ReadUInt16LittleEndian(image[3..]);
        int width = BinaryPrimitives.ReadUInt16LittleEndian(image[5..]), height = BinaryPrimitives.ReadUInt16LittleEndian(image[7..]);
        if (width == 0 || height == 0 || left + width > _size.Width || top + height > _size.Height) throw Damaged();
        _size.AcceptFrames(++_frames);
        return ColourTableLength(image[9]);
    }

    /// <summary>Bit 7: there is one; bits 0 to 2: it has 2 to the power of one more colours.</summary>
    private static int ColourTableLength(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1;

    private static DamagedImageException Damaged() => new("the file is not a GIF image, or is damaged");
}
