using Npgsql;
using NpgsqlTypes;
using Together.Actors.Connections;
using Together.Protocol;
using Together.Protocol.Users;

namespace Together.Actors.Persistence;

/// <summary>What users have chosen to be shown as: rows, not events. Any thread.</summary>
public sealed class ChosenStatuses(NpgsqlDataSource source)
{
    public async Task<List<(UserId User, ChosenStatus Chosen)>> LoadAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select user_id, status, text, emoji, expires_at from chosen_statuses");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var chosen = new List<(UserId, ChosenStatus)>();
        while (await row.ReadAsync(cancellation))
        {
            var custom = new CustomStatus(row.IsDBNull(2) ? null : row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4));
            var isNone = (custom.Text is null && custom.Emoji is null) || custom.ExpiresAt <= now;
            chosen.Add((new UserId(row.GetGuid(0)), new ChosenStatus((UserStatus)row.GetInt16(1), isNone ? null : custom)));
        }

        return chosen;
    }

    public async Task SaveAsync(UserId user, ChosenStatus chosen)
    {
        await using var command = source.CreateCommand("""
            insert into chosen_statuses (user_id, status, text, emoji, expires_at) values ($1, $2, $3, $4, $5)
            on conflict (user_id) do update set status = excluded.status, text = excluded.text, emoji = excluded.emoji, expires_at = excluded.expires_at
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user.Value });
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)chosen.Status });
        command.Parameters.Add(new NpgsqlParameter { Value = chosen.Custom?.Text ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = chosen.Custom?.Emoji ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = chosen.Custom?.ExpiresAt?.UtcDateTime ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync();
    }
}
