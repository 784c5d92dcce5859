using Npgsql;

namespace Together.Host.Database;

/// <summary>
/// Brings a database to this build's schema at start. Any thread, any number of nodes at once: one session-level advisory lock
/// orders them. Whatever it refuses, it has changed nothing but the migrations that it committed before.
/// </summary>
public static class Migrations
{
    /// <summary>"together" in ASCII; the one-argument lock space, which shard locks (two arguments) do not share.</summary>
    internal const long AdvisoryLock = 0x746F676574686572;

    internal const int OldestServer = 15;

    private const string LockNotAvailable = PostgresErrorCodes.LockNotAvailable;

    /// <summary>
    /// Waits for the database, checks that this build can use it and applies what is missing, each migration in a transaction of its own.
    /// </summary>
    /// <exception cref="DatabaseRefusedException">The host must not start on this database; the message says what to do.</exception>
    public static Task ApplyAsync(NpgsqlDataSource dataSource, ILogger logger, CancellationToken cancellation) =>
        ApplyAsync(dataSource, Migration.Embedded(), MigrationPatience.Default, logger, cancellation);

    internal static async Task ApplyAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<Migration> migrations, MigrationPatience patience, ILogger logger, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(dataSource, patience, logger, cancellation);
        RequireSupportedServer(connection);
        try
        {
            await ApplyAsync(connection, migrations, patience, logger, cancellation);
        }
        catch (NpgsqlException e)
        {
            throw new DatabaseRefusedException($"The database could not be migrated: {Reason(e)}. The user of TOGETHER_DATABASE_URL must own the database; then start again.", e);
        }
    }

    private static async Task ApplyAsync(
        NpgsqlConnection connection, IReadOnlyList<Migration> migrations, MigrationPatience patience, ILogger logger, CancellationToken cancellation)
    {
        // A role's or the server's own time limits are made for queries, not for rewriting a table.
        await ExecuteAsync(connection, $"set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set lock_timeout = {(int)patience.LockTimeout.TotalMilliseconds}", cancellation);

        await LockAsync(connection, patience, logger, cancellation);
        try
        {
            await ApplyLockedAsync(connection, migrations, patience, logger, cancellation);
        }
        finally
        {
            // The pool resets a connection only when it is used again: without this the lock would outlive the work.
            if (connection.State == System.Data.ConnectionState.Open)
                await ExecuteAsync(connection, $"select pg_advisory_unlock({AdvisoryLock})", CancellationToken.None);
        }
    }

    private static async Task ApplyLockedAsync(
        NpgsqlConnection connection, IReadOnlyList<Migration> migrations, MigrationPatience patience, ILogger logger, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, """
            create table if not exists schema_migrations (
                version int primary key,
                name text not null,
                checksum text not null,
                applied_at timestamptz not null default now())
            """, cancellation);

        var applied = await AppliedAsync(connection, cancellation);
        RequireKnownHistory(applied, migrations);
        foreach (var migration in migrations.Skip(applied.Count))
        {
            await ApplyOneAsync(connection, migration, patience, logger, cancellation);
            DatabaseLog.MigrationApplied(logger, migration.Title);
        }
    }

    private static async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource dataSource, MigrationPatience patience, ILogger logger, CancellationToken cancellation)
    {
        var waited = TimeSpan.Zero;
        for (var backOff = patience.FirstBackOff; ; backOff = MigrationPatience.Next(backOff))
        {
            try
            {
                return await dataSource.OpenConnectionAsync(cancellation);
            }
            // Both may start together (a compose file, a reboot): the database gets some time to come up.
            catch (NpgsqlException e) when (e.IsTransient && waited + backOff <= patience.Connect)
            {
                DatabaseLog.DatabaseNotReachable(logger, e.Message, backOff);
            }
            catch (NpgsqlException e)
            {
                throw new DatabaseRefusedException($"The database cannot be used: {Reason(e)}. Check the address, user and password in TOGETHER_DATABASE_URL and that PostgreSQL runs.", e);
            }
            await Task.Delay(backOff, cancellation);
            waited += backOff;
        }
    }

    private static string Reason(NpgsqlException e) =>
        e is PostgresException server ? server.MessageText : e.InnerException is { } inner ? $"{e.Message} ({inner.Message})" : e.Message;

    private static void RequireSupportedServer(NpgsqlConnection connection)
    {
        if (connection.PostgreSqlVersion.Major < OldestServer)
            throw new DatabaseRefusedException($"This database server is PostgreSQL {connection.PostgreSqlVersion}; Together needs {OldestServer} or newer. Upgrade the server (pg_upgrade, or pg_dump and restore) and start again.");
        if (connection.PostgresParameters.GetValueOrDefault("server_encoding") is var encoding && encoding != "UTF8")
            throw new DatabaseRefusedException($"This database is encoded in {encoding}; Together needs UTF8. Create it again: create database together encoding 'UTF8' template template0.");
    }

    private static async Task LockAsync(NpgsqlConnection connection, MigrationPatience patience, ILogger logger, CancellationToken cancellation)
    {
        // No limit on the attempts: the lock belongs to a session that lives and migrates, however long its migration takes.
        for (var backOff = patience.FirstBackOff; ; backOff = MigrationPatience.Next(backOff))
        {
            try
            {
                await ExecuteAsync(connection, $"select pg_advisory_lock({AdvisoryLock})", cancellation);
                return;
            }
            catch (PostgresException e) when (e.SqlState == LockNotAvailable)
            {
                DatabaseLog.WaitingForOtherNode(logger);
            }
            await Task.Delay(backOff, cancellation);
        }
    }

    private static async Task<List<(int Version, string Name, string Checksum)>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = Command(connection, "select version, name, checksum from schema_migrations order by version");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var applied = new List<(int, string, string)>();
        while (await reader.ReadAsync(cancellation)) applied.Add((reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
        return applied;
    }

    private static void RequireKnownHistory(List<(int Version, string Name, string Checksum)> applied, IReadOnlyList<Migration> migrations)
    {
        if (applied.Count > 0 && applied[^1] is var (newest, newestName, _) && newest > migrations.Count)
            throw new DatabaseRefusedException($"The database is at schema {Migration.Label(newest, newestName)}, this build of Together knows schemas up to {migrations[^1].Title}. Start the newer Together that last used this database, or restore a backup made before the upgrade.");

        for (var i = 0; i < applied.Count; i++)
        {
            var (version, name, checksum) = applied[i];
            var migration = migrations[i];
            if (version != migration.Version)
                throw new DatabaseRefusedException($"The database has schema {Migration.Label(version, name)} but not {migration.Title} before it: its schema_migrations table was changed by hand. Restore a backup.");
            if (checksum != migration.Checksum)
                throw new DatabaseRefusedException($"Migration {migration.Title} is not the one that was applied to this database as {Migration.Label(version, name)} (checksum {migration.Checksum[..12]} here, {checksum[..Math.Min(12, checksum.Length)]} there). Start the Together that last used this database, or restore a backup; whoever changed the file must undo that and add a new migration.");
        }
    }

    private static async Task ApplyOneAsync(NpgsqlConnection connection, Migration migration, MigrationPatience patience, ILogger logger, CancellationToken cancellation)
    {
        var backOff = patience.FirstBackOff;
        for (var attempt = 1; ; attempt++, backOff = MigrationPatience.Next(backOff))
        {
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                await ExecuteAsync(connection, migration.Sql, cancellation);
                await using var record = Command(connection, "insert into schema_migrations (version, name, checksum) values ($1, $2, $3)");
                record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = migration.Version });
                record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Name });
                record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Checksum });
                await record.ExecuteNonQueryAsync(cancellation);
                await transaction.CommitAsync(cancellation);
                return;
            }
            // Waiting longer would queue every query of the running nodes behind this one: give way and come back.
            catch (PostgresException e) when (e.SqlState is LockNotAvailable or PostgresErrorCodes.DeadlockDetected && attempt < patience.Attempts)
            {
                DatabaseLog.MigrationGaveWay(logger, migration.Title, attempt, patience.Attempts);
            }
            catch (PostgresException e) when (e.SqlState is LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                throw new DatabaseRefusedException($"Migration {migration.Title} could not lock its tables in {attempt} attempts: something else uses the database without a pause (a backup, another node, a forgotten transaction). Stop that and start again; nothing of this migration was kept.", e);
            }
            catch (PostgresException e)
            {
                throw new DatabaseRefusedException($"Migration {migration.Title} failed: {e.MessageText} ({e.SqlState}). Nothing of it was kept. Start the previous Together, and report this.", e);
            }
            await Task.Delay(backOff, cancellation);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = Command(connection, sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Without Npgsql's limit of 30 s: lock_timeout bounds the waiting, and work may take what it takes.</summary>
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = 0 };
}

/// <summary>How long migrations wait for the database and for locks. Immutable.</summary>
internal sealed record MigrationPatience(TimeSpan Connect, TimeSpan LockTimeout, TimeSpan FirstBackOff, int Attempts)
{
    /// <summary>
    /// 30 s of pauses for a database that starts along with us. 2 s for a lock: a running node's queries queue that long behind the waiting DDL, and
    /// its users notice no more than a hiccup. 20 attempts with back-off up to 5 s: two minutes, longer than any of our transactions.
    /// </summary>
    public static MigrationPatience Default { get; } = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(200), 20);

    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(5);

    public static TimeSpan Next(TimeSpan backOff) => backOff * 2 < LongestBackOff ? backOff * 2 : LongestBackOff;
}
