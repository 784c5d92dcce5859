using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Together.Bench.Load;

namespace Together.Bench.Scenarios;

/// <summary>
/// Searches in the past of a year: 1,000,000 messages in 1,000 channels, 800,000 of them in one server of 200. Alone, beside the reading of
/// history, and while 1,000 messages a second are posted and indexed.
/// </summary>
internal static class Search
{
    private const int HttpConnections = 16;
    private const int PostConnections = 64;

    // A thousand people who search every minute or so, all at once.
    private const int SearchesPerSecond = 20;
    private const int PagesPerSecond = 100;
    private const int MessagesPerSecond = 1000;

    // Searches of each kind that differ.
    private const int Variants = 40;

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FillTimeout = TimeSpan.FromMinutes(15);

    public static async Task RunAsync(TimeSpan duration)
    {
        var report = new Report("search");
        await using var stage = await Stage.OpenAsync("search");
        using var api = new Api(stage.Host.Url);
        var reader = (await stage.RegisterAsync(1))[0];
        var places = await OpenAsync(api, reader);
        var corpus = new Corpus();
        var now = TimeProvider.System.GetUtcNow();
        await corpus.WriteAsync(stage.Host.ConnectionString(), places, now.AddYears(-1).ToUnixTimeMilliseconds(), now.AddMinutes(-10).ToUnixTimeMilliseconds());
        await FillAsync(stage.Host, report);

        var pages = places.Take(300).Select((place, index) => RequestTemplate.Get(
            $"/api/channels/{place.Channel}/messages?limit=50&before={now.AddDays(-index).UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}", reader.Token)).ToList();
        var kinds = Kinds(corpus, places, reader);
        var requests = new Requests(stage, HttpConnections, ["history of 50 beside it", .. kinds.Select(kind => kind.Name)]);
        await VacuumAsync(stage.Host);

        Offer(Warmup);
        requests.Measure();
        var before = stage.Usage();
        Offer(duration * 3);
        stage.Loop.WaitFor(() => requests.Open == 0, Drain);
        report.AddCpu(stage.Usage() - before, (long)(duration.TotalSeconds * 3 * SearchesPerSecond), "search with 5 pages");
        requests.Add(report, 10, 50, 10);

        // Everything at once: the reads as before, and what is posted comes into the index.
        var posts = Enumerable.Range(0, 2_000).Select(index => RequestTemplate.PostMessage(places[index % 200].Channel.ToString(), reader.Token, corpus.Sentence())).ToList();
        var messages = new MessageTracker(0);
        var http = new HttpClientLoop(stage.Loop, stage.Host.EndPoint, PostConnections, messages.Answered);
        using var done = new CancellationTokenSource();
        var lag = WatchLagAsync(stage.Host.Url, done.Token);
        OfferPosts(Warmup);
        messages.Measure();
        requests.Measure();
        before = stage.Usage();
        OfferPosts(duration);
        stage.Loop.WaitFor(() => messages.Open == 0 && requests.Open == 0, Drain);
        var used = stage.Usage() - before;
        await done.CancelAsync();
        report.Add("posted beside searches and pages", MessagesPerSecond, "per second");
        report.Add("POST p50", messages.Posts.Percentile(0.50).TotalMilliseconds, "ms");
        report.AtMost(20, "POST p99", messages.Posts.Percentile(0.99).TotalMilliseconds, "ms");
        report.AtMost(1000, "most that the index was behind", await lag, "ms");
        report.AddCpu(used, messages.Posts.Count, "message with 1/50 search and 1/10 page");
        requests.AddAll(report, "search while posting");
        stage.AddFaults(report, messages);
        await report.WriteAsync(HostProcess.Limits);

        void Offer(TimeSpan time)
        {
            var sent = 0;
            Schedule.OpenLoop(stage.Loop, SearchesPerSecond + PagesPerSecond, time, intended => Read(sent++, intended));
        }

        void OfferPosts(TimeSpan time)
        {
            var read = 0;
            Schedule.OpenLoop(stage.Loop, MessagesPerSecond, time, intended =>
            {
                var nonce = messages.Begin(intended);
                http.Send(posts[(int)(nonce % posts.Count)], nonce);
                if (nonce % (MessagesPerSecond / (SearchesPerSecond + PagesPerSecond)) == 0) Read(read++, intended);
            });
        }

        // One search to five pages.
        void Read(int index, long intended)
        {
            const int Share = (SearchesPerSecond + PagesPerSecond) / SearchesPerSecond;
            var kind = index / Share % kinds.Count;
            if (index % Share > 0) requests.Send(0, pages[index % pages.Count], intended);
            else requests.Send(1 + kind, kinds[kind].Requests[index / Share / kinds.Count % Variants], intended);
        }
    }

