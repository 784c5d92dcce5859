using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Together.Bench.Load;

namespace Together.Bench.Scenarios;

/// <summary>
/// The web client in Chromium, as the host with its default settings serves it: what it loads, how soon one is in, a channel of 100,000
/// messages scrolled, keys while others write, and the memory after an hour's worth of events.
/// </summary>
internal static class Web
{
    private const string Username = "visitor";
    private const string Password = "a password for benchmarks";
    private const double Kilobyte = 1000;
    private const double Megabyte = 1000 * 1000;

    /// <summary>An old phone beside the machine that measures.</summary>
    private const int Slow = 4;

    private const int Runs = 5;

    /// <summary>At a quarter of the speed five would be half of the time that all takes: this many, none begun after <see cref="SlowScrolling"/>.</summary>
    private const int SlowScrolls = 3;

    /// <summary>Messages passed before the jump to the oldest.</summary>
    private const int ScrolledBack = 2_000;

    private const int WheelPixels = 400;
    private const int WheelsAtATime = 10;
    private const int MessagesPerSecond = 20;
    private const int KeysPerRun = 50;

    /// <summary>An hour's worth: six messages a second and what goes with them, all at once.</summary>
    private const int Events = 20_000;

    /// <summary>Under way between host and page; the host closes a connection that is 1 MiB behind.</summary>
    private const int EventsAtATime = 250;

    private const int Connected = 8;
    private const int Writers = 16;

    private static readonly TimeSpan SlowScrolling = TimeSpan.FromSeconds(40);

    /// <summary>60 a second, as fast as screens show and wheels turn.</summary>
    private static readonly TimeSpan WheelPause = TimeSpan.FromMilliseconds(16);

    /// <summary>Twenty keys a second: whoever types faster holds one down.</summary>
    private static readonly TimeSpan KeyPause = TimeSpan.FromMilliseconds(50);

    public static async Task RunAsync(TimeSpan duration)
    {
        var report = new Report("web");
        await using var stage = await Stage.OpenAsync("web");
        await using var chromium = await Chromium.StartAsync();
        var community = await WebCommunity.FoundAsync(stage, await PicturesAsync(chromium.Browser));
        await stage.Host.StopAsync();
        stage.Host.IsLimited = true;
        await stage.Host.StartAsync();
        using var api = new Api(stage.Host.Url);
        var visitor = await api.RegisterAsync(Username, Password);
        await api.JoinAsync(visitor, await api.InviteAsync(community.People[0], community.ServerId));

        try
        {
            await using var page = await ArriveAsync(report, chromium.Browser, stage.Host.Url, community);
            foreach (var rate in (int[])[1, Slow]) await ScrollAsync(report, page, community, rate);
            foreach (var rate in (int[])[1, Slow]) await TypeAsync(report, page, api, community, rate);
            await ReplayAsync(report, page, api, stage.Host.Url, community, visitor);
            foreach (var error in page.Errors.Distinct()) Console.Error.WriteLine($"The page complains: {error}");
            report.AtMost(0, "faults: complaints of the page", page.Errors.Count, "");
        }
        finally
        {
            // What was measured before something failed.
            await report.WriteAsync("default");
        }
    }

    /// <summary>Logs in with an empty cache, five times. Answers the last page.</summary>
    private static async Task<WebPage> ArriveAsync(Report report, IBrowser browser, Uri host, WebCommunity community)
    {
        var (login, messages) = (new List<double>(), new List<double>());
        WebPage? page = null;
        while (login.Count < Runs)
        {
            if (page is not null) await page.DisposeAsync();
            page = await WebPage.OpenAsync(browser, host);
            await page.SlowAsync(Slow);
            await page.LogInAsync(PathOf(community), Username, Password);
            login.Add(await page.MarkAsync("login"));
            messages.Add(await page.MarkAsync("messages") - await page.MarkAsync("submit"));
        }

        await page!.SlowAsync(1);
        await page.UntilAsync("document.querySelector('main textarea')", "the field to write in");
        await page.SettleAsync();
        await page.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        var all = await page.Page.EvaluateAsync<string[]>("performance.getEntriesByType('resource').map(({ name }) => name)");
        await AddBytesAsync(report, "login", await page.Page.EvaluateAsync<string[]>("probe.scripts.login"), 180);
        await AddBytesAsync(report, "channel", all, 350);
        report.AtMost(1000, "4×: navigation to login that takes input", Median(login), "ms");
        report.AtMost(1000, "4×: login sent to first messages painted", Median(messages), "ms");
        return page;
    }

