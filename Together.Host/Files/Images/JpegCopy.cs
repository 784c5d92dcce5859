using System.Buffers.Binary;

namespace Together.Host.Files.Images;

/// <summary>JPEG without its metadata. One image.</summary>
/// <remarks>
/// ITU-T T.81, annex B: an image is markers (0xFF and a code); most head a segment with a length of two bytes that counts itself. After a
/// start of scan comes entropy-coded data, in which 0xFF is followed by 0x00 or is a marker. Big-endian throughout.
/// </remarks>
internal sealed class JpegCopy(ByteCopy copy)
{
    private const byte Restart0 = 0xD0, Restart7 = 0xD7, StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA;
    private const byte HuffmanTables = 0xC4, ArithmeticConditioning = 0xCC, QuantizationTables = 0xDB, NumberOfLines = 0xDC, RestartInterval = 0xDD;
    private const byte App0 = 0xE0, App1 = 0xE1, App2 = 0xE2, App14 = 0xEE, App15 = 0xEF, Comment = 0xFE, Temporary = 0x01;

    /// <summary>Encoders write about 10 for a progressive image. Each one is a walk over all pixels, however few bytes it has.</summary>
    private const int MaxScans = 100;

    private ImageSize? _size;
    private int _components;
    private int _scans;
    private int _colourProfile;
    private int? _orientation;

    public async ValueTask<ImageSize> RunAsync()
    {
        await copy.NeedAsync(2);
        if (!copy.Buffered.StartsWith((ReadOnlySpan<byte>)[0xFF, StartOfImage])) throw Damaged();
        await copy.CopyAsync(2);
        while (true)
        {
            var marker = await NextMarkerAsync();
            if (marker == EndOfImage) break;
            await SegmentAsync(marker);
            if (marker == StartOfScan) await ScanAsync();
        }
        if (_scans == 0) throw Damaged();
        await MarkerAsync(EndOfImage);
        return _size!.Value.Oriented(_orientation ?? Orientation.Upright);
    }

    /// <summary>Skips to the code of the next marker. Some cameras pad between segments; decoders overlook that, and it is not written.</summary>
    private async ValueTask<byte> NextMarkerAsync()
    {
        while (true)
        {
            await copy.NeedAsync(1);
            var start = copy.Buffered.IndexOf((byte)0xFF);
            copy.Skip(start < 0 ? copy.Buffered.Length : start);
            if (start < 0) continue;
            await copy.NeedAsync(2);
            // Any number of 0xFF may stand before a code (B.1.1.2).
            var code = copy.Buffered[1];
            copy.Skip(code == 0xFF ? 1 : 2);
            if (code is not (0xFF or 0 or Temporary)) return code;
        }
    }

    private async ValueTask SegmentAsync(byte marker)
    {
        await copy.NeedAsync(2);
        var length = BinaryPrimitives.ReadUInt16BigEndian(copy.Buffered) - 2;
        if (length < 0) throw Damaged();
        copy.Skip(2);
        await copy.NeedAsync(length);
        switch (marker)
        {
            case App0 when Starts("JFIF\0"u8) && length >= 12:
                // Its embedded preview may show what was cropped away: width and height of it are 0.
                byte[] jfif = [.. copy.Buffered[..12], 0, 0];
                await WriteSegmentAsync(marker, jfif);
                break;
            case App1 when _orientation is null && Starts("Exif\0"u8) && length > 6:
                _orientation = Orientation.Read(copy.Buffered[6..length]);
                if (_orientation != Orientation.Upright) await WriteSegmentAsync(marker, [.. "Exif\0\0"u8, .. Orientation.Write(_orientation.Value)]);
                break;
            case App2 when Starts("ICC_PROFILE\0"u8):
                _colourProfile += length;
                if (_colourProfile > CleanImage.MaxColourProfile) throw Damaged();
                await CopySegmentAsync(marker, length);
                return;
            case App14 when Starts("Adobe"u8) && length >= 12:
                await WriteSegmentAsync(marker, copy.Buffered[..12].ToArray());
                break;
            case >= App0 and <= App15 or Comment:
            // Decoders take the number from the frame, which must have one here.
            case NumberOfLines when length == 2:
                break;
            case QuantizationTables when AreQuantizationTables(copy.Buffered[..length]):
            case HuffmanTables when AreHuffmanTables(copy.Buffered[..length]):
            case ArithmeticConditioning when length % 2 == 0:
            case RestartInterval when length == 2:
            case StartOfScan when IsScan(copy.Buffered[..length]):
                await CopySegmentAsync(marker, length);
                return;
            case (>= 0xC0 and <= 0xC3) or (>= 0xC9 and <= 0xCB) when _size is null:
                _size = ReadFrame(copy.Buffered[..length]);
                await CopySegmentAsync(marker, length);
                return;
            default:
                throw Damaged();
        }
        copy.Skip(length);

        bool Starts(ReadOnlySpan<byte> name) => copy.Buffered[..length].StartsWith(name);
    }

