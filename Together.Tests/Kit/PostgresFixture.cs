using System.Diagnostics;
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
    private DirectoryInfo? _directory;
    private Process? _postgres;
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
        if (_postgres is not null)
        {
            _postgres.Kill();
            await _postgres.WaitForExitAsync();
            _postgres.Dispose();
        }
        _directory?.Delete(recursive: true);
    }

    private async Task<TestDatabase> CreateAsync(string template)
    {
        var server = await ServerAsync();
        var name = $"test_{Interlocked.Increment(ref _count)}";
        await using var create = server.CreateCommand($"create database {name} template {template}");
        await create.ExecuteNonQueryAsync();
        return new TestDatabase(name, ConnectionString(name), server);
    }

    private string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder { Host = _directory!.FullName, Username = "together", Database = database }.ConnectionString;

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
        _directory = Directory.CreateTempSubdirectory("together-tests-");
        var asUser = "";
        if (Environment.IsPrivilegedProcess)
        {
            using var chown = Process.Start("chown", ["postgres:", _directory.FullName]);
            await chown.WaitForExitAsync();
            asUser = "setpriv --reuid=postgres --regid=postgres --init-groups";
        }
        var bin = Directory.GetDirectories("/usr/lib/postgresql").Order().Last() + "/bin";
        var data = Path.Combine(_directory.FullName, "data");
        using var initdb = Process.Start("sh", ["-c", $"cd / && {asUser} {bin}/initdb -D {data} -U together -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null"]);
        await initdb.WaitForExitAsync();
        Assert.Equal(0, initdb.ExitCode);
        _postgres = Process.Start("sh", ["-c", $"cd / && exec {asUser} {bin}/postgres -D {data} -k {_directory.FullName} -c listen_addresses= -c fsync=off -c max_connections=200 >{_directory.FullName}/log 2>&1"]);

        await using (var template = NpgsqlDataSource.Create(ConnectionString(Template)))
        {
            var server = NpgsqlDataSource.Create(ConnectionString("postgres"));
            while (true)
            {
                try
                {
                    await using var create = server.CreateCommand($"create database {Template}");
                    await create.ExecuteNonQueryAsync();
                    break;
                }
                catch (NpgsqlException e) when (e.IsTransient && !_postgres.HasExited)
                {
                    await Task.Delay(20);
                }
            }
            await Migrations.ApplyAsync(template, NullLogger.Instance, CancellationToken.None);
            return server;
        }
    }
}
