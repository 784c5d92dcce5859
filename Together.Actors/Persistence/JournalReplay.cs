using System.Data;
using Npgsql;

namespace Together.Actors.Persistence;

/// <summary>How a table differs from what the journal says.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Missing">Rows that the journal has and the table has not.</param>
/// <param name="Extra">Rows that the table has and the journal has not.</param>
/// <param name="Changed">Rows that both have, with other contents.</param>
/// <param name="Keys">The first of them, by key; never their contents.</param>
public sealed record TableComparison(string Table, long Missing, long Extra, long Changed, IReadOnlyList<string> Keys)
{
    public bool IsEqual => Missing == 0 && Extra == 0 && Changed == 0;
}

/// <param name="Events">In the journal.</param>
/// <param name="Tables">Each table that the journal alone determines.</param>
public sealed record JournalComparison(long Events, IReadOnlyList<TableComparison> Tables)
{
    public bool IsEqual => Tables.All(table => table.IsEqual);
}

/// <summary>Replays the whole journal through the projection that wrote the tables. Any thread, one call at a time per database.</summary>
public static class JournalReplay
{
    /// <summary>Events in memory at once; throughput is flat above it.</summary>
    private const int PageEvents = 500;

    private const int KeysShown = 5;

    /// <summary>
    /// Compares the tables with the journal, both at one moment, beside a running host. It replays into temporary tables of the
    /// same names: PostgreSQL looks for a name among them first, so the projection is the very one that the writer uses.
    /// </summary>
    /// <param name="source">Of the database to read; nothing in it changes.</param>
    /// <param name="progress">Told the events replayed so far.</param>
    /// <param name="cancellation">Leaves nothing behind.</param>
    /// <exception cref="UnknownManifestException">The journal was written by a newer version.</exception>
    public static async Task<JournalComparison> VerifyAsync(NpgsqlDataSource source, IProgress<long> progress, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        foreach (var table in CommunityProjection.TableNames)
            await ExecuteAsync(connection, $"create temporary table {table} (like public.{table} including all) on commit drop", cancellation);
        // The projection revokes sessions too; here it finds none.
        await ExecuteAsync(connection, "create temporary table sessions (like public.sessions) on commit drop", cancellation);

        var events = await ReplayAsync(source, connection, progress, cancellation);
        var tables = new List<TableComparison>();
        foreach (var table in CommunityProjection.TableNames) tables.Add(await CompareAsync(connection, table, cancellation));
        return new JournalComparison(events, tables);
    }

    /// <summary>
    /// Empties the tables and fills them from the journal, all or nothing, and answers the number of events. Snapshots go, and the
    /// log gets a new epoch, so that no client resumes on what it remembers.
    /// </summary>
    /// <param name="source">Of the database to rebuild.</param>
    /// <param name="progress">Told the events replayed so far.</param>
    /// <param name="cancellation">Leaves everything as it was.</param>
    /// <exception cref="DatabaseInUseException">A host runs on this database.</exception>
    /// <exception cref="UnknownManifestException">The journal was written by a newer version; nothing has changed.</exception>
    public static async Task<long> RebuildAsync(NpgsqlDataSource source, IProgress<long> progress, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // The lock that a writer holds as long as it lives; this transaction's end gives it back.
        await using (var guard = new NpgsqlCommand($"select pg_try_advisory_xact_lock({JournalWriter.LockClass}, {JournalWriter.GuardLock})", connection))
        {
            if (!(bool)(await guard.ExecuteScalarAsync(cancellation))!) throw new DatabaseInUseException();
        }

        await ExecuteAsync(connection, $"truncate {string.Join(", ", CommunityProjection.TableNames)}", cancellation);
        var events = await ReplayAsync(source, connection, progress, cancellation);
        await ExecuteAsync(connection, "delete from snapshots", cancellation);
        // The next host indexes what is there then.
        await ExecuteAsync(connection, "delete from search_state", cancellation);
        await ExecuteAsync(connection, "update instance set log_epoch = gen_random_uuid()", cancellation);
        await transaction.CommitAsync(cancellation);
        return events;
    }

    private static async Task<long> ReplayAsync(NpgsqlDataSource source, NpgsqlConnection connection, IProgress<long> progress, CancellationToken cancellation)
    {
        var journal = new Journal(source, Manifests.Catalog);
        var projection = new CommunityProjection();
        var (events, position) = (0L, 0L);
        while (await journal.PageAsync(connection, position, PageEvents) is { Count: > 0 } page)
        {
            cancellation.ThrowIfCancellationRequested();
            await using var batch = new NpgsqlBatch(connection);
            projection.Clear();
            foreach (var entry in page) projection.Add(entry);
            projection.WriteCommands(batch);
            if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellation);
            (events, position) = (events + page.Count, page[^1].Position);
            progress.Report(events);
        }

        return events;
    }

    private static async Task<TableComparison> CompareAsync(NpgsqlConnection connection, string table, CancellationToken cancellation)
    {
        var key = table switch
        {
            "members" or "bans" or "sanctions" => "concat_ws(' ', server_id, user_id)",
            "relationships" => "concat_ws(' ', low_id, high_id)",
            "user_settings" => "user_id::text",
            "messages" => "concat_ws(' ', channel_id, id)",
            "mentions" => "concat_ws(' ', target, channel_id, message_id)",
            "message_edits" => "concat_ws(' ', channel_id, message_id, position)",
            "reactions" => "concat_ws(' ', channel_id, message_id, emoji, user_id)",
            "invites" => "code",
            _ => "id::text",
        };
        await using var command = new NpgsqlCommand($"""
            select count(*) filter (where extra.key is null), count(*) filter (where missing.key is null), count(*) filter (where extra.key = missing.key),
                coalesce((array_agg(coalesce(missing.key, extra.key) order by coalesce(missing.key, extra.key)))[1:{KeysShown}], '{"{}"}')
            from (select {key} as key from (select * from pg_temp.{table} except select * from public.{table}) r) missing
            full join (select {key} as key from (select * from public.{table} except select * from pg_temp.{table}) r) extra on extra.key = missing.key
            """, connection)
        {
            // Sorting years of messages takes as long as it takes.
            CommandTimeout = 0,
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new TableComparison(table, reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<string[]>(3));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
