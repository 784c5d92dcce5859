using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using Together.Bench;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Together.Tests.Kit.Browser;

/// <summary>
/// One person at a browser of their own. Whatever the page complains about — console errors, which content security policy
/// violations are too, uncaught exceptions, failed requests — fails the test, unless it was allowed. One test.
/// </summary>
public sealed class Visitor
{
    /// <summary>For a loaded machine; what is to come is there in milliseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The artifacts of failed tests.</summary>
    internal const string Failures = "browser-failures";

    private static readonly Look[] Sizes = [Look.Desktop, Look.Tablet, Look.Phone];

    private readonly IBrowserContext _context;
    private readonly Look _look;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly ConcurrentQueue<string> _problems = new();
    private readonly List<string> _allowed = [];
    private ICDPSession? _devTools;
    private bool _isCrashed;

    private Visitor(string name, Uri address, Look look, IBrowserContext context, IPage page)
    {
        (Name, Address, _look, _context, Page) = (name, address, look, context, page);
        context.Console += (_, message) => Note(message.Type == "error", $"console {message.Type}: {message.Text} at {message.Location}");
        context.WebError += (_, error) => Note(true, $"uncaught: {error.Error}");
        // What is aborted, the page has aborted itself, by its own code or by going elsewhere.
        context.RequestFailed += (_, request) => Note(request.Failure != "net::ERR_ABORTED", $"request failed: {request.Method} {request.Url}: {request.Failure}");
        page.Crash += (_, _) =>
        {
            _isCrashed = true;
            Note(true, "the page crashed");
        };
    }

    /// <summary>For messages and the names of files.</summary>
    public string Name { get; }

    /// <summary>The host's, or a relay's in front of it.</summary>
    public Uri Address { get; }

    public IPage Page { get; }

    /// <summary>All that the page said, in order.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>What the page complained about and nobody has allowed.</summary>
    public IReadOnlyList<string> Problems => [.. _problems.Where(problem => !_allowed.Any(part => problem.Contains(part, StringComparison.OrdinalIgnoreCase)))];

    public async Task OpenAsync(string path = "/") => await Page.GotoAsync(path);

    /// <summary>Problems that contain one of these, before or after, are part of the test.</summary>
    public void Allow(params string[] parts) => _allowed.AddRange(parts);

    /// <summary>The test takes the host or the network away: requests and sockets that fail for that are part of it.</summary>
    public void AllowOutage() => Allow("net::ERR_CONNECTION", "net::ERR_INTERNET_DISCONNECTED", "net::ERR_NETWORK", "net::ERR_EMPTY_RESPONSE", "net::ERR_SOCKET", "net::ERR_INCOMPLETE", "WebSocket connection to ");

    public ILocator Role(AriaRole role, string name) => Page.GetByRole(role, new PageGetByRoleOptions { Name = name, Exact = true });

    public ILocator Text(string text) => Page.GetByText(text, new PageGetByTextOptions { Exact = true });

    public ILocator Label(string text) => Page.GetByLabel(text, new PageGetByLabelOptions { Exact = true });

    public Task SeesAsync(string text) => Expect(Text(text)).ToBeVisibleAsync();

    public Task SeesAsync(AriaRole role, string name) => Expect(Role(role, name)).ToBeVisibleAsync();

    /// <summary>Waits for it to be hidden or gone.</summary>
    public Task SeesNoMoreAsync(string text) => Expect(Text(text)).ToBeHiddenAsync();

    public Task SeesNoMoreAsync(AriaRole role, string name) => Expect(Role(role, name)).ToBeHiddenAsync();

    public Task ClickAsync(AriaRole role, string name) => Role(role, name).ClickAsync();

    public Task FillAsync(string label, string text) => Label(label).FillAsync(text);

    /// <summary>No rule of axe-core is broken whose impact is serious or critical.</summary>
    public async Task AxeAsync()
    {
        await SettleAsync();
        // Evaluated, not added: the page's content security policy does not have to allow it.
        await Page.EvaluateAsync(await Axe.SourceAsync());
        var found = await Page.EvaluateAsync<JsonElement>("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations");
        var serious = found.EnumerateArray().Where(Axe.IsSerious).Select(Axe.Describe).ToArray();
        Assert.True(serious.Length == 0, $"axe finds at {Page.Url}, as {Name} sees it:\n{string.Join('\n', serious)}");
    }

