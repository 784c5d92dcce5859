using System.Buffers;

namespace Together.Host.Files.Images;

/// <summary>
/// Reads one stream forwards and writes another, both through buffers of a fixed size: whatever an image declares costs no memory. One
/// copy; the streams stay the caller's.
/// </summary>
internal sealed class ByteCopy(Stream from, Stream to, CancellationToken cancellation) : IDisposable
{
    /// <summary>The longest thing that is looked at as a whole, a JPEG segment, has 65,533 bytes.</summary>
    public const int BufferLength = 65_536;

    private readonly byte[] _read = ArrayPool<byte>.Shared.Rent(BufferLength);
    private readonly byte[] _written = ArrayPool<byte>.Shared.Rent(BufferLength);
    private readonly long _start = to.CanSeek ? to.Position : 0;
    private int _head;
    private int _tail;
    private int _pending;
    private long _flushed;
    private long _consumed;

    /// <summary>What has been read and not been skipped yet. Until the next call that reads.</summary>
    public ReadOnlySpan<byte> Buffered => _read.AsSpan(_head, _tail - _head);

    /// <summary>Bytes skipped or copied so far.</summary>
    public long Consumed => _consumed;

    /// <summary>Bytes written so far.</summary>
    public long Written => _flushed + _pending;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_read);
        ArrayPool<byte>.Shared.Return(_written);
    }

    /// <summary>Makes <see cref="Buffered"/> at least this long.</summary>
    public async ValueTask NeedAsync(int count)
    {
        while (_tail - _head < count)
        {
            if (!await MoreAsync()) throw new DamagedImageException("the image ends too early");
        }
    }

    /// <summary>Reads on behind what is buffered; false at the end.</summary>
    private async ValueTask<bool> MoreAsync()
    {
        if (_head > 0)
        {
            Buffer.BlockCopy(_read, _head, _read, 0, _tail - _head);
            (_head, _tail) = (0, _tail - _head);
        }
        var count = await from.ReadAsync(_read.AsMemory(_tail, BufferLength - _tail), cancellation);
        _tail += count;
        return count > 0;
    }

    /// <summary>Drops what is buffered.</summary>
    public void Skip(int count)
    {
        _head += count;
        _consumed += count;
    }

    public async ValueTask SkipAsync(long count)
    {
        while (count > 0)
        {
            if (_head == _tail) await NeedAsync(1);
            var part = (int)Math.Min(count, _tail - _head);
            Skip(part);
            count -= part;
        }
    }

    public ValueTask CopyAsync(long count) => CopyAsync(count, crc: null);

    /// <param name="crc">Sees what is copied.</param>
    public async ValueTask CopyAsync(long count, Crc32? crc)
    {
        while (count > 0)
        {
            if (_head == _tail) await NeedAsync(1);
            if (_pending == BufferLength) await FlushAsync();
            var part = (int)Math.Min(Math.Min(count, _tail - _head), BufferLength - _pending);
            var bytes = Buffered[..part];
            crc?.Add(bytes);
            bytes.CopyTo(_written.AsSpan(_pending));
            _pending += part;
            Skip(part);
            count -= part;
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (BufferLength - _pending < bytes.Length) await FlushAsync();
        bytes.CopyTo(_written.AsMemory(_pending));
        _pending += bytes.Length;
    }

    public async ValueTask FlushAsync()
    {
        await to.WriteAsync(_written.AsMemory(0, _pending), cancellation);
        _flushed += _pending;
        _pending = 0;
    }

    /// <summary>Writes over what has been written; <paramref name="offset"/> counts from where this copy began. The target must seek.</summary>
    public async ValueTask OverwriteAsync(long offset, ReadOnlyMemory<byte> bytes)
    {
        await FlushAsync();
        to.Position = _start + offset;
        await to.WriteAsync(bytes, cancellation);
        to.Position = _start + _flushed;
    }
}
