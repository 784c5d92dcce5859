using System.Text.Json;
using Npgsql;
using Together.Actors.Channels;
using Together.Actors.Servers;
using Together.Actors.Users;
using Together.Protocol;

namespace Together.Actors.Persistence;

/// <summary>
/// The tables that events are folded into, in the transaction that stores them. No foreign keys and no cascades: a late row
/// is tolerated and harms nobody. The same code rebuilds the tables from the journal. One writer.
/// </summary>
public sealed class CommunityProjection : IProjection
{
    /// <summary>The tables that the journal alone determines: what verify compares and rebuild empties.</summary>
    public static readonly IReadOnlyList<string> TableNames = ["users", "servers", "channels", "roles", "members", "bans", "sanctions", "invites", "messages", "mentions", "audit_log"];

    private const string UpdateMessages = """
        update messages m set content = x.content, edited_at = x.edited_at, mention_ids = string_to_array(x.users, ',')::uuid[],
            mention_role_ids = string_to_array(x.roles, ',')::uuid[], mention_everyone = x.everyone
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::boolean[]) as x(channel_id, id, content, edited_at, users, roles, everyone)
        where m.channel_id = x.channel_id and m.id = x.id
        """;

    private const string DeleteMessages = """
        update messages m set deleted_at = x.at, deleted_by = x.actor
        from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[]) as x(channel_id, id, at, actor)
        where m.channel_id = x.channel_id and m.id = x.id
        """;

    private const string RevokeSessions =
        "update sessions s set revoked_at = x.at from unnest($1::uuid[], $2::timestamptz[]) as x(id, at) where s.id = x.id and s.revoked_at is null";

    /// <summary>A role's ID is never used again: whatever order the rows of a batch came in, it goes from all of them.</summary>
    private const string RemoveRoles = """
        with gone as (select * from unnest($1::uuid[], $2::uuid[]) as x(server_id, role_id)),
        of_members as (
            update members m set role_ids = (select coalesce(array_agg(r order by n), '{}') from unnest(m.role_ids) with ordinality as u(r, n) where r not in (select role_id from gone))
            where m.server_id in (select server_id from gone) and m.role_ids && (select array_agg(role_id) from gone))
        update channels c set overwrites = (select coalesce(jsonb_agg(o order by n), '[]') from jsonb_array_elements(c.overwrites) with ordinality as u(o, n) where (o->>'id')::uuid not in (select role_id from gone))
        where c.server_id in (select server_id from gone) and exists (select 1 from jsonb_array_elements(c.overwrites) o where (o->>'id')::uuid in (select role_id from gone))
        """;

    private readonly Table<Guid, UserRecord> _users = new(
        "users", "id", row => row.Id.Value, Keys,
        Sql.Column<UserRecord, Guid>("id", "uuid[]", row => row.Id.Value),
        Sql.Column<UserRecord, string>("username", "text[]", row => row.Username),
        Sql.Column<UserRecord, DateTime>("created_at", "timestamptz[]", row => row.CreatedAt.UtcDateTime));

    private readonly Table<Guid, ServerRecord> _servers = new(
        "servers", "id", row => row.Id.Value, Keys,
        Sql.Column<ServerRecord, Guid>("id", "uuid[]", row => row.Id.Value),
        Sql.Column<ServerRecord, string>("name", "text[]", row => row.Name),
        Sql.Column<ServerRecord, Guid>("owner_id", "uuid[]", row => row.OwnerId.Value),
        Sql.Column<ServerRecord, DateTime>("created_at", "timestamptz[]", row => row.CreatedAt.UtcDateTime));

    private readonly Table<Guid, ChannelRecord> _channels = new(
        "channels", "id", row => row.Id.Value, Keys,
        Sql.Column<ChannelRecord, Guid>("id", "uuid[]", row => row.Id.Value),
        Sql.Column<ChannelRecord, Guid>("server_id", "uuid[]", row => row.ServerId.Value),
        Sql.Column<ChannelRecord, short>("type", "smallint[]", row => (short)row.Type),
        Sql.Column<ChannelRecord, string>("name", "text[]", row => row.Name),
        Sql.Column<ChannelRecord, string?>("topic", "text[]", row => row.Topic),
        Sql.Column<ChannelRecord, Guid?>("category_id", "uuid[]", row => row.CategoryId?.Value),
        Sql.Column<ChannelRecord, int>("position", "integer[]", row => row.Position),
        Sql.Column<ChannelRecord, string>("overwrites", "text[]", row => JsonSerializer.Serialize(row.Overwrites, EventJson.Default.ImmutableArrayOverwrite), "{0}::jsonb"),
        Sql.Column<ChannelRecord, int>("slow_mode_seconds", "integer[]", row => row.SlowModeSeconds),
        Sql.Column<ChannelRecord, int>("user_limit", "integer[]", row => row.UserLimit));

