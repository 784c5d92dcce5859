using System.Globalization;
using System.Text.RegularExpressions;

namespace Together.Host.Database;

/// <summary>An installed PostgreSQL: the directory of its programs and its major version. Immutable.</summary>
internal sealed partial record PostgresBinaries(string Directory, int Major)
{
    private const string HowToInstall = "Install PostgreSQL (Debian, Ubuntu: apt install postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql), or set TOGETHER_DATABASE_URL to a database of your own.";

    public string Initdb => Path.Combine(Directory, "initdb");

    public string Postgres => Path.Combine(Directory, "postgres");

    /// <summary>PATH first, then where Debian, Red Hat and Homebrew keep programs that they leave out of PATH.</summary>
    public static IEnumerable<string> UsualDirectories() =>
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(Path.IsPathRooted),
        .. Matching("/usr/lib/postgresql", "*", "bin"),
        .. Matching("/usr", "pgsql-*", "bin"),
        .. Matching("/opt/homebrew/opt", "postgresql*", "bin"),
        .. Matching("/usr/local/opt", "postgresql*", "bin"),
    ];

    /// <summary>The newest one for a new cluster; for an existing cluster the one of its major version, no other can read it.</summary>
    public static async Task<PostgresBinaries> FindAsync(IEnumerable<string> directories, int? clusterMajor, string cluster, CancellationToken cancellation)
    {
        var found = new List<PostgresBinaries>();
        foreach (var directory in directories.Select(Resolved).OfType<string>().Distinct())
        {
            var (exitCode, output) = await ChildProcess.RunAsync(Path.Combine(directory, "postgres"), ["--version"], cancellation);
            if (exitCode == 0 && Version().Match(output) is { Success: true } match)
                found.Add(new PostgresBinaries(directory, int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)));
        }

        var list = string.Join(", ", found.Select(binaries => $"{binaries.Major} in {binaries.Directory}"));
        if (clusterMajor is { } major)
        {
            return found.Find(binaries => binaries.Major == major)
                ?? throw new DatabaseRefusedException($"The database in {cluster} was made by PostgreSQL {major}, and {(found.Count == 0 ? "no PostgreSQL is installed" : $"only another version is installed ({list})")}. Install PostgreSQL {major} (Debian, Ubuntu: apt install postgresql-{major}) to go on as before; to move to a newer one, dump the database with {major} and restore it, or use pg_upgrade.");
        }
        return found.Where(binaries => binaries.Major >= Migrations.OldestServer).MaxBy(binaries => binaries.Major)
            ?? throw new DatabaseRefusedException(found.Count == 0
                ? $"No database: TOGETHER_DATABASE_URL is not set and no PostgreSQL is installed here. {HowToInstall}"
                : $"Together needs PostgreSQL {Migrations.OldestServer} or newer; installed is {list}. {HowToInstall}");
    }

    /// <summary>Where the programs really are (PATH may hold links, and one version once by PATH and once by its own directory).</summary>
    private static string? Resolved(string directory)
    {
        var postgres = new FileInfo(Path.Combine(directory, "postgres"));
        if (!postgres.Exists || !File.Exists(Path.Combine(directory, "initdb"))) return null;
        return Path.GetDirectoryName(postgres.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? postgres.FullName);
    }

    private static IEnumerable<string> Matching(string parent, string pattern, string child) =>
        System.IO.Directory.Exists(parent) ? System.IO.Directory.EnumerateDirectories(parent, pattern).Order().Select(directory => Path.Combine(directory, child)) : [];

    [GeneratedRegex(@"\(PostgreSQL\) ([0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Version();
}
