using Together.Tests.Kit;
using Xunit;
using Scenario = Together.Bench.Scenarios.Crash;

namespace Together.Tests.Crash;

public sealed class CrashTests(PostgresFixture postgres)
{
    [Fact]
    public async Task killed_host_loses_repeats_and_reorders_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var result = await Scenario.RunAsync("crash-test", database.ConnectionString, rounds: 3);
        TestContext.Current.TestOutputHelper?.WriteLine(result.ToString());
        Assert.Empty(result.Faults);
        Assert.Equal(3, result.Rounds);
    }
}