    private readonly Table<Guid, RoleRecord> _roles = new(
        "roles", "id", row => row.Id.Value, Keys,
        Sql.Column<RoleRecord, Guid>("id", "uuid[]", row => row.Id.Value),
        Sql.Column<RoleRecord, Guid>("server_id", "uuid[]", row => row.ServerId.Value),
        Sql.Column<RoleRecord, string>("name", "text[]", row => row.Name),
        Sql.Column<RoleRecord, int>("color", "integer[]", row => row.Color),
        Sql.Column<RoleRecord, bool>("hoist", "boolean[]", row => row.Hoist),
        Sql.Column<RoleRecord, bool>("mentionable", "boolean[]", row => row.Mentionable),
        Sql.Column<RoleRecord, int>("position", "integer[]", row => row.Position),
        Sql.Column<RoleRecord, long>("permissions", "bigint[]", row => (long)row.Permissions),
        Sql.Column<RoleRecord, DateTime>("created_at", "timestamptz[]", row => row.CreatedAt.UtcDateTime));

    private readonly Table<(Guid Server, Guid User), MemberRow> _members = new(
        "members", "server_id, user_id", row => (row.ServerId.Value, row.Member.UserId.Value),
        keys => [Sql.Array(keys, key => key.Server), Sql.Array(keys, key => key.User)],
        Sql.Column<MemberRow, Guid>("server_id", "uuid[]", row => row.ServerId.Value),
        Sql.Column<MemberRow, Guid>("user_id", "uuid[]", row => row.Member.UserId.Value),
        Sql.Column<MemberRow, string>("role_ids", "text[]", row => string.Join(',', row.Member.RoleIds), Sql.IdList),
        Sql.Column<MemberRow, DateTime>("joined_at", "timestamptz[]", row => row.Member.JoinedAt.UtcDateTime),
        Sql.Column<MemberRow, string?>("nickname", "text[]", row => row.Member.Nickname),
        Sql.Column<MemberRow, DateTime?>("timeout_until", "timestamptz[]", row => row.Member.Sanctions.TimeoutUntil?.UtcDateTime),
        Sql.Column<MemberRow, bool>("server_mute", "boolean[]", row => row.Member.Sanctions.ServerMute),
        Sql.Column<MemberRow, bool>("server_deaf", "boolean[]", row => row.Member.Sanctions.ServerDeaf));

    private readonly Table<(Guid Server, Guid User), BanRecord> _bans = new(
        "bans", "server_id, user_id", row => (row.ServerId.Value, row.UserId.Value),
        keys => [Sql.Array(keys, key => key.Server), Sql.Array(keys, key => key.User)],
        Sql.Column<BanRecord, Guid>("server_id", "uuid[]", row => row.ServerId.Value),
        Sql.Column<BanRecord, Guid>("user_id", "uuid[]", row => row.UserId.Value),
        Sql.Column<BanRecord, Guid>("moderator_id", "uuid[]", row => row.ModeratorId.Value),
        Sql.Column<BanRecord, string?>("reason", "text[]", row => row.Reason),
        Sql.Column<BanRecord, DateTime>("created_at", "timestamptz[]", row => row.CreatedAt.UtcDateTime));

    private readonly Table<(Guid Server, Guid User), SanctionsRow> _sanctions = new(
        "sanctions", "server_id, user_id", row => (row.ServerId.Value, row.UserId.Value),
        keys => [Sql.Array(keys, key => key.Server), Sql.Array(keys, key => key.User)],
        Sql.Column<SanctionsRow, Guid>("server_id", "uuid[]", row => row.ServerId.Value),
        Sql.Column<SanctionsRow, Guid>("user_id", "uuid[]", row => row.UserId.Value),
        Sql.Column<SanctionsRow, DateTime?>("timeout_until", "timestamptz[]", row => row.Sanctions.TimeoutUntil?.UtcDateTime),
        Sql.Column<SanctionsRow, bool>("server_mute", "boolean[]", row => row.Sanctions.ServerMute),
        Sql.Column<SanctionsRow, bool>("server_deaf", "boolean[]", row => row.Sanctions.ServerDeaf));

