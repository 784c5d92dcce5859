using System.Text.Json;
using Together.Actors.Channels;
using Together.Actors.Servers;
using Together.Actors.Users;
using Together.Protocol;
using Together.Protocol.Channels;
using Together.Protocol.Servers;
using Together.Protocol.Users;

namespace Together.Actors.Views;

/// <summary>What is stored, as clients see it: the objects of the protocol, rendered from a view.</summary>
public static class Rendering
{
    /// <summary>Whoever is no longer there keeps the place in old messages, without a name.</summary>
    public static User User(this ViewRoot root, UserId id) =>
        root.Users.TryGetValue(id, out var user)
            ? new User(user.Id, user.Username, user.Username, null, user.CreatedAt)
            : new User(id, "deleted", "Deleted user", null, UuidV7.Time(id.Value));

    public static CurrentUser ToCurrentUser(this UserRecord user, string? email) =>
        new(user.Id, user.Username, user.Username, null, user.CreatedAt, email);

    public static Server ToServer(this ServerState server) => new(server.Id, server.Record.Name, null, server.OwnerId, server.Record.CreatedAt);

    public static Role ToRole(this RoleRecord role) =>
        new(role.Id, role.ServerId, role.Name, role.Color, role.Hoist, role.Mentionable, role.Position, role.Permissions, role.CreatedAt);

    public static Channel Channel(this ViewRoot root, ChannelRecord channel) => new(
        channel.Id,
        channel.Type,
        channel.ServerId,
        channel.Name,
        channel.Topic,
        channel.CategoryId,
        channel.Position,
        root.LastMessages.TryGetValue(channel.Id, out var last) ? last : null,
        channel.SlowModeSeconds,
        channel.UserLimit,
        channel.Overwrites,
        []);

    public static Member Member(this ViewRoot root, MemberRecord member) =>
        new(root.User(member.UserId), member.Nickname, member.RoleIds, member.JoinedAt, member.Sanctions.TimeoutUntil, member.Sanctions.ServerMute, member.Sanctions.ServerDeaf);

    public static Ban Ban(this ViewRoot root, BanRecord ban) => new(root.User(ban.UserId), ban.Reason, ban.ModeratorId, ban.CreatedAt);

    public static AuditEntry AuditEntry(AuditRecord record) => new(
        record.Id,
        record.ServerId,
        record.ActorId,
        record.Action,
        record.TargetId,
        JsonSerializer.Deserialize(record.Changes, WireJson.Default.IReadOnlyListAuditChange)!,
        record.Reason,
        record.CreatedAt);

    /// <summary>What the user may see of the server's channels, in the order of a channel list.</summary>
    public static IReadOnlyList<Channel> Channels(this ViewRoot root, ServerState server, UserId user) =>
        [.. server.Channels.Values.Where(channel => server.CanView(user, channel)).OrderBy(channel => channel.Position).ThenBy(channel => channel.Id).Select(root.Channel)];

    public static IReadOnlyList<Role> Roles(this ServerState server) =>
        [.. server.Roles.Values.OrderBy(role => role.Position).ThenBy(role => role.Id).Select(ToRole)];

    /// <summary>A page of members, in the order of their accounts' age.</summary>
    /// <param name="root">The names.</param>
    /// <param name="server">Whose members.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">Behind this one.</param>
    /// <param name="query">The beginning of a username or nickname, in any case; null for all.</param>
    public static IReadOnlyList<Member> Members(this ViewRoot root, ServerState server, int limit, UserId? after = null, string? query = null) =>
        [.. server.Members.Values.Where(member => (after is null || member.UserId.CompareTo(after.Value) > 0) && root.IsNamed(member, query)).Take(limit).Select(root.Member)];

    public static bool IsNamed(this ViewRoot root, MemberRecord member, string? query) =>
        query is null
        || root.User(member.UserId).Username.StartsWith(query, StringComparison.OrdinalIgnoreCase)
        || member.Nickname?.StartsWith(query, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>All a client needs to show the server; the receiver is always among the members.</summary>
    public static ServerSnapshot Snapshot(this ViewRoot root, ServerState server, UserId user)
    {
        var members = root.Members(server, Limits.MembersInServerObject);
        if (server.Members.Count > members.Count && members.All(member => member.User.Id != user)) members = [root.Member(server.Members[user]), .. members.Skip(1)];
        return new ServerSnapshot(
            server.Id,
            server.Record.Name,
            null,
            server.OwnerId,
            server.Record.CreatedAt,
            root.Channels(server, user),
            server.Roles(),
            members,
            server.Members.Count,
            [],
            []);
    }

    public static Invite Invite(this ViewRoot root, InviteRecord invite, ServerState server, int onlineCount) => new(
        invite.Code,
        new InviteServer(server.Id, server.Record.Name, null, server.Members.Count, onlineCount),
        root.Users.ContainsKey(invite.InviterId) ? root.User(invite.InviterId) : null,
        invite.Uses,
        invite.MaxUses,
        invite.ExpiresAt,
        invite.CreatedAt);

    public static Message Message(this ViewRoot root, MessageRecord message) => new(
        message.Id,
        message.ChannelId,
        message.ServerId,
        root.User(message.AuthorId),
        message.Content,
        message.Nonce,
        message.Id.CreatedAt,
        message.EditedAt,
        "default",
        null,
        null,
        message.MentionIds.IsEmpty ? [] : [.. message.MentionIds.Select(root.User)],
        message.MentionRoleIds,
        message.MentionEveryone,
        [],
        [],
        [],
        false);
}