    /// <summary>A channel of 200,000, ten of 20,000 and small ones; the first 200 in one server, and most of the messages.</summary>
    private static async Task<List<(Guid Server, Guid Channel, int Messages)>> OpenAsync(Api api, Account owner)
    {
        var places = new List<(Guid, Guid, int)>();
        foreach (var (name, channels) in ((string, int)[])[("Agora", 200), ("Elsewhere", 400), ("Nowhere", 400)])
        {
            var server = await api.CreateServerAsync(owner, name);
            for (var index = 0; index < channels; index++)
            {
                var channel = Api.Id(await api.SendAsync(HttpMethod.Post, $"/api/servers/{server}/channels", owner,
                    new JsonObject { ["name"] = string.Create(CultureInfo.InvariantCulture, $"talk-{index}"), ["type"] = "text" }));
                var messages = (channels, index) switch { (200, 0) => 200_000, (200, <= 10) => 20_000, (200, _) => 400_000 / 189, _ => 250 };
                places.Add((Guid.Parse(server), Guid.Parse(channel), messages));
            }
        }

        return places;
    }

    /// <summary>Has all messages indexed, as after an upgrade, and waits for that.</summary>
    private static async Task FillAsync(HostProcess host, Report report)
    {
        await using (var database = NpgsqlDataSource.Create(host.ConnectionString()))
        {
            await using var forget = database.CreateCommand("delete from search_state");
            await forget.ExecuteNonQueryAsync();
        }

        await host.StopAsync();
        await host.StartAsync();
        var began = Stopwatch.GetTimestamp();
        await using var source = NpgsqlDataSource.Create(host.ConnectionString());
        await using var isFilled = source.CreateCommand("select is_filled from search_state");
        while (!(bool)(await isFilled.ExecuteScalarAsync())!)
        {
            if (Stopwatch.GetElapsedTime(began) > FillTimeout) throw new TimeoutException("the index was not filled in time");
            await Task.Delay(Look);
        }

        var taken = Stopwatch.GetElapsedTime(began);
        await using var size = source.CreateCommand("select count(*), pg_table_size('message_search') / 1048576.0, pg_indexes_size('message_search') / 1048576.0, pg_total_relation_size('messages') / 1048576.0 from message_search");
        await using var row = await size.ExecuteReaderAsync();
        await row.ReadAsync();
        report.Add("messages indexed", row.GetInt64(0), "messages");
        report.Add("of those that were there before", row.GetInt64(0) / taken.TotalSeconds, "per second");
        report.Add("table / its indexes / messages with theirs", (double)row.GetDecimal(1), "MiB");
        report.Add("  indexes", (double)row.GetDecimal(2), "MiB");
        report.Add("  messages with theirs", (double)row.GetDecimal(3), "MiB");
    }

    /// <summary>The state that autovacuum brings about within minutes.</summary>
    private static async Task VacuumAsync(HostProcess host)
    {
        await using var source = NpgsqlDataSource.Create(host.ConnectionString());
        foreach (var sql in (string[])["vacuum (analyze) message_search", "checkpoint"])
        {
            await using var command = source.CreateCommand(sql);
            command.CommandTimeout = 600;
            await command.ExecuteNonQueryAsync();
        }
    }