    private readonly Table<Guid, AuditRecord> _audit = new(
        "audit_log", "id", row => row.Id, Keys,
        Sql.Column<AuditRecord, Guid>("id", "uuid[]", row => row.Id),
        Sql.Column<AuditRecord, Guid>("server_id", "uuid[]", row => row.ServerId.Value),
        Sql.Column<AuditRecord, Guid>("actor_id", "uuid[]", row => row.ActorId.Value),
        Sql.Column<AuditRecord, string>("action", "text[]", row => row.Action),
        Sql.Column<AuditRecord, Guid?>("target_id", "uuid[]", row => row.TargetId),
        Sql.Column<AuditRecord, string>("changes", "text[]", row => row.Changes, "{0}::jsonb"),
        Sql.Column<AuditRecord, string?>("reason", "text[]", row => row.Reason),
        Sql.Column<AuditRecord, DateTime>("created_at", "timestamptz[]", row => row.CreatedAt.UtcDateTime));

    private readonly Table<MessageKey, MessageRow> _messages = new(
        "messages", "channel_id, id", row => new MessageKey(row.Message.ChannelId.Value, row.Message.Id.Value),
        keys => [Sql.Array(keys, key => key.Channel), Sql.Array(keys, key => key.Id)],
        Sql.Column<MessageRow, Guid>("id", "uuid[]", row => row.Message.Id.Value),
        Sql.Column<MessageRow, Guid>("channel_id", "uuid[]", row => row.Message.ChannelId.Value),
        Sql.Column<MessageRow, Guid>("server_id", "uuid[]", row => row.Message.ServerId.Value),
        Sql.Column<MessageRow, Guid>("author_id", "uuid[]", row => row.Message.AuthorId.Value),
        Sql.Column<MessageRow, string>("content", "text[]", row => row.Message.Content),
        Sql.Column<MessageRow, string?>("nonce", "text[]", row => row.Message.Nonce),
        Sql.Column<MessageRow, DateTime?>("edited_at", "timestamptz[]", row => row.Message.EditedAt?.UtcDateTime),
        Sql.Column<MessageRow, string>("mention_ids", "text[]", row => string.Join(',', row.Message.MentionIds), Sql.IdList),
        Sql.Column<MessageRow, string>("mention_role_ids", "text[]", row => string.Join(',', row.Message.MentionRoleIds), Sql.IdList),
        Sql.Column<MessageRow, bool>("mention_everyone", "boolean[]", row => row.Message.MentionEveryone),
        Sql.Column<MessageRow, DateTime?>("deleted_at", "timestamptz[]", row => row.DeletedAt),
        Sql.Column<MessageRow, Guid?>("deleted_by", "uuid[]", row => row.DeletedBy));

    private readonly Table<InviteKey, InviteRecord> _invites = new(
        "invites", "code", row => new InviteKey(row.Code), keys => [Sql.Array(keys, key => key.Code)],
        Sql.Column<InviteRecord, string>("code", "text[]", row => row.Code),
        Sql.Column<InviteRecord, Guid>("server_id", "uuid[]", row => row.ServerId.Value),
        Sql.Column<InviteRecord, Guid>("inviter_id", "uuid[]", row => row.InviterId.Value),
        Sql.Column<InviteRecord, int>("uses", "integer[]", row => row.Uses),
        Sql.Column<InviteRecord, int?>("max_uses", "integer[]", row => row.MaxUses),
        Sql.Column<InviteRecord, DateTime?>("expires_at", "timestamptz[]", row => row.ExpiresAt?.UtcDateTime),
        Sql.Column<InviteRecord, DateTime>("created_at", "timestamptz[]", row => row.CreatedAt.UtcDateTime));

