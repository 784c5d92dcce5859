namespace Together.Host.Database;

/// <summary>How the built-in PostgreSQL is run. Immutable.</summary>
internal sealed record PostgresSettings
{
    /// <summary>What a self-hosted community needs: measured at 10 MB of memory when idle, half of PostgreSQL's own defaults.</summary>
    public static PostgresSettings ForThisMachine() => new() { SharedBuffersMegabytes = SharedBuffers(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) };

    public int SharedBuffersMegabytes { get; init; } = 32;

    /// <summary>The pool of reads, the writer, migrations and an administrator's psql.</summary>
    public int MaxConnections { get; init; } = 20;

    /// <summary>False gives up all data at a power cut for speed: tests only.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>A fast shutdown takes 20–60 ms; 10 s is for a checkpoint on a slow disk.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Directories to look for <c>initdb</c> and <c>postgres</c> in.</summary>
    public IEnumerable<string> BinaryDirectories { get; init; } = PostgresBinaries.UsualDirectories();

    /// <summary>128 MB from a machine that is sold as one of 2 GB (the kernel keeps a part of that to itself), else 32 MB.</summary>
    public static int SharedBuffers(long memoryBytes) => memoryBytes >= 1_800_000_000 ? 128 : 32;

    /// <summary>The whole configuration; <c>alter system</c> still overrides it.</summary>
    public string ConfigurationFile(string socketDirectory, string clusterName) => $"""
        # Written by Together at each start. Change a setting with "alter system set ...".
        listen_addresses = ''
        port = {SocketPort}
        unix_socket_directories = '"{socketDirectory.Replace("'", "''", StringComparison.Ordinal).Replace("\"", "\"\"", StringComparison.Ordinal)}"'
        unix_socket_permissions = 0700
        cluster_name = '{clusterName}'
        max_connections = {MaxConnections}
        shared_buffers = {SharedBuffersMegabytes}MB
        work_mem = 4MB
        maintenance_work_mem = 32MB
        max_worker_processes = 0
        max_parallel_workers = 0
        max_logical_replication_workers = 0
        autovacuum_max_workers = 1
        jit = off
        wal_level = minimal
        max_wal_senders = 0
        wal_buffers = 1MB
        min_wal_size = 32MB
        max_wal_size = 256MB
        fsync = {OnOff(Durable)}
        synchronous_commit = {OnOff(Durable)}
        full_page_writes = {OnOff(Durable)}
        timezone = 'UTC'
        log_timezone = 'UTC'
        log_checkpoints = off
        log_line_prefix = '%m [%p] '
        # No statement and no value of a row gets into the log: both can be somebody's message.
        log_error_verbosity = terse
        log_min_error_statement = panic

        """;

    /// <summary>What <see cref="ConfigurationFile"/> was given; null when the file is not whole.</summary>
    public static string? SocketDirectory(string configurationFile)
    {
        const string Before = "unix_socket_directories = '\"", After = "\"'\n";
        var start = configurationFile.IndexOf(Before, StringComparison.Ordinal) + Before.Length;
        var end = start < Before.Length ? -1 : configurationFile.IndexOf(After, start, StringComparison.Ordinal);
        return end < 0 ? null : configurationFile[start..end].Replace("\"\"", "\"", StringComparison.Ordinal).Replace("''", "'", StringComparison.Ordinal);
    }

    /// <summary>Part of the socket's file name only: nothing listens on a network.</summary>
    public const int SocketPort = 5432;

    private static string OnOff(bool value) => value ? "on" : "off";
}
