using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Bench.Load;
using Together.Protocol;

namespace Together.Bench.Scenarios;

/// <summary>
/// A community of 10,000 with 100 roles and 200 channels: what a permission check costs in it, what its view weighs, and how soon
/// somebody who connects has READY. A few people are registered; the others are written straight into the tables, for it is the views of
/// a host that starts with them that is measured.
/// </summary>
internal static class PermissionChecks
{
    private const int Members = 10_000;
    private const int RolesEach = 5;

    // With those that every server has.
    private const int Roles = 100;
    private const int Channels = 200;

    // Who really connect, and how often.
    private const int People = 100;
    private const int Rounds = 10;

    // Everybody who was connected comes back when a host restarts.
    private const int Rush = 50;

    // More than fit in any cache near the core, as the members of a real server would.
    private const int Pairs = 1 << 17;

    // Checks between two changes of a server that never rests.
    private const int ChecksPerVersion = 1_000;

    // A start's memory depends on when the collector ran last.
    private const int Starts = 5;

    private const double MiB = 1024 * 1024;

    // So that no check is in vain and none can be left out.
    private static Permissions _sum;

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(2);

    // Start-up work that runs behind the first healthy answer is over by then.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(TimeSpan duration)
    {
        var report = new Report("permissions");
        await using var stage = await Stage.OpenAsync("permissions");
        var empty = await MemoryAsync(stage);
        var room = await stage.OpenRoomAsync("Town", await stage.RegisterAsync(People));
        await BuildAsync(stage.Host.Url, room);
        await PopulateAsync(stage.Host.ConnectionString(), room);
        var full = await MemoryAsync(stage);
        report.Add("start to /health", stage.Host.LastStart.TotalMilliseconds, "ms");

        var (server, live) = await LoadAsync(stage.Host.ConnectionString(), new ServerId(Guid.Parse(room.ServerId)));
        MeasureChecks(report, server, duration);
        MeasureReady(report, stage, room.Members);
        report.Add($"host RSS after start, without the server (median of {Starts})", empty / MiB, "MiB");
        report.Add($"host RSS after start, with it (median of {Starts})", full / MiB, "MiB");
        report.Add("difference: its view", (full - empty) / MiB, "MiB");
        report.Add("live objects of its view", live / MiB, "MiB");
        stage.AddFaults(report, new MessageTracker(0));
        await report.WriteAsync(HostProcess.Limits);
    }

    private static async Task<long> MemoryAsync(Stage stage)
    {
        List<long> resident = [];
        for (var start = 0; start < Starts; start++)
        {
            await stage.Host.StopAsync();
            await stage.Host.StartAsync();
            await Task.Delay(Rest);
            resident.Add(stage.Host.HostUsage().ResidentBytes);
        }
        return resident.Order().ElementAt(Starts / 2);
    }

