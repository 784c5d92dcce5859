using System.Globalization;
using System.Runtime.InteropServices;

namespace Together.Host.Database;

/// <summary>The user that PostgreSQL runs as when the host is root, which PostgreSQL refuses to be. Immutable.</summary>
internal sealed partial record PostgresUser(string Name, uint Uid, uint Gid)
{
    private const string UserDatabase = "/etc/passwd";

    /// <summary>Debian's and Red Hat's packages make the first; the second is ours, for a PostgreSQL that came without a user.</summary>
    private static readonly string[] Preferred = ["postgres", "together"];

    public IReadOnlyList<string> RunAs => ["setpriv", $"--reuid={Uid}", $"--regid={Gid}", "--init-groups"];

    /// <summary>The owner of an existing cluster, else <c>postgres</c>, else <c>together</c>, which is made when it is missing.</summary>
    public static async Task<PostgresUser> ChooseAsync(string cluster, ILogger logger, CancellationToken cancellation)
    {
        var users = await File.ReadAllLinesAsync(UserDatabase, cancellation);
        if (Directory.Exists(cluster) && Directory.EnumerateFileSystemEntries(cluster).Any())
        {
            var (_, owner) = await ChildProcess.RunAsync("stat", ["-c", "%u", cluster], cancellation);
            return OwnerOf(users, cluster, uint.Parse(owner, CultureInfo.InvariantCulture));
        }
        if (Choose(users) is { } user) return user;

        var name = Preferred[^1];
        var (exitCode, output) = await ChildProcess.RunAsync("useradd", ["--system", "--user-group", "--no-create-home", "--home-dir", "/", "--shell", "/usr/sbin/nologin", name], cancellation);
        if (exitCode != 0)
            throw new DatabaseRefusedException($"PostgreSQL does not run as root, and there is no user {string.Join(" or ", Preferred)} to run it as ({output}). Create one (useradd --system {name}), or run Together as a normal user.");
        DatabaseLog.UserCreated(logger, name);
        return Choose(await File.ReadAllLinesAsync(UserDatabase, cancellation))!;
    }

    internal static PostgresUser? Choose(IReadOnlyCollection<string> users) =>
        Preferred.Select(name => Read(users).FirstOrDefault(user => user.Name == name)).FirstOrDefault(user => user is not null);

    internal static PostgresUser OwnerOf(IEnumerable<string> users, string cluster, uint uid) =>
        uid != 0 && Read(users).FirstOrDefault(user => user.Uid == uid) is { } owner
            ? owner
            : throw new DatabaseRefusedException($"{cluster} belongs to {(uid == 0 ? "root" : $"user number {uid}, which does not exist here")}, and PostgreSQL runs only as the owner of its files, never as root. Give it to PostgreSQL's user: chown -R {Preferred[0]} {cluster}");

    /// <summary>Gives a directory to this user alone.</summary>
    public void Own(string directory)
    {
        if (ChangeOwner(directory, Uid, Gid) != 0)
            throw new DatabaseRefusedException($"{directory} could not be given to user {Name} ({Marshal.GetLastPInvokeErrorMessage()}). Use a local directory as TOGETHER_DATA_DIR, or run Together as a normal user.");
    }

    /// <summary>The topmost directory on the way to <paramref name="directory"/> that this user cannot enter, or null.</summary>
    public async Task<string?> BarredFromAsync(string directory, CancellationToken cancellation)
    {
        var way = new List<string>();
        for (var parent = directory; parent is not null; parent = Path.GetDirectoryName(parent)) way.Insert(0, parent);
        // Trying it is the only test that also knows about access lists and read-only views of a container.
        var (exitCode, output) = await ChildProcess.RunAsync(RunAs[0], [.. RunAs.Skip(1), "sh", "-c", """for d do cd "$d" 2>/dev/null || { echo "$d"; exit 1; }; done""", "sh", .. way], cancellation);
        return exitCode == 0 ? null : output;
    }

    /// <summary>passwd(5): name:password:UID:GID:comment:home:shell.</summary>
    private static IEnumerable<PostgresUser> Read(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (line.Split(':') is [var name, _, var uid, var gid, ..] && uint.TryParse(uid, CultureInfo.InvariantCulture, out var u) && uint.TryParse(gid, CultureInfo.InvariantCulture, out var g))
                yield return new PostgresUser(name, u, g);
        }
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint uid, uint gid);
}