    private readonly MentionRows _mentions = new();
    private readonly Dictionary<MessageKey, MessageRecord> _edits = [];
    private readonly Dictionary<MessageKey, (DateTime At, Guid Actor)> _deletions = [];
    private readonly Dictionary<Guid, DateTime> _revoked = [];
    private readonly HashSet<Guid> _deletedServers = [];
    private readonly HashSet<(Guid Server, Guid Role)> _deletedRoles = [];

    public void Add(LogEntry entry)
    {
        if (AuditLog.Describe(entry) is { } audit) _audit.Upsert(audit);
        _mentions.Add(entry);
        switch (entry.Event)
        {
            case MessagePosted e:
                _messages.Upsert(new MessageRow(e.Message, null, null));
                break;
            case MessageEdited e:
                Edit(e.Message);
                break;
            case MessageDeleted e:
                Delete(new MessageKey(e.ChannelId.Value, e.MessageId.Value), entry.At.UtcDateTime, e.ActorId.Value);
                break;
            case MessagesBulkDeleted e:
                foreach (var id in e.MessageIds) Delete(new MessageKey(e.ChannelId.Value, id.Value), entry.At.UtcDateTime, e.ActorId.Value);
                break;
            case UserRegistered e:
                _users.Upsert(e.User);
                break;
            case UserDeleted e:
                _users.Delete(e.UserId.Value);
                break;
            case SessionsRevoked e:
                foreach (var id in e.SessionIds) _revoked.TryAdd(id.Value, entry.At.UtcDateTime);
                break;
            case ServerEvent e:
                Add(e);
                break;
            default:
                throw new InvalidOperationException($"no table takes {entry.Event.GetType().Name}");
        }
    }

    public void WriteCommands(NpgsqlBatch batch)
    {
        if (_deletedServers.Count > 0)
        {
            Guid[] ids = [.. _deletedServers];
            foreach (var table in (ReadOnlySpan<string>)["channels", "roles", "members", "bans", "sanctions", "invites", "audit_log"])
                batch.BatchCommands.Add(Sql.Command($"delete from {table} where server_id = any($1)", new NpgsqlParameter<Guid[]> { TypedValue = ids }));
        }

        _users.WriteCommands(batch);
        _servers.WriteCommands(batch);
        _channels.WriteCommands(batch);
        _roles.WriteCommands(batch);
        _members.WriteCommands(batch);
        if (_deletedRoles.Count > 0)
            batch.BatchCommands.Add(Sql.Command(RemoveRoles, Sql.Array(_deletedRoles, role => role.Server), Sql.Array(_deletedRoles, role => role.Role)));
        _bans.WriteCommands(batch);
        _sanctions.WriteCommands(batch);
        _invites.WriteCommands(batch);
        _audit.WriteCommands(batch);
        _messages.WriteCommands(batch);
        _mentions.WriteCommands(batch);
        if (_edits.Count > 0)
        {
            batch.BatchCommands.Add(Sql.Command(
                UpdateMessages,
                Sql.Array(_edits.Keys, key => key.Channel),
                Sql.Array(_edits.Keys, key => key.Id),
                Sql.Array(_edits.Values, message => message.Content),
                Sql.Array(_edits.Values, message => message.EditedAt?.UtcDateTime),
                Sql.Array(_edits.Values, message => string.Join(',', message.MentionIds)),
                Sql.Array(_edits.Values, message => string.Join(',', message.MentionRoleIds)),
                Sql.Array(_edits.Values, message => message.MentionEveryone)));
        }

        if (_deletions.Count > 0)
        {
            batch.BatchCommands.Add(Sql.Command(
                DeleteMessages,
                Sql.Array(_deletions.Keys, key => key.Channel),
                Sql.Array(_deletions.Keys, key => key.Id),
                Sql.Array(_deletions.Values, deletion => deletion.At),
                Sql.Array(_deletions.Values, deletion => deletion.Actor)));
        }

        if (_revoked.Count > 0)
            batch.BatchCommands.Add(Sql.Command(RevokeSessions, Sql.Array(_revoked.Keys, id => id), Sql.Array(_revoked.Values, at => at)));
    }

    public void Clear()
    {
        _users.Clear();
        _servers.Clear();
        _channels.Clear();
        _roles.Clear();
        _members.Clear();
        _bans.Clear();
        _sanctions.Clear();
        _audit.Clear();
        _deletedRoles.Clear();
        _invites.Clear();
        _messages.Clear();
        _mentions.Clear();
        _edits.Clear();
        _deletions.Clear();
        _revoked.Clear();
        _deletedServers.Clear();
    }

