using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Together.Host.Cli;
using Together.Host.Database;
using Together.Tests.Database;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Persistence;

public sealed class JournalReplayTests(PostgresFixture postgres, ClusterTemplate clusters) : IClassFixture<ClusterTemplate>, IAsyncLifetime
{
    private static readonly string[] Tables =
    [
        "users", "user_settings", "relationships", "servers", "channels", "private_channels", "roles", "members", "bans", "sanctions", "invites", "messages", "message_edits", "mentions",
        "attachments", "reactions", "audit_log",
    ];

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await postgres.CreateDatabaseAsync();

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task a_clean_journal_verifies_beside_a_running_host_and_changes_nothing()
    {
        await using var community = await CommunityStory.StartAsync(_database);
        await community.TellStoryAsync();
        var before = await ContentsAsync();
        var (code, output, error) = await JournalAsync("verify");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal([$"{community.Node.Log.Position} events", .. Tables.Select(table => $"{table}: equal")], Lines(output));
        Assert.Equal(before, await ContentsAsync());
        Assert.Equal(1L, await _database.ScalarAsync<long>("select count(*) from sessions where revoked_at is not null"));
    }

    [Theory]
    [InlineData("update messages set content = 'forged secret' where ctid = (select min(ctid) from messages)", "messages: 0 missing, 0 extra, 1 changed")]
    [InlineData("update channels set overwrites = '[]' where overwrites <> '[]'", "channels: 0 missing, 0 extra, 1 changed")]
    [InlineData("update servers set name = 'forged secret' where name = 'Orchard'", "servers: 0 missing, 0 extra, 1 changed")]
    [InlineData("delete from members where ctid = (select min(ctid) from members)", "members: 1 missing, 0 extra, 0 changed")]
    [InlineData("delete from users", "users: 2 missing, 0 extra, 0 changed")]
    [InlineData("insert into users values (gen_random_uuid(), 'forged secret', now())", "users: 0 missing, 1 extra, 0 changed")]
    [InlineData("insert into invites values ('forged', gen_random_uuid(), gen_random_uuid(), 0, null, null, now())", "invites: 0 missing, 1 extra, 0 changed")]
    [InlineData("update roles set permissions = 4096 where name = 'gardener'", "roles: 0 missing, 0 extra, 1 changed")]
    [InlineData("delete from bans", "bans: 1 missing, 0 extra, 0 changed")]
    [InlineData("update sanctions set server_mute = false", "sanctions: 0 missing, 0 extra, 1 changed")]
    [InlineData("update mentions set position = position - 1 where ctid = (select min(ctid) from mentions)", "mentions: 0 missing, 0 extra, 1 changed")]
    [InlineData("delete from mentions", "mentions: 3 missing, 0 extra, 0 changed")]
    [InlineData("update audit_log set reason = 'forged secret' where action = 'member_ban_add' and reason = 'spam'", "audit_log: 0 missing, 0 extra, 1 changed")]
    public async Task a_difference_is_found_and_rebuilt_away(string tampering, string found)
    {
        await TellStoryAsync();
        var clean = await ContentsAsync();
        await _database.ExecuteAsync(tampering);
        var (code, output, error) = await JournalAsync("verify");
        Assert.Equal((1, ""), (code, error));
        Assert.Contains(found, Lines(output));
        Assert.Equal(Tables.Length - 1, Lines(output).Count(line => line.EndsWith(": equal", StringComparison.Ordinal)));
        Assert.DoesNotContain("secret", output, StringComparison.Ordinal);

        Assert.Equal(0, (await JournalAsync("rebuild")).Code);
        Assert.Equal(clean, await ContentsAsync());
    }

    /// <summary>Of a database from before the table, whose messages no longer tell what an edit has added.</summary>
    [Fact]
    public async Task migration_finds_the_mentions_that_replaying_finds()
    {
        await TellStoryAsync();
        var clean = await ContentsAsync();
        await _database.ExecuteAsync($"drop table mentions; drop table read_states; {Migration.Embedded().Single(migration => migration.Name == "read_states").Sql}");
        Assert.Equal(clean, await ContentsAsync());
        Assert.Equal(0, (await JournalAsync("verify")).Code);
    }

