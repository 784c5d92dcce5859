using Npgsql;
using Together.Protocol;

namespace Together.Actors.Persistence;

/// <summary>Reads the journal and keeps snapshots. Any thread.</summary>
public sealed class Journal(NpgsqlDataSource source, EventCatalog catalog)
{
    private const string Columns = "position, persistence_id, sequence_nr, manifest, payload, created_at";

    /// <summary>The events of one entity after a sequence number, in order.</summary>
    public async IAsyncEnumerable<LogEntry> EntityAsync(string persistenceId, long afterSequenceNr)
    {
        await using var command = source.CreateCommand($"select {Columns} from journal where persistence_id = $1 and sequence_nr > $2 order by sequence_nr");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = persistenceId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = afterSequenceNr });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) yield return Read(reader);
    }

    /// <summary>The last sequence number of an entity, 0 when it has none.</summary>
    public async Task<long> LastSequenceNrAsync(string persistenceId)
    {
        await using var command = source.CreateCommand("select coalesce(max(sequence_nr), 0) from journal where persistence_id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = persistenceId });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>When the event at a position was decided, or null when there is none.</summary>
    public async Task<DateTimeOffset?> TimeAsync(long position)
    {
        await using var command = source.CreateCommand("select created_at from journal where position = $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        return await command.ExecuteScalarAsync() is DateTime time ? new DateTimeOffset(time, TimeSpan.Zero) : null;
    }

    /// <summary>
    /// The events in (<paramref name="after"/>, <paramref name="to"/>] of these scopes or about this user, in position order,
    /// at most <paramref name="limit"/>.
    /// </summary>
    public async Task<List<LogEntry>> ScopesAsync(long after, long to, Guid[] scopes, UserId subject, int limit)
    {
        await using var command = source.CreateCommand($"""
            select {Columns} from journal
            where position > $1 and position <= $2 and (scope = any($3) or subject = $4)
            order by position limit $5
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = to });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = scopes });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = subject.Value });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync();
        var entries = new List<LogEntry>();
        while (await reader.ReadAsync()) entries.Add(Read(reader));
        return entries;
    }

    /// <summary>The whole journal in pages, on a given connection, so that it reads from that connection's snapshot.</summary>
    public async Task<List<LogEntry>> PageAsync(NpgsqlConnection connection, long after, int limit)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from journal where position > $1 order by position limit $2", connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = after }, new NpgsqlParameter<int> { TypedValue = limit } },
        };
        await using var reader = await command.ExecuteReaderAsync();
        var entries = new List<LogEntry>();
        while (await reader.ReadAsync()) entries.Add(Read(reader));
        return entries;
    }

    /// <summary>The events of one manifest in (<paramref name="after"/>, <paramref name="to"/>], in position order.</summary>
    public async Task<List<LogEntry>> OfManifestAsync(string manifest, long after, long to, int limit)
    {
        // The manifest stands in the text: a partial index answers for it.
        await using var command = source.CreateCommand($"select {Columns} from journal where manifest = '{manifest}' and position > $1 and position <= $2 order by position limit $3");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = to });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync();
        var entries = new List<LogEntry>();
        while (await reader.ReadAsync()) entries.Add(Read(reader));
        return entries;
    }

    /// <summary>The latest snapshot of an entity, or null. One that this version cannot read counts as none.</summary>
    public async Task<(object State, long SequenceNr)?> SnapshotAsync(string persistenceId)
    {
        await using var command = source.CreateCommand("select manifest, payload, sequence_nr from snapshots where persistence_id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = persistenceId });
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync()) return null;
        try
        {
            return (catalog.Read(reader.GetString(0), reader.GetFieldValue<byte[]>(1)), reader.GetInt64(2));
        }
        catch (Exception unreadable) when (unreadable is UnknownManifestException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    public async Task SaveSnapshotAsync(string persistenceId, long sequenceNr, object state, DateTimeOffset at)
    {
        await using var command = source.CreateCommand("""
            insert into snapshots (persistence_id, sequence_nr, manifest, payload, created_at) values ($1, $2, $3, $4, $5)
            on conflict (persistence_id) do update
            set sequence_nr = excluded.sequence_nr, manifest = excluded.manifest, payload = excluded.payload, created_at = excluded.created_at
            where snapshots.sequence_nr < excluded.sequence_nr
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = persistenceId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sequenceNr });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = catalog.Manifest(state) });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = catalog.Write(state) });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at.UtcDateTime });
        await command.ExecuteNonQueryAsync();
    }

    private LogEntry Read(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        row.GetInt64(2),
        (DomainEvent)catalog.Read(row.GetString(3), row.GetFieldValue<byte[]>(4)),
        row.GetFieldValue<DateTimeOffset>(5));
}
