using System.Collections.Immutable;
using System.Data;
using System.Text.Json;
using Npgsql;
using Together.Actors.Servers;
using Together.Actors.Users;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Channels;
using Together.Protocol.Users;

namespace Together.Actors.Persistence;

/// <summary>Loads a node's views at start, from the tables at one position: years of journal need not be folded.</summary>
public static class ViewLoader
{
    public static async Task<ViewRoot> LoadAsync(NpgsqlDataSource source, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);

        var position = (await ReadAsync("select coalesce(max(position), 0) from journal", row => row.GetInt64(0)))[0];
        var users = await ReadAsync("select id, username, created_at, display_name, about, avatar from users", row => new UserRecord(
            new(row.GetGuid(0)), row.GetString(1), Time(row, 2), row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5)));
        var settings = await ReadAsync("select user_id, settings::text from user_settings", row => (new UserId(row.GetGuid(0)), JsonSerializer.Deserialize(row.GetString(1), EventJson.Default.UserSettings)!));
        var relationships = await ReadAsync("select low_id, high_id, low_type, low_since, high_type, high_since from relationships", row => new RelationshipRecord(
            new(row.GetGuid(0)), new(row.GetGuid(1)), Standing(row, 2), Standing(row, 4)));
        var privateChannels = await ReadAsync($"select {Messages.PrivateChannelColumns} from private_channels", Messages.PrivateChannel);
        var channels = (await ReadAsync("select id, server_id, type, name, topic, category_id, position, overwrites::text, slow_mode_seconds, user_limit from channels", Channel)).ToLookup(row => row.ServerId);
        var roles = (await ReadAsync("select id, server_id, name, color, hoist, mentionable, position, permissions, created_at from roles", Role)).ToLookup(row => row.ServerId);
        var members = (await ReadAsync("select server_id, user_id, role_ids, joined_at, nickname, timeout_until, server_mute, server_deaf from members", Member)).ToLookup(row => row.Server, row => row.Member);
        var bans = (await ReadAsync("select server_id, user_id, moderator_id, reason, created_at from bans", Ban)).ToLookup(row => row.ServerId);
        var sanctions = (await ReadAsync("select server_id, user_id, timeout_until, server_mute, server_deaf from sanctions", row => (Server: new ServerId(row.GetGuid(0)), User: new UserId(row.GetGuid(1)), Sanctions: Sanctions(row, 2))))
            .ToLookup(row => row.Server);
        var invites = (await ReadAsync("select code, server_id, inviter_id, uses, max_uses, expires_at, created_at from invites", Invite)).ToLookup(row => row.ServerId);
        var servers = await ReadAsync("select id, name, owner_id, created_at, icon from servers", row =>
        {
            var id = new ServerId(row.GetGuid(0));
            return new ServerState(
                new ServerRecord(id, row.GetString(1), new(row.GetGuid(2)), Time(row, 3), row.IsDBNull(4) ? null : row.GetString(4)),
                channels[id].ToImmutableDictionary(channel => channel.Id),
                roles[id].ToImmutableDictionary(role => role.Id),
                members[id].ToImmutableSortedDictionary(member => member.UserId, member => member),
                bans[id].ToImmutableSortedDictionary(ban => ban.UserId, ban => ban),
                sanctions[id].ToImmutableDictionary(row => row.User, row => row.Sanctions),
                invites[id].ToImmutableDictionary(invite => invite.Code));
        });
        var lastMessages = await ReadAsync(
            "select c.id, m.id from (select id from channels union all select id from private_channels) c cross join lateral (select id from messages where channel_id = c.id order by id desc limit 1) m",
            row => (new ChannelId(row.GetGuid(0)), new MessageId(row.GetGuid(1))));
        var revoked = await ReadAsync(
            "select id, revoked_at from sessions where revoked_at > $1",
            row => (new SessionId(row.GetGuid(0)), Time(row, 1)),
            new NpgsqlParameter<DateTime> { TypedValue = (now - ViewRoot.RevocationMemory).UtcDateTime });
        return ViewRoot.Of(position, users, servers, lastMessages, revoked, privateChannels, relationships, settings);

        async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read, NpgsqlParameter? parameter = null)
        {
            await using var command = new NpgsqlCommand(sql, connection, snapshot);
            if (parameter is not null) command.Parameters.Add(parameter);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellation)) rows.Add(read(reader));
            return rows;
        }
    }

    private static ChannelRecord Channel(NpgsqlDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        (ChannelType)row.GetInt16(2),
        row.GetString(3),
        row.IsDBNull(4) ? null : row.GetString(4),
        row.IsDBNull(5) ? null : new(row.GetGuid(5)),
        row.GetInt32(6),
        JsonSerializer.Deserialize(row.GetString(7), EventJson.Default.ImmutableArrayOverwrite),
        row.GetInt32(8),
        row.GetInt32(9));

    private static RoleRecord Role(NpgsqlDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        row.GetString(2),
        row.GetInt32(3),
        row.GetBoolean(4),
        row.GetBoolean(5),
        row.GetInt32(6),
        (Permissions)row.GetInt64(7),
        Time(row, 8));

    private static (ServerId Server, MemberRecord Member) Member(NpgsqlDataReader row) =>
        (new(row.GetGuid(0)), new(new(row.GetGuid(1)), [.. row.GetFieldValue<Guid[]>(2).Select(RoleId.From)], Time(row, 3), row.IsDBNull(4) ? null : row.GetString(4), Sanctions(row, 5)));

    private static Sanctions Sanctions(NpgsqlDataReader row, int column) =>
        new(row.IsDBNull(column) ? null : Time(row, column), row.GetBoolean(column + 1), row.GetBoolean(column + 2));

    private static Standing? Standing(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : new((RelationshipType)row.GetInt16(column), Time(row, column + 1));

    private static BanRecord Ban(NpgsqlDataReader row) =>
        new(new(row.GetGuid(0)), new(row.GetGuid(1)), new(row.GetGuid(2)), row.IsDBNull(3) ? null : row.GetString(3), Time(row, 4));

    private static InviteRecord Invite(NpgsqlDataReader row) => new(
        row.GetString(0),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        row.GetInt32(3),
        row.IsDBNull(4) ? null : row.GetInt32(4),
        row.IsDBNull(5) ? null : Time(row, 5),
        Time(row, 6));

    private static DateTimeOffset Time(NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);
}
