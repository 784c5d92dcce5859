using System.Numerics;

namespace Together.Bench.Load;

/// <summary>
/// Counts durations in buckets that grow with the value, as HdrHistogram does: 64 to each power of two, so a percentile is off by 1.6 % at
/// most, in 30 KB whatever the number of samples. Owned by one thread.
/// </summary>
internal sealed class Histogram
{
    private const int SubBits = 6;
    private const int SubCount = 1 << SubBits;

    private readonly long[] _buckets = new long[(64 - SubBits) * SubCount];

    public long Count { get; private set; }

    public TimeSpan Max { get; private set; }

    public void Record(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero)
            duration = TimeSpan.Zero;
        _buckets[Bucket(duration.Ticks)]++;
        Count++;
        if (duration > Max)
            Max = duration;
    }

    public void Add(Histogram other)
    {
        for (var bucket = 0; bucket < _buckets.Length; bucket++)
            _buckets[bucket] += other._buckets[bucket];
        Count += other.Count;
        if (other.Max > Max)
            Max = other.Max;
    }

    /// <summary>The smallest duration that at least this part (0..1) of the samples does not exceed; zero without samples.</summary>
    public TimeSpan Percentile(double part)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(part * Count));
        var seen = 0L;
        for (var bucket = 0; bucket < _buckets.Length; bucket++)
        {
            seen += _buckets[bucket];
            if (seen >= rank)
                return TimeSpan.FromTicks(Math.Min(UpperBound(bucket), Max.Ticks));
        }
        return TimeSpan.Zero;
    }

    private static int Bucket(long value)
    {
        // Below SubCount each value has a bucket of its own; above, the SubBits bits behind the leading one choose it.
        if (value < SubCount)
            return (int)value;
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) << SubBits) + (int)((value >> shift) - SubCount);
    }

    private static long UpperBound(int bucket)
    {
        if (bucket < SubCount)
            return bucket;
        var shift = (bucket >> SubBits) - 1;
        return ((((long)bucket & (SubCount - 1)) + SubCount + 1) << shift) - 1;
    }
}
