using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Together.Host.Database;

/// <summary>
/// PostgreSQL's files in the data directory: the cluster, its socket, its configuration and its log. One per data directory: a lock
/// file keeps a second host out for as long as this lives.
/// </summary>
internal sealed partial class PostgresCluster : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Others may pass, to reach what is theirs inside, but not look around.</summary>
    private const UnixFileMode OwnerAndPassing = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>unix(7): sun_path holds 108 bytes on Linux and 104 on macOS, the last one a NUL.</summary>
    private static readonly int LongestSocketPath = OperatingSystem.IsMacOS() ? 103 : 107;

    /// <summary>1 MB is months of a healthy server's log; with the one kept before it there are never more than two.</summary>
    private const long LongestLog = 1_000_000;

    private readonly FileStream _lock;
    private string? _temporarySocketDirectory;

    private PostgresCluster(string dataDirectory, FileStream @lock)
    {
        (DataDirectory, _lock) = (dataDirectory, @lock);
        Directory = Path.Combine(dataDirectory, "postgres");
        LogFile = Path.Combine(dataDirectory, "postgres.log");
        ConfigurationFile = Path.Combine(dataDirectory, "postgres.conf");
    }

    public string DataDirectory { get; }

    public string Directory { get; }

    public string LogFile { get; }

    public string ConfigurationFile { get; }

    private string ProcessFile => Path.Combine(Directory, "postmaster.pid");

    /// <summary>In the titles of the server's processes, so that they are recognised where their directory cannot be read.</summary>
    public string Name => $"together-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Directory)))[..12]}";

    /// <summary>The major version that made the cluster; null when there is none yet.</summary>
    public int? Major
    {
        get
        {
            var file = Path.Combine(Directory, "PG_VERSION");
            return File.Exists(file) ? int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : null;
        }
    }

    public static PostgresCluster Open(string dataDirectory)
    {
        dataDirectory = Path.GetFullPath(dataDirectory);
        try
        {
            System.IO.Directory.CreateDirectory(dataDirectory, Environment.IsPrivilegedProcess ? OwnerAndPassing : OwnerOnly);
            // /proc names directories by their real path.
            dataDirectory = RealPath(dataDirectory);
            return new PostgresCluster(dataDirectory, new FileStream(Path.Combine(dataDirectory, "postgres.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DatabaseRefusedException($"Together cannot write to its data directory {dataDirectory}: {e.Message} Give the directory to the user that runs Together, or set TOGETHER_DATA_DIR to another one.", e);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && System.IO.Directory.Exists(dataDirectory))
        {
            throw new DatabaseRefusedException($"Another Together is running on the data directory {dataDirectory}. Stop it, or give this one a TOGETHER_DATA_DIR of its own.", e);
        }
        catch (IOException e)
        {
            throw new DatabaseRefusedException($"The data directory {dataDirectory} cannot be created: {e.Message} Set TOGETHER_DATA_DIR to a directory.", e);
        }
    }

    /// <summary>The socket's directory of the cluster that another process has open; null when none does.</summary>
    public static string? FindRunning(string dataDirectory)
    {
        dataDirectory = Path.GetFullPath(dataDirectory);
        if (!System.IO.Directory.Exists(Path.Combine(dataDirectory, "postgres")))
            throw new DatabaseRefusedException($"There is no database in the data directory {dataDirectory}. Set TOGETHER_DATA_DIR to the host's, or TOGETHER_DATABASE_URL.");
        try
        {
            using var free = new FileStream(Path.Combine(dataDirectory, "postgres.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DatabaseRefusedException($"The data directory {dataDirectory} belongs to another user: {e.Message} Run this as the user that runs Together.", e);
        }
        catch (IOException)
        {
            return PostgresSettings.SocketDirectory(File.ReadAllText(Path.Combine(dataDirectory, "postgres.conf")))
                ?? throw new DatabaseRefusedException($"The host on {dataDirectory} is still starting. Try again.");
        }
    }

    /// <summary>Makes the cluster when there is none. It appears under its name only when it is whole: what an interrupted attempt left is removed.</summary>
    public async Task CreateIfMissingAsync(PostgresBinaries binaries, PostgresUser? user, PostgresSettings settings, SpawnThread parent, ILogger logger, CancellationToken cancellation)
    {
        foreach (var unfinished in System.IO.Directory.EnumerateDirectories(DataDirectory, "postgres.new-*"))
        {
            DatabaseLog.UnfinishedClusterRemoved(logger, unfinished);
            System.IO.Directory.Delete(unfinished, recursive: true);
        }
        if (Major is not null)
        {
            RepairMode();
            return;
        }
        if (System.IO.Directory.Exists(Directory))
        {
            if (System.IO.Directory.EnumerateFileSystemEntries(Directory).Any())
                throw new DatabaseRefusedException($"{Directory} holds files but no PostgreSQL database (PG_VERSION is missing). Restore it from a backup, or move it away to start with an empty database.");
            System.IO.Directory.Delete(Directory);
        }

        // A name of its own: an initdb that a killed host left running cannot write into the next one's files.
        var fresh = Path.Combine(DataDirectory, $"postgres.new-{Path.GetRandomFileName()}");
        System.IO.Directory.CreateDirectory(fresh, OwnerOnly);
        user?.Own(fresh);
        DatabaseLog.CreatingCluster(logger, binaries.Major, Directory);
        string[] initdb =
        [
            .. await CommandPrefixAsync(user, "KILL", cancellation), binaries.Initdb, "--pgdata", fresh, "--username", BuiltInPostgres.Role, "--auth", "trust",
            "--encoding", "UTF8", "--locale", ChildProcess.Locale, "--data-checksums", "--no-instructions", .. settings.Durable ? (string[])[] : ["--no-sync"],
        ];
        var (exitCode, output) = await ChildProcess.RunAsync(initdb[0], initdb[1..], parent.StartAsync, cancellation);
        if (exitCode != 0)
            throw new DatabaseRefusedException($"The database could not be created in {DataDirectory}; initdb says: {output}");
        System.IO.Directory.Move(fresh, Directory);
    }

    /// <summary>Chooses the socket's directory, writes the configuration, and answers that directory.</summary>
    public string Configure(PostgresUser? user, PostgresSettings settings)
    {
        var directory = Path.Combine(DataDirectory, "run");
        // A comma separates directories for PostgreSQL, and it and a colon mean something in Npgsql's host.
        if (Encoding.UTF8.GetByteCount(SocketFile(directory)) > LongestSocketPath || directory.AsSpan().ContainsAny(',', ':'))
            directory = _temporarySocketDirectory = System.IO.Directory.CreateTempSubdirectory("together-").FullName;
        else
            System.IO.Directory.CreateDirectory(directory);
        if (Encoding.UTF8.GetByteCount(SocketFile(directory)) > LongestSocketPath)
            throw new DatabaseRefusedException($"No path is short enough for PostgreSQL's socket: {directory}. Set TMPDIR or TOGETHER_DATA_DIR to a shorter one.");
        File.SetUnixFileMode(directory, OwnerOnly);
        user?.Own(directory);

        File.WriteAllText(ConfigurationFile, settings.ConfigurationFile(directory, Name));
        File.SetUnixFileMode(ConfigurationFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return directory;
    }

    /// <summary>The command that becomes the server, by exec only: its process ID is the one that is started.</summary>
    public async Task<string[]> ServerCommandAsync(PostgresBinaries binaries, PostgresUser? user, CancellationToken cancellation) =>
    [
        "/bin/sh", "-c", """exec "$@" </dev/null >>"$0" 2>&1""", LogFile,
        .. await CommandPrefixAsync(user, "INT", cancellation), binaries.Postgres, "-D", Directory, "-c", $"config_file={ConfigurationFile}",
    ];

    public void RotateLog()
    {
        var log = new FileInfo(LogFile);
        if (log.Exists && log.Length > LongestLog) log.MoveTo($"{LogFile}.1", overwrite: true);
    }

    /// <summary>The end of the server's log, for the person who has to find out why it does not start.</summary>
    public string LastLogLines() =>
        File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(8)) : "";

    /// <summary>The first line of postmaster.pid; null when there is none or it is being written.</summary>
    public int? PostmasterId()
    {
        try
        {
            return int.TryParse(File.ReadLines(ProcessFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public void RemoveProcessFile() => File.Delete(ProcessFile);

    public void Dispose()
    {
        if (_temporarySocketDirectory is not null) System.IO.Directory.Delete(_temporarySocketDirectory, recursive: true);
        _lock.Dispose();
    }

    /// <summary>A session of its own (Ctrl-C in a terminal is for the host alone) and a signal when the host dies, where the system has both.</summary>
    private static async Task<string[]> CommandPrefixAsync(PostgresUser? user, string deathSignal, CancellationToken cancellation)
    {
        // BusyBox has a setpriv without these options.
        var (_, usage) = await ChildProcess.RunAsync("setpriv", ["--help"], cancellation);
        if (usage.Contains("--pdeathsig", StringComparison.Ordinal))
            return ["setsid", .. user?.RunAs ?? ["setpriv"], "--pdeathsig", deathSignal];
        return user is null ? [] : throw new DatabaseRefusedException("PostgreSQL does not run as root, and setpriv of util-linux is not installed to run it as another user. Install util-linux, or run Together as a normal user.");
    }

    private void RepairMode()
    {
        try
        {
            // PostgreSQL refuses a directory that others can read; a restored backup often is one.
            File.SetUnixFileMode(Directory, OwnerOnly);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DatabaseRefusedException($"{Directory} belongs to another user. Run Together as that user, or give it to this one: chown -R {Environment.UserName} {Directory}", e);
        }
    }

    private static string SocketFile(string directory) => Path.Combine(directory, $".s.PGSQL.{PostgresSettings.SocketPort}");

    private static string RealPath(string path)
    {
        var resolved = RealPathNative(path, 0);
        if (resolved == 0) throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        try
        {
            return Marshal.PtrToStringUTF8(resolved)!;
        }
        finally
        {
            Free(resolved);
        }
    }

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPathNative(string path, nint buffer);

    [LibraryImport("libc", EntryPoint = "free")]
    private static partial void Free(nint memory);
}