    /// <summary>Copies entropy-coded data up to the marker that ends it.</summary>
    private async ValueTask ScanAsync()
    {
        while (true)
        {
            await copy.NeedAsync(2);
            var run = copy.Buffered.IndexOf((byte)0xFF);
            if (run != 0)
            {
                await copy.CopyAsync(run < 0 ? copy.Buffered.Length : run);
                continue;
            }
            switch (copy.Buffered[1])
            {
                case 0 or (>= Restart0 and <= Restart7):
                    await copy.CopyAsync(2);
                    break;
                case 0xFF:
                    copy.Skip(1);
                    break;
                default:
                    return;
            }
        }
    }

    private async ValueTask MarkerAsync(byte marker) => await copy.WriteAsync(new byte[] { 0xFF, marker });

    private async ValueTask WriteSegmentAsync(byte marker, byte[] content)
    {
        await HeadAsync(marker, content.Length);
        await copy.WriteAsync(content);
    }

    private async ValueTask CopySegmentAsync(byte marker, int length)
    {
        await HeadAsync(marker, length);
        await copy.CopyAsync(length);
    }

    private async ValueTask HeadAsync(byte marker, int length) =>
        await copy.WriteAsync(new byte[] { 0xFF, marker, (byte)(length + 2 >> 8), (byte)(length + 2) });

    /// <summary>B.2.2: precision, lines, samples a line, components of three bytes each.</summary>
    private ImageSize ReadFrame(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 9 || frame[5] is not (>= 1 and <= 4) || frame.Length != 6 + 3 * frame[5]) throw Damaged();
        _components = frame[5];
        return ImageSize.Accept(BinaryPrimitives.ReadUInt16BigEndian(frame[3..]), BinaryPrimitives.ReadUInt16BigEndian(frame[1..]));
    }

    /// <summary>B.2.3: components of two bytes each, then three bytes.</summary>
    private bool IsScan(ReadOnlySpan<byte> scan) =>
        _size is not null && scan.Length > 0 && scan[0] >= 1 && scan[0] <= _components && scan.Length == 4 + 2 * scan[0] && ++_scans <= MaxScans;

    /// <summary>B.2.4.1: a byte of precision and number, then 64 values of one or two bytes.</summary>
    private static bool AreQuantizationTables(ReadOnlySpan<byte> tables)
    {
        while (tables.Length > 0)
        {
            var length = 1 + 64 * (1 + (tables[0] >> 4));
            if (tables[0] >> 4 > 1 || tables.Length < length) return false;
            tables = tables[length..];
        }
        return true;
    }

    /// <summary>B.2.4.2: a byte of class and number, 16 counts, and as many values.</summary>
    private static bool AreHuffmanTables(ReadOnlySpan<byte> tables)
    {
        while (tables.Length > 0)
        {
            if (tables.Length < 17) return false;
            var values = 0;
            foreach (var count in tables[1..17]) values += count;
            if (values > 256 || tables.Length < 17 + values) return false;
            tables = tables[(17 + values)..];
        }
        return true;
    }

    private static DamagedImageException Damaged() => new("the file is not a JPEG image, or is damaged");
}
