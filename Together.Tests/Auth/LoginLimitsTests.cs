using System.Net;
using Together.Host.Auth;
using Together.Host.Http;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Auth;

public class LoginLimitsTests
{
    private static readonly ClientNetwork Home = ClientNetwork.Of(IPAddress.Parse("198.51.100.7"));
    private static readonly ClientNetwork Elsewhere = ClientNetwork.Of(IPAddress.Parse("203.0.113.9"));

    private readonly ManualClock _clock = new();
    private readonly LoginLimits _limits;

    public LoginLimitsTests() => _limits = new LoginLimits(LoginLimitRules.Default, _clock);

    [Fact]
    public void eleventh_failure_in_fifteen_minutes_waits()
    {
        for (var i = 0; i < 10; i++) Assert.Null(_limits.Begin("ada", Home));
        Assert.Equal(900, _limits.Begin("ada", Home));
        _clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Null(_limits.Begin("ada", Home));
    }

    [Fact]
    public void strangers_cannot_lock_an_account()
    {
        for (var i = 0; i < 20; i++) _limits.Begin("ada", Elsewhere);
        Assert.NotNull(_limits.Begin("ada", Elsewhere));
        Assert.Null(_limits.Begin("ada", Home));
    }

    [Fact]
    public void network_has_50_over_all_accounts()
    {
        for (var i = 0; i < 50; i++) Assert.Null(_limits.Begin($"user{i}", Home));
        Assert.NotNull(_limits.Begin("ada", Home));
        Assert.Null(_limits.Begin("ada", Elsewhere));
    }

    [Fact]
    public void blocked_account_costs_its_network_nothing_more()
    {
        for (var i = 0; i < 100; i++) _limits.Begin("ada", Home);
        for (var i = 0; i < 40; i++) Assert.Null(_limits.Begin($"user{i}", Home));
        Assert.NotNull(_limits.Begin("bob", Home));
    }

    [Fact]
    public void success_forgives_the_accounts_failures_but_not_the_networks()
    {
        for (var i = 0; i < 9; i++) _limits.Begin("ada", Home);
        Assert.Null(_limits.Begin("ada", Home));
        _limits.Succeeded("ada", Home);
        for (var i = 0; i < 10; i++) Assert.Null(_limits.Begin("ada", Home));
        Assert.NotNull(_limits.Begin("ada", Home));
        for (var i = 0; i < 31; i++) Assert.Null(_limits.Begin($"user{i}", Home));
        Assert.NotNull(_limits.Begin("bob", Home));
    }

    [Fact]
    public void abandoned_attempt_does_not_count()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(_limits.Begin("ada", Home));
            _limits.Abandoned("ada", Home);
        }
    }

    [Fact]
    public void without_rules_nothing_is_limited()
    {
        var off = new LoginLimits(null, _clock);
        for (var i = 0; i < 100; i++) Assert.Null(off.Begin("ada", Home));
        off.Succeeded("ada", Home);
        off.Abandoned("ada", Home);
    }
}
