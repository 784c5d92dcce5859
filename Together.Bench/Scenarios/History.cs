using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Together.Bench.Load;

namespace Together.Bench.Scenarios;

/// <summary>
/// A community with a past: 1,000,000 messages, 400,000 of them in one channel, read in pages of 50 from anywhere in it. The messages
/// are written straight into their table; posting them would measure something else for minutes.
/// </summary>
internal static class History
{
    private const int HttpConnections = 16;

    // A thousand people who each open a channel or scroll back every ten seconds.
    private const int PagesPerSecond = 100;

    // Pages under way when as many are asked for as are answered.
    private const int Window = 8;

    // Enough different pages that they are not all in one corner of the index.
    private const int Pages = 5_000;

    // Channels, and messages in each.
    private static readonly IReadOnlyList<(int Channels, int Messages)> Sizes = [(1, 400_000), (10, 40_000), (100, 2_000)];

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(TimeSpan duration)
    {
        var report = new Report("history");
        await using var stage = await Stage.OpenAsync("history");
        var room = await stage.OpenRoomAsync("Archive", await stage.RegisterAsync(1));
        var reader = room.Members[0];
        using var api = new Api(stage.Host.Url);
        var original = await api.SendAsync(HttpMethod.Post, $"/api/channels/{room.ChannelId}/messages", reader, new JsonObject { ["content"] = "The row that the others are copies of" });

        // An hour ago, a millisecond apart: what is posted from now on comes behind all of them.
        var oldest = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds();
        List<(string Id, int Messages)> channels = [];
        foreach (var (count, messages) in Sizes)
        {
            for (var index = 0; index < count; index++)
            {
                var channel = await api.SendAsync(HttpMethod.Post, $"/api/servers/{room.ServerId}/channels", reader,
                    new JsonObject { ["name"] = string.Create(CultureInfo.InvariantCulture, $"archive-{channels.Count}"), ["type"] = "text" });
                channels.Add((Api.Id(channel), messages));
            }
        }
        await LoadAsync(stage.Host.ConnectionString(), Guid.Parse(Api.Id(original)), channels, oldest);

        var pages = MakePages(channels, oldest, reader.Token);
        var tracker = new MessageTracker(0);
        var http = new HttpClientLoop(stage.Loop, stage.Host.EndPoint, HttpConnections, tracker.Answered);
        void Send(long intended)
        {
            var nonce = tracker.Begin(intended);
            http.Send(pages[(int)(nonce % Pages)], nonce);
        }
        Schedule.OpenLoop(stage.Loop, PagesPerSecond, Warmup, Send);
        tracker.Measure();
        var before = stage.Usage();
        Schedule.OpenLoop(stage.Loop, PagesPerSecond, duration, Send);
        stage.Loop.WaitFor(() => tracker.Open == 0, Drain);
        var used = stage.Usage() - before;

        report.Add("messages stored", channels.Sum(channel => channel.Messages), "messages");
        report.Add("offered", PagesPerSecond, "pages/s");
        report.Add("page of 50, p50", tracker.Posts.Percentile(0.50).TotalMilliseconds, "ms");
        report.AtMost(10, "page of 50, p99", tracker.Posts.Percentile(0.99).TotalMilliseconds, "ms");
        report.AddCpu(used, tracker.Posts.Count, "page");

        tracker.Measure();
        var began = TimeProvider.System.GetTimestamp();
        Schedule.ClosedLoop(stage.Loop, Window, duration, () => tracker.Open, Send);
        stage.Loop.WaitFor(() => tracker.Open == 0, Drain);
        report.Add($"pages, {Window} at a time", tracker.Posts.Count / TimeProvider.System.GetElapsedTime(began).TotalSeconds, "per second");
        stage.AddFaults(report, tracker);

        await stage.Host.StopAsync();
        await stage.Host.StartAsync();
        report.AtMost(1_000, "start to /health with them", stage.Host.LastStart.TotalMilliseconds, "ms");
        await report.WriteAsync(HostProcess.Limits);
    }

    private static async Task LoadAsync(string connectionString, Guid original, List<(string Id, int Messages)> channels, long oldest)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        for (var index = 0; index < channels.Count; index++)
        {
            // The one message posted through the API says what a row looks like; only what must differ is named here.
            await using var insert = new NpgsqlCommand("""
                insert into messages
                select message.*
                from messages original,
                    generate_series(0, $1 - 1) n,
                    lateral jsonb_populate_record(original, jsonb_build_object(
                        'id', lpad(to_hex($2 + n), 12, '0') || '70008000' || lpad(to_hex($3), 12, '0'),
                        'channel_id', $4,
                        'content', n || ' ' || repeat('a sentence of some length ', 1 + n % 6))) message
                where original.id = $5
                """, connection)
            {
                Parameters = { new() { Value = channels[index].Messages }, new() { Value = oldest }, new() { Value = index }, new() { Value = channels[index].Id }, new() { Value = original } },
                CommandTimeout = 300,
            };
            await insert.ExecuteNonQueryAsync();
        }
        // The state that autovacuum brings about within minutes.
        await using var vacuum = new NpgsqlCommand("vacuum (analyze) messages", connection) { CommandTimeout = 300 };
        await vacuum.ExecuteNonQueryAsync();
        await using var checkpoint = new NpgsqlCommand("checkpoint", connection) { CommandTimeout = 300 };
        await checkpoint.ExecuteNonQueryAsync();
    }

    // A third of the pages in each size of channel; always the same ones.
    private static List<RequestTemplate> MakePages(List<(string Id, int Messages)> channels, long oldest, string token)
    {
        var random = new Random(1);
        List<RequestTemplate> pages = [];
        while (pages.Count < Pages)
        {
            var size = random.Next(Sizes.Count);
            var channel = Sizes.Take(size).Sum(each => each.Channels) + random.Next(Sizes[size].Channels);
            var time = (oldest + random.Next(channels[channel].Messages)).ToString("x12", CultureInfo.InvariantCulture);
            var before = string.Create(CultureInfo.InvariantCulture, $"{time[..8]}-{time[8..]}-7000-8000-{channel:x12}");
            pages.Add(RequestTemplate.Get($"/api/channels/{channels[channel].Id}/messages?limit=50&before={before}", token));
        }
        return pages;
    }
}