    private static NpgsqlParameter[] Keys(IReadOnlyCollection<Guid> keys) => [Sql.Array(keys, key => key)];

    private void Add(ServerEvent happened)
    {
        switch (happened)
        {
            case ServerCreated e:
                _servers.Upsert(e.Server);
                _roles.Upsert(e.Everyone);
                foreach (var channel in e.Channels) _channels.Upsert(channel);
                _members.Upsert(new MemberRow(e.ServerId, e.Owner));
                break;
            case ServerUpdated e:
                _servers.Upsert(e.Server);
                break;
            case ServerDeleted e:
                _servers.Delete(e.ServerId.Value);
                _channels.Forget(row => row.ServerId == e.ServerId);
                _roles.Forget(row => row.ServerId == e.ServerId);
                _members.Forget(row => row.ServerId == e.ServerId);
                _bans.Forget(row => row.ServerId == e.ServerId);
                _sanctions.Forget(row => row.ServerId == e.ServerId);
                _audit.Forget(row => row.ServerId == e.ServerId);
                _invites.Forget(row => row.ServerId == e.ServerId);
                _deletedServers.Add(e.ServerId.Value);
                break;
            case ChannelCreated e:
                _channels.Upsert(e.Channel);
                break;
            case ChannelUpdated e:
                _channels.Upsert(e.Channel);
                break;
            case ChannelDeleted e:
                _channels.Delete(e.Channel.Id.Value);
                break;
            case RoleCreated e:
                _roles.Upsert(e.Role);
                break;
            case RoleUpdated e:
                _roles.Upsert(e.Role);
                break;
            case RoleDeleted e:
                _roles.Delete(e.Role.Id.Value);
                _deletedRoles.Add((e.ServerId.Value, e.Role.Id.Value));
                break;
            case InviteCreated e:
                _invites.Upsert(e.Invite);
                break;
            case InviteDeleted e:
                _invites.Delete(new InviteKey(e.Invite.Code));
                break;
            case MemberJoined e:
                _members.Upsert(new MemberRow(e.ServerId, e.Member));
                _invites.Upsert(e.Invite);
                _sanctions.Delete((e.ServerId.Value, e.Member.UserId.Value));
                break;
            case MemberUpdated e:
                _members.Upsert(new MemberRow(e.ServerId, e.Member));
                break;
            case MemberRemoved e:
                Remove(e.ServerId, e.UserId, e.Member);
                break;
            case MemberBanned e:
                Remove(e.ServerId, e.Ban.UserId, e.Member);
                _bans.Upsert(e.Ban);
                break;
            case MemberUnbanned e:
                _bans.Delete((e.ServerId.Value, e.Ban.UserId.Value));
                break;
            default:
                throw new InvalidOperationException($"no table takes {happened.GetType().Name}");
        }
    }

    private void Remove(ServerId server, UserId user, MemberRecord? member)
    {
        _members.Delete((server.Value, user.Value));
        if (member?.Sanctions.IsAny == true) _sanctions.Upsert(new SanctionsRow(server, user, member.Sanctions));
    }

    /// <summary>A message of the same batch is changed before it is written: one row, one statement.</summary>
    private void Edit(MessageRecord message)
    {
        var key = new MessageKey(message.ChannelId.Value, message.Id.Value);
        if (_messages.Find(key) is { } row) _messages.Upsert(row with { Message = message });
        else _edits[key] = message;
    }

    private void Delete(MessageKey key, DateTime at, Guid actor)
    {
        if (_messages.Find(key) is { } row) _messages.Upsert(row with { DeletedAt = at, DeletedBy = actor });
        else _deletions.TryAdd(key, (at, actor));
    }

    private readonly record struct MessageKey(Guid Channel, Guid Id);

    private readonly record struct InviteKey(string Code);

    private sealed record MemberRow(ServerId ServerId, MemberRecord Member);

    private sealed record SanctionsRow(ServerId ServerId, UserId UserId, Sanctions Sanctions);

    private sealed record MessageRow(MessageRecord Message, DateTime? DeletedAt, Guid? DeletedBy);
}
