using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Together.Bench.Load;
using Together.Host.Configuration;
using Together.Host.Files;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Crash;

public sealed class UploadCrashTests(PostgresFixture postgres)
{
    private const int Rounds = 4;
    private const int Senders = 6;

    [Fact]
    public async Task killed_host_leaves_no_row_without_a_file_and_after_a_sweep_no_file_without_a_row()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await HostProcess.StartNewAsync("upload-crash", TestHost.DatabaseUrl(database));
        using var api = new Api(host.Url);
        var accounts = new Account[Senders];
        for (var i = 0; i < Senders; i++) accounts[i] = await api.RegisterAsync($"sender{i}", "correct horse");
        var server = await api.CreateServerAsync(accounts[0], "Chess club");
        var channel = await api.GeneralChannelAsync(accounts[0], server);
        var invite = await api.InviteAsync(accounts[0], server);
        foreach (var account in accounts.Skip(1)) await api.JoinAsync(account, invite);

        var directory = Path.Combine(host.DataDirectory, "files");
        var acknowledged = new ConcurrentBag<string>();
        for (var round = 0; round < Rounds; round++)
        {
            var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var left = 5 + Random.Shared.Next(20);
            Thread[] threads = [.. accounts.Select(account => new Thread(() => Send(host, account, channel, acknowledged, () =>
            {
                if (Interlocked.Decrement(ref left) == 0) enough.SetResult();
            })))];
            foreach (var thread in threads) thread.Start();
            await enough.Task;
            await host.KillAsync();
            foreach (var thread in threads) thread.Join();
            await AssertEveryRowHasItsFileAsync(database, directory);
            await host.StartAsync();
        }

        await host.StopAsync();
        Assert.NotEmpty(acknowledged);
        foreach (var id in acknowledged) Assert.Equal(1, await database.ScalarAsync<long>($"select count(*) from uploads where id = '{id}'"));
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from attachments a where not exists (select from uploads u where u.id = a.id)"));

        var later = new ManualClock();
        later.Advance(TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(2) - later.Now);
        using var store = await FileStore.OpenAsync(database.DataSource, directory, new FilesOptions { MaxSize = 0, PictureMaxSize = 0, UserQuota = 0, TotalQuota = 0, KeepFree = 0 }, later, CancellationToken.None);
        await store.SweepAsync(CancellationToken.None);
        await AssertEveryRowHasItsFileAsync(database, directory);
        Assert.Equal(
            await database.ScalarAsync<string[]>("select coalesce(array_agg(encode(hash, 'hex') order by hash), '{}') from blobs"),
            Stored(directory).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(directory, "staging")));
        Assert.Equal(
            await database.ScalarAsync<decimal>("select sum(size) from blobs"),
            await database.ScalarAsync<long>($"select bytes from file_usage where owner_id = '{Guid.Empty}'"));
    }

    /// <summary>Uploads one file after the other, and posts every second one, until the host is gone.</summary>
    private static void Send(HostProcess host, Account account, string channel, ConcurrentBag<string> acknowledged, Action answered)
    {
        var content = new byte[64 * 1024];
        try
        {
            using var client = new FileClient(host.EndPoint, account.Token);
            for (var i = 0; ; i++)
            {
                Random.Shared.NextBytes(content);
                var (status, body) = client.Upload(content, Random.Shared.Next(8, 400_000), Random.Shared.NextInt64());
                Assert.Equal(201, status);
                var id = (string)JsonNode.Parse(body)!["id"]!;
                acknowledged.Add(id);
                answered();
                if (i % 2 == 0) Assert.Equal(201, client.Post($"/api/channels/{channel}/messages", $$"""{"attachment_ids":["{{id}}"]}""").Status);
            }
        }
        catch (Exception gone) when (gone is SocketException or IOException)
        {
            // Killed, as it was to be.
        }
    }

    private static async Task AssertEveryRowHasItsFileAsync(TestDatabase database, string directory)
    {
        var hashes = await database.ScalarAsync<string[]>("""
            select coalesce(array_agg(distinct encode(h, 'hex')), '{}') from (select hash from blobs union select hash from uploads union select thumbnail_hash from uploads) as x(h) where h is not null
            """);
        foreach (var hash in hashes)
        {
            await using var file = File.OpenRead(Path.Combine(directory, hash[..2], hash));
            Assert.Equal(hash, Convert.ToHexStringLower(await SHA256.HashDataAsync(file)));
        }

        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from uploads u where not exists (select from blobs b where b.hash = u.hash)"));
    }

    private static IEnumerable<string> Stored(string directory) =>
        Directory.EnumerateDirectories(directory).Where(path => Path.GetFileName(path).Length == 2).SelectMany(Directory.EnumerateFiles).Select(path => Path.GetFileName(path));
}
