using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Together.Host.Database;
using Together.Tests.Kit;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Together.Tests.Kit;

/// <summary>
/// One PostgreSQL cluster for the whole test run, started by the first test that asks for a database and removed at the end.
/// Take it as a constructor argument of a test class. Any thread.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private const string Template = "together_template";

    private readonly SemaphoreSlim _starting = new(1, 1);
    private TemporaryDirectory? _directory;
    private BuiltInPostgres? _postgres;
    private NpgsqlDataSource? _server;
    private int _count;

    /// <summary>A fresh database with every migration applied: a copy of a template, about 50 ms.</summary>
    public Task<TestDatabase> CreateDatabaseAsync() => CreateAsync(Template);

    /// <summary>A fresh database without any table.</summary>
    /// <param name="options">More of <c>create database</c>, such as an encoding.</param>
    public Task<TestDatabase> CreateEmptyDatabaseAsync(string options = "") => CreateAsync($"template0 {options}");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _starting.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
        _directory?.Dispose();
    }

    private async Task<TestDatabase> CreateAsync(string template)
    {
        var server = await ServerAsync();
        var name = $"test_{Interlocked.Increment(ref _count)}";
        await using var create = server.CreateCommand($"create database {name} template {template}");
        await create.ExecuteNonQueryAsync();
        return new TestDatabase(name, Database(name), server);
    }

    private async Task<NpgsqlDataSource> ServerAsync()
    {
        await _starting.WaitAsync();
        try
        {
            return _server ??= await StartAsync();
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task<NpgsqlDataSource> StartAsync()
    {
        _directory = new TemporaryDirectory();
        // Many classes run at once, each with pools of its own; nothing here has to outlive a power cut.
        _postgres = await BuiltInPostgres.StartAsync(_directory.Path, new PostgresSettings { MaxConnections = 200, Durable = false }, NullLogger.Instance, CancellationToken.None);
        var server = NpgsqlDataSource.Create(Database("postgres"));
        await using (var create = server.CreateCommand($"create database {Template}")) await create.ExecuteNonQueryAsync();
        await using var template = NpgsqlDataSource.Create($"{Database(Template)};Pooling=false");
        await Migrations.ApplyAsync(template, NullLogger.Instance, CancellationToken.None);
        return server;
    }

    private string Database(string name) => new NpgsqlConnectionStringBuilder(_postgres!.ConnectionString) { Database = name }.ConnectionString;
}
