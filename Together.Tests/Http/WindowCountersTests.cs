using Together.Host.Http;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Http;

public class WindowCountersTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void uses_over_the_limit_are_refused_until_the_window_ends()
    {
        var counters = Counters(limit: 2, capacity: 10);
        Assert.Equal(new WindowCount(true, 2, 1, TimeSpan.FromMinutes(1)), counters.Take("a"));
        _clock.Advance(TimeSpan.FromSeconds(20.5));
        Assert.Equal(new WindowCount(true, 2, 0, TimeSpan.FromSeconds(39.5)), counters.Take("a"));
        var refused = counters.Take("a");
        Assert.Equal(new WindowCount(false, 2, 0, TimeSpan.FromSeconds(39.5)), refused);
        Assert.Equal(40, refused.ResetSeconds);
        Assert.True(counters.Take("b").Allowed);
        _clock.Advance(TimeSpan.FromSeconds(39.4));
        Assert.False(counters.Take("a").Allowed);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(1, counters.Take("a").Remaining);
    }

    [Fact]
    public void use_that_is_given_back_does_not_count()
    {
        var counters = Counters(limit: 1, capacity: 10);
        counters.Take("a");
        counters.GiveBack("a");
        counters.GiveBack("a");
        Assert.True(counters.Take("a").Allowed);
        Assert.False(counters.Take("a").Allowed);
    }

    [Fact]
    public void forgotten_key_starts_from_zero()
    {
        var counters = Counters(limit: 1, capacity: 10);
        counters.Take("a");
        counters.Forget("a");
        Assert.True(counters.Take("a").Allowed);
    }

    [Fact]
    public void flood_of_new_keys_does_not_free_one_at_its_limit()
    {
        var counters = Counters(limit: 2, capacity: 3);
        counters.Take("blocked");
        counters.Take("blocked");
        for (var i = 0; i < 100; i++) counters.Take($"noise {i}");
        Assert.False(counters.Take("blocked").Allowed);
    }

    [Fact]
    public void full_table_forgets_the_oldest_below_its_limit()
    {
        var counters = Counters(limit: 2, capacity: 2);
        counters.Take("old");
        counters.Take("young");
        counters.Take("new");
        Assert.Equal(0, counters.Take("young").Remaining);
        Assert.Equal(1, counters.Take("old").Remaining);
    }

    [Fact]
    public void keys_that_do_not_fit_beside_blocked_ones_share_one_window()
    {
        var counters = Counters(limit: 1, capacity: 2);
        counters.Take("a");
        counters.Take("b");
        Assert.True(counters.Take("c").Allowed);
        Assert.False(counters.Take("d").Allowed);
        Assert.False(counters.Take("a").Allowed);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(counters.Take("d").Allowed);
        Assert.True(counters.Take("c").Allowed);
    }

    private WindowCounters<string> Counters(int limit, int capacity) => new(limit, TimeSpan.FromMinutes(1), capacity, _clock);
}
