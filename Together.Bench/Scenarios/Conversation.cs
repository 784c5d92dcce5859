using Together.Bench.Load;

namespace Together.Bench.Scenarios;

/// <summary>Many small conversations: 20 channels with 10 connections each, 1,000 messages a second offered over HTTP.</summary>
internal static class Conversation
{
    private const int Rooms = 20;
    private const int ReadersPerRoom = 10;
    private const int MessagesPerSecond = 1000;
    private const int HttpConnections = 64;

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(TimeSpan duration)
    {
        var report = new Report("conversation");
        await using var stage = await Stage.OpenAsync("conversation");
        var rooms = await OpenRoomsAsync(stage, Rooms, ReadersPerRoom);
        var messages = new MessageTracker(ReadersPerRoom);
        var http = new HttpClientLoop(stage.Loop, stage.Host.EndPoint, HttpConnections, messages.Answered);
        foreach (var room in rooms)
            stage.Connect(room.Members, 1, messages.Delivered);

        Offer(stage, http, messages, rooms, Warmup);
        stage.Heartbeat();
        messages.Measure();
        var before = stage.Usage();
        Offer(stage, http, messages, rooms, duration);
        stage.Loop.WaitFor(() => messages.Open == 0, Drain);
        var used = stage.Usage() - before;

        report.Add("offered", MessagesPerSecond, "messages/s");
        report.Add("messages measured", messages.Posts.Count, "messages");
        report.AtMost(3, "POST p50", messages.Posts.Percentile(0.50).TotalMilliseconds, "ms");
        report.AtMost(15, "POST p99", messages.Posts.Percentile(0.99).TotalMilliseconds, "ms");
        report.Add("POST max", messages.Posts.Max.TotalMilliseconds, "ms");
        report.AtMost(4, "delivery p50", messages.Deliveries.Percentile(0.50).TotalMilliseconds, "ms");
        report.AtMost(20, "delivery p99", messages.Deliveries.Percentile(0.99).TotalMilliseconds, "ms");
        report.Add("delivery max", messages.Deliveries.Max.TotalMilliseconds, "ms");
        report.AddCpu(used, messages.Posts.Count, "message");
        stage.AddFaults(report, messages);
        await report.WriteAsync(HostProcess.Limits);
    }

    /// <summary>Rooms of their own for each group of new accounts.</summary>
    public static async Task<IReadOnlyList<Room>> OpenRoomsAsync(Stage stage, int rooms, int readersEach)
    {
        var accounts = await stage.RegisterAsync(rooms * readersEach);
        List<Room> opened = [];
        foreach (var members in accounts.Chunk(readersEach))
            opened.Add(await stage.OpenRoomAsync($"Room {opened.Count + 1}", members));
        return opened;
    }

    private static void Offer(Stage stage, HttpClientLoop http, MessageTracker messages, IReadOnlyList<Room> rooms, TimeSpan duration) =>
        Schedule.OpenLoop(stage.Loop, MessagesPerSecond, duration, intended =>
        {
            var nonce = messages.Begin(intended);
            http.Send(PostOf(rooms, nonce), nonce);
        });

    /// <summary>Round the rooms, and in each room round its members.</summary>
    public static RequestTemplate PostOf(IReadOnlyList<Room> rooms, long nonce)
    {
        var posts = rooms[(int)(nonce % rooms.Count)].Posts;
        return posts[(int)(nonce / rooms.Count % posts.Count)];
    }
}
