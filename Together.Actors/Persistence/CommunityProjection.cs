using System.Text.Json;
using Npgsql;
using Together.Actors.Channels;
using Together.Actors.Servers;
using Together.Actors.Users;
using Together.Protocol;
using Together.Protocol.Users;

namespace Together.Actors.Persistence;

/// <summary>
/// The tables that events are folded into, in the transaction that stores them. No foreign keys and no cascades: a late row
/// is tolerated and harms nobody. The same code rebuilds the tables from the journal. One writer.
/// </summary>
public sealed class CommunityProjection : IProjection
{
    /// <summary>The tables that the journal alone determines: what verify compares and rebuild empties.</summary>
    public static readonly IReadOnlyList<string> TableNames =
    [
        "users", "user_settings", "relationships", "servers", "channels", "private_channels", "roles", "members", "bans", "sanctions", "invites", "messages", "message_edits", "mentions",
        "attachments", "reactions", "audit_log",
    ];

    private const string UpdateMessages = """
        update messages m set content = x.content, edited_at = x.edited_at, mention_ids = string_to_array(x.users, ',')::uuid[],
            mention_role_ids = string_to_array(x.roles, ',')::uuid[], mention_everyone = x.everyone
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::boolean[]) as x(channel_id, id, content, edited_at, users, roles, everyone)
        where m.channel_id = x.channel_id and m.id = x.id
        """;

    private const string DeleteMessages = """
        update messages m set deleted_at = x.at, deleted_by = x.actor, pinned_at = null
        from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[]) as x(channel_id, id, at, actor)
        where m.channel_id = x.channel_id and m.id = x.id
        """;

    private const string PinMessages = """
        update messages m set pinned_at = x.at from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as x(channel_id, id, at)
        where m.channel_id = x.channel_id and m.id = x.id
        """;

    private const string InsertEdits = """
        insert into message_edits (channel_id, message_id, position) select * from unnest($1::uuid[], $2::uuid[], $3::bigint[]) on conflict do nothing
        """;

    private const string InsertReactions = """
        insert into reactions (channel_id, message_id, emoji, user_id, position) select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::bigint[])
        on conflict (channel_id, message_id, emoji, user_id) do update set position = excluded.position
        """;

