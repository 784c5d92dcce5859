using Npgsql;
using Together.Actors.Servers;
using Together.Protocol;

namespace Together.Actors.Persistence;

/// <summary>Reads the audit log's table. Any thread.</summary>
public sealed class AuditEntries(NpgsqlDataSource source)
{
    /// <summary>A page of one server's entries, newest first.</summary>
    /// <param name="server">Whose.</param>
    /// <param name="actor">Only what they did; null for everybody.</param>
    /// <param name="action">Only this action; null for all.</param>
    /// <param name="before">Below this entry, exclusive; null from the newest.</param>
    /// <param name="limit">At most so many.</param>
    public async Task<List<AuditRecord>> PageAsync(ServerId server, UserId? actor, string? action, Guid? before, int limit)
    {
        await using var command = source.CreateCommand($"""
            select id, actor_id, action, target_id, changes::text, reason, created_at from audit_log
            where server_id = $1 and id < $2 {(actor is null ? "" : "and actor_id = $4")} {(action is null ? "" : $"and action = ${(actor is null ? 4 : 5)}")}
            order by id desc limit $3
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = server.Value });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = before ?? Guid.AllBitsSet });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        if (actor is { } user) command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user.Value });
        if (action is not null) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = action });
        await using var row = await command.ExecuteReaderAsync();
        var records = new List<AuditRecord>();
        while (await row.ReadAsync())
        {
            records.Add(new AuditRecord(
                row.GetGuid(0),
                server,
                new UserId(row.GetGuid(1)),
                row.GetString(2),
                row.IsDBNull(3) ? null : row.GetGuid(3),
                row.GetString(4),
                row.IsDBNull(5) ? null : row.GetString(5),
                row.GetFieldValue<DateTimeOffset>(6)));
        }

        return records;
    }
}
