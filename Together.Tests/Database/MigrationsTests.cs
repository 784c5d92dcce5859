using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Together.Host.Database;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Database;

public class MigrationsTests(PostgresFixture postgres)
{
    private static readonly MigrationPatience Short = new(
        Connect: TimeSpan.FromMilliseconds(1), LockTimeout: TimeSpan.FromMilliseconds(50), FirstBackOff: TimeSpan.FromMilliseconds(1), Attempts: 3);

    private readonly RecordingLogger _log = new();

    [Fact]
    public async Task new_database_gets_every_migration_once()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await Migrations.ApplyAsync(database.DataSource, NullLogger.Instance, CancellationToken.None);
        await Migrations.ApplyAsync(database.DataSource, _log, CancellationToken.None);

        Assert.Equal(Migration.Embedded().Count, await database.ScalarAsync<long>("select count(*) from schema_migrations"));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task instance_has_one_row_and_a_key_of_its_own()
    {
        await using var first = await postgres.CreateEmptyDatabaseAsync();
        await using var second = await postgres.CreateEmptyDatabaseAsync();
        foreach (var database in new[] { first, second }) await Migrations.ApplyAsync(database.DataSource, NullLogger.Instance, CancellationToken.None);

        var key = await first.ScalarAsync<byte[]>("select signing_key from instance");
        Assert.Equal(32, key.Length);
        Assert.NotEqual(key, await second.ScalarAsync<byte[]>("select signing_key from instance"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => first.ExecuteAsync("insert into instance (signing_key) values ('')"));
        Assert.Equal(PostgresErrorCodes.UniqueViolation, refused.SqlState);
    }

    [Fact]
    public async Task two_runners_at_once_apply_each_migration_once()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrations.ApplyAsync(database.DataSource, _log, CancellationToken.None)));

        Assert.Equal(Migration.Embedded().Select(migration => $"Migration {migration.Title} applied"), _log.Lines);
    }

    [Fact]
    public async Task runner_waits_while_another_node_migrates()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await using var other = await database.DataSource.OpenConnectionAsync();
        await using (var take = new NpgsqlCommand($"select pg_advisory_lock({Migrations.AdvisoryLock})", other)) await take.ExecuteNonQueryAsync();

        var waiting = _log.Logged("Another node is migrating");
        var applying = ApplyAsync(database, ("0001_one.sql", "create table one ()"));
        await waiting;
        Assert.False(await TableExistsAsync(database, "one"));

        await using (var release = new NpgsqlCommand($"select pg_advisory_unlock({Migrations.AdvisoryLock})", other)) await release.ExecuteNonQueryAsync();
        await applying;
        Assert.True(await TableExistsAsync(database, "one"));
    }

    [Fact]
    public async Task lock_is_released_when_the_runner_ends()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await ApplyAsync(database, ("0001_one.sql", "create table one ()"));
        await Assert.ThrowsAsync<DatabaseRefusedException>(() => ApplyAsync(database, ("0001_one.sql", "create table changed ()")));

        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"));
    }

    [Fact]
    public async Task migration_gives_way_to_a_transaction_and_applies_after_it()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await ApplyAsync(database, ("0001_one.sql", "create table one ()"));
        await using var reader = await database.DataSource.OpenConnectionAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await using (var read = new NpgsqlCommand("select * from one", reader)) await read.ExecuteNonQueryAsync();

        var gaveWay = _log.Logged("gave way");
        var applying = Migrations.ApplyAsync(database.DataSource,
            Migration.Ordered([("0001_one.sql", "create table one ()"), ("0002_two.sql", "alter table one add column two int")]),
            Short with { Attempts = int.MaxValue }, _log, CancellationToken.None);
        await gaveWay;
        await reading.CommitAsync();
        await applying;
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from information_schema.columns where table_name = 'one'"));
    }

    [Fact]
    public async Task migration_that_never_gets_its_lock_is_refused()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await ApplyAsync(database, ("0001_one.sql", "create table one ()"));
        await using var reader = await database.DataSource.OpenConnectionAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await using (var read = new NpgsqlCommand("select * from one", reader)) await read.ExecuteNonQueryAsync();

        await RefusedAsync("0002_two could not lock its tables in 3 attempts",
            ApplyAsync(database, ("0001_one.sql", "create table one ()"), ("0002_two.sql", "alter table one add column two int")));
    }

    [Fact]
    public async Task failed_migration_leaves_nothing_and_keeps_those_before_it()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await RefusedAsync("Migration 0002_two failed: table \"missing\" does not exist (42P01)",
            ApplyAsync(database, ("0001_one.sql", "create table one ()"), ("0002_two.sql", "create table two (); drop table missing")));

        Assert.True(await TableExistsAsync(database, "one"));
        Assert.False(await TableExistsAsync(database, "two"));
        await ApplyAsync(database, ("0001_one.sql", "create table one ()"), ("0002_two.sql", "create table two ()"));
        Assert.True(await TableExistsAsync(database, "two"));
    }

    [Fact]
    public async Task changed_migration_is_refused()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await ApplyAsync(database, ("0001_one.sql", "create table one ();\n"));
        await RefusedAsync("Migration 0001_uno is not the one that was applied to this database as 0001_one",
            ApplyAsync(database, ("0001_uno.sql", "create table one (a int);\n"), ("0002_two.sql", "create table two ()")));
        Assert.False(await TableExistsAsync(database, "two"));
    }

    [Fact]
    public async Task line_ends_do_not_change_a_migration()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await ApplyAsync(database, ("0001_one.sql", "create table one\n();\n"));
        await ApplyAsync(database, ("0001_one.sql", "create table one\r\n();\r\n"));
    }

    [Fact]
    public async Task database_newer_than_the_build_is_refused()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await ApplyAsync(database, ("0001_one.sql", "create table one ()"), ("0002_two.sql", "create table two ()"));
        await RefusedAsync("The database is at schema 0002_two, this build of Together knows schemas up to 0001_one",
            ApplyAsync(database, ("0001_one.sql", "create table one ()")));
    }

    [Fact]
    public async Task history_with_a_hole_is_refused()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        (string, string)[] files = [("0001_one.sql", "create table one ()"), ("0002_two.sql", "create table two ()")];
        await ApplyAsync(database, files);
        await database.ExecuteAsync("delete from schema_migrations where version = 1");
        await RefusedAsync("has schema 0002_two but not 0001_one before it", ApplyAsync(database, files));
    }

    [Fact]
    public async Task database_that_is_not_utf8_is_refused()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync("encoding 'LATIN1' locale 'C'");
        await RefusedAsync("encoded in LATIN1", ApplyAsync(database, ("0001_one.sql", "create table one ()")));
    }

    [Fact]
    public async Task user_who_may_not_create_tables_is_refused()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await database.ExecuteAsync("drop role if exists visitor; create role visitor login");
        await using var visitor = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = "visitor" });
        await RefusedAsync("permission denied for schema public. The user of TOGETHER_DATABASE_URL must own the database",
            Migrations.ApplyAsync(visitor, _log, CancellationToken.None));
    }

    [Fact]
    public async Task unreachable_database_is_tried_again_and_then_refused()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=/nonexistent;Username=together;Password=hunter2;Database=together");
        var patience = Short with { Connect = TimeSpan.FromMilliseconds(3) };
        var refused = await RefusedAsync("The database cannot be used",
            Migrations.ApplyAsync(nowhere, Migration.Embedded(), patience, _log, CancellationToken.None));
        Assert.Contains(_log.Lines, line => line.StartsWith("The database is not reachable yet", StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task missing_database_is_refused_at_once()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await using var other = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "absent" });
        await RefusedAsync("database \"absent\" does not exist", Migrations.ApplyAsync(other, _log, CancellationToken.None));
        Assert.Empty(_log.Lines);
    }

    [Theory]
    [InlineData("0001_one.sql 0002_two.sql 0002_zwei.sql", "same number: 0002_two and 0002_zwei")]
    [InlineData("0001_one.sql 0003_three.sql", "0002 is missing before 0003_three")]
    [InlineData("0002_two.sql", "0001 is missing before 0002_two")]
    [InlineData("0001_one.sql 02_two.sql", "02_two.sql is not called NNNN_name.sql")]
    [InlineData("0001_one.sql 0002-two.sql", "0002-two.sql is not called NNNN_name.sql")]
    public void files_that_are_not_numbered_one_by_one_are_refused(string files, string reason)
    {
        var refused = Assert.Throws<DatabaseRefusedException>(() => Migration.Ordered(files.Split(' ').Select(file => (file, ""))));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void files_are_ordered_by_number()
    {
        var migrations = Migration.Ordered([("0002_two.sql", ""), ("0001_one.sql", "")]);
        Assert.Equal(["0001_one", "0002_two"], migrations.Select(migration => migration.Title));
    }

    private Task ApplyAsync(TestDatabase database, params (string File, string Sql)[] files) =>
        Migrations.ApplyAsync(database.DataSource, Migration.Ordered(files), Short, _log, CancellationToken.None);

    private static async Task<DatabaseRefusedException> RefusedAsync(string reason, Task applying)
    {
        var refused = await Assert.ThrowsAsync<DatabaseRefusedException>(() => applying);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        return refused;
    }

    private static Task<bool> TableExistsAsync(TestDatabase database, string table) =>
        database.ScalarAsync<bool>($"select to_regclass('{table}') is not null");
}
