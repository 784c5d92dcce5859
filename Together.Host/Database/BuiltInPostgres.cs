using System.Diagnostics;
using Npgsql;

namespace Together.Host.Database;

/// <summary>
/// The database of a host that was given none: a private PostgreSQL in the data directory, reachable by a unix socket only. It starts
/// before everything that uses the database, is started again when it dies, and is stopped last. Any thread.
/// </summary>
public sealed class BuiltInPostgres : IAsyncDisposable
{
    internal const string Role = "together";

    private const string Database = "together";

    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(10);

    /// <summary>A server that lived this long did not die of its start.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    /// <summary>A start takes 60–250 ms.</summary>
    private static readonly TimeSpan ReadyInterval = TimeSpan.FromMilliseconds(15);

    /// <summary>Replaying a long log after a crash may take minutes: wait, and say so.</summary>
    private static readonly TimeSpan StillStartingInterval = TimeSpan.FromSeconds(10);

    private readonly PostgresCluster _cluster;
    private readonly PostgresSettings _settings;
    private readonly SpawnThread _parent = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private string[] _command = [];
    private Process? _server;
    private Task _supervision = Task.CompletedTask;
    private Task? _stopped;

    private BuiltInPostgres(PostgresCluster cluster, PostgresSettings settings, ILogger logger) => (_cluster, _settings, _logger) = (cluster, settings, logger);

    /// <summary>Where data lives when TOGETHER_DATA_DIR is not set: root has no working directory to speak of.</summary>
    public static string DefaultDataDirectory => Environment.IsPrivilegedProcess ? "/var/lib/together" : "./data";

    /// <summary>Of the one database, as its owner; no password, the socket's directory admits only us.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The server's process; a new one after each restart.</summary>
    internal int ServerId => _server!.Id;

    /// <summary>Of the database of the host that runs on this data directory; null when none does.</summary>
    /// <exception cref="DatabaseRefusedException">The directory cannot be used, or holds no database.</exception>
    public static string? FindRunning(string dataDirectory) =>
        PostgresCluster.FindRunning(dataDirectory) is { } socketDirectory ? Connection(socketDirectory) : null;

    /// <summary>Creates the database when there is none, recovers what a killed host left, and returns when queries are answered.</summary>
    /// <exception cref="DatabaseRefusedException">It cannot start; the message says what to do, and nothing was left running.</exception>
    public static Task<BuiltInPostgres> StartAsync(string dataDirectory, ILogger logger, CancellationToken cancellation) =>
        StartAsync(dataDirectory, PostgresSettings.ForThisMachine(), logger, cancellation);

    internal static async Task<BuiltInPostgres> StartAsync(string dataDirectory, PostgresSettings settings, ILogger logger, CancellationToken cancellation)
    {
        var postgres = new BuiltInPostgres(PostgresCluster.Open(dataDirectory), settings, logger);
        try
        {
            await postgres.StartAsync(cancellation);
            return postgres;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or UnauthorizedAccessException)
        {
            await postgres.StopAsync();
            throw new DatabaseRefusedException($"PostgreSQL could not be started in {postgres._cluster.DataDirectory}: {e.Message}", e);
        }
        catch
        {
            await postgres.StopAsync();
            throw;
        }
    }

    /// <summary>Stops the server: 20–60 ms, 20 s at worst. Close every connection before. Repeated calls wait for the first.</summary>
    public Task StopAsync()
    {
        lock (_lock) return _stopped ??= StopOnceAsync();
    }

    public ValueTask DisposeAsync() => new(StopAsync());

    private async Task StartAsync(CancellationToken cancellation)
    {
        var user = Environment.IsPrivilegedProcess ? await PostgresUser.ChooseAsync(_cluster.Directory, _logger, cancellation) : null;
        if (user is not null) await RequireWayAsync(user, _cluster.DataDirectory, cancellation);
        var binaries = await PostgresBinaries.FindAsync(_settings.BinaryDirectories, _cluster.Major, _cluster.Directory, cancellation);
        await _cluster.CreateIfMissingAsync(binaries, user, _settings, _parent, _logger, cancellation);

        var socketDirectory = _cluster.Configure(user, _settings);
        if (user is not null) await RequireWayAsync(user, socketDirectory, cancellation);
        _command = await _cluster.ServerCommandAsync(binaries, user, cancellation);
        ConnectionString = Connection(socketDirectory);

        await StartServerAsync(cancellation);
        await CreateDatabaseIfMissingAsync(cancellation);
        DatabaseLog.PostgresStarted(_logger, binaries.Major, _cluster.Directory);
        _supervision = SuperviseAsync();
    }

