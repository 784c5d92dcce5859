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
            ? new User(user.Id, user.Username, user.DisplayName ?? user.Username, FileLinks.MediaUrl(user.Avatar), user.CreatedAt)
            : new User(id, "deleted", "Deleted user", null, UuidV7.Time(id.Value));

    public static CurrentUser ToCurrentUser(this UserRecord user, string? email) =>
        new(user.Id, user.Username, user.DisplayName ?? user.Username, FileLinks.MediaUrl(user.Avatar), user.CreatedAt, user.About, email);

    public static UserProfile ToProfile(this UserRecord user) => new(user.Id, user.Username, user.DisplayName ?? user.Username, FileLinks.MediaUrl(user.Avatar), user.CreatedAt, user.About);

    /// <summary>A private channel as one of its members sees it: the others are its recipients.</summary>
    public static Channel Channel(this ViewRoot root, PrivateChannelRecord channel, UserId user) => new(
        channel.Id,
        channel.Type,
        null,
        channel.Name,
        null,
        null,
        0,
        root.LastMessages.TryGetValue(channel.Id, out var last) ? last : null,
        0,
        0,
        [],
        [.. channel.MemberIds.Where(member => member != user).Select(root.User)],
        channel.Type == ChannelType.GroupDm ? channel.OwnerId : null);

    /// <summary>A channel as one user sees it.</summary>
    public static Channel Channel(this ViewRoot root, AnyChannel channel, UserId user) => channel.Private is { } conversation ? root.Channel(conversation, user) : root.Channel(channel.Channel!);

    /// <summary>The list of private channels, the last used first.</summary>
    public static IReadOnlyList<Channel> PrivateChannelsOf(this ViewRoot root, UserId user) =>
        [.. root.OpenChannelsOf(user).OrderByDescending(channel => root.LastMessages.TryGetValue(channel.Id, out var last) ? last.CreatedAt : channel.CreatedAt).Select(channel => root.Channel(channel, user))];

    /// <summary>What the user has with others, by the others' names.</summary>
    public static IReadOnlyList<Relationship> RelationshipsOf(this ViewRoot root, UserId user) => root.Relationships.TryGetValue(user, out var relationships)
        ? [.. relationships.Values.Where(record => record.Of(user) is not null).Select(record => root.Relationship(record, user)).OrderBy(relationship => relationship.User.Username, StringComparer.Ordinal)]
        : [];

    /// <param name="root">The names.</param>
    /// <param name="record">In which the user has something.</param>
    /// <param name="user">Whose side it is.</param>
    public static Relationship Relationship(this ViewRoot root, RelationshipRecord record, UserId user)
    {
        var standing = record.Of(user)!;
        return new Relationship(root.User(record.Other(user)), standing.Type, standing.Since);
    }

    public static UserSettings SettingsOf(this ViewRoot root, UserId user) => root.Settings.GetValueOrDefault(user, UserSettings.Default);

    public static Server ToServer(this ServerState server) => new(server.Id, server.Record.Name, FileLinks.MediaUrl(server.Record.Icon), server.OwnerId, server.Record.CreatedAt);

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
        || root.User(member.UserId).DisplayName.StartsWith(query, StringComparison.OrdinalIgnoreCase)
        || member.Nickname?.StartsWith(query, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>All a client needs to show the server; the receiver is always among the members.</summary>
    public static ServerSnapshot Snapshot(this ViewRoot root, ServerState server, UserId user)
    {
        var members = root.Members(server, Limits.MembersInServerObject);
        if (server.Members.Count > members.Count && members.All(member => member.User.Id != user)) members = [root.Member(server.Members[user]), .. members.Skip(1)];
        return new ServerSnapshot(
            server.Id,
            server.Record.Name,
            FileLinks.MediaUrl(server.Record.Icon),
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
        new InviteServer(server.Id, server.Record.Name, FileLinks.MediaUrl(server.Record.Icon), server.Members.Count, onlineCount),
        root.Users.ContainsKey(invite.InviterId) ? root.User(invite.InviterId) : null,
        invite.Uses,
        invite.MaxUses,
        invite.ExpiresAt,
        invite.CreatedAt);

    public static Message Message(this ViewRoot root, MessageDetail detail) => root.Message(detail.Message, detail.IsPinned, detail.Reactions, detail.Referenced);

    /// <param name="root">The names.</param>
    /// <param name="message">The message.</param>
    /// <param name="isPinned">Whether it is among the pins.</param>
    /// <param name="reactions">As its reader sees them.</param>
    /// <param name="referenced">What it refers to, if that is still there.</param>
    public static Message Message(this ViewRoot root, MessageRecord message, bool isPinned, IReadOnlyList<Reaction> reactions, MessageDetail? referenced) => new(
        message.Id,
        message.ChannelId,
        message.ServerId,
        root.User(message.AuthorId),
        message.Content,
        message.IsWritten ? message.Nonce : null,
        message.Id.CreatedAt,
        message.EditedAt,
        message.Type,
        message.ReplyTo,
        referenced is null ? null : root.Message(referenced),
        message.MentionIds.IsEmpty ? [] : [.. message.MentionIds.Select(root.User)],
        message.MentionRoleIds,
        message.MentionEveryone,
        root.Attachments(message, isDeleted: false),
        [],
        reactions,
        isPinned);

    public static DeletedMessage DeletedMessage(this ViewRoot root, DeletedMessageRecord deleted) =>
        new(root.Message(deleted.Message) with { Attachments = root.Attachments(deleted.Message.Message, isDeleted: true) }, deleted.At, deleted.By);

    private static IReadOnlyList<Attachment> Attachments(this ViewRoot root, MessageRecord message, bool isDeleted) =>
        message.Attachments is { } files ? [.. files.Select(file => root.Links.Attachment(file, isDeleted))] : [];
}
