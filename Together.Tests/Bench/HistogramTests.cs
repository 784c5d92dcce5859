using Together.Bench.Load;
using Xunit;

namespace Together.Tests.Bench;

public class HistogramTests
{
    [Fact]
    public void percentile_is_at_most_one_bucket_above_the_exact_one()
    {
        var histogram = new Histogram();
        for (var microseconds = 1; microseconds <= 100_000; microseconds++)
            histogram.Record(TimeSpan.FromMicroseconds(microseconds));

        foreach (var part in (double[])[0.001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1])
        {
            var exact = part * 100_000;
            Assert.InRange(histogram.Percentile(part).TotalMicroseconds, exact, exact * (1 + 1.0 / 64));
        }
    }

    [Fact]
    public void small_durations_are_exact()
    {
        var histogram = new Histogram();
        histogram.Record(TimeSpan.FromTicks(7));
        histogram.Record(TimeSpan.FromTicks(63));
        histogram.Record(TimeSpan.FromTicks(64));

        Assert.Equal([7, 63, 64], ((double[])[1.0 / 3, 2.0 / 3, 1]).Select(part => histogram.Percentile(part).Ticks));
    }

    [Fact]
    public void longest_duration_is_kept_exactly()
    {
        var histogram = new Histogram();
        histogram.Record(TimeSpan.FromSeconds(3.123456));
        histogram.Record(TimeSpan.MaxValue);

        Assert.Equal((TimeSpan.MaxValue, TimeSpan.MaxValue), (histogram.Max, histogram.Percentile(1)));
    }

    [Fact]
    public void without_samples_percentiles_are_zero() => Assert.Equal(TimeSpan.Zero, new Histogram().Percentile(0.99));
}
