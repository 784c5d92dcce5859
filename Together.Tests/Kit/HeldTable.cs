using Npgsql;

namespace Together.Tests.Kit;

/// <summary>A table that nobody else can read or write until it is released. One test.</summary>
internal sealed class HeldTable : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly string _name;
    private readonly NpgsqlConnection _connection;
    private NpgsqlTransaction? _transaction;

    private HeldTable(TestDatabase database, string name, NpgsqlConnection connection) => (_database, _name, _connection) = (database, name, connection);

    public static async Task<HeldTable> TakeAsync(TestDatabase database, string name)
    {
        var table = new HeldTable(database, name, await database.DataSource.OpenConnectionAsync());
        table._transaction = await table._connection.BeginTransactionAsync();
        await using var take = new NpgsqlCommand($"lock table {name}", table._connection, table._transaction);
        await take.ExecuteNonQueryAsync();
        return table;
    }

    /// <summary>Until somebody waits for it. What they will see is what is there when it is released.</summary>
    public async Task WantedAsync()
    {
        while (await _database.ScalarAsync<long>($"select count(*) from pg_locks where relation = '{_name}'::regclass and not granted") == 0) await Task.Yield();
    }

    public async Task ReleaseAsync()
    {
        if (_transaction is not null) await _transaction.DisposeAsync();
        _transaction = null;
    }

    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync();
        await _connection.DisposeAsync();
    }
}
