using Npgsql;

namespace Together.Tests.Kit;

/// <summary>One test's own database; disposing drops it, whoever is still connected. Any thread.</summary>
public sealed class TestDatabase(string name, string connectionString, NpgsqlDataSource server) : IAsyncDisposable
{
    public string ConnectionString { get; } = connectionString;

    /// <summary>A pool on this database for the test's own queries; pools that the code under test makes are its own.</summary>
    public NpgsqlDataSource DataSource { get; } = NpgsqlDataSource.Create(connectionString);

    /// <summary>Where a host on this database keeps its files: the two belong together.</summary>
    public TemporaryDirectory Directory { get; } = new();

    public async Task<int> ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await using var drop = server.CreateCommand($"drop database if exists {name} with (force)");
        await drop.ExecuteNonQueryAsync();
        Directory.Dispose();
    }
}