    private const string DeleteReactions = """
        delete from reactions r using unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[]) as x(c, m, e, u)
        where (r.channel_id, r.message_id, r.emoji, r.user_id) = (x.c, x.m, x.e, x.u)
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
        Sql.Column<UserRecord, DateTime>("created_at", "timestamptz[]", row => row.CreatedAt.UtcDateTime),
        Sql.Column<UserRecord, string?>("display_name", "text[]", row => row.DisplayName),
        Sql.Column<UserRecord, string?>("about", "text[]", row => row.About),
        Sql.Column<UserRecord, string?>("avatar", "text[]", row => row.Avatar));

    private readonly Table<Guid, SettingsRow> _settings = new(
        "user_settings", "user_id", row => row.UserId.Value, Keys,
        Sql.Column<SettingsRow, Guid>("user_id", "uuid[]", row => row.UserId.Value),
        Sql.Column<SettingsRow, string>("settings", "text[]", row => JsonSerializer.Serialize(row.Settings, EventJson.Default.UserSettings), "{0}::jsonb"));

    private readonly Table<(Guid Low, Guid High), RelationshipRecord> _relationships = new(
        "relationships", "low_id, high_id", row => (row.LowId.Value, row.HighId.Value),
        keys => [Sql.Array(keys, key => key.Low), Sql.Array(keys, key => key.High)],
        Sql.Column<RelationshipRecord, Guid>("low_id", "uuid[]", row => row.LowId.Value),
        Sql.Column<RelationshipRecord, Guid>("high_id", "uuid[]", row => row.HighId.Value),
        Sql.Column<RelationshipRecord, short?>("low_type", "smallint[]", row => (short?)row.Low?.Type),
        Sql.Column<RelationshipRecord, DateTime?>("low_since", "timestamptz[]", row => row.Low?.Since.UtcDateTime),
        Sql.Column<RelationshipRecord, short?>("high_type", "smallint[]", row => (short?)row.High?.Type),
        Sql.Column<RelationshipRecord, DateTime?>("high_since", "timestamptz[]", row => row.High?.Since.UtcDateTime));

    private readonly Table<Guid, PrivateChannelRecord> _privateChannels = new(
        "private_channels", "id", row => row.Id.Value, Keys,
        Sql.Column<PrivateChannelRecord, Guid>("id", "uuid[]", row => row.Id.Value),
        Sql.Column<PrivateChannelRecord, short>("type", "smallint[]", row => (short)row.Type),
        Sql.Column<PrivateChannelRecord, string?>("name", "text[]", row => row.Name),
        Sql.Column<PrivateChannelRecord, Guid>("owner_id", "uuid[]", row => row.OwnerId.Value),
        Sql.Column<PrivateChannelRecord, string>("member_ids", "text[]", row => string.Join(',', row.MemberIds), Sql.IdList),
        Sql.Column<PrivateChannelRecord, string>("closed_for", "text[]", row => string.Join(',', row.ClosedFor), Sql.IdList),
        Sql.Column<PrivateChannelRecord, DateTime>("created_at", "timestamptz[]", row => row.CreatedAt.UtcDateTime));

    private readonly Table<Guid, ServerRecord> _servers = new(
        "servers", "id", row => row.Id.Value, Keys,
        Sql.Column<ServerRecord, Guid>("id", "uuid[]", row => row.Id.Value),
        Sql.Column<ServerRecord, string>("name", "text[]", row => row.Name),
        Sql.Column<ServerRecord, Guid>("owner_id", "uuid[]", row => row.OwnerId.Value),
        Sql.Column<ServerRecord, DateTime>("created_at", "timestamptz[]", row => row.CreatedAt.UtcDateTime),
        Sql.Column<ServerRecord, string?>("icon", "text[]", row => row.Icon));

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
        Sql.Column<MessageRow, Guid?>("server_id", "uuid[]", row => row.Message.ServerId?.Value),
        Sql.Column<MessageRow, Guid>("author_id", "uuid[]", row => row.Message.AuthorId.Value),
        Sql.Column<MessageRow, string>("content", "text[]", row => row.Message.Content),
        Sql.Column<MessageRow, string?>("nonce", "text[]", row => row.Message.Nonce),
        Sql.Column<MessageRow, DateTime?>("edited_at", "timestamptz[]", row => row.Message.EditedAt?.UtcDateTime),
        Sql.Column<MessageRow, string>("mention_ids", "text[]", row => string.Join(',', row.Message.MentionIds), Sql.IdList),
        Sql.Column<MessageRow, string>("mention_role_ids", "text[]", row => string.Join(',', row.Message.MentionRoleIds), Sql.IdList),
        Sql.Column<MessageRow, bool>("mention_everyone", "boolean[]", row => row.Message.MentionEveryone),
        Sql.Column<MessageRow, DateTime?>("deleted_at", "timestamptz[]", row => row.DeletedAt),
        Sql.Column<MessageRow, Guid?>("deleted_by", "uuid[]", row => row.DeletedBy),
        Sql.Column<MessageRow, short>("type", "smallint[]", row => (short)row.Message.Type),
        Sql.Column<MessageRow, Guid?>("reply_to", "uuid[]", row => row.Message.ReplyTo?.Value),
        Sql.Column<MessageRow, DateTime?>("pinned_at", "timestamptz[]", row => row.PinnedAt),
        Sql.Column<MessageRow, long>("position", "bigint[]", row => row.Position),
        Sql.Column<MessageRow, string?>("attachments", "text[]", row => row.Message.Attachments is { } files ? JsonSerializer.Serialize(files, EventJson.Default.ImmutableArrayAttachmentRecord) : null, "{0}::jsonb"));

    private readonly Table<Guid, AttachmentRow> _attachments = new(
        "attachments", "id", row => row.Id.Value, Keys,
        Sql.Column<AttachmentRow, Guid>("id", "uuid[]", row => row.Id.Value),
        Sql.Column<AttachmentRow, Guid>("channel_id", "uuid[]", row => row.Message.Channel),
        Sql.Column<AttachmentRow, Guid>("message_id", "uuid[]", row => row.Message.Id));

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
    private readonly HashSet<(MessageKey Message, long Position)> _editPositions = [];
    private readonly Dictionary<MessageKey, (DateTime At, Guid Actor)> _deletions = [];
    private readonly Dictionary<MessageKey, DateTime?> _pins = [];
    private readonly HashSet<MessageKey> _erased = [];

    /// <summary>The position of one that is there, null for one that is gone.</summary>
    private readonly Dictionary<ReactionKey, long?> _reactions = [];
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
                _messages.Upsert(new MessageRow(e.Message, entry.Position, null, null, null));
                foreach (var file in e.Message.Attachments ?? []) _attachments.Upsert(new AttachmentRow(file.Id, new MessageKey(e.ChannelId.Value, e.Message.Id.Value)));
                break;
            case MessageEdited e:
                Edit(e.Message);
                _editPositions.Add((new MessageKey(e.ChannelId.Value, e.Message.Id.Value), entry.Position));
                break;
            case MessagePinned e:
                Pin(new MessageKey(e.ChannelId.Value, e.MessageId.Value), entry.At.UtcDateTime);
                break;
            case MessageUnpinned e:
                Pin(new MessageKey(e.ChannelId.Value, e.MessageId.Value), null);
                break;
            case MessagesErased e:
                foreach (var id in e.MessageIds) _erased.Add(new MessageKey(e.ChannelId.Value, id.Value));
                break;
            case ReactionAdded e:
                _reactions[new ReactionKey(new MessageKey(e.ChannelId.Value, e.MessageId.Value), e.Emoji, e.UserId.Value)] = entry.Position;
                break;
            case ReactionRemoved e:
                _reactions[new ReactionKey(new MessageKey(e.ChannelId.Value, e.MessageId.Value), e.Emoji, e.UserId.Value)] = null;
                break;
            case ReactionsCleared e:
                foreach (var user in e.UserIds) _reactions[new ReactionKey(new MessageKey(e.ChannelId.Value, e.MessageId.Value), e.Emoji, user.Value)] = null;
                break;
            case PrivateChannelCreated e:
                _privateChannels.Upsert(e.Channel);
                break;
            case PrivateChannelUpdated e:
                _privateChannels.Upsert(e.Channel);
                break;
            case PrivateChannelDeleted e:
                _privateChannels.Delete(e.ChannelId.Value);
                break;
            case RelationshipChanged e:
                if (e.After.IsNothing) _relationships.Delete((e.After.LowId.Value, e.After.HighId.Value));
                else _relationships.Upsert(e.After);
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
                _settings.Delete(e.UserId.Value);
                break;
            case ProfileChanged e:
                _users.Upsert(e.User);
                break;
            case SettingsChanged e:
                _settings.Upsert(new SettingsRow(e.UserId, e.Settings));
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
        _settings.WriteCommands(batch);
        _relationships.WriteCommands(batch);
        _privateChannels.WriteCommands(batch);
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
        _attachments.WriteCommands(batch);
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

        if (_editPositions.Count > 0)
        {
            batch.BatchCommands.Add(Sql.Command(
                InsertEdits, Sql.Array(_editPositions, edit => edit.Message.Channel), Sql.Array(_editPositions, edit => edit.Message.Id), Sql.Array(_editPositions, edit => edit.Position)));
        }

        if (_pins.Count > 0)
            batch.BatchCommands.Add(Sql.Command(PinMessages, Sql.Array(_pins.Keys, key => key.Channel), Sql.Array(_pins.Keys, key => key.Id), Sql.Array(_pins.Values, at => at)));

        if (_deletions.Count > 0)
        {
            batch.BatchCommands.Add(Sql.Command(
                DeleteMessages,
                Sql.Array(_deletions.Keys, key => key.Channel),
                Sql.Array(_deletions.Keys, key => key.Id),
                Sql.Array(_deletions.Values, deletion => deletion.At),
                Sql.Array(_deletions.Values, deletion => deletion.Actor)));
        }

        WriteReactions(batch);
        if (_erased.Count > 0)
        {
            // Behind all else: in a replay the whole life of a message may lie in one batch.
            foreach (var (table, id) in (ReadOnlySpan<(string, string)>)[("messages", "id"), ("message_edits", "message_id"), ("attachments", "message_id"), ("reactions", "message_id")])
            {
                batch.BatchCommands.Add(Sql.Command(
                    $"delete from {table} t using unnest($1::uuid[], $2::uuid[]) as x(c, m) where t.channel_id = x.c and t.{id} = x.m",
                    Sql.Array(_erased, key => key.Channel), Sql.Array(_erased, key => key.Id)));
            }
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
        _attachments.Clear();
        _mentions.Clear();
        _edits.Clear();
        _editPositions.Clear();
        _deletions.Clear();
        _pins.Clear();
        _erased.Clear();
        _reactions.Clear();
        _settings.Clear();
        _relationships.Clear();
        _privateChannels.Clear();
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
        if (_messages.Find(key) is { } row) _messages.Upsert(row with { DeletedAt = at, DeletedBy = actor, PinnedAt = null });
        else _deletions.TryAdd(key, (at, actor));
    }

    private void Pin(MessageKey key, DateTime? at)
    {
        if (_messages.Find(key) is { } row) _messages.Upsert(row with { PinnedAt = at });
        else _pins[key] = at;
    }

    private void WriteReactions(NpgsqlBatch batch)
    {
        if (_reactions.Count == 0) return;
        var gone = _reactions.Where(reaction => reaction.Value is null).Select(reaction => reaction.Key).ToList();
        if (gone.Count > 0)
        {
            batch.BatchCommands.Add(Sql.Command(
                DeleteReactions, Sql.Array(gone, key => key.Message.Channel), Sql.Array(gone, key => key.Message.Id), Sql.Array(gone, key => key.Emoji), Sql.Array(gone, key => key.User)));
        }

        var added = _reactions.Where(reaction => reaction.Value is not null).ToList();
        if (added.Count > 0)
        {
            batch.BatchCommands.Add(Sql.Command(
                InsertReactions,
                Sql.Array(added, reaction => reaction.Key.Message.Channel),
                Sql.Array(added, reaction => reaction.Key.Message.Id),
                Sql.Array(added, reaction => reaction.Key.Emoji),
                Sql.Array(added, reaction => reaction.Key.User),
                Sql.Array(added, reaction => reaction.Value!.Value)));
        }
    }

    private readonly record struct MessageKey(Guid Channel, Guid Id);

    private readonly record struct InviteKey(string Code);

    private sealed record AttachmentRow(AttachmentId Id, MessageKey Message);

    private sealed record MemberRow(ServerId ServerId, MemberRecord Member);

    private sealed record SanctionsRow(ServerId ServerId, UserId UserId, Sanctions Sanctions);

    private readonly record struct ReactionKey(MessageKey Message, string Emoji, Guid User);

    private sealed record SettingsRow(UserId UserId, UserSettings Settings);

    /// <param name="Position">Of the event that posted it.</param>
    private sealed record MessageRow(MessageRecord Message, long Position, DateTime? DeletedAt, Guid? DeletedBy, DateTime? PinnedAt);
}
