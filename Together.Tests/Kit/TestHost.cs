using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Together.Host;
using Together.Host.Configuration;
using Together.Host.Files.Images;

namespace Together.Tests.Kit;

/// <summary>
/// A whole host in this process, on a database of its own, listening on a free loopback port. Registration is open, bcrypt is
/// cheap and nothing is limited unless the test says otherwise.
/// </summary>
public sealed class TestHost : IAsyncDisposable
{
    /// <summary>Found once: each search for it starts a program.</summary>
    private static readonly Lazy<Task<ImageTool>> Images = new(() => ImageTool.FindAsync(NullLogger.Instance, CancellationToken.None));

    private const string NoWebRoot = "/nonexistent";

    private readonly TestDatabase? _owned;
    private readonly string _webRoot;
    private HostApplication _host;

    private TestHost(TestDatabase? owned, HostApplication host, TogetherOptions options, string webRoot)
    {
        _owned = owned;
        _webRoot = webRoot;
        _host = host;
        Options = options;
        Client = new HttpClient { BaseAddress = Address };
    }

    public TogetherOptions Options { get; }

    public HttpClient Client { get; private set; }

    public Uri Address => new(_host.Urls.First());

    public Uri Gateway => new($"ws://{Address.Authority}/gateway");

    /// <param name="postgres">Gives the database when none is named.</param>
    /// <param name="change">What differs from the defaults of a test.</param>
    /// <param name="database">One that outlives the host.</param>
    /// <param name="time">The host's clock.</param>
    /// <param name="log">Where the host logs to; nowhere when null.</param>
    /// <param name="webRoot">The folder of a built web client; the host has none when null.</param>
    public static async Task<TestHost> StartAsync(
        PostgresFixture postgres, Func<TogetherOptions, TogetherOptions>? change = null, TestDatabase? database = null, TimeProvider? time = null, ILoggerProvider? log = null,
        string? webRoot = null)
    {
        var owned = database is null ? await postgres.CreateDatabaseAsync() : null;
        var options = TogetherOptions.Load(new Dictionary<string, string>
        {
            ["TOGETHER_URLS"] = "http://127.0.0.1:0",
            ["TOGETHER_DATABASE_URL"] = DatabaseUrl((database ?? owned)!),
            ["TOGETHER_DATA_DIR"] = (database ?? owned)!.Directory.Path,
            ["TOGETHER_REGISTRATION"] = "open",
            ["TOGETHER_LIMITS"] = "off",
        });
        // Welcomes come when they come, between any two frames: only tests about them have them.
        options = options with { Auth = options.Auth with { BcryptCost = 4, HashQueue = 256 }, Channels = new ChannelsOptions { Welcome = false } };
        options = change?.Invoke(options) ?? options;
        var host = await HostApplication.StartAsync(options, time: time, configureLogging: logging =>
        {
            if (log is not null) logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log);
        }, images: await Images.Value, webRoot: webRoot ?? NoWebRoot);
        return new TestHost(owned, host, options, webRoot ?? NoWebRoot);
    }

    /// <summary>How a host is told of a test's database.</summary>
    public static string DatabaseUrl(TestDatabase database)
    {
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        return $"postgres:///{connection.Database}?host={Uri.EscapeDataString(connection.Host!)}&port={connection.Port}&user={connection.Username}";
    }

    /// <summary>Stops the host as SIGTERM would and starts it again on the same database.</summary>
    public async Task RestartAsync()
    {
        await _host.StopAsync();
        _host = await HostApplication.StartAsync(Options, configureLogging: _ => { }, images: await Images.Value, webRoot: _webRoot);
        Client.Dispose();
        Client = new HttpClient { BaseAddress = Address };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.StopAsync();
        if (_owned is not null) await _owned.DisposeAsync();
    }
}
