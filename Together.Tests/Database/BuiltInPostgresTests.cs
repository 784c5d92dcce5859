using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Together.Host.Database;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Database;

public sealed class BuiltInPostgresTests(ClusterTemplate template) : IClassFixture<ClusterTemplate>, IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryDirectory _data = new();
    private readonly RecordingLogger _log = new();

    private string Cluster => _data["postgres"];

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task first_start_creates_a_database_and_the_next_one_finds_it()
    {
        await using (var postgres = await StartAsync())
        {
            Assert.Equal("UTF8 C.UTF-8", await QueryAsync<string>(postgres, "select pg_encoding_to_char(encoding) || ' ' || datcollate from pg_database where datname = current_database()"));
            await QueryAsync<object>(postgres, "create table kept (); select 1");
        }
        Assert.False(File.Exists($"{Cluster}/postmaster.pid"));

        await using var again = await StartAsync();
        Assert.Equal(0, await QueryAsync<long>(again, "select count(*) from kept"));
        Assert.Single(_log.Lines, line => line.StartsWith("Creating", StringComparison.Ordinal));
    }

    [Fact]
    public async Task server_listens_on_a_private_socket_only()
    {
        await template.CopyToAsync(_data.Path);
        await using var postgres = await StartAsync();
        Assert.Equal("", await QueryAsync<string>(postgres, "select current_setting('listen_addresses')"));
        Assert.Equal(_data["run"], SocketDirectory(postgres));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_data["run"]));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Cluster));
    }

    [Fact]
    public async Task server_is_durable_and_small_by_default()
    {
        await template.CopyToAsync(_data.Path);
        await using var postgres = await BuiltInPostgres.StartAsync(_data.Path, _log, CancellationToken.None);
        var settings = "fsync=on synchronous_commit=on full_page_writes=on max_connections=20 max_worker_processes=0 jit=off wal_level=minimal log_error_verbosity=terse log_min_error_statement=panic TimeZone=UTC";
        foreach (var setting in settings.Split(' '))
            Assert.Equal(setting, $"{setting.Split('=')[0]}={await QueryAsync<string>(postgres, $"select current_setting('{setting.Split('=')[0]}')")}");
    }

    [Theory]
    [InlineData(1_000_000_000, 32)]
    [InlineData(1_799_999_999, 32)]
    [InlineData(1_800_000_000, 128)]
    public void shared_buffers_grow_with_the_machine(long memory, int megabytes) => Assert.Equal(megabytes, PostgresSettings.SharedBuffers(memory));

    [Fact]
    public async Task as_root_the_server_runs_as_another_user_in_a_session_of_its_own()
    {
        RequireRoot();
        await template.CopyToAsync(_data.Path);
        await using var postgres = await StartAsync();
        var status = await File.ReadAllLinesAsync($"/proc/{postgres.ServerId}/status");
        Assert.DoesNotContain(status, line => line.StartsWith("Uid:\t0", StringComparison.Ordinal));
        Assert.DoesNotContain(status, line => line.StartsWith("Gid:\t0", StringComparison.Ordinal));
        Assert.DoesNotContain("0", Assert.Single(status, line => line.StartsWith("Groups:", StringComparison.Ordinal)).Split('\t', ' '));
        // proc(5): after the name come state, parent, process group and session.
        Assert.Equal(postgres.ServerId.ToString(CultureInfo.InvariantCulture), (await File.ReadAllTextAsync($"/proc/{postgres.ServerId}/stat")).Split(' ')[5]);
    }

    [Fact]
    public async Task as_root_a_directory_that_postgres_cannot_enter_is_refused_by_name()
    {
        RequireRoot();
        var barrier = Directory.CreateDirectory(_data["private"], OwnerOnly).FullName;
        var refused = await RefusedAsync($"cannot enter {barrier} on the way to {barrier}/deep/data", $"{barrier}/deep/data");
        Assert.Contains($"chmod o+x {barrier}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task as_root_files_of_root_are_refused()
    {
        RequireRoot();
        await template.CopyToAsync(_data.Path);
        await RunAsync("chown", "-R", "root", Cluster);
        await RefusedAsync($"chown -R postgres {Cluster}");
    }

    [Fact]
    public void as_root_the_user_is_postgres_or_together()
    {
        string[] users = ["root:x:0:0::/:/bin/sh", "together:x:900:901::/:/sbin/nologin", "postgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash"];
        Assert.Equal(new PostgresUser("postgres", 101, 104), PostgresUser.Choose(users));
        Assert.Equal(new PostgresUser("together", 900, 901), PostgresUser.Choose(users[..2]));
        Assert.Null(PostgresUser.Choose(users[..1]));
    }

    [Fact]
    public void existing_files_keep_their_owner()
    {
        string[] users = ["root:x:0:0::/:/bin/sh", "postgres:x:101:104:::", "ada:x:1000:1000:::"];
        Assert.Equal("ada", PostgresUser.OwnerOf(users, "/data/postgres", 1000).Name);
        Assert.Contains("belongs to root", Assert.Throws<DatabaseRefusedException>(() => PostgresUser.OwnerOf(users, "/data/postgres", 0)).Message, StringComparison.Ordinal);
        Assert.Contains("user number 77", Assert.Throws<DatabaseRefusedException>(() => PostgresUser.OwnerOf(users, "/data/postgres", 77)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task server_ends_with_a_killed_host_and_the_next_start_finds_the_data()
    {
        await template.CopyToAsync(_data.Path);
        using var owner = await PostgresOwner.StartAsync(_data.Path);
        await using var connection = new NpgsqlConnection($"Host={_data["run"]};Username=together;Database=together");
        await connection.OpenAsync();
        await using (var write = new NpgsqlCommand("create table kept as select 1", connection)) await write.ExecuteNonQueryAsync();

        await owner.KillAsync();
        var ended = await Assert.ThrowsAsync<PostgresException>(() => connection.WaitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token));
        Assert.Equal(PostgresErrorCodes.AdminShutdown, ended.SqlState);

        await using var postgres = await StartAsync();
        Assert.Equal(1, await QueryAsync<long>(postgres, "select count(*) from kept"));
    }

    [Fact]
    public async Task server_sees_none_of_the_hosts_variables()
    {
        await template.CopyToAsync(_data.Path);
        using var owner = await PostgresOwner.StartAsync(_data.Path);
        var variables = await File.ReadAllTextAsync($"/proc/{owner.ServerId}/environ");
        Assert.Contains("LC_ALL=", variables, StringComparison.Ordinal);
        Assert.DoesNotContain("TOGETHER_", variables, StringComparison.Ordinal);
        Assert.Equal(0, await owner.EndAsync());
    }

    [Fact]
    public async Task server_that_a_killed_host_left_running_is_stopped()
    {
        await template.CopyToAsync(_data.Path);
        await (await StartAsync()).StopAsync();
        using var leftover = await StartLeftoverAsync();

        var stopping = _log.Logged($"Stopping PostgreSQL (process {leftover.Id})");
        await using var postgres = await StartAsync();
        await stopping;
        await leftover.WaitForExitAsync();
        Assert.NotEqual(leftover.Id, postgres.ServerId);
        Assert.Equal(1, await QueryAsync<int>(postgres, "select 1"));
    }

    [Fact]
    public async Task server_that_dies_is_started_again_and_its_busy_backends_are_ended()
    {
        await template.CopyToAsync(_data.Path);
        await using var postgres = await BuiltInPostgres.StartAsync(_data.Path, ClusterTemplate.Settings with { Durable = true }, _log, CancellationToken.None);
        await QueryAsync<object>(postgres, "create table kept (); select 1");
        await using var connection = new NpgsqlConnection($"{postgres.ConnectionString};Pooling=false;Command Timeout=0");
        await connection.OpenAsync();
        var looping = new TaskCompletionSource();
        connection.Notice += (_, _) => looping.TrySetResult();
        // A loop like this never looks whether its server still lives.
        await using var busy = new NpgsqlCommand("do $$ begin raise notice 'looping'; loop end loop; end $$", connection);
        var query = busy.ExecuteNonQueryAsync();
        await looping.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var died = _log.Logged("PostgreSQL ended unexpectedly");
        var ended = _log.Logged("left behind: ");
        var restarted = _log.Logged("PostgreSQL runs again");
        var backend = connection.ProcessID;
        ChildProcess.Signal(postgres.ServerId, ChildProcess.Kill);
        try
        {
            await Task.WhenAll(died, ended, restarted);
        }
        finally
        {
            ChildProcess.Signal(backend, ChildProcess.Kill);
        }
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => query);
        Assert.Equal(0, await QueryAsync<long>(postgres, "select count(*) from kept"));
    }

    [Fact]
    public async Task process_file_that_names_another_living_process_does_not_keep_the_server_from_starting()
    {
        await template.CopyToAsync(_data.Path);
        var user = Environment.IsPrivilegedProcess ? PostgresUser.Choose(await File.ReadAllLinesAsync("/etc/passwd")) : null;
        string[] command = [.. user?.RunAs ?? [], "sleep", "600"];
        using var other = Process.Start(command[0], command[1..]);
        try
        {
            await File.WriteAllTextAsync($"{Cluster}/postmaster.pid", $"{other.Id}\n{Cluster}\n1700000000\n5432\n{_data["run"]}\n\n  1  1\nready   \n");
            await using var postgres = await StartAsync();
            Assert.Equal(1, await QueryAsync<int>(postgres, "select 1"));
            Assert.False(other.HasExited);
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public async Task server_that_ignores_the_polite_signals_is_killed()
    {
        using var stubborn = Process.Start(new ProcessStartInfo("sh", ["-c", "trap '' INT QUIT; echo ready; read line"]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        await stubborn.StandardOutput.ReadLineAsync();
        await PostgresLeftovers.StopServerAsync(stubborn.Id, () => stubborn.WaitForExitAsync(), TimeSpan.FromMilliseconds(20));
        await stubborn.WaitForExitAsync();
        Assert.Equal(128 + ChildProcess.Kill, stubborn.ExitCode);
    }

    [Fact]
    public async Task interrupted_creation_is_done_again()
    {
        var creating = new TaskCompletionSource<string>();
        using (var watcher = new FileSystemWatcher(_data.Path, "postgres.new-*") { NotifyFilter = NotifyFilters.DirectoryName })
        {
            watcher.Created += (_, created) => creating.TrySetResult(created.FullPath);
            watcher.EnableRaisingEvents = true;
            using var owner = PostgresOwner.Spawn(_data.Path);
            await creating.Task.WaitAsync(TimeSpan.FromSeconds(60));
            await owner.KillAsync();
        }
        Assert.False(Directory.Exists(Cluster));

        await using var postgres = await StartAsync();
        Assert.Equal(1, await QueryAsync<int>(postgres, "select 1"));
        Assert.False(Directory.Exists(await creating.Task));
    }

    [Fact]
    public async Task directory_with_other_files_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(Cluster);
        await File.WriteAllTextAsync($"{Cluster}/letter.txt", "dear");
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "-R", "postgres", Cluster);
        await RefusedAsync("PG_VERSION is missing");
        Assert.True(File.Exists($"{Cluster}/letter.txt"));
    }

    [Fact]
    public async Task empty_directory_is_taken()
    {
        Directory.CreateDirectory(Cluster);
        await using var postgres = await StartAsync();
        Assert.Equal(1, await QueryAsync<int>(postgres, "select 1"));
    }

    [Fact]
    public async Task long_path_gets_a_private_socket_directory_elsewhere()
    {
        var data = Path.Combine(_data.Path, new string('d', 100));
        Directory.CreateDirectory(data);
        await template.CopyToAsync(data);
        string socketDirectory;
        await using (var postgres = await StartAsync(data))
        {
            socketDirectory = SocketDirectory(postgres);
            Assert.Equal(1, await QueryAsync<int>(postgres, "select 1"));
            Assert.False(socketDirectory.StartsWith(data, StringComparison.Ordinal));
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(socketDirectory));
        }
        Assert.False(Directory.Exists(socketDirectory));
    }

    [Fact]
    public async Task awkward_characters_in_the_path_are_no_obstacle()
    {
        var data = _data["it's \"a\", b: ä"];
        Directory.CreateDirectory(data);
        await template.CopyToAsync(data);
        await using var postgres = await StartAsync(data);
        Assert.Equal(1, await QueryAsync<int>(postgres, "select 1"));
    }

    [Fact]
    public async Task quote_in_the_path_is_no_obstacle()
    {
        var data = _data["it's"];
        Directory.CreateDirectory(data);
        await template.CopyToAsync(data);
        await using var postgres = await StartAsync(data);
        Assert.Equal($"{data}/run", SocketDirectory(postgres));
    }

    [Fact]
    public async Task wrong_mode_of_the_files_is_repaired()
    {
        await template.CopyToAsync(_data.Path);
        File.SetUnixFileMode(Cluster, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        await using var postgres = await StartAsync();
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Cluster));
    }

    [Fact]
    public async Task second_host_on_the_data_directory_is_refused_while_the_first_runs()
    {
        await template.CopyToAsync(_data.Path);
        await using (await StartAsync()) await RefusedAsync($"Another Together is running on the data directory {_data.Path}");
        await using var next = await StartAsync();
    }

    [Fact]
    public async Task data_directory_that_is_a_file_is_refused()
    {
        await File.WriteAllTextAsync(_data["file"], "");
        await RefusedAsync("cannot be created", _data["file"]);
    }

    [Fact]
    public async Task database_of_another_major_version_is_refused()
    {
        await template.CopyToAsync(_data.Path);
        await File.WriteAllTextAsync($"{Cluster}/PG_VERSION", "14\n");
        var refused = await RefusedAsync($"The database in {Cluster} was made by PostgreSQL 14, and only another version is installed");
        Assert.Contains("apt install postgresql-14", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task machine_without_postgres_is_refused() =>
        await RefusedAsync("no PostgreSQL is installed here", settings: ClusterTemplate.Settings with { BinaryDirectories = [_data.Path, _data["absent"]] });

    [Fact]
    public async Task too_old_postgres_is_refused() =>
        await RefusedAsync($"Together needs PostgreSQL 15 or newer; installed is 14 in {_data.Path}", settings: ClusterTemplate.Settings with { BinaryDirectories = [FakeBinaries(_data.Path, 14)] });

    [Fact]
    public async Task newest_version_makes_a_new_cluster_and_an_old_cluster_gets_its_own()
    {
        string[] directories = [FakeBinaries(_data["a"], 16), FakeBinaries(_data["b"], 17), FakeBinaries(_data["c"], 14)];
        Assert.Equal(17, (await PostgresBinaries.FindAsync(directories, clusterMajor: null, Cluster, CancellationToken.None)).Major);
        Assert.Equal(_data["a"], (await PostgresBinaries.FindAsync(directories, clusterMajor: 16, Cluster, CancellationToken.None)).Directory);
    }

    [Fact]
    public async Task failing_start_tells_the_end_of_the_log_and_leaves_the_directory_free()
    {
        await template.CopyToAsync(_data.Path);
        await File.WriteAllTextAsync($"{Cluster}/postgresql.auto.conf", "shared_buffers = 'nonsense'\n");
        await RefusedAsync("invalid value for parameter \"shared_buffers\": \"nonsense\"");
        await File.WriteAllTextAsync($"{Cluster}/postgresql.auto.conf", "");
        await using var postgres = await StartAsync();
    }

    [Fact]
    public async Task data_directory_that_cannot_be_written_is_refused()
    {
        await template.CopyToAsync(_data.Path);
        File.Delete(_data["postgres.conf"]);
        Directory.CreateDirectory(_data["postgres.conf"]);
        await RefusedAsync($"PostgreSQL could not be started in {_data.Path}: Access to the path '{_data["postgres.conf"]}' is denied");
    }

    [Fact]
    public async Task cancelled_start_leaves_the_directory_free()
    {
        await template.CopyToAsync(_data.Path);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BuiltInPostgres.StartAsync(_data.Path, ClusterTemplate.Settings, _log, new CancellationToken(canceled: true)));
        await using var postgres = await StartAsync();
    }

    [Fact]
    public async Task log_holds_no_values_and_does_not_grow_without_end()
    {
        await template.CopyToAsync(_data.Path);
        await File.WriteAllTextAsync(_data["postgres.log"], new string('x', 1_000_001));
        await using var postgres = await StartAsync();
        Assert.Equal(1_000_001, new FileInfo(_data["postgres.log.1"]).Length);
        await Assert.ThrowsAsync<PostgresException>(() => QueryAsync<object>(postgres, "create table secrets (name text unique); insert into secrets values ('hunter2'), ('hunter2')"));
        var log = await File.ReadAllTextAsync(_data["postgres.log"]);
        Assert.Contains("duplicate key value violates unique constraint", log, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task stop_can_be_repeated()
    {
        await template.CopyToAsync(_data.Path);
        await using var postgres = await StartAsync();
        await Task.WhenAll(postgres.StopAsync(), postgres.StopAsync());
    }

    private Task<BuiltInPostgres> StartAsync(string? dataDirectory = null) =>
        BuiltInPostgres.StartAsync(dataDirectory ?? _data.Path, ClusterTemplate.Settings, _log, CancellationToken.None);

    private async Task<DatabaseRefusedException> RefusedAsync(string reason, string? dataDirectory = null, PostgresSettings? settings = null)
    {
        var refused = await Assert.ThrowsAsync<DatabaseRefusedException>(() =>
            BuiltInPostgres.StartAsync(dataDirectory ?? _data.Path, settings ?? ClusterTemplate.Settings, _log, CancellationToken.None));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        return refused;
    }

    private static string SocketDirectory(BuiltInPostgres postgres) => new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Host!;

    private static async Task<T> QueryAsync<T>(BuiltInPostgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection($"{postgres.ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A server as a host leaves it on a system that has no parent-death signal.</summary>
    private async Task<Process> StartLeftoverAsync()
    {
        var binaries = await PostgresBinaries.FindAsync(ClusterTemplate.Settings.BinaryDirectories, null, Cluster, CancellationToken.None);
        var user = Environment.IsPrivilegedProcess ? await PostgresUser.ChooseAsync(Cluster, _log, CancellationToken.None) : null;
        string[] command = [.. user?.RunAs ?? [], binaries.Postgres, "-D", Cluster, "-c", $"config_file={_data["postgres.conf"]}"];
        var info = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, WorkingDirectory = "/" };
        var server = Process.Start(info)!;
        while (await server.StandardError.ReadLineAsync() is { } line && !line.Contains("ready to accept connections", StringComparison.Ordinal)) ;
        return server;
    }

    private static string FakeBinaries(string directory, int major)
    {
        Directory.CreateDirectory(directory);
        foreach (var program in new[] { "initdb", "postgres" })
        {
            File.WriteAllText($"{directory}/{program}", $"#!/bin/sh\necho 'postgres (PostgreSQL) {major}.3 (Debian {major}.3-1)'\n");
            File.SetUnixFileMode($"{directory}/{program}", OwnerOnly);
        }
        return directory;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private static void RequireRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root runs PostgreSQL as another user");
}
