using System.Text.Json;
using Together.Protocol.Users;

namespace Together.Protocol.Servers;

/// <summary>A page of a server's audit log, newest first.</summary>
/// <param name="Users">Whom the entries name as actor or target.</param>
public sealed record AuditLogPage(IReadOnlyList<AuditEntry> Entries, IReadOnlyList<User> Users);

/// <param name="Id">Ascends with time.</param>
/// <param name="Action">One of <see cref="AuditActions"/>.</param>
/// <param name="TargetId">The channel, role, member or user that it was done to; null for an invite.</param>
/// <param name="Reason">The moderator's words (<c>X-Audit-Log-Reason</c>), or null.</param>
public sealed record AuditEntry(
    Guid Id, ServerId ServerId, UserId ActorId, string Action, Guid? TargetId, IReadOnlyList<AuditChange> Changes, string? Reason, DateTimeOffset CreatedAt);

/// <param name="Key">The field, named as in the object.</param>
/// <param name="Old">Null when there was none.</param>
/// <param name="New">Null when there is none now.</param>
public sealed record AuditChange(string Key, JsonElement? Old, JsonElement? New);

/// <summary>What an audit entry can be about.</summary>
public static class AuditActions
{
    public const string ServerUpdate = "server_update";
    public const string ChannelCreate = "channel_create";
    public const string ChannelUpdate = "channel_update";
    public const string ChannelDelete = "channel_delete";
    public const string OverwriteCreate = "channel_overwrite_create";
    public const string OverwriteUpdate = "channel_overwrite_update";
    public const string OverwriteDelete = "channel_overwrite_delete";
    public const string RoleCreate = "role_create";
    public const string RoleUpdate = "role_update";
    public const string RoleDelete = "role_delete";
    public const string InviteCreate = "invite_create";
    public const string InviteDelete = "invite_delete";

    /// <summary>Somebody joined: by which invite, and whose it was.</summary>
    public const string MemberJoin = "member_join";

    public const string MemberUpdate = "member_update";
    public const string MemberRoleUpdate = "member_role_update";
    public const string MemberKick = "member_kick";
    public const string MemberBanAdd = "member_ban_add";
    public const string MemberBanRemove = "member_ban_remove";

    /// <summary>Another's message; the target is its author.</summary>
    public const string MessageDelete = "message_delete";

    /// <summary>Several messages of the target channel.</summary>
    public const string MessageBulkDelete = "message_bulk_delete";

    /// <summary>The target is the message.</summary>
    public const string MessagePin = "message_pin";

    public const string MessageUnpin = "message_unpin";

    public static IReadOnlyList<string> All { get; } =
    [
        ServerUpdate, ChannelCreate, ChannelUpdate, ChannelDelete, OverwriteCreate, OverwriteUpdate, OverwriteDelete, RoleCreate, RoleUpdate, RoleDelete,
        InviteCreate, InviteDelete, MemberJoin, MemberUpdate, MemberRoleUpdate, MemberKick, MemberBanAdd, MemberBanRemove, MessageDelete, MessageBulkDelete,
        MessagePin, MessageUnpin,
    ];
}
