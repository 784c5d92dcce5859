using Npgsql;

namespace Together.Tests.Kit;

/// <summary>Waits for the work that follows events of one kind, by its durable cursor. One test.</summary>
internal sealed class ReactorCursor : IAsyncDisposable
{
    /// <summary>For a loaded machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestDatabase _database;
    private readonly string _name;
    private readonly string _manifest;
    private readonly NpgsqlConnection _connection;

    private ReactorCursor(TestDatabase database, string name, string manifest, NpgsqlConnection connection) =>
        (_database, _name, _manifest, _connection) = (database, name, manifest, connection);

    public static Task<ReactorCursor> OfWelcomesAsync(TestDatabase database) => WatchAsync(database, "welcome", "server.member_joined.v1");

    public static Task<ReactorCursor> OfRedactionAsync(TestDatabase database) => WatchAsync(database, "redaction", "channel.messages_erased.v1");

    /// <summary>Until all that is stored by now is followed up.</summary>
    public async Task CaughtUpAsync()
    {
        while (!await IsCaughtUpAsync())
        {
            if (!await _connection.WaitAsync(Patience)) throw new TimeoutException($"the cursor of {_name} has not come to the last {_manifest} within {Patience.TotalSeconds} s");
        }
    }

    public Task<bool> IsCaughtUpAsync() => _database.ScalarAsync<bool>($"""
        select coalesce((select max(position) from journal where manifest = '{_manifest}'), 0) <= coalesce((select position from reactors where name = '{_name}'), 0)
        """);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task<ReactorCursor> WatchAsync(TestDatabase database, string name, string manifest)
    {
        await database.ExecuteAsync("""
            create or replace function tell_cursor() returns trigger language plpgsql as $$ begin perform pg_notify('reactors', ''); return null; end $$;
            create or replace trigger tell_cursor after insert or update on reactors for each row execute function tell_cursor();
            """);
        var connection = await database.DataSource.OpenConnectionAsync();
        await using var listen = new NpgsqlCommand("listen reactors", connection);
        await listen.ExecuteNonQueryAsync();
        return new ReactorCursor(database, name, manifest, connection);
    }
}