    private static string Connection(string socketDirectory) =>
        new NpgsqlConnectionStringBuilder { Host = socketDirectory, Port = PostgresSettings.SocketPort, Username = Role, Database = Database }.ConnectionString;

    private static async Task RequireWayAsync(PostgresUser user, string directory, CancellationToken cancellation)
    {
        if (await user.BarredFromAsync(directory, cancellation) is { } barrier)
            throw new DatabaseRefusedException($"PostgreSQL runs as user {user.Name}, who cannot enter {barrier} on the way to {directory}. Let others pass through it (chmod o+x {barrier}), or set TOGETHER_DATA_DIR to a directory elsewhere, such as {DefaultDataDirectory}.");
    }

    private async Task StartServerAsync(CancellationToken cancellation)
    {
        await PostgresLeftovers.StopAsync(_cluster, _settings, _logger, cancellation);
        _cluster.RotateLog();
        _server?.Dispose();
        _server = await _parent.StartAsync(ChildProcess.StartInfo(_command[0], _command[1..]));

        var started = Stopwatch.GetTimestamp();
        for (var nextReport = StillStartingInterval; !await IsReadyAsync(cancellation); await Task.Delay(ReadyInterval, cancellation))
        {
            if (_server.HasExited)
                throw new DatabaseRefusedException($"PostgreSQL ended while it started (exit code {_server.ExitCode}). The end of its log, {_cluster.LogFile}:\n{_cluster.LastLogLines()}");
            if (Stopwatch.GetElapsedTime(started) < nextReport) continue;
            DatabaseLog.StillStarting(_logger, _cluster.LogFile);
            nextReport += StillStartingInterval;
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            await using var connection = await OpenMaintenanceAsync(cancellation);
            // Somebody else's server on the same files would answer as well.
            return _cluster.PostmasterId() == _server!.Id;
        }
        catch (NpgsqlException e) when (e.IsTransient)
        {
            return false;
        }
    }

    private async Task CreateDatabaseIfMissingAsync(CancellationToken cancellation)
    {
        await using var connection = await OpenMaintenanceAsync(cancellation);
        await using var find = new NpgsqlCommand($"select 1 from pg_database where datname = '{Database}'", connection);
        if (await find.ExecuteScalarAsync(cancellation) is not null) return;
        await using var create = new NpgsqlCommand($"create database {Database}", connection);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<NpgsqlConnection> OpenMaintenanceAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task SuperviseAsync()
    {
        var backOff = FirstBackOff;
        while (true)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                await _server!.WaitForExitAsync(_stopping.Token);
                DatabaseLog.PostgresDied(_logger, _server.ExitCode, backOff);
                if (Stopwatch.GetElapsedTime(started) >= Settled) backOff = FirstBackOff;
                await Task.Delay(backOff, _stopping.Token);
                backOff = backOff * 2 < LongestBackOff ? backOff * 2 : LongestBackOff;
                await StartServerAsync(_stopping.Token);
                DatabaseLog.PostgresRestarted(_logger);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                // A full disk or a lack of processes passes; a host that has stopped looking would stay without a database.
                DatabaseLog.PostgresRestartFailed(_logger, e.Message);
            }
        }
    }

    private async Task StopOnceAsync()
    {
        await _stopping.CancelAsync();
        await _supervision;
        if (_server is { HasExited: false } server)
            await PostgresLeftovers.StopServerAsync(server.Id, () => server.WaitForExitAsync(), _settings.StopPatience);
        _server?.Dispose();
        // Only now: the end of this thread is a signal to the server.
        _parent.Dispose();
        _stopping.Dispose();
        _cluster.Dispose();
    }
}
