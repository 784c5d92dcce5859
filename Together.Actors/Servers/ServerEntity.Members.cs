using Together.Actors.Persistence;
using Together.Protocol;

namespace Together.Actors.Servers;

/// <summary>Who is in, who is kept out, and what is imposed on whom.</summary>
public static partial class ServerEntity
{
    private static Decision Join(ServerState server, JoinServer c, DateTimeOffset now)
    {
        if (!server.Invites.TryGetValue(c.Code, out var invite)) return Decision.Refuse(ErrorCode.NotFound);
        // First of all: who repeats a join may have used the invite up themselves.
        if (server.Members.ContainsKey(c.Actor)) return Decision.Answer(server);
        if (server.Bans.ContainsKey(c.Actor)) return Decision.Refuse(ErrorCode.Banned);
        if (!invite.IsUsable(now)) return Decision.Refuse(ErrorCode.NotFound);
        var member = new MemberRecord(c.Actor, [], now, Sanctions: server.SanctionsOfAbsent.GetValueOrDefault(c.Actor));
        var joined = new MemberJoined(server.Id, c.Actor, member, invite with { Uses = invite.Uses + 1 });
        return Decision.Persist(Apply(server, joined), joined);
    }

    private static Decision Remove(ServerState server, RemoveMember c, DateTimeOffset now)
    {
        if (c.Target == c.Actor && server.OwnerId == c.Actor)
            return Decision.Refuse(ErrorCode.Conflict, "the owner cannot leave: transfer or delete the server first");
        if (!server.Members.TryGetValue(c.Target, out var member)) return Decision.Refuse(ErrorCode.NotFound);
        return c.Target == c.Actor ? Decision.Persist(null, new MemberRemoved(server.Id, c.Actor, c.Target, member))
            : RefuseAbove(server, c.Actor, c.Target, Permissions.KickMembers, now)
            ?? Decision.Persist(null, new MemberRemoved(server.Id, c.Actor, c.Target, member));
    }

    private static Decision Update(ServerState server, UpdateMember c, DateTimeOffset now)
    {
        if (!server.Members.TryGetValue(c.Target, out var member)) return Decision.Refuse(ErrorCode.NotFound);
        if (RefuseUpdate(server, c, member, now) is { } refusal) return refusal;
        if (c.SetsTimeout && c.TimeoutUntil is { } until)
        {
            if (until <= now) return Decision.Refuse(ErrorCode.InvalidBody, "must be in the future; null ends a timeout", "timeout_until");
            if (until > now + TimeSpan.FromDays(Limits.TimeoutMaxDays)) return Decision.Refuse(ErrorCode.InvalidBody, $"must be at most {Limits.TimeoutMaxDays} days ahead", "timeout_until");
            if (!server.CanBeTimedOut(member)) return Decision.Refuse(ErrorCode.MissingPermissions, "an administrator cannot be timed out");
        }

        var updated = member with
        {
            Nickname = c.SetsNickname ? c.Nickname : member.Nickname,
            Sanctions = new Sanctions(
                c.SetsTimeout ? c.TimeoutUntil : member.Sanctions.TimeoutUntil,
                c.ServerMute ?? member.Sanctions.ServerMute,
                c.ServerDeaf ?? member.Sanctions.ServerDeaf),
        };
        return updated == member ? Decision.Answer(member) : Decision.Persist(updated, new MemberUpdated(server.Id, c.Actor, member, updated));
    }

    private static Decision? RefuseUpdate(ServerState server, UpdateMember c, MemberRecord member, DateTimeOffset now)
    {
        var needed = (c.SetsTimeout ? Permissions.TimeoutMembers : 0)
            | (c.ServerMute is null ? 0 : Permissions.MuteMembers)
            | (c.ServerDeaf is null ? 0 : Permissions.DeafenMembers);
        var isOwn = c.Target == c.Actor;
        if (!isOwn && c.SetsNickname) needed |= Permissions.ManageNicknames;
        if (isOwn && c.SetsNickname && !server.Allows(c.Actor, Permissions.ChangeNickname, now) && !server.Allows(c.Actor, Permissions.ManageNicknames, now))
            return Decision.Refuse(ErrorCode.MissingPermissions);
        return isOwn && needed == 0 ? null : RefuseAbove(server, c.Actor, member.UserId, needed, now);
    }

    private static Decision Ban(ServerState server, BanMember c, DateTimeOffset now)
    {
        if (RefuseAbove(server, c.Actor, c.Target, Permissions.BanMembers, now) is { } refusal) return refusal;
        if (server.Bans.ContainsKey(c.Target)) return Decision.Answer(null);
        if (server.Bans.Count >= Limits.BansPerServer) return Decision.Refuse(ErrorCode.LimitReached, $"a server holds {Limits.BansPerServer} bans");
        var ban = new BanRecord(server.Id, c.Target, c.Actor, c.BanReason ?? c.Reason, now);
        return Decision.Persist(null, new MemberBanned(server.Id, c.Actor, ban, server.Members.GetValueOrDefault(c.Target), c.DeleteMessageSeconds));
    }

    private static Decision Unban(ServerState server, UnbanMember c, DateTimeOffset now)
    {
        if (!server.Allows(c.Actor, Permissions.BanMembers, now)) return Decision.Refuse(ErrorCode.MissingPermissions);
        return server.Bans.TryGetValue(c.Target, out var ban)
            ? Decision.Persist(null, new MemberUnbanned(server.Id, c.Actor, ban))
            : Decision.Refuse(ErrorCode.NotFound);
    }

    private static Decision? RefuseAbove(ServerState server, UserId actor, UserId target, Permissions needed, DateTimeOffset now)
    {
        if (!server.Allows(actor, needed, now)) return Decision.Refuse(ErrorCode.MissingPermissions);
        return server.Outranks(actor, target) ? null : Decision.Refuse(ErrorCode.MissingPermissions, "the member's highest role is not below yours");
    }
}
