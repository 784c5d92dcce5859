using Together.Bench.Load;

namespace Together.Bench.Scenarios;

/// <summary>One busy channel: 20 messages a second to 1,000 connections, which is 20,000 deliveries a second.</summary>
internal static class Broadcast
{
    private const int Accounts = 100;
    private const int ConnectionsEach = 10;
    private const int MessagesPerSecond = 20;
    private const int HttpConnections = 8;

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(TimeSpan duration)
    {
        var report = new Report("broadcast");
        await using var stage = await Stage.OpenAsync("broadcast");
        var room = await stage.OpenRoomAsync("Hall", await stage.RegisterAsync(Accounts));
        var messages = new MessageTracker(Accounts * ConnectionsEach);
        var http = new HttpClientLoop(stage.Loop, stage.Host.EndPoint, HttpConnections, messages.Answered);
        stage.Connect(room.Members, ConnectionsEach, messages.Delivered);

        Offer(stage, http, messages, room, Warmup);
        stage.Heartbeat();
        messages.Measure();
        var before = stage.Usage();
        Offer(stage, http, messages, room, duration);
        stage.Loop.WaitFor(() => messages.Open == 0, Drain);
        var used = stage.Usage() - before;

        report.Add("connections", Accounts * ConnectionsEach, "");
        report.Add("deliveries", messages.Deliveries.Count / duration.TotalSeconds, "per second");
        report.Add("POST p99", messages.Posts.Percentile(0.99).TotalMilliseconds, "ms");
        report.Add("delivery p50", messages.Deliveries.Percentile(0.50).TotalMilliseconds, "ms");
        report.AtMost(60, "delivery p99", messages.Deliveries.Percentile(0.99).TotalMilliseconds, "ms");
        report.Add("delivery max", messages.Deliveries.Max.TotalMilliseconds, "ms");
        report.AtMost(25, "host CPU per delivery", used.Host.TotalMicroseconds / Math.Max(1, messages.Deliveries.Count), "µs");
        report.Add("load generator CPU per delivery", used.Generator.TotalMicroseconds / Math.Max(1, messages.Deliveries.Count), "µs");
        stage.AddFaults(report, messages);
        await report.WriteAsync(HostProcess.Limits);
    }

    private static void Offer(Stage stage, HttpClientLoop http, MessageTracker messages, Room room, TimeSpan duration) =>
        Schedule.OpenLoop(stage.Loop, MessagesPerSecond, duration, intended =>
        {
            var nonce = messages.Begin(intended);
            http.Send(room.Posts[(int)(nonce % room.Posts.Count)], nonce);
        });
}
