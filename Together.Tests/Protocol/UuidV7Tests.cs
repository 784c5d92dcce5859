using Together.Protocol;
using Xunit;

namespace Together.Tests.Protocol;

public class UuidV7Tests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void ids_of_one_millisecond_ascend_past_the_counters_end()
    {
        var last = Guid.Empty;
        for (var i = 0; i < 10_000; i++)
        {
            var next = UuidV7.Next(last, Noon);
            Assert.True(next > last, $"ID {i} does not ascend");
            last = next;
        }
        Assert.Equal(Noon.AddMilliseconds(2), UuidV7.Time(last));
    }

    [Fact]
    public void id_ascends_when_the_clock_steps_back()
    {
        var first = UuidV7.Next(Guid.Empty, Noon);
        var second = UuidV7.Next(first, Noon.AddHours(-1));
        Assert.True(second > first);
        Assert.Equal(Noon, UuidV7.Time(second));
    }

    [Fact]
    public void id_has_the_version_and_variant_of_rfc_9562()
    {
        var id = UuidV7.Next(Guid.Empty, Noon);
        Assert.Equal(7, id.Version);
        Assert.InRange(id.Variant, 8, 11);
    }

    [Fact]
    public void floor_is_not_above_any_id_of_its_millisecond()
    {
        Assert.True(UuidV7.Floor(Noon) <= UuidV7.Next(Guid.Empty, Noon));
        Assert.True(UuidV7.Floor(Noon.AddMilliseconds(1)) > UuidV7.Next(Guid.Empty, Noon));
    }
}
