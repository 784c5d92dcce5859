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
        0,
        0,
        channel.Overwrites,
        []);

    public static Member Member(this ViewRoot root, MemberRecord member) =>
        new(root.User(member.UserId), null, member.RoleIds, member.JoinedAt, null, false, false);

    /// <summary>What the user may see of the server's channels, in the order of a channel list.</summary>
    public static IReadOnlyList<Channel> Channels(this ViewRoot root, ServerState server, UserId user) =>
        [.. server.Channels.Values.Where(channel => server.CanView(user, channel)).OrderBy(channel => channel.Position).ThenBy(channel => channel.Id).Select(root.Channel)];

    public static IReadOnlyList<Role> Roles(this ServerState server) =>
        [.. server.Roles.Values.OrderBy(role => role.Position).ThenBy(role => role.Id).Select(ToRole)];

    /// <summary>A page of members, oldest first.</summary>
    public static IReadOnlyList<Member> Members(this ViewRoot root, ServerState server, int limit, UserId? after = null) =>
        [.. server.Members.Values.OrderBy(member => member.UserId).Where(member => after is null || member.UserId.CompareTo(after.Value) > 0).Take(limit).Select(root.Member)];

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
