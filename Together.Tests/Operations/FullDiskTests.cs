using System.Globalization;
using System.Net;
using Npgsql;
using Together.Actors.Persistence;
using Together.Host.Database;
using Together.Tests.Database;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Operations;

/// <summary>A host whose built-in PostgreSQL lies on a disk that fills up, and that an operator then clears.</summary>
public sealed class FullDiskTests(PostgresFixture postgres, ClusterTemplate clusters) : IClassFixture<ClusterTemplate>
{
    /// <summary>A new database is 60 MB with its log; the rest is for the filler.</summary>
    private const int DiskMegabytes = 128;

    /// <summary>PostgreSQL's default.</summary>
    private const int LogSegmentBytes = 16 * 1024 * 1024;

    private const string Before = "before";
    private const int Posters = 8;
    private const int RefusalsEach = 3;

    [Fact]
    public async Task posts_that_find_no_space_in_the_tables_are_refused_and_afterwards_stored_once()
    {
        using var disk = SmallDisk.Mount(DiskMegabytes);
        await using var scene = await StartAsync(disk);
        disk.Fill();
        var posts = await scene.PostUntilRefusedAsync();
        var full = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(scene.Database, "create table more as select repeat('x', 1000) from generate_series(1, 10000)"));
        Assert.Equal(PostgresErrorCodes.DiskFull, full.SqlState);

        disk.Free();
        // The server said so of each: no outcome is in doubt.
        Assert.Equal(posts.Where(post => post.IsAcknowledged).Select(post => post.Content).Order(), (await scene.StoredAsync()).Order());
        await scene.RepeatRefusedAsync(posts);
    }

    [Fact]
    public async Task posts_whose_commit_finds_no_space_in_the_log_are_refused_and_afterwards_stored_once()
    {
        using var disk = SmallDisk.Mount(DiskMegabytes);
        await using var scene = await StartAsync(disk);
        // PostgreSQL makes room for its log a segment at a time. What is left of the last one takes some posts, and the tables grow by less than 1 MB.
        disk.Fill(leave: 1 << 20);
        await ExecuteAsync(scene.Database, $"""
            select pg_logical_emit_message(true, '', repeat('x', (8168.0 / 8192 * (left_over - 65536))::integer)) from (
                select {LogSegmentBytes} * (1 + count(*)) - (pg_current_wal_insert_lsn() - '0/0') % {LogSegmentBytes} as left_over
                from pg_ls_waldir() where name > pg_walfile_name(pg_current_wal_insert_lsn())) x
            """);
        var posts = await scene.PostUntilRefusedAsync();
        // It cannot go on without its log, ends, and does not start again.
        var log = await File.ReadAllTextAsync(Path.Combine(scene.DataDirectory, "postgres.log"));
        Assert.Matches("PANIC: .*pg_wal.*No space left on device", log);

        disk.Free();
        var stored = await scene.StoredAsync();
        Assert.Empty(posts.Where(post => post.IsAcknowledged).Select(post => post.Content).Except(stored));
        Assert.Equal(stored.Distinct(), stored);
        await scene.RepeatRefusedAsync(posts);
    }

    private async Task<Scene> StartAsync(SmallDisk disk)
    {
        var data = Path.Combine(disk.Path, "data");
        Directory.CreateDirectory(data);
        await clusters.CopyToAsync(data);
        var host = await TestHost.StartAsync(postgres, options => options with
        {
            DataDirectory = data,
            Database = options.Database with { Url = null },
            // Whoever posts while the outcome of a commit is unknown waits this long.
            Actors = options.Actors with { AskTimeout = TimeSpan.FromSeconds(1) },
        });
        var club = await Community.FoundAsync(host);
        var listener = await GatewayClient.IdentifiedAsync(host, club.Owner);
        await club.Owner.SayAsync(club.General, Before);
        return new Scene(data, club, listener);
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection($"{connectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private sealed record Post(string Content, bool IsAcknowledged);

    /// <summary>A channel, those who post in it, and one who has been listening from the first message on.</summary>
    private sealed class Scene(string dataDirectory, Community club, GatewayClient listener) : IAsyncDisposable
    {
        public string DataDirectory => dataDirectory;

        public string Database => BuiltInPostgres.FindRunning(dataDirectory)!;

        /// <summary>Everybody posts until they are refused a few times. Answers all the posts.</summary>
        public async Task<List<Post>> PostUntilRefusedAsync()
        {
            var posts = await Task.WhenAll(Enumerable.Range(0, Posters).Select(PosterAsync));
            return [new Post(Before, true), .. posts.SelectMany(each => each)];

            async Task<List<Post>> PosterAsync(int poster)
            {
                var sent = new List<Post>();
                while (sent.Count(post => !post.IsAcknowledged) < RefusalsEach)
                {
                    var content = string.Create(CultureInfo.InvariantCulture, $"{poster}-{sent.Count}");
                    var answer = await PostAsync(content);
                    if (answer.Status != 201) answer.ExpectRefusal(503, "unavailable");
                    sent.Add(new Post(content, answer.Status == 201));
                }

                return sent;
            }
        }

        /// <summary>What is in the channel once the host has recovered by itself, oldest first.</summary>
        public async Task<List<string>> StoredAsync()
        {
            // As a load balancer does: ask until it is back. PostgreSQL is started again within 10 s.
            for (var i = 0; i < 300 && await HealthAsync() != HttpStatusCode.OK; i++) await Task.Delay(100);
            Assert.Equal(HttpStatusCode.OK, await HealthAsync());
            await using var source = NpgsqlDataSource.Create(Database);
            await using var command = source.CreateCommand("select content from messages order by id");
            await using var reader = await command.ExecuteReaderAsync();
            var contents = new List<string>();
            while (await reader.ReadAsync()) contents.Add(reader.GetString(0));
            return contents;
        }

        /// <summary>Everybody repeats what was refused: then each post is there once, and was shown once, in the order of the history.</summary>
        public async Task RepeatRefusedAsync(List<Post> posts)
        {
            foreach (var post in posts.Where(post => !post.IsAcknowledged))
            {
                var answer = await PostAsync(post.Content);
                Assert.True(answer.Status is 200 or 201, $"{post.Content}: {answer.Status}");
            }

            await PostAsync("after");
            var stored = await StoredAsync();
            Assert.Equal([.. posts.Select(post => post.Content).Order(), "after"], [.. stored.SkipLast(1).Order(), stored[^1]]);
            var shown = await listener.UntilAsync(frame => frame.Content == "after");
            Assert.Equal(stored, shown.Where(frame => frame.Is("MESSAGE_CREATE")).Select(frame => frame.Content));
            await using var source = NpgsqlDataSource.Create(Database);
            Assert.True((await JournalReplay.VerifyAsync(source, new Progress<long>(), CancellationToken.None)).IsEqual);
        }

        public async ValueTask DisposeAsync()
        {
            await listener.DisposeAsync();
            await club.Host.DisposeAsync();
        }

        private Task<Answer> PostAsync(string content) => club.Owner.PostAsync($"channels/{club.General}/messages", $$"""{"content":"{{content}}","nonce":"{{content}}"}""");

        private async Task<HttpStatusCode> HealthAsync()
        {
            using var response = await club.Host.Client.GetAsync(new Uri("/health", UriKind.Relative));
            return response.StatusCode;
        }
    }
}
