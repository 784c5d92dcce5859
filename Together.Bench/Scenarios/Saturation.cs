using Together.Bench.Load;

namespace Together.Bench.Scenarios;

/// <summary>
/// How much goes through when as much is offered as is taken: deliveries of one channel with 1,000 connections, then durable messages of 20
/// channels that nobody listens to. The next message leaves when an earlier one is done, so latencies here only say how full the window was.
/// </summary>
internal static class Saturation
{
    private const int Accounts = 100;
    private const int ConnectionsEach = 10;
    private const int Rooms = 20;
    private const int AuthorsPerRoom = 5;

    // Messages under way: 16 × 1,000 deliveries keep the host's queues filled, and 16 frames a socket are far from its limit.
    private const int BroadcastWindow = 16;

    // A batch of the journal takes up to 500 events; both cores are busy long before.
    private const int PostWindow = 256;

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(TimeSpan duration)
    {
        var report = new Report("saturation");
        await using (var stage = await Stage.OpenAsync("saturation"))
        {
            var room = await stage.OpenRoomAsync("Hall", await stage.RegisterAsync(Accounts));
            var messages = new MessageTracker(Accounts * ConnectionsEach);
            stage.Connect(room.Members, ConnectionsEach, messages.Delivered);
            var (seconds, used) = Saturate(stage, messages, BroadcastWindow, [room], duration);
            var deliveries = messages.Deliveries.Count;
            report.AtLeast(60_000, "deliveries, 1 channel × 1,000 connections", deliveries / seconds, "per second");
            report.AddCpu(used, deliveries, "delivery");
            stage.AddFaults(report, messages);
        }
        await using (var stage = await Stage.OpenAsync("saturation"))
        {
            var rooms = await Conversation.OpenRoomsAsync(stage, Rooms, AuthorsPerRoom);
            var messages = new MessageTracker(0);
            var (seconds, used) = Saturate(stage, messages, PostWindow, rooms, duration);
            report.AtLeast(5_000, "durable messages, 20 channels without listeners", messages.Posts.Count / seconds, "per second");
            report.Add("POST p50 at that rate", messages.Posts.Percentile(0.50).TotalMilliseconds, "ms");
            report.AddCpu(used, messages.Posts.Count, "message");
            stage.AddFaults(report, messages);
        }
        await report.WriteAsync(HostProcess.Limits);
    }

    private static (double Seconds, CpuUse Used) Saturate(Stage stage, MessageTracker messages, int window, IReadOnlyList<Room> rooms, TimeSpan duration)
    {
        var http = new HttpClientLoop(stage.Loop, stage.Host.EndPoint, window, messages.Answered);
        void Send(long now)
        {
            var nonce = messages.Begin(now);
            http.Send(Conversation.PostOf(rooms, nonce), nonce);
        }
        Schedule.ClosedLoop(stage.Loop, window, Warmup, () => messages.Open, Send);
        stage.Loop.WaitFor(() => messages.Open == 0, Drain);
        stage.Heartbeat();
        messages.Measure();
        var before = stage.Usage();
        var began = TimeProvider.System.GetTimestamp();
        Schedule.ClosedLoop(stage.Loop, window, duration, () => messages.Open, Send);
        // What is under way at the end counts, and so does the time it takes.
        stage.Loop.WaitFor(() => messages.Open == 0, Drain);
        return (TimeProvider.System.GetElapsedTime(began).TotalSeconds, stage.Usage() - before);
    }
}
