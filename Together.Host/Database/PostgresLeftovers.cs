using System.Diagnostics;
using System.Globalization;

namespace Together.Host.Database;

/// <summary>
/// Processes of a cluster whose host was killed: a server that still runs, or single backends that outlived their server and keep
/// the next one from starting. The caller holds the data directory's lock, so none of them belongs to a living host.
/// </summary>
internal static class PostgresLeftovers
{
    /// <summary>How often a process that is not our child is looked at: a fast shutdown takes 20 ms.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>A backend ends within milliseconds of SIGQUIT unless it hangs in the kernel.</summary>
    private static readonly TimeSpan BackendPatience = TimeSpan.FromSeconds(1);

    public static async Task StopAsync(PostgresCluster cluster, PostgresSettings settings, ILogger logger, CancellationToken cancellation)
    {
        if (cluster.PostmasterId() is { } server && Find(cluster).Contains(server))
        {
            DatabaseLog.StoppingLeftover(logger, server);
            await StopServerAsync(server, () => GoneAsync(() => !Find(cluster).Contains(server), cancellation), settings.StopPatience);
        }
        foreach (var signal in new[] { ChildProcess.Quit, ChildProcess.Kill })
        {
            var backends = Find(cluster);
            if (backends.Count == 0) break;
            DatabaseLog.StoppingOrphans(logger, string.Join(", ", backends));
            foreach (var backend in backends) ChildProcess.Signal(backend, signal);
            await Within(GoneAsync(() => Find(cluster).Count == 0, cancellation), BackendPatience);
        }
        // After a reboot or in a new container another process may have the dead server's number, and PostgreSQL would take it for the
        // server. Nobody works in the cluster's directory, or could, under our lock.
        if (cluster.PostmasterId() is { } reused && OperatingSystem.IsLinux() && Find(cluster).Count == 0 && Directory.Exists($"/proc/{reused}"))
        {
            DatabaseLog.StaleProcessFileRemoved(logger, reused);
            cluster.RemoveProcessFile();
        }
    }

    /// <summary>
    /// Fast shutdown (SIGINT) ends sessions and writes a checkpoint; immediate (SIGQUIT) leaves recovery to the next start. Not SIGTERM,
    /// which waits for every client to leave.
    /// </summary>
    public static async Task StopServerAsync(int server, Func<Task> gone, TimeSpan patience)
    {
        foreach (var signal in new[] { ChildProcess.Interrupt, ChildProcess.Quit, ChildProcess.Kill })
        {
            ChildProcess.Signal(server, signal);
            if (await Within(gone(), patience)) return;
        }
    }

    private static async Task<bool> Within(Task gone, TimeSpan patience)
    {
        try
        {
            await gone.WaitAsync(patience);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task GoneAsync(Func<bool> gone, CancellationToken cancellation)
    {
        while (!gone()) await Task.Delay(LookInterval, cancellation);
    }

    private static List<int> Find(PostgresCluster cluster) =>
        OperatingSystem.IsLinux()
            ? [.. Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0 && Belongs(id, cluster))]
            : cluster.PostmasterId() is { } server && IsPostgres(server) ? [server] : [];

    private static bool Belongs(int id, PostgresCluster cluster)
    {
        try
        {
            var process = $"/proc/{id}";
            // proc(5): "pid (comm) state"; a zombie is gone, only nobody has asked for its exit code yet.
            var stat = File.ReadAllText($"{process}/stat");
            if (!stat.Contains(" (postgres) ", StringComparison.Ordinal) || stat.Contains(") Z ", StringComparison.Ordinal)) return false;
            try
            {
                return new FileInfo($"{process}/cwd").LinkTarget == cluster.Directory;
            }
            catch (UnauthorizedAccessException)
            {
                // Root without CAP_SYS_PTRACE, as in a container, may not read another user's link, but sees the command line.
                var command = File.ReadAllText($"{process}/cmdline");
                return command.Contains($"\0-D\0{cluster.Directory}\0", StringComparison.Ordinal) || command.StartsWith($"postgres: {cluster.Name}:", StringComparison.Ordinal);
            }
        }
        catch (IOException)
        {
            return false; // It ended while it was looked at.
        }
    }

    private static bool IsPostgres(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.ProcessName == "postgres";
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
