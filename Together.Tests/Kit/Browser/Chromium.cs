using System.Diagnostics;
using Microsoft.Playwright;
using Together.Tests.Kit.Browser;
using Xunit;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Together.Tests.Kit.Browser;

/// <summary>
/// One Chromium for the whole test run, with an empty profile, started by the first test that asks for a context and gone in the end.
/// The system's own: nothing is downloaded. Any thread.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private static readonly string[] Arguments =
    [
        "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        // A container's /dev/shm has 64 MB, which a few pages fill.
        "--disable-dev-shm-usage",
    ];

    /// <summary>To start and to end, on a loaded machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _starting = new(1, 1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private Process? _process;

    /// <summary>Another person's browser, as far as cookies, storage and caches go.</summary>
    internal async Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions options)
    {
        var browser = await BrowserAsync();
        return await browser.NewContextAsync(options);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _starting.Dispose();
        if (_browser is not null)
        {
            try
            {
                await _browser.CloseAsync().WaitAsync(Patience);
            }
            catch (Exception stuck) when (stuck is TimeoutException or PlaywrightException)
            {
                // Killed below.
            }
        }

        _playwright?.Dispose();
        if (_process is null) return;
        using (_process)
        {
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string Program()
    {
        var directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return Programs.SelectMany(program => directories.Select(directory => Path.Combine(directory, program))).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("The browser tests need Chromium: ./dev test installs Debian's package \"chromium\".");
    }

    private async Task<IBrowser> BrowserAsync()
    {
        await _starting.WaitAsync();
        try
        {
            return _browser ??= await StartAsync();
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task<IBrowser> StartAsync()
    {
        // Pictures of an earlier run's failures would pass for this one's.
        Directory.Delete(Visitor.Artifacts(Visitor.Failures), recursive: true);
        _playwright ??= await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout((float)Visitor.Patience.TotalMilliseconds);
        var browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program(),
            Args = Arguments,
            Headless = true,
            // Not for root, and not in most containers; the pages are our own.
            ChromiumSandbox = false,
            // Playwright hides them, a person sees them.
            IgnoreDefaultArgs = ["--hide-scrollbars"],
            Timeout = (float)Patience.TotalMilliseconds,
        });
        var session = await browser.NewBrowserCDPSessionAsync();
        var processes = (await session.SendAsync("SystemInfo.getProcessInfo"))!.Value.GetProperty("processInfo");
        var main = processes.EnumerateArray().Single(process => process.GetProperty("type").GetString() == "browser");
        _process = Process.GetProcessById(main.GetProperty("id").GetInt32());
        await session.DetachAsync();
        return browser;
    }
}