    /// <summary>As a host does at its start.</summary>
    private static async Task<(ServerState Server, long LiveBytes)> LoadAsync(string connectionString, ServerId id)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var root = await ViewLoader.LoadAsync(database, TimeProvider.System.GetUtcNow(), CancellationToken.None);
        var live = GC.GetTotalMemory(forceFullCollection: true) - before;
        return (root.Server(id)!, live);
    }

    private static async Task BuildAsync(Uri host, Room room)
    {
        var random = new Random(1);
        var founder = room.Members[0];
        using var api = new Api(host);
        List<string> roles = [];
        for (var index = 1; index < Roles; index++)
        {
            var permissions = Bits(random) & ~Permissions.Administrator;
            roles.Add(Api.Id(await api.SendAsync(HttpMethod.Post, $"/api/servers/{room.ServerId}/roles", founder,
                new JsonObject { ["name"] = Numbered("role", index), ["permissions"] = Text(permissions) })));
        }

        for (var index = (await api.ChannelsAsync(founder, room.ServerId)).Count; index < Channels; index++)
        {
            // Every fourth channel is for some only; in each somebody has a say of their own.
            var hidden = index % 4 == 0 ? Permissions.ViewChannel : Permissions.None;
            var overwrites = new JsonArray(Overwrite(room.ServerId, "role", Permissions.AddReactions, Permissions.AttachFiles | hidden));
            foreach (var role in random.GetItems<string>([.. roles], 2 * RolesEach).Distinct().Take(3))
                overwrites.Add(Overwrite(role, "role", Permissions.ViewChannel | Permissions.AttachFiles, Bits(random) & ~Permissions.ViewChannel & ~Permissions.AttachFiles));
            overwrites.Add(Overwrite(room.Members[random.Next(People)].Id, "member", Permissions.ManageMessages, Permissions.None));
            await api.SendAsync(HttpMethod.Post, $"/api/servers/{room.ServerId}/channels", founder,
                new JsonObject { ["name"] = Numbered("channel", index), ["type"] = "text", ["permission_overwrites"] = overwrites });
        }
    }

    /// <summary>Fills a room up to so many members, whom nobody can log in as. The host has to start again to know of them.</summary>
    internal static async Task AddMembersAsync(string connectionString, Room room, int members)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        // The founder, who came through the API, says what the rows look like; only what must differ is named here. Their IDs are an hour old.
        foreach (var (table, key) in ((string, string)[])[("accounts", "id"), ("users", "id"), ("members", "user_id")])
        {
            await using var insert = database.CreateCommand($"""
                insert into {table}
                select person.*
                from {table} original,
                    generate_series(1, $1) n,
                    lateral jsonb_populate_record(original, jsonb_build_object(
                        '{key}', lpad(to_hex($2 + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'),
                        'username', 'member' || n,
                        'is_admin', false)) person
                where original.{key} = $3
                """);
            insert.Parameters.Add(new() { Value = members - room.Members.Count });
            insert.Parameters.Add(new() { Value = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds() });
            insert.Parameters.Add(new() { Value = Guid.Parse(room.Members[0].Id) });
            await insert.ExecuteNonQueryAsync();
        }
    }

    private static async Task PopulateAsync(string connectionString, Room room)
    {
        await AddMembersAsync(connectionString, room, Members);
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var roles = database.CreateCommand("""
            update members set role_ids = (
                select array_agg(id)
                from (select id from roles where server_id = $1 and id <> $1 order by md5(members.user_id::text || id::text) limit $2) chosen)
            where server_id = $1
            """);
        roles.Parameters.Add(new() { Value = Guid.Parse(room.ServerId) });
        roles.Parameters.Add(new() { Value = RolesEach });
        await roles.ExecuteNonQueryAsync();
    }

    private static void MeasureChecks(Report report, ServerState server, TimeSpan duration)
    {
        var random = new Random(2);
        var (members, channels) = (server.Members.Keys.ToArray(), server.Channels.Values.ToArray());
        var pairs = Enumerable.Range(0, Pairs).Select(_ => (User: members[random.Next(members.Length)], Channel: channels[random.Next(channels.Length)])).ToArray();
        var now = TimeProvider.System.GetUtcNow();

        var settled = Measure(duration, () =>
        {
            var all = Permissions.None;
            foreach (var (user, channel) in pairs)
                all ^= server.Of(user, channel, now);
            return all;
        });
        var byId = Measure(duration, () =>
        {
            var all = Permissions.None;
            foreach (var (user, channel) in pairs)
                all ^= server.Of(user, server.Channels[channel.Id], now);
            return all;
        });
        var restless = Measure(duration, () =>
        {
            var (all, version) = (Permissions.None, server);
            for (var index = 0; index < pairs.Length; index++)
            {
                var (user, channel) = pairs[index];
                if (index % ChecksPerVersion == 0)
                    version = version with { Members = version.Members.SetItem(user, version.Members[user] with { Nickname = "new" }) };
                all ^= version.Of(user, channel, now);
            }
            return all;
        });
        report.Add("members", members.Length, "");
        report.Add("roles", server.Roles.Count, "");
        report.Add("channels", channels.Length, "");
        report.AtLeast(5_000_000, "checks of a member in a channel", settled.PerSecond, "per CPU second");
        report.AtMost(0, "allocated per check", settled.Bytes, "bytes");
        report.Add("the same, the channel found by its ID", byId.PerSecond, "per CPU second");
        report.Add($"the same, one member changed every {ChecksPerVersion:N0} checks", restless.PerSecond, "per CPU second");
    }

    /// <summary>On one thread, by its CPU time: others may be using the same core.</summary>
    private static (double PerSecond, double Bytes) Measure(TimeSpan duration, Func<Permissions> checkAllPairs)
    {
        Repeat(Warmup);
        var (allocated, cpu) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime);
        var checks = Repeat(duration) * (double)Pairs;
        return (checks / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, (GC.GetAllocatedBytesForCurrentThread() - allocated) / checks);

        int Repeat(TimeSpan atLeast)
        {
            var (times, began) = (0, TimeProvider.System.GetTimestamp());
            while (TimeProvider.System.GetElapsedTime(began) < atLeast)
            {
                _sum ^= checkAllPairs();
                times++;
            }
            return times;
        }
    }

    private static void MeasureReady(Report report, Stage stage, IReadOnlyList<Account> people)
    {
        // The first are slower: what they need is compiled for the machine while they run.
        Arrive(stage, people, Rush);
        var before = stage.Usage();
        var alone = Arrive(stage, people, 1);
        var used = stage.Usage() - before;
        var together = Arrive(stage, people, Rush);

        report.Add("READY, the largest", alone.Max(client => client.ReadyBytes), "bytes");
        report.Add("IDENTIFY to READY, one by one, p50", Percentile(alone, 0.50), "ms");
        report.AtMost(50, "IDENTIFY to READY, one by one, p99", Percentile(alone, 0.99), "ms");
        report.Add($"IDENTIFY to READY, {Rush} at once, p50", Percentile(together, 0.50), "ms");
        report.AtMost(1_000, $"IDENTIFY to READY, {Rush} at once, p99", Percentile(together, 0.99), "ms");
        report.Add("host CPU per READY", used.Host.TotalMilliseconds / alone.Count, "ms");
        report.Add($"host RSS after {3 * People * Rounds:N0} have come and gone", stage.Host.HostUsage().ResidentBytes / MiB, "MiB");
    }

    /// <summary>Everybody comes and goes, again and again, so many at once.</summary>
    private static List<GatewayClient> Arrive(Stage stage, IReadOnlyList<Account> people, int atOnce)
    {
        List<GatewayClient> arrived = [];
        foreach (var group in Enumerable.Repeat(people, Rounds).SelectMany(round => round).Chunk(atOnce))
        {
            var arriving = stage.Arrive(group, _ => { });
            arrived.AddRange(arriving);
            stage.Leave(arriving);
        }
        return arrived;
    }

    private static double Percentile(List<GatewayClient> clients, double part)
    {
        var times = new Histogram();
        foreach (var client in clients)
            times.Record(client.ReadyAfter);
        return times.Percentile(part).TotalMilliseconds;
    }

    private static Permissions Bits(Random random) => (Permissions)(ulong)random.NextInt64((long)Permissions.All + 1);

    private static JsonObject Overwrite(string target, string type, Permissions allow, Permissions deny) =>
        new() { ["id"] = target, ["type"] = type, ["allow"] = Text(allow), ["deny"] = Text(deny) };

    private static string Text(Permissions permissions) => ((ulong)permissions).ToString(CultureInfo.InvariantCulture);

    private static string Numbered(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
}
