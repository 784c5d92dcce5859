using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Together.Bench.Load;

/// <summary>
/// The real host with a data directory of its own, without rate limits and with cheap password hashes (a benchmark needs hundreds of
/// accounts, not strong ones). One benchmark owns it; its data is removed in the end.
/// </summary>
internal sealed class HostProcess : IAsyncDisposable
{
    /// <summary>The rate limits setting of every host started here, for the reports.</summary>
    public const string Limits = "off";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    // The host promises to stop within 10 s.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    private readonly string? _databaseUrl;
    private readonly string _directory;
    private readonly string _log;
    private Process? _process;

    private HostProcess(string? databaseUrl, string directory, string log, IPEndPoint endPoint)
    {
        _databaseUrl = databaseUrl;
        _directory = directory;
        _log = log;
        EndPoint = endPoint;
    }

    /// <summary>What ships, as <c>./dev publish</c> builds it.</summary>
    private static string Program => Path.Combine(Repository.Root, "artifacts/host/together");

    public IPEndPoint EndPoint { get; }

    public Uri Url => new($"http://{EndPoint}");

    /// <summary>Where the built-in PostgreSQL has its files.</summary>
    public string DataDirectory => Path.Combine(_directory, "data");

    /// <summary>What it and its other commands print.</summary>
    public string LogFile => _log;

    /// <summary>From the next start on: the limits and the password hashes that an operator gets who sets nothing.</summary>
    public bool IsLimited { get; set; }

    /// <summary>From the start of the process to the first healthy answer.</summary>
    public TimeSpan LastStart { get; private set; }

    /// <summary>Starts it on an empty data directory, with its built-in PostgreSQL. Its output goes to a file beside the benchmark's result.</summary>
    public static Task<HostProcess> StartNewAsync(string benchmark) => StartNewAsync(benchmark, null);

    /// <param name="benchmark">The name of its log.</param>
    /// <param name="databaseUrl">A database that outlives it; the built-in PostgreSQL when null.</param>
    public static async Task<HostProcess> StartNewAsync(string benchmark, string? databaseUrl)
    {
        if (!File.Exists(Program))
            throw new FileNotFoundException("Build the host first: ./dev publish does, and so do ./dev bench and ./dev test.", Program);
        var artifacts = Repository.Artifacts();
        var directory = NewDirectory();
        await File.WriteAllTextAsync(Path.Combine(directory, "bench.conf"),
            "together.auth { bcrypt-cost = 4, hash-queue = 1000, access-token-lifetime = 1h }\n");
        await File.WriteAllTextAsync(Path.Combine(directory, "limits.conf"), "together.auth.access-token-lifetime = 1h\n");
        var host = new HostProcess(databaseUrl, directory, Path.Combine(artifacts, $"{benchmark}.host.log"), FreeEndPoint());
        File.Delete(host._log);
        try
        {
            await host.StartAsync();
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
        return host;
    }

    /// <summary>A directory for data that are removed in the end. Root's PostgreSQL runs as another user, who can enter it.</summary>
    public static string NewDirectory() =>
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"together-bench-{Environment.ProcessId}-{Random.Shared.Next()}")).FullName;

    /// <summary>Starts it again on the same data.</summary>
    public async Task StartAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        _process = Process.Start(StartInfo())!;
        using var http = NewHttp();
        while (!await IsHealthyAsync(http))
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"The host ended with {_process.ExitCode}; see {_log}");
            if (Stopwatch.GetElapsedTime(begun) > StartTimeout)
                throw new TimeoutException($"The host was not healthy within {StartTimeout.TotalSeconds} s; see {_log}");
            await Task.Delay(5);
        }
        LastStart = Stopwatch.GetElapsedTime(begun);
    }

    /// <summary>Stops it as an operator would, keeping its data. Answers how long that took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        if (_process is not { } process)
            return TimeSpan.Zero;
        _process = null;
        using (process)
        {
            var begun = Stopwatch.GetTimestamp();
            if (!process.HasExited)
                _ = Libc.Kill(process.Id, Libc.SigTerm);
            using var patience = new CancellationTokenSource(StopTimeout);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The host did not stop within {StopTimeout.TotalSeconds} s of SIGTERM; killing it."));
                process.Kill();
                await process.WaitForExitAsync();
            }
            return Stopwatch.GetElapsedTime(begun);
        }
    }

    /// <summary>kill -9, which it cannot prepare for.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            throw new InvalidOperationException("The host does not run.");
        _process = null;
        using (process)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Runs another command of the same program on the same data, beside the host. What it prints goes into the host's log.</summary>
    public async Task<int> RunAsync(params string[] command)
    {
        using var process = Process.Start(StartInfo(command))!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    public async Task<bool> IsHealthyAsync()
    {
        using var http = NewHttp();
        return await IsHealthyAsync(http);
    }

    public ProcessUsage HostUsage() => ProcessUsage.Of(_process!.Id);

    public ProcessUsage PostgresUsage() => ProcessUsage.WorkingIn(IsOfPostgres).Aggregate(default(ProcessUsage), (sum, process) => sum + ProcessUsage.Of(process));

    /// <summary>Of the built-in PostgreSQL: its postmaster.pid names the socket's port and directory in lines 4 and 5.</summary>
    public string ConnectionString()
    {
        var lines = File.ReadAllLines(Path.Combine(DataDirectory, "postgres/postmaster.pid"));
        return new NpgsqlConnectionStringBuilder { Host = lines[4], Port = int.Parse(lines[3], CultureInfo.InvariantCulture), Username = "together", Database = "together" }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private HttpClient NewHttp() => new() { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(5) };

    private ProcessStartInfo StartInfo(params string[] command)
    {
        // The shell only redirects: exec keeps the process ID, and nobody here has to read the output.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = _directory };
        foreach (var argument in (string[])["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", _log, Program, .. command])
            start.ArgumentList.Add(argument);
        foreach (var inherited in start.Environment.Keys.Where(name => name.StartsWith("TOGETHER_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(inherited);
        start.Environment["TOGETHER_URLS"] = Url.ToString();
        start.Environment["TOGETHER_DATA_DIR"] = DataDirectory;
        start.Environment["TOGETHER_CONFIG"] = Path.Combine(_directory, IsLimited ? "limits.conf" : "bench.conf");
        start.Environment["TOGETHER_LIMITS"] = IsLimited ? "on" : Limits;
        start.Environment["TOGETHER_REGISTRATION"] = "open";
        if (_databaseUrl is not null)
            start.Environment["TOGETHER_DATABASE_URL"] = _databaseUrl;
        return start;
    }

    private bool IsOfPostgres(string workingDirectory) => workingDirectory.StartsWith(DataDirectory + "/", StringComparison.Ordinal);

    private static async Task<bool> IsHealthyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/health", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static IPEndPoint FreeEndPoint()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)probe.LocalEndPoint!;
    }
}
