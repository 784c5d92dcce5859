using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;

namespace Together.Bench.Scenarios;

/// <summary>A person's page of the web client with <see cref="WebProbe"/> in it, in a browser profile of its own. One thread.</summary>
internal sealed class WebPage : IAsyncDisposable
{
    /// <summary>For what takes a second or two, on a processor that is four times slower and has other work.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly IBrowserContext _context;
    private readonly ICDPSession _devTools;

    private WebPage(IBrowserContext context, IPage page, ICDPSession devTools)
    {
        (_context, Page, _devTools) = (context, page, devTools);
        page.PageError += (_, error) => Errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error") Errors.Add(message.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>What the page has complained about.</summary>
    public List<string> Errors { get; } = [];

    public static async Task<WebPage> OpenAsync(IBrowser browser, Uri host)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions { BaseURL = host.ToString(), ViewportSize = new ViewportSize { Width = 1440, Height = 900 }, Locale = "en-GB", TimezoneId = "UTC" });
        context.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        await context.AddInitScriptAsync(WebProbe.Script);
        var page = await context.NewPageAsync();
        return new WebPage(context, page, await context.NewCDPSessionAsync(page));
    }

    /// <param name="rate">How many times slower the page's processor is.</param>
    public Task SlowAsync(int rate) => _devTools.SendAsync("Emulation.setCPUThrottlingRate", new Dictionary<string, object> { ["rate"] = rate });

    /// <summary>Logs in by the form and waits until messages are seen.</summary>
    public async Task LogInAsync(string path, string username, string password)
    {
        await Page.GotoAsync(path);
        await UntilAsync("probe.marks.login", "the login form");
        await Page.Locator("input[name=username]").FillAsync(username);
        await Page.Locator("input[name=password]").FillAsync(password);
        await Page.Keyboard.PressAsync("Enter");
        await UntilAsync("probe.marks.messages", "messages");
    }

    /// <summary>When something was first seen, in milliseconds since the navigation began.</summary>
    public Task<double> MarkAsync(string mark) => Page.EvaluateAsync<double>("mark => probe.marks[mark]", mark);

    /// <summary>Waits until an expression is true in the page.</summary>
    public async Task UntilAsync(string expression, string expected)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await Page.EvaluateAsync<bool>($"!!({expression})"))
        {
            if (Stopwatch.GetElapsedTime(since) > Patience) throw new TimeoutException($"expected {expected} within {Patience.TotalSeconds} s at {Page.Url}");
            await Task.Delay(Look);
        }
    }

    /// <summary>The main thread has nothing left to do.</summary>
    public Task SettleAsync() => Page.EvaluateAsync("probe.settled()");

    /// <summary>Bytes of JavaScript objects that are reachable.</summary>
    public async Task<double> HeapAsync()
    {
        // What only the second collection frees is held by what the first finalises.
        for (var i = 0; i < 2; i++) await _devTools.SendAsync("HeapProfiler.collectGarbage");
        return (await _devTools.SendAsync("Runtime.getHeapUsage"))!.Value.GetProperty("usedSize").GetDouble();
    }

    public async Task<JsonElement> WatchAsync(Func<Task> scene)
    {
        await Page.EvaluateAsync("probe.watch()");
        await scene();
        return await Page.EvaluateAsync<JsonElement>("probe.seen()");
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}