    [Fact]
    public async Task rebuilding_fills_emptied_tables_drops_snapshots_and_begins_a_new_epoch()
    {
        await TellStoryAsync();
        var clean = await ContentsAsync();
        var epoch = await _database.ScalarAsync<Guid>("select log_epoch from instance");
        Assert.True(await _database.ScalarAsync<long>("select count(*) from snapshots") > 0);
        await _database.ExecuteAsync($"truncate {string.Join(", ", Tables)}");

        var (code, output, error) = await JournalAsync("rebuild");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal($"rebuilt from {await _database.ScalarAsync<long>("select count(*) from journal")} events", output.Trim());
        Assert.Equal(clean, await ContentsAsync());
        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from snapshots"));
        Assert.NotEqual(epoch, await _database.ScalarAsync<Guid>("select log_epoch from instance"));
        await using var community = await CommunityStory.StartAsync(_database);
        Assert.Equal(2, community.Node.Views.Root.Servers.Count);
    }

    [Fact]
    public async Task rebuilding_is_refused_beside_a_running_host()
    {
        await using var community = await CommunityStory.StartAsync(_database);
        await community.TellStoryAsync();
        var before = await ContentsAsync();
        var (code, _, error) = await JournalAsync("rebuild");
        Assert.Equal(TogetherCommand.StartRefused, code);
        Assert.Contains("another Together host runs on this database", error, StringComparison.Ordinal);
        Assert.Equal(before, await ContentsAsync());
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("rebuild")]
    public async Task a_journal_of_a_newer_version_is_refused_and_nothing_changes(string command)
    {
        await TellStoryAsync();
        await _database.ExecuteAsync("insert into journal select max(position) + 1, 'x', 1, 'server.moved_to_mars.v1', '{}', gen_random_uuid(), null, gen_random_uuid(), now() from journal");
        var before = await ContentsAsync();
        var (code, _, error) = await JournalAsync(command);
        Assert.Equal(TogetherCommand.StartRefused, code);
        Assert.Contains("server.moved_to_mars.v1", error, StringComparison.Ordinal);
        Assert.Equal(before, await ContentsAsync());
    }

    [Fact]
    public async Task the_built_in_database_is_found_whether_a_host_runs_on_it_or_not()
    {
        using var directory = new TemporaryDirectory();
        await clusters.CopyToAsync(directory.Path);
        Dictionary<string, string> environment = new() { ["TOGETHER_DATA_DIR"] = directory.Path };
        await using (var postgresql = await BuiltInPostgres.StartAsync(directory.Path, ClusterTemplate.Settings, NullLogger.Instance, CancellationToken.None))
        {
            var (unmigrated, _, reason) = await JournalAsync("verify", environment);
            Assert.Equal(TogetherCommand.StartRefused, unmigrated);
            Assert.Contains("start the host once", reason, StringComparison.Ordinal);
            await using var source = NpgsqlDataSource.Create($"{postgresql.ConnectionString};Pooling=false");
            await Migrations.ApplyAsync(source, NullLogger.Instance, CancellationToken.None);
            Assert.Equal((0, ""), Of(await JournalAsync("verify", environment)));
            Assert.True(postgresql.ServerId > 0);
        }

        Assert.Equal((0, ""), Of(await JournalAsync("verify", environment)));
        Assert.Equal((0, ""), Of(await JournalAsync("rebuild", environment)));
        // What the command started it stopped.
        Assert.False(File.Exists(Path.Combine(directory.Path, "postgres", "postmaster.pid")));

        static (int, string) Of((int Code, string Output, string Error) result) => (result.Code, result.Error);
    }

    [Fact]
    public async Task a_data_directory_without_a_database_is_refused_and_stays_empty()
    {
        using var directory = new TemporaryDirectory();
        var (code, _, error) = await JournalAsync("verify", new() { ["TOGETHER_DATA_DIR"] = directory.Path });
        Assert.Equal(TogetherCommand.StartRefused, code);
        Assert.Contains("There is no database in the data directory", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    private async Task TellStoryAsync()
    {
        await using var community = await CommunityStory.StartAsync(_database);
        await community.TellStoryAsync();
    }

    private async Task<(int Code, string Output, string Error)> JournalAsync(string command, Dictionary<string, string>? environment = null)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await TogetherCommand.InvokeAsync(["journal", command], environment ?? CommunityStory.Environment(_database), output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Every row of every table that is rebuilt, as text.</summary>
    private async Task<string> ContentsAsync()
    {
        var contents = new List<string>();
        foreach (var table in Tables)
            contents.Add(await _database.ScalarAsync<string>($"select '{table}' || coalesce(string_agg(r::text, E'\\n' order by r::text), '') from {table} r"));
        return string.Join('\n', contents);
    }
}
