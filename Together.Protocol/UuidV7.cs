using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Together.Protocol;

/// <summary>
/// UUID version 7, RFC 9562 §5.7: 48 bits of Unix milliseconds, 4 of version, 12 of <c>rand_a</c>, 2 of variant, 62 of
/// <c>rand_b</c>. <c>rand_a</c> is a counter within the millisecond (§6.2, method 1), so that IDs of one source ascend.
/// </summary>
public static class UuidV7
{
    /// <summary>2^12: as many IDs as one millisecond holds; the next one takes the following millisecond.</summary>
    private const int CounterEnd = 1 << 12;

    /// <summary>
    /// The next ID after <paramref name="last"/> at <paramref name="now"/>: always above it, also when the clock stepped back.
    /// </summary>
    public static Guid Next(Guid last, DateTimeOffset now)
    {
        var milliseconds = now.ToUnixTimeMilliseconds();
        var counter = 0;
        if (last != Guid.Empty)
        {
            var (lastMilliseconds, lastCounter) = Read(last);
            if (lastMilliseconds >= milliseconds)
            {
                milliseconds = lastMilliseconds;
                counter = lastCounter + 1;
                if (counter == CounterEnd) (milliseconds, counter) = (milliseconds + 1, 0);
            }
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, milliseconds << 16 | 0x7000L | (long)counter);
        RandomNumberGenerator.Fill(bytes[8..]);
        bytes[8] = (byte)(bytes[8] & 0x3f | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The ID of one thing at one time, the same each time it is made: the number fills <c>rand_b</c>.</summary>
    /// <param name="time">To the millisecond.</param>
    /// <param name="number">Less than 2^62, unique among the things so named.</param>
    public static Guid Of(DateTimeOffset time, long number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.ToUnixTimeMilliseconds() << 16 | 0x7000L);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], number);
        bytes[8] = (byte)(bytes[8] & 0x3f | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The smallest ID of that millisecond: a mark that pages by time.</summary>
    public static Guid Floor(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, time.ToUnixTimeMilliseconds()) << 16 | 0x7000L);
        bytes[8] = 0x80;
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The millisecond in which the ID was made.</summary>
    public static DateTimeOffset Time(Guid id) => DateTimeOffset.FromUnixTimeMilliseconds(Read(id).Milliseconds);

    private static (long Milliseconds, int Counter) Read(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var head = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return ((long)((ulong)head >> 16), (int)(head & 0xfff));
    }
}

/// <summary>Makes IDs that ascend, from a given clock. Any thread.</summary>
public sealed class IdSource(TimeProvider time)
{
    private readonly Lock _lock = new();
    private Guid _last;

    public Guid Next()
    {
        lock (_lock) return _last = UuidV7.Next(_last, time.GetUtcNow());
    }

    public T Next<T>() where T : struct, IId<T> => T.From(Next());
}
