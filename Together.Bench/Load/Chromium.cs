using Microsoft.Playwright;

namespace Together.Bench.Load;

/// <summary>The system's Chromium without a window and with an empty profile; nothing is downloaded. One benchmark; it ends with it.</summary>
internal sealed class Chromium(IPlaywright playwright, IBrowser browser) : IAsyncDisposable
{
    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    public IBrowser Browser => browser;

    public static async Task<Chromium> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        return new Chromium(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program(),
            // A container's /dev/shm has 64 MB, which a few pages fill.
            Args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
            Headless = true,
            // Not for root, and not in most containers; the pages are our own.
            ChromiumSandbox = false,
        }));
    }

    public async ValueTask DisposeAsync()
    {
        await browser.CloseAsync();
        playwright.Dispose();
    }

    private static string Program()
    {
        var directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return Programs.SelectMany(program => directories.Select(directory => Path.Combine(directory, program))).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("This needs Chromium: ./dev bench web installs Debian's package \"chromium\".");
    }
}
