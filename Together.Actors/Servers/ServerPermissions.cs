using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Servers;

/// <summary>The one computation of what a member may do. Pure, allocates nothing.</summary>
public static class ServerPermissions
{
    /// <summary>In the server at large: <see cref="Permissions.None"/> for a stranger.</summary>
    public static Permissions Of(this ServerState server, UserId user)
    {
        if (!server.Members.TryGetValue(user, out var member)) return Permissions.None;
        if (server.OwnerId == user) return Permissions.All;

        var granted = server.Roles[RoleId.Everyone(server.Id)].Permissions;
        foreach (var id in member.RoleIds)
        {
            if (server.Roles.TryGetValue(id, out var role)) granted |= role.Permissions;
        }

        return granted.HasFlag(Permissions.Administrator) ? Permissions.All : granted;
    }

    /// <summary>
    /// In one channel: the overwrites of <c>@everyone</c>, then the union of the roles' denies, then of their allows, then the
    /// member's own. Without VIEW_CHANNEL nothing holds.
    /// </summary>
    public static Permissions Of(this ServerState server, UserId user, ChannelRecord channel)
    {
        if (!server.Members.TryGetValue(user, out var member)) return Permissions.None;
        var granted = server.Of(user);
        if (granted == Permissions.All) return granted;

        var everyone = RoleId.Everyone(server.Id);
        var roles = member.RoleIds;
        var (everyoneAllow, everyoneDeny) = (Permissions.None, Permissions.None);
        var (roleAllow, roleDeny) = (Permissions.None, Permissions.None);
        var (memberAllow, memberDeny) = (Permissions.None, Permissions.None);
        foreach (var overwrite in channel.Overwrites)
        {
            if (overwrite.Type == OverwriteType.Member)
            {
                if (overwrite.Id == user.Value) (memberAllow, memberDeny) = (overwrite.Allow, overwrite.Deny);
            }
            else if (overwrite.Id == everyone.Value)
            {
                (everyoneAllow, everyoneDeny) = (overwrite.Allow, overwrite.Deny);
            }
            else if (roles.Contains(new RoleId(overwrite.Id)))
            {
                roleAllow |= overwrite.Allow;
                roleDeny |= overwrite.Deny;
            }
        }

        granted = granted & ~everyoneDeny | everyoneAllow;
        granted = granted & ~roleDeny | roleAllow;
        granted = granted & ~memberDeny | memberAllow;
        return granted.HasFlag(Permissions.ViewChannel) ? granted : Permissions.None;
    }

    public static bool Allows(this ServerState server, UserId user, Permissions needed) => (server.Of(user) & needed) == needed;

    public static bool Allows(this ServerState server, UserId user, ChannelRecord channel, Permissions needed) =>
        (server.Of(user, channel) & needed) == needed;

    public static bool CanView(this ServerState server, UserId user, ChannelRecord channel) => server.Allows(user, channel, Permissions.ViewChannel);

    /// <summary>The position of a member's highest role: the owner stands above all, <c>@everyone</c> is 0.</summary>
    public static int Rank(this ServerState server, UserId user)
    {
        if (server.OwnerId == user) return int.MaxValue;
        var rank = 0;
        if (!server.Members.TryGetValue(user, out var member)) return rank;
        foreach (var id in member.RoleIds)
        {
            if (server.Roles.TryGetValue(id, out var role)) rank = Math.Max(rank, role.Position);
        }

        return rank;
    }
}
