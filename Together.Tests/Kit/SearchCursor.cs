using Npgsql;

namespace Together.Tests.Kit;

/// <summary>Waits for the search index of a database, by its durable cursor. One test.</summary>
internal sealed class SearchCursor : IAsyncDisposable
{
    /// <summary>For a loaded machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestDatabase _database;
    private readonly NpgsqlConnection _connection;

    private SearchCursor(TestDatabase database, NpgsqlConnection connection) => (_database, _connection) = (database, connection);

    public static async Task<SearchCursor> WatchAsync(TestDatabase database)
    {
        await database.ExecuteAsync("""
            create or replace function tell_search() returns trigger language plpgsql as $$ begin perform pg_notify('search', ''); return null; end $$;
            create or replace trigger tell_search after insert or update on search_state for each row execute function tell_search();
            """);
        var connection = await database.DataSource.OpenConnectionAsync();
        await using var listen = new NpgsqlCommand("listen search", connection);
        await listen.ExecuteNonQueryAsync();
        return new SearchCursor(database, connection);
    }

    /// <summary>Until all that is stored by now is indexed.</summary>
    public async Task CaughtUpAsync()
    {
        while (!await IsCaughtUpAsync())
        {
            if (!await _connection.WaitAsync(Patience)) throw new TimeoutException($"the search index has not come to the last message within {Patience.TotalSeconds} s");
        }
    }

    public Task<bool> IsCaughtUpAsync() => _database.ScalarAsync<bool>("""
        select exists (select from search_state where is_filled and position >= coalesce((select max(position) from journal where manifest in (
            'channel.message_posted.v1', 'channel.message_edited.v1', 'channel.message_deleted.v1', 'channel.messages_bulk_deleted.v1', 'channel.messages_erased.v1',
            'server.channel_deleted.v1', 'server.deleted.v1', 'channel.private_deleted.v1')), 0))
        """);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
