using Together.Actors.Channels;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Channels;

public class NonceWindowTests
{
    private static readonly UserId Ada = new(new Guid("01936f6e-0000-7000-8000-000000000001"));
    private static readonly UserId Bob = new(new Guid("01936f6e-0000-7000-8000-000000000002"));
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly ManualClock _clock = new();

    [Fact]
    public void nonce_is_known_by_its_author_for_ten_minutes_and_not_for_twenty()
    {
        var window = new NonceWindow(_clock, new NonceBudget());
        _clock.Advance(NonceWindow.Length - Moment);
        window.Add(Ada, "a");
        Assert.False(window.MayContain(Bob, "a"));
        Assert.False(window.MayContain(Ada, "b"));
        _clock.Advance(NonceWindow.Length);
        Assert.True(window.MayContain(Ada, "a"));
        _clock.Advance(NonceWindow.Length);
        Assert.False(window.MayContain(Ada, "a"));
    }

    [Fact]
    public void window_that_nobody_asked_for_long_is_empty()
    {
        var window = new NonceWindow(_clock, new NonceBudget());
        window.Add(Ada, "a");
        _clock.Advance(NonceWindow.Length * 2);
        Assert.False(window.MayContain(Ada, "a"));
    }

    [Fact]
    public void busy_channel_stays_sure()
    {
        // 200 a second for ten minutes.
        var window = new NonceWindow(_clock, new NonceBudget());
        for (var i = 0; i < 120_000; i++) window.Add(Ada, $"{i}");
        Assert.All(Enumerable.Range(0, 120_000), i => Assert.True(window.MayContain(Ada, $"{i}")));
        // Two hashes may agree by chance.
        Assert.InRange(Enumerable.Range(120_000, 1000).Count(i => window.MayContain(Ada, $"{i}")), 0, 2);
    }

    [Fact]
    public void a_thousand_busy_channels_stay_sure_within_the_budget()
    {
        var budget = new NonceBudget();
        var windows = Enumerable.Range(0, 1000).Select(_ => new NonceWindow(_clock, budget)).ToList();
        for (var second = 0; second < 1200; second++)
        {
            foreach (var window in windows) window.Add(Ada, $"{second}");
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        foreach (var window in windows)
        {
            Assert.True(window.MayContain(Ada, "601"));
            Assert.InRange(Enumerable.Range(0, 100).Count(i => window.MayContain(Bob, $"{i}")), 0, 2);
        }

        Assert.InRange(budget.Left, 0, NonceBudget.DefaultBytes);
    }

    [Fact]
    public void window_without_room_is_unsure_until_what_it_forgot_would_have_left()
    {
        var window = new NonceWindow(_clock, new NonceBudget(1000));
        window.Add(Ada, "old");
        // It belongs to the older generation then, which goes first.
        _clock.Advance(NonceWindow.Length);
        Assert.False(window.MayContain(Ada, "new"));
        _clock.Advance(TimeSpan.FromMinutes(2));
        for (var i = 0; i < 1000 && !window.MayContain(Ada, "new"); i++) window.Add(Ada, $"{i}");
        _clock.Advance(TimeSpan.FromMinutes(8) - Moment);
        Assert.True(window.MayContain(Ada, "new"));
        _clock.Advance(Moment);
        Assert.False(window.MayContain(Ada, "new"));
        Assert.True(window.MayContain(Ada, "0"));
    }

    [Fact]
    public void window_without_any_room_is_unsure_of_everything()
    {
        var window = new NonceWindow(_clock, new NonceBudget(0));
        Assert.False(window.MayContain(Ada, "a"));
        window.Add(Ada, "a");
        _clock.Advance(NonceWindow.Length - Moment);
        Assert.True(window.MayContain(Ada, "a"));
        _clock.Advance(Moment);
        Assert.False(window.MayContain(Ada, "a"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(88)]
    [InlineData(300)]
    [InlineData(1000)]
    [InlineData(20_000)]
    public void nonce_of_the_last_ten_minutes_is_never_new(int bytes)
    {
        var random = new Random(bytes);
        var budget = new NonceBudget(bytes);
        var windows = (NonceWindow[])[new(_clock, budget), new(_clock, budget)];
        var added = new List<(int Window, DateTimeOffset At, string Nonce)>();
        for (var i = 0; i < 3000; i++)
        {
            var window = random.Next(windows.Length);
            windows[window].Add(Ada, $"{i}");
            added.Add((window, _clock.Now, $"{i}"));
            if (random.Next(20) == 0) _clock.Advance(TimeSpan.FromSeconds(random.Next(60)));
            if (random.Next(500) == 0) _clock.Advance(TimeSpan.FromMinutes(random.Next(25)));
            if (i % 50 == 0) Assert.All(added.Where(each => _clock.Now - each.At < NonceWindow.Length), each => Assert.True(windows[each.Window].MayContain(Ada, each.Nonce)));
            Assert.InRange(budget.Left, 0, bytes);
        }

        foreach (var window in windows) window.Clear();
        Assert.Equal(bytes, budget.Left);
    }

    [Fact]
    public void what_has_aged_holds_no_memory()
    {
        var budget = new NonceBudget();
        var window = new NonceWindow(_clock, budget);
        for (var i = 0; i < 500; i++) window.Add(Ada, $"{i}");
        // 1,024 slots of 4 bytes and the array's header.
        Assert.Equal(NonceBudget.DefaultBytes - 4120, budget.Left);
        _clock.Advance(NonceWindow.Length);
        Assert.True(window.MayContain(Ada, "0"));
        Assert.Equal(NonceBudget.DefaultBytes - 4120, budget.Left);
        _clock.Advance(NonceWindow.Length);
        Assert.False(window.MayContain(Ada, "0"));
        Assert.Equal(NonceBudget.DefaultBytes, budget.Left);
    }

    [Fact]
    public void window_gets_half_of_what_is_left()
    {
        var budget = new NonceBudget(1000);
        Assert.False(budget.TryTake(501));
        Assert.True(budget.TryTake(500));
        Assert.False(budget.TryTake(251));
        Assert.True(budget.TryTake(250));
        budget.GiveBack(750);
        Assert.Equal(1000, budget.Left);
    }
}
