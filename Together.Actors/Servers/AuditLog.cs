using System.Globalization;
using System.Text.Json.Nodes;
using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Channels;
using Together.Protocol.Servers;

namespace Together.Actors.Servers;

/// <summary>An entry of a server's audit log.</summary>
/// <param name="Id">Of the event's time and position: ascends, and is the same when the log is made again.</param>
/// <param name="Changes">JSON: a list of <c>{key, old, new}</c>.</param>
public sealed record AuditRecord(
    Guid Id, ServerId ServerId, UserId ActorId, string Action, Guid? TargetId, string Changes, string? Reason, DateTimeOffset CreatedAt);

/// <summary>Makes the audit log of the very events that change things, so that no change can happen without its entry. Pure.</summary>
public static class AuditLog
{
    private static readonly Dictionary<string, JsonNode?> Nothing = [];

    /// <summary>Null for what nobody has to answer for: messages of one's own, leaving, founding a server.</summary>
    public static AuditRecord? Describe(LogEntry entry)
    {
        return entry.Event switch
        {
            ServerEvent e => Describe(e) is var (action, target, old, now, reason) && action is not null ? Record(e.ServerId, e.ActorId, action, target, old, now, e.Reason ?? reason) : null,
            MessageDeleted { AuthorId: { } author, ServerId: { } server } e when author != e.ActorId => Record(
                server, e.ActorId, AuditActions.MessageDelete, author.Value, new() { ["channel_id"] = e.ChannelId.ToString(), ["message_id"] = e.MessageId.ToString() }, Nothing, e.Reason),
            MessagesBulkDeleted { ServerId: { } server } e => Record(
                server, e.ActorId, AuditActions.MessageBulkDelete, e.ChannelId.Value, new() { ["message_ids"] = Ids(e.MessageIds.Select(id => id.Value)) }, Nothing, e.Reason),
            MessagePinned { ServerId: { } server } e => Record(server, e.ActorId, AuditActions.MessagePin, e.MessageId.Value, Nothing, new() { ["channel_id"] = e.ChannelId.ToString() }, e.Reason),
            MessageUnpinned { ServerId: { } server } e => Record(server, e.ActorId, AuditActions.MessageUnpin, e.MessageId.Value, new() { ["channel_id"] = e.ChannelId.ToString() }, Nothing, e.Reason),
            _ => null,
        };

        AuditRecord Record(ServerId server, UserId actor, string action, Guid? target, Dictionary<string, JsonNode?> old, Dictionary<string, JsonNode?> now, string? reason) =>
            new(UuidV7.Of(entry.At, entry.Position), server, actor, action, target, Changes(old, now), reason, entry.At);
    }

    private static (string? Action, Guid? Target, Dictionary<string, JsonNode?> Old, Dictionary<string, JsonNode?> New, string? Reason) Describe(ServerEvent happened) => happened switch
    {
        ServerUpdated e => (AuditActions.ServerUpdate, e.ServerId.Value, Fields(e.Before), Fields(e.Server), null),
        ChannelCreated e => (AuditActions.ChannelCreate, e.Channel.Id.Value, Nothing, Fields(e.Channel), null),
        ChannelUpdated e when !e.Before.Overwrites.SequenceEqual(e.Channel.Overwrites) => Overwritten(e),
        ChannelUpdated e => (AuditActions.ChannelUpdate, e.Channel.Id.Value, Fields(e.Before), Fields(e.Channel), null),
        ChannelDeleted e => (AuditActions.ChannelDelete, e.Channel.Id.Value, Fields(e.Channel), Nothing, null),
        RoleCreated e => (AuditActions.RoleCreate, e.Role.Id.Value, Nothing, Fields(e.Role), null),
        RoleUpdated e => (AuditActions.RoleUpdate, e.Role.Id.Value, Fields(e.Before), Fields(e.Role), null),
        RoleDeleted e => (AuditActions.RoleDelete, e.Role.Id.Value, Fields(e.Role), Nothing, null),
        InviteCreated e => (AuditActions.InviteCreate, null, Nothing, Fields(e.Invite), null),
        InviteDeleted e => (AuditActions.InviteDelete, null, Fields(e.Invite), Nothing, null),
        MemberJoined e => (
            AuditActions.MemberJoin, e.Member.UserId.Value, Nothing, new() { ["invite_code"] = e.Invite.Code, ["inviter_id"] = e.Invite.InviterId.ToString() }, null),
        MemberUpdated e => (
            e.Before.RoleIds.SequenceEqual(e.Member.RoleIds) ? AuditActions.MemberUpdate : AuditActions.MemberRoleUpdate, e.Member.UserId.Value, Fields(e.Before), Fields(e.Member), null),
        MemberRemoved e when e.ActorId != e.UserId => (AuditActions.MemberKick, e.UserId.Value, Lost(e.Member), Nothing, null),
        MemberBanned e => (
            AuditActions.MemberBanAdd,
            e.Ban.UserId.Value,
            Lost(e.Member),
            e.DeleteMessageSeconds == 0 ? Nothing : new() { ["delete_message_seconds"] = e.DeleteMessageSeconds },
            e.Ban.Reason),
        MemberUnbanned e => (AuditActions.MemberBanRemove, e.Ban.UserId.Value, Nothing, Nothing, null),
        _ => default,
    };