    /// <summary>What is seen now, as <c>artifacts/screenshots/{name}-{width}-{dark|light}.png</c>.</summary>
    public async Task ScreenshotAsync(string name)
    {
        var isDark = await Page.EvaluateAsync<bool>("() => matchMedia('(prefers-color-scheme: dark)').matches");
        await SettleAsync();
        await Page.ScreenshotAsync(new PageScreenshotOptions
        {
            Path = Path.Combine(Artifacts("screenshots"), $"{name}-{Page.ViewportSize!.Width}-{(isDark ? "dark" : "light")}.png"),
            Animations = ScreenshotAnimations.Disabled,
            Caret = ScreenshotCaret.Hide,
        });
    }

    /// <summary>The same screen on a desktop, a tablet and a phone, dark and light; then the visitor's own look again.</summary>
    /// <param name="name">As <see cref="ScreenshotAsync"/> has it.</param>
    /// <param name="check">Done in each of the six, after its picture.</param>
    public async Task ScreensAsync(string name, Func<Task>? check = null)
    {
        foreach (var scheme in (ColorScheme[])[ColorScheme.Dark, ColorScheme.Light])
        {
            foreach (var size in Sizes)
            {
                await ShowAsync(size with { Scheme = scheme });
                await ScreenshotAsync(name);
                if (check is not null) await check();
            }
        }

        await ShowAsync(_look);
    }

    /// <summary>Chromium's own protocol, for this page.</summary>
    public async Task<ICDPSession> DevToolsAsync() => _devTools ??= await _context.NewCDPSessionAsync(Page);

    /// <param name="rate">How many times slower the page's processor is; 1 ends it.</param>
    public async Task SlowProcessorAsync(double rate) =>
        await (await DevToolsAsync()).SendAsync("Emulation.setCPUThrottlingRate", new Dictionary<string, object> { ["rate"] = rate });

    /// <summary>Bytes of JavaScript objects that are reachable.</summary>
    public async Task<long> HeapAsync()
    {
        var devTools = await DevToolsAsync();
        await devTools.SendAsync("HeapProfiler.collectGarbage");
        var usage = await devTools.SendAsync("Runtime.getHeapUsage");
        return (long)usage!.Value.GetProperty("usedSize").GetDouble();
    }

    internal static async Task<Visitor> ComeAsync(Chromium chromium, string name, Uri address, Look look)
    {
        var context = await chromium.NewContextAsync(look.ContextOptions(address));
        context.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        return new Visitor(name, address, look, context, await context.NewPageAsync());
    }

    internal static string Artifacts(string kind) => Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", kind)).FullName;

    /// <summary>What the page has said until now is noted.</summary>
    internal async Task CatchUpAsync()
    {
        if (Page.IsClosed || _isCrashed) return;
        // Its answer comes behind the page's events.
        await Page.EvaluateAsync("() => 0").WaitAsync(Patience);
    }

    /// <summary>Leaves what was seen last and all that the page said, for whoever looks into a failed test.</summary>
    /// <param name="path">Without an extension.</param>
    internal async Task SaveAsync(string path)
    {
        var text = new StringBuilder().AppendLine(Page.Url).AppendJoin('\n', _log).AppendLine();
        try
        {
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = $"{path}.png" });
        }
        catch (Exception unseen) when (unseen is PlaywrightException or TimeoutException)
        {
            text.AppendLine($"no picture: {unseen.Message}");
        }

        await File.WriteAllTextAsync($"{path}.txt", text.ToString());
    }

    internal Task CloseAsync() => _context.CloseAsync();

    private async Task ShowAsync(Look look)
    {
        await Page.SetViewportSizeAsync(look.Width, look.Height);
        await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = look.Scheme });
    }

    /// <summary>Fonts are there, and what moves has come to rest but for what moves forever.</summary>
    private async Task SettleAsync() => await Page.EvaluateAsync("""
        async () => {
          await document.fonts.ready;
          const ending = document.getAnimations().filter(animation => Number.isFinite(animation.effect?.getComputedTiming().endTime));
          await Promise.allSettled(ending.map(animation => animation.finished));
          await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        }
        """);

    private void Note(bool isProblem, string line)
    {
        _log.Enqueue(line);
        if (isProblem) _problems.Enqueue(line);
    }
}