    private static async Task AddBytesAsync(Report report, string route, IEnumerable<string> loaded, double target)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
        var bytes = new Dictionary<string, double> { [".js"] = 0, [".css"] = 0, [".woff2"] = 0 };
        foreach (var url in loaded.Distinct())
        {
            if (Path.GetExtension(new Uri(url).AbsolutePath) is var kind && bytes.ContainsKey(kind))
                bytes[kind] += (await http.GetByteArrayAsync(new Uri(url))).Length / Kilobyte;
        }

        report.AtMost(target, $"{route}: JavaScript, gzip", bytes[".js"], "kB");
        report.Add($"{route}: style sheets, gzip", bytes[".css"], "kB");
        report.Add($"{route}: fonts", bytes[".woff2"], "kB");
    }

    private static async Task ScrollAsync(Report report, WebPage page, WebCommunity community, int rate)
    {
        var target = community.MessageIds[^ScrolledBack];
        var (scrolls, jumps) = (new List<JsonElement>(), new List<JsonElement>());
        await page.SlowAsync(rate);
        var since = TimeProvider.System.GetTimestamp();
        for (var run = 0; run < (rate == 1 ? Runs : SlowScrolls) && (rate == 1 || TimeProvider.System.GetElapsedTime(since) < SlowScrolling); run++)
        {
            await page.Page.EvaluateAsync("probe.scroller().focus()");
            await page.Page.Keyboard.PressAsync("End");
            await SeesAsync(page, community.MessageIds[^1], "the newest message");
            await page.SettleAsync();
            scrolls.Add(await page.WatchAsync(() => ScrollBackAsync(page, target)));
            await page.Page.EvaluateAsync("probe.scroller().focus()");
            jumps.Add(await page.WatchAsync(async () =>
            {
                await page.Page.Keyboard.PressAsync("Control+Home");
                await SeesAsync(page, community.MessageIds[0], "the oldest message");
                await page.SettleAsync();
            }));
        }

        await page.SlowAsync(1);
        report.Add($"{rate}×: scrolled back", scrolls.Count, "times");
        AddWatched(report, $"{rate}×: {ScrolledBack:#,0} messages back", scrolls);
        AddWatched(report, $"{rate}×: jump to the oldest", jumps);
        report.AtMost(300, $"{rate}×: rows of messages in the document, most", scrolls.Concat(jumps).Max(Rows), "rows");
        report.Add($"{rate}×: layout shift while scrolling (CLS)", Median(scrolls.Select(Shift)), "");
    }

    private static void AddWatched(Report report, string name, List<JsonElement> runs)
    {
        report.Add($"{name}: long tasks, together", Median(runs.Select(run => LongTasks(run).Sum())), "ms");
        report.AtMost(100, $"{name}: longest task", Median(runs.Select(run => LongTasks(run).DefaultIfEmpty().Max())), "ms");
        report.Add($"{name}: longest of all runs", runs.Max(run => LongTasks(run).DefaultIfEmpty().Max()), "ms");
        report.Add($"{name}: frames over 50 ms", Median(runs.Select(run => (double)Numbers(run, "frames").Count(time => time > 50))), "frames");
        report.Add($"{name}: took", Median(runs.Select(run => Numbers(run, "frames").Sum())), "ms");
    }

    private static async Task ScrollBackAsync(WebPage page, string target)
    {
        var box = (await page.Page.Locator("[role=feed]").Locator("..").BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2));
        var since = TimeProvider.System.GetTimestamp();
        while (!await page.Page.EvaluateAsync<bool>("id => probe.top() <= id", target))
        {
            if (TimeProvider.System.GetElapsedTime(since) > WebPage.Patience) throw new TimeoutException($"expected to be {ScrolledBack} messages back by the wheel within {WebPage.Patience.TotalSeconds} s");
            for (var i = 0; i < WheelsAtATime; i++)
            {
                await page.Page.Mouse.WheelAsync(0, -WheelPixels);
                await Task.Delay(WheelPause);
            }
        }
    }

    private static async Task TypeAsync(Report report, WebPage page, Api api, WebCommunity community, int rate)
    {
        var editor = page.Page.Locator("main textarea");
        await page.Page.EvaluateAsync("probe.scroller().focus()");
        await page.Page.Keyboard.PressAsync("End");
        await page.UntilAsync($"[...document.querySelectorAll('[data-message]')].at(-1)?.dataset.message >= '{community.MessageIds[^1]}'", "the newest messages");
        using var done = new CancellationTokenSource();
        var posting = PostAsync(api, community, done.Token);
        await page.SlowAsync(rate);
        await editor.ClickAsync();
        var keys = new List<double[][]>();
        for (var run = 0; run < Runs; run++)
        {
            await page.Page.EvaluateAsync("Object.assign(probe, { keys: [], isTyping: true })");
            for (var key = 0; key < KeysPerRun; key++)
            {
                await page.Page.Keyboard.PressAsync(key % 6 == 5 ? "Space" : ((char)('a' + (key % 26))).ToString());
                await Task.Delay(KeyPause);
            }

            keys.Add(await page.Page.EvaluateAsync<double[][]>("(probe.isTyping = false, probe.keys)"));
        }

        await page.SlowAsync(1);
        await editor.FillAsync("");
        await done.CancelAsync();
        await posting;
        var name = $"{rate}×: key, {MessagesPerSecond} messages/s arriving";
        report.Add($"{name}: main thread p50", Median(keys.Select(run => Percentile(run.Select(key => key[0]), 0.50))), "ms");
        report.AtMost(16, $"{name}: main thread p95", Median(keys.Select(run => Percentile(run.Select(key => key[0]), 0.95))), "ms");
        report.Add($"{name}: painted p95", Median(keys.Select(run => Percentile(run.Select(key => key[1]), 0.95))), "ms");
    }

    private static async Task PostAsync(Api api, WebCommunity community, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / MessagesPerSecond));
        var posted = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation)) await SayAsync(api, community, community.ChannelId, posted++);
        }
        catch (OperationCanceledException)
        {
            // Nobody types any more.
        }
    }

    /// <summary>Of twenty events: sixteen messages, half of them in the channel that is read, two who type, two reactions; and people who come and go.</summary>
    private static async Task ReplayAsync(Report report, WebPage page, Api api, Uri host, WebCommunity community, Account visitor)
    {
        await page.Page.ReloadAsync();
        await page.UntilAsync("probe.marks.messages", "messages");
        await page.SettleAsync();
        await page.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        var before = await page.HeapAsync();
        var people = community.People.Take(Connected).Select(member => new GatewayReader(host, member.Username, member.Token)).ToList();
        foreach (var person in people) await person.ConnectAsync();
        var since = TimeProvider.System.GetTimestamp();
        var (sent, messages) = (0, 0);
        var latest = new ConcurrentDictionary<string, string> { [community.ChannelId] = community.MessageIds[^1] };
        var links = page.Page.Locator($"nav a[href^='/servers/{community.ServerId}/']");
        var home = page.Page.Locator($"nav a[href='{PathOf(community)}']").First;
        while (sent < Events)
        {
            var batch = Enumerable.Range(sent, EventsAtATime).ToList();
            await Parallel.ForEachAsync(batch, new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (index, _) =>
            {
                var channel = index % 2 == 0 ? community.ChannelId : community.ChannelIds[index / 2 % community.ChannelIds.Count];
                var member = community.People[index % WebCommunity.Members];
                switch (index % 20)
                {
                    case 3 or 12:
                        await api.SendAsync(HttpMethod.Post, $"/api/channels/{channel}/typing", member);
                        break;
                    case 7 or 16:
                        await api.SendAsync(HttpMethod.Put, $"/api/channels/{community.ChannelId}/messages/{latest[community.ChannelId]}/reactions/{Uri.EscapeDataString("👍")}/@me", member);
                        break;
                    default:
                        Interlocked.Increment(ref messages);
                        latest[channel] = await SayAsync(api, community, channel, index);
                        break;
                }
            });
            sent += batch.Count;
            await page.UntilAsync($"probe.messages >= {messages}", "the messages to arrive");
            await page.SettleAsync();
            var turn = sent / EventsAtATime;
            var person = people[turn % Connected];
            await person.SetPresenceAsync(turn / Connected % 2 == 0 ? "away" : "online");
            await person.CatchUpAsync();
            // Another device reads along, now and then: the page marks what it reads too, and both are one user's writes.
            if (turn % 4 == 0)
            {
                var (read, last) = latest.ElementAt(turn % latest.Count);
                await api.SendAsync(HttpMethod.Put, $"/api/channels/{read}/read", visitor, new JsonObject { ["message_id"] = last });
            }

            // Here one goes through the channels.
            if (turn % 8 == 0) await links.Nth(turn / 8 % WebCommunity.Channels).ClickAsync();
            else if (turn % 8 == 1) await home.ClickAsync();
        }

        var taken = TimeProvider.System.GetElapsedTime(since);
        await home.ClickAsync();
        await page.SettleAsync();
        var after = await page.HeapAsync();
        foreach (var person in people) person.Dispose();
        report.Add("events replayed over 20 channels", sent, "events");
        report.Add("  taken per second", sent / taken.TotalSeconds, "events/s");
        report.Add("heap before", before / Megabyte, "MB");
        report.AtMost(20, "heap grows by", (after - before) / Megabyte, "MB");
    }

    private static async Task<string> SayAsync(Api api, WebCommunity community, string channel, int index) => Api.Id(await api.SendAsync(
        HttpMethod.Post, $"/api/channels/{channel}/messages", community.People[index % WebCommunity.Members],
        new JsonObject { ["content"] = string.Create(CultureInfo.InvariantCulture, $"Message {index} of a **busy** hour, about as long as people write in chats.") }));

    private static Task SeesAsync(WebPage page, string message, string expected) => page.UntilAsync($"document.querySelector('[data-message=\"{message}\"]')", expected);

    private static async Task<IReadOnlyList<byte[]>> PicturesAsync(IBrowser browser)
    {
        await using var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        List<byte[]> pictures = [];
        foreach (var size in (int[][])[[1600, 1200], [1200, 1600], [2000, 900], [640, 480]]) pictures.Add(Convert.FromBase64String(await page.EvaluateAsync<string>(WebProbe.Picture, size)));
        return pictures;
    }

    private static string PathOf(WebCommunity community) => $"/servers/{community.ServerId}/{community.ChannelId}";

    private static IEnumerable<double> Numbers(JsonElement run, string name) => run.GetProperty(name).EnumerateArray().Select(number => number.GetDouble());

    private static IEnumerable<double> LongTasks(JsonElement run) => Numbers(run, "longTasks");

    private static double Rows(JsonElement run) => run.GetProperty("rows").GetDouble();

    private static double Shift(JsonElement run) => run.GetProperty("shift").GetDouble();

    private static double Median(IEnumerable<double> values) => Percentile(values, 0.50);

    private static double Percentile(IEnumerable<double> values, double part)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Length) - 1)];
    }
}
