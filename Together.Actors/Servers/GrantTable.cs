using Together.Protocol;

namespace Together.Actors.Servers;

/// <param name="Permissions">Of <c>@everyone</c> and the member's roles together.</param>
internal readonly record struct Grant(MemberRecord Member, Permissions Permissions);

/// <summary>
/// What the roles of each member add up to, for one version of a server's members and roles. Made when as many checks as there
/// are members have paid for it: a large server that changes all the time is better off without. Any thread.
/// </summary>
internal sealed class GrantTable
{
    private volatile Dictionary<UserId, Grant>? _byUser;
    private int _checks;

    /// <param name="server">Always of the same members and roles.</param>
    public bool TryGet(ServerState server, UserId user, out Grant grant)
    {
        if (_byUser is { } byUser) return byUser.TryGetValue(user, out grant);

        // Threads that count at once make it a little later, or twice.
        if (++_checks > server.Members.Count) _byUser = Make(server);
        grant = server.Members.TryGetValue(user, out var found) ? new Grant(found, server.OfRoles(found)) : default;
        return found is not null;
    }

    /// <summary>Apart, for the closure: where it stands, every call would allocate it.</summary>
    private static Dictionary<UserId, Grant> Make(ServerState server) =>
        server.Members.Values.ToDictionary(member => member.UserId, member => new Grant(member, server.OfRoles(member)));

    /// <summary>It follows from the rest of the state: no two states differ in it.</summary>
    public override bool Equals(object? obj) => obj is GrantTable;

    public override int GetHashCode() => 0;
}
