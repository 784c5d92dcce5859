using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Servers;

/// <summary>The one computation of what a member may do (docs/permissions.md). Pure; a check allocates nothing (and so uses no HasFlag, which boxes in unoptimised code).</summary>
public static class ServerPermissions
{
    /// <summary>What a timeout leaves.</summary>
    public const Permissions DuringTimeout = Permissions.ViewChannel | Permissions.ReadMessageHistory;

    /// <summary>In the server at large: <see cref="Permissions.None"/> for a stranger.</summary>
    public static Permissions Of(this ServerState server, UserId user, DateTimeOffset now)
    {
        if (!server.TryGetGrant(user, out var grant)) return Permissions.None;
        var granted = server.Granted(grant);
        return granted == Permissions.All ? granted : granted & Left(grant.Member, now);
    }

    /// <summary>In one channel.</summary>
    public static Permissions Of(this ServerState server, UserId user, ChannelRecord channel, DateTimeOffset now)
    {
        if (!server.TryGetGrant(user, out var grant)) return Permissions.None;
        var granted = server.Granted(grant, channel);
        return granted == Permissions.All ? granted : granted & Left(grant.Member, now);
    }

    public static bool Allows(this ServerState server, UserId user, Permissions needed, DateTimeOffset now) => (server.Of(user, now) & needed) == needed;

    public static bool Allows(this ServerState server, UserId user, ChannelRecord channel, Permissions needed, DateTimeOffset now) =>
        (server.Of(user, channel, now) & needed) == needed;

    /// <summary>VIEW_CHANNEL, which no timeout takes away.</summary>
    public static bool CanView(this ServerState server, UserId user, ChannelRecord channel) =>
        server.TryGetGrant(user, out var grant) && (server.Granted(grant, channel) & Permissions.ViewChannel) != 0;

    /// <summary>Neither the owner nor an ADMINISTRATOR can be timed out.</summary>
    public static bool CanBeTimedOut(this ServerState server, MemberRecord member) => server.OwnerId != member.UserId && server.OfRoles(member) != Permissions.All;

    /// <summary>The owner stands above every role, and nobody else above a role that is not below their own highest.</summary>
    public static bool Outranks(this ServerState server, UserId user, RoleRecord role) =>
        server.OwnerId == user || (server.Members.TryGetValue(user, out var member) && server.Highest(member).IsAbove(role));

    /// <summary>Whether the user's highest role is above the other's. Nobody outranks the owner; a member outranks a stranger.</summary>
    public static bool Outranks(this ServerState server, UserId user, UserId other)
    {
        if (other == user || other == server.OwnerId || !server.Members.TryGetValue(user, out var member)) return false;
        return server.OwnerId == user || !server.Members.TryGetValue(other, out var below) || server.Highest(member).IsAbove(server.Highest(below));
    }

    private static RoleRecord Highest(this ServerState server, MemberRecord member)
    {
        var highest = server.Everyone;
        foreach (var id in member.RoleIds)
        {
            if (server.Roles.TryGetValue(id, out var role) && role.IsAbove(highest)) highest = role;
        }

        return highest;
    }

    private static Permissions Granted(this ServerState server, Grant grant) => server.OwnerId == grant.Member.UserId ? Permissions.All : grant.Permissions;

    /// <summary>The union of <c>@everyone</c> and the member's roles.</summary>
    internal static Permissions OfRoles(this ServerState server, MemberRecord member)
    {
        var granted = server.Everyone.Permissions;
        foreach (var id in member.RoleIds)
        {
            if (server.Roles.TryGetValue(id, out var role)) granted |= role.Permissions;
        }

        return (granted & Permissions.Administrator) != 0 ? Permissions.All : granted;
    }

    /// <summary>
    /// The overwrites of <c>@everyone</c>, then the union of the roles' denies, then of their allows, then the member's own.
    /// Without VIEW_CHANNEL nothing holds.
    /// </summary>
    private static Permissions Granted(this ServerState server, Grant grant, ChannelRecord channel)
    {
        var granted = server.Granted(grant);
        if (granted == Permissions.All) return granted;

        var member = grant.Member;
        var everyone = server.Id.Value;
        var (everyoneAllow, everyoneDeny) = (Permissions.None, Permissions.None);
        var (roleAllow, roleDeny) = (Permissions.None, Permissions.None);
        var (memberAllow, memberDeny) = (Permissions.None, Permissions.None);
        foreach (var overwrite in channel.Overwrites)
        {
            if (overwrite.Type == OverwriteType.Member)
            {
                if (overwrite.Id == member.UserId.Value) (memberAllow, memberDeny) = (overwrite.Allow, overwrite.Deny);
            }
            else if (overwrite.Id == everyone)
            {
                (everyoneAllow, everyoneDeny) = (overwrite.Allow, overwrite.Deny);
            }
            else if (member.RoleIds.Contains(new RoleId(overwrite.Id)))
            {
                roleAllow |= overwrite.Allow;
                roleDeny |= overwrite.Deny;
            }
        }

        granted = granted & ~everyoneDeny | everyoneAllow;
        granted = granted & ~roleDeny | roleAllow;
        granted = granted & ~memberDeny | memberAllow;
        // An overwrite can grant every other bit, but not what makes an administrator.
        granted &= ~Permissions.Administrator;
        return (granted & Permissions.ViewChannel) != 0 ? granted : Permissions.None;
    }

    private static Permissions Left(MemberRecord member, DateTimeOffset now) =>
        member.Sanctions.TimeoutUntil > now ? DuringTimeout : Permissions.All;
}