    private static List<(string Name, List<RequestTemplate> Requests)> Kinds(Corpus corpus, List<(Guid Server, Guid Channel, int Messages)> places, Account reader)
    {
        var random = new Random(11);
        (string, Func<string>)[] where =
        [
            ("server", () => $"servers/{places[0].Server}"),
            ("200,000", () => $"channels/{places[0].Channel}"),
            ("20,000", () => $"channels/{places[1 + random.Next(10)].Channel}"),
            ("small", () => $"channels/{places[11 + random.Next(189)].Channel}"),
        ];
        (string, Func<string>)[] what =
        [
            ("common word", () => corpus.Word(random.Next(10))),
            ("word in 1 to 5 %", () => corpus.Word(20 + random.Next(80))),
            ("word in 0.1 %", () => corpus.Word(1_000 + random.Next(500))),
            ("rare word", () => corpus.Word(10_000 + random.Next(30_000))),
            ("absent word", () => $"absent{random.Next(1_000_000)}"),
            ("two common words", () => $"{corpus.Word(random.Next(30))} {corpus.Word(30 + random.Next(70))}"),
            ("phrase", () => $"\"{corpus.Word(random.Next(20))} {corpus.Word(20 + random.Next(200))}\""),
            ("begin*", () => $"{corpus.Word(300 + random.Next(3_000))[..4]}*"),
        ];
        var kinds = what.SelectMany(wanted => where.Select(place => ($"{wanted.Item1}, {place.Item1}", Enumerable.Range(0, Variants)
            .Select(_ => RequestTemplate.Get($"/api/{place.Item2()}/messages/search?limit=25&q={Uri.EscapeDataString(wanted.Item2())}", reader.Token)).ToList()))).ToList();
        kinds.Add(("an author's, server", [.. Enumerable.Range(0, Variants).Select(_ => RequestTemplate.Get($"/api/servers/{places[0].Server}/messages/search?limit=25&author_id={corpus.AnyAuthor()}", reader.Token))]));
        kinds.Add(("common word with a file, server", [.. Enumerable.Range(0, Variants).Select(_ => RequestTemplate.Get($"/api/servers/{places[0].Server}/messages/search?limit=25&has=file&q={Uri.EscapeDataString(corpus.Word(random.Next(30)))}", reader.Token))]));
        return kinds;
    }

    /// <summary>The most that <c>/health</c> says.</summary>
    private static async Task<double> WatchLagAsync(Uri url, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = url };
        var most = 0.0;
        try
        {
            while (true)
            {
                most = Math.Max(most, (double)JsonNode.Parse(await http.GetStringAsync(new Uri("/health", UriKind.Relative), cancellation))!["search_lag_ms"]!);
                await Task.Delay(Look, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            return most;
        }
    }

    /// <summary>Requests of several kinds with their latencies, from the intended time. The loop's thread only.</summary>
    private sealed class Requests
    {
        private readonly string[] _names;
        private readonly HttpClientLoop _http;
        private readonly List<(int Kind, long Intended)> _sent = [];
        private Histogram[] _histograms = [];
        private int _refused;
        private int _measuredFrom;

        public Requests(Stage stage, int connections, string[] names)
        {
            _names = names;
            _http = new HttpClientLoop(stage.Loop, stage.Host.EndPoint, connections, Answered);
            Measure();
        }

        public int Open => _http.Outstanding;

        public void Measure()
        {
            _histograms = [.. _names.Select(_ => new Histogram())];
            _measuredFrom = _sent.Count;
            _refused = 0;
        }

        public void Send(int kind, RequestTemplate request, long intended)
        {
            _sent.Add((kind, intended));
            _http.Send(request, _sent.Count - 1);
        }

        public void Add(Report report, double p50, double p99, double firstP99)
        {
            for (var kind = 0; kind < _names.Length; kind++)
            {
                report.AtMost(p50, $"{_names[kind]}, p50", _histograms[kind].Percentile(0.50).TotalMilliseconds, "ms");
                report.AtMost(kind == 0 ? firstP99 : p99, $"{_names[kind]}, p99", _histograms[kind].Percentile(0.99).TotalMilliseconds, "ms");
            }

            AddAll(report, "search, all kinds");
        }

        public void AddAll(Report report, string name)
        {
            var all = new Histogram();
            foreach (var histogram in _histograms.Skip(1)) all.Add(histogram);
            report.Add($"{name}, p50", all.Percentile(0.50).TotalMilliseconds, "ms");
            report.Add($"{name}, p99", all.Percentile(0.99).TotalMilliseconds, "ms");
            report.Add($"{name}: history of 50, p99", _histograms[0].Percentile(0.99).TotalMilliseconds, "ms");
            report.AtMost(0, $"faults: {name}, refused", _refused, "requests");
        }

        private void Answered(long nonce, int status)
        {
            if (nonce < _measuredFrom) return;
            var (kind, intended) = _sent[(int)nonce];
            if (status == 200) _histograms[kind].Record(Stopwatch.GetElapsedTime(intended));
            else _refused++;
        }
    }
}
