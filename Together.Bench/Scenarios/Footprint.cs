using Together.Bench.Load;

namespace Together.Bench.Scenarios;

/// <summary>Memory and start-up of a small host: fresh, with 1,000 people connected, and started again.</summary>
internal static class Footprint
{
    private const int Accounts = 100;
    private const int ConnectionsEach = 10;
    private const int LaterStarts = 5;
    private const double MiB = 1024 * 1024;

    // Start-up work that runs behind the first healthy answer is over by then.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(TimeSpan duration)
    {
        var report = new Report("footprint");
        await using var stage = await Stage.OpenAsync("footprint");
        report.AtMost(4_000, "first start to /health", stage.Host.LastStart.TotalMilliseconds, "ms");
        await Task.Delay(Rest);
        AddMemory(report, stage, "after start", 90);

        var room = await stage.OpenRoomAsync("Hall", await stage.RegisterAsync(Accounts));
        stage.Connect(room.Members, ConnectionsEach, _ => { });
        stage.Loop.RunFor(duration);
        AddMemory(report, stage, "with 1,000 connections", 130);

        List<TimeSpan> starts = [];
        List<TimeSpan> stops = [];
        for (var again = 0; again < LaterStarts; again++)
        {
            stops.Add(await stage.Host.StopAsync());
            await stage.Host.StartAsync();
            starts.Add(stage.Host.LastStart);
        }
        report.AtMost(1_000, $"later start to /health, median of {LaterStarts}", starts.Order().ElementAt(LaterStarts / 2).TotalMilliseconds, "ms");
        report.Add("later start to /health, slowest", starts.Max().TotalMilliseconds, "ms");
        report.AtMost(10_000, "stop, slowest (the first with 1,000 connections)", stops.Max().TotalMilliseconds, "ms");
        await report.WriteAsync(HostProcess.Limits);
    }

    private static void AddMemory(Report report, Stage stage, string when, double target)
    {
        report.AtMost(target, $"host RSS {when}", stage.Host.HostUsage().ResidentBytes / MiB, "MiB");
        // Its processes share most of their memory: only PSS adds up.
        report.Add($"PostgreSQL PSS {when}", stage.Host.PostgresUsage().ProportionalBytes / MiB, "MiB");
    }
}