    private static (string? Action, Guid? Target, Dictionary<string, JsonNode?> Old, Dictionary<string, JsonNode?> New, string? Reason) Overwritten(ChannelUpdated e)
    {
        var before = e.Before.Overwrites.Except(e.Channel.Overwrites).FirstOrDefault();
        var after = e.Channel.Overwrites.Except(e.Before.Overwrites).FirstOrDefault();
        var action = before is null ? AuditActions.OverwriteCreate : after is null ? AuditActions.OverwriteDelete : AuditActions.OverwriteUpdate;
        return (action, e.Channel.Id.Value, new() { ["permission_overwrite"] = Json(before) }, new() { ["permission_overwrite"] = Json(after) }, null);
    }

    private static Dictionary<string, JsonNode?> Fields(ServerRecord server) => new() { ["name"] = server.Name, ["owner_id"] = server.OwnerId.ToString(), ["icon_url"] = FileLinks.MediaUrl(server.Icon) };

    private static Dictionary<string, JsonNode?> Fields(ChannelRecord channel) => new()
    {
        ["type"] = channel.Type switch { ChannelType.Text => "text", ChannelType.Voice => "voice", _ => "category" },
        ["name"] = channel.Name,
        ["topic"] = channel.Topic,
        ["category_id"] = channel.CategoryId?.ToString(),
        ["position"] = channel.Position,
        ["slow_mode_seconds"] = channel.SlowModeSeconds,
        ["user_limit"] = channel.UserLimit,
        ["permission_overwrites"] = new JsonArray([.. channel.Overwrites.Select(Json)]),
    };

    private static Dictionary<string, JsonNode?> Fields(RoleRecord role) => new()
    {
        ["name"] = role.Name,
        ["color"] = role.Color,
        ["hoist"] = role.Hoist,
        ["mentionable"] = role.Mentionable,
        ["position"] = role.Position,
        ["permissions"] = Bits(role.Permissions),
    };

    private static Dictionary<string, JsonNode?> Fields(MemberRecord member) => new()
    {
        ["nickname"] = member.Nickname,
        ["role_ids"] = Ids(member.RoleIds.Select(id => id.Value)),
        ["timeout_until"] = Time(member.Sanctions.TimeoutUntil),
        ["server_mute"] = member.Sanctions.ServerMute,
        ["server_deaf"] = member.Sanctions.ServerDeaf,
    };

    /// <summary>What goes with a membership.</summary>
    private static Dictionary<string, JsonNode?> Lost(MemberRecord? member)
    {
        var lost = new Dictionary<string, JsonNode?>();
        if (member?.Nickname is { } nickname) lost["nickname"] = nickname;
        if (member?.RoleIds.IsEmpty == false) lost["role_ids"] = Ids(member.RoleIds.Select(id => id.Value));
        return lost;
    }

    private static Dictionary<string, JsonNode?> Fields(InviteRecord invite) => new()
    {
        ["code"] = invite.Code,
        ["inviter_id"] = invite.InviterId.ToString(),
        ["uses"] = invite.Uses,
        ["max_uses"] = invite.MaxUses,
        ["expires_at"] = Time(invite.ExpiresAt),
    };

    /// <summary>What differs; of a thing that came or went, all that it had.</summary>
    private static string Changes(Dictionary<string, JsonNode?> old, Dictionary<string, JsonNode?> now)
    {
        var changes = new JsonArray();
        foreach (var key in old.Keys.Union(now.Keys))
        {
            var (before, after) = (old.GetValueOrDefault(key), now.GetValueOrDefault(key));
            if (!JsonNode.DeepEquals(before, after)) changes.Add((JsonNode)new JsonObject { ["key"] = key, ["old"] = before, ["new"] = after });
        }

        return changes.ToJsonString();
    }

    private static JsonNode? Json(Overwrite? overwrite) => overwrite is null ? null : new JsonObject
    {
        ["id"] = overwrite.Id.ToString(),
        ["type"] = overwrite.Type == OverwriteType.Role ? "role" : "member",
        ["allow"] = Bits(overwrite.Allow),
        ["deny"] = Bits(overwrite.Deny),
    };

    private static JsonArray Ids(IEnumerable<Guid> ids) => new([.. ids.Select(id => JsonValue.Create(id.ToString()))]);

    private static string Bits(Permissions permissions) => ((ulong)permissions).ToString(CultureInfo.InvariantCulture);

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString(TimeJsonConverter.Format, CultureInfo.InvariantCulture);
}
