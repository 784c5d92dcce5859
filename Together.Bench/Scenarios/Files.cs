using System.Diagnostics;
using System.Text.Json.Nodes;
using Together.Bench.Load;

namespace Together.Bench.Scenarios;

/// <summary>Large files sent by many people at once, beside a conversation; and fetched by one as fast as it goes.</summary>
internal static class Files
{
    private const int Senders = 20;
    private const long FileSize = 50_000_000;
    private const int Rooms = 10;
    private const int ReadersPerRoom = 10;
    private const int MessagesPerSecond = 200;
    private const int HttpConnections = 32;
    private const int Downloads = 40;
    private const double MiB = 1024 * 1024;

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(10);

    /// <summary>Longer than any upload lasts.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    public static async Task RunAsync(TimeSpan duration)
    {
        var report = new Report("files");
        await using var stage = await Stage.OpenAsync("files");
        var rooms = await Conversation.OpenRoomsAsync(stage, Rooms, ReadersPerRoom);
        var messages = new MessageTracker(ReadersPerRoom);
        var http = new HttpClientLoop(stage.Loop, stage.Host.EndPoint, HttpConnections, messages.Answered);
        foreach (var room in rooms) stage.Connect(room.Members, 1, messages.Delivered);
        var content = new byte[256 * 1024];
        Random.Shared.NextBytes(content);
        Account[] senders = [.. rooms.SelectMany(room => room.Members).Take(Senders)];

        // The code that receives a file has run once, and the memory that messages need is there.
        using (var first = new FileClient(stage.Host.EndPoint, senders[0].Token)) first.Upload(content, FileSize, Random.Shared.NextInt64());
        Offer(Warmup, () => false);
        stage.Heartbeat();
        messages.Measure();
        Offer(duration, () => false);
        stage.Loop.WaitFor(() => messages.Open == 0, Drain);
        report.Add("alone: POST p99", messages.Posts.Percentile(0.99).TotalMilliseconds, "ms");

        stage.Heartbeat();
        messages.Measure();
        var (before, peak) = (stage.Host.HostUsage().ResidentBytes, 0L);
        var began = Stopwatch.GetTimestamp();
        var answers = new (int Status, string Body)[Senders];
        Thread[] threads = [.. senders.Select((sender, i) => new Thread(() =>
        {
            using var client = new FileClient(stage.Host.EndPoint, sender.Token);
            answers[i] = client.Upload(content, FileSize, Random.Shared.NextInt64());
        }))];
        foreach (var thread in threads) thread.Start();
        Offer(Patience, () =>
        {
            peak = Math.Max(peak, stage.Host.HostUsage().ResidentBytes);
            return threads.All(thread => !thread.IsAlive);
        });
        var lasted = Stopwatch.GetElapsedTime(began);
        foreach (var thread in threads) thread.Join();
        stage.Loop.WaitFor(() => messages.Open == 0, Drain);

        report.Add("uploads at once", Senders, "of 50 MB");
        report.AtMost(0, "faults: uploads refused", answers.Count(answer => answer.Status != 201), "uploads");
        report.Add("all uploaded in", lasted.TotalSeconds, "s");
        report.Add("uploaded", Senders * FileSize / 1e6 / lasted.TotalSeconds, "MB/s");
        report.Add("host RSS before", before / MiB, "MiB");
        report.AtMost(30, "host RSS grows by", (peak - before) / MiB, "MiB");
        report.AtMost(30, "POST p99 meanwhile", messages.Posts.Percentile(0.99).TotalMilliseconds, "ms");
        report.Add("delivery p99 meanwhile", messages.Deliveries.Percentile(0.99).TotalMilliseconds, "ms");

        var path = (string)JsonNode.Parse(answers[0].Body)!["url"]!;
        using (var client = new FileClient(stage.Host.EndPoint, senders[0].Token))
        {
            client.Download(path);
            began = Stopwatch.GetTimestamp();
            for (var i = 0; i < Downloads; i++)
            {
                if (client.Download(path) is var (status, length) && (status, length) != (200, FileSize)) throw new InvalidOperationException($"the download answered {status} with {length} bytes");
            }

            report.AtLeast(500, "download, one connection", Downloads * FileSize / 1e6 / Stopwatch.GetElapsedTime(began).TotalSeconds, "MB/s");
        }

        stage.AddFaults(report, messages);
        await report.WriteAsync(HostProcess.Limits);

        void Offer(TimeSpan time, Func<bool> isOver)
        {
            var since = Stopwatch.GetTimestamp();
            // In slices: whether it is over is not asked for each message.
            while (Stopwatch.GetElapsedTime(since) < time && !isOver())
            {
                Schedule.OpenLoop(stage.Loop, MessagesPerSecond, TimeSpan.FromMilliseconds(100), intended =>
                {
                    var nonce = messages.Begin(intended);
                    http.Send(Conversation.PostOf(rooms, nonce), nonce);
                });
            }
        }
    }
}
