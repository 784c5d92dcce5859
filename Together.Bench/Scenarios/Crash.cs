using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Together.Bench.Load;
using Together.Host.Database;
using Together.Protocol;

namespace Together.Bench.Scenarios;

/// <param name="Seed">Of the moments at which the host was killed.</param>
/// <param name="Unknown">Posts that were sent and whose answer never came.</param>
/// <param name="FoundStored">Of them, those that had been stored.</param>
/// <param name="StoredByRepetition">Of them, those that had not.</param>
/// <param name="Resumed">Messages that only RESUME delivered, summed over the readers.</param>
/// <param name="Changes">What else was acknowledged, by kind.</param>
/// <param name="UnknownChanges">Changes that were sent and whose answer never came.</param>
/// <param name="FoundDone">Of them, those that had been done.</param>
/// <param name="LongestStart">From the start of the killed host's successor to its first healthy answer.</param>
/// <param name="Faults">Each broken promise in a sentence; none when all is well.</param>
internal sealed record CrashResult(
    int Seed, int Rounds, int Messages, int Unknown, int FoundStored, int StoredByRepetition, int Resumed,
    IReadOnlyDictionary<string, int> Changes, int UnknownChanges, int FoundDone, TimeSpan LongestStart, IReadOnlyCollection<string> Faults);

/// <summary>
/// Kills the real host while people post, read and change what they said, again and again, by turns at a random moment and between
/// PostgreSQL's commit and the reply. What was acknowledged must be there once, in order, what was not may be done or not but never by
/// half, and readers must get by RESUME exactly what they missed.
/// </summary>
internal sealed class Crash : IAsyncDisposable
{
    private const int Posters = 32;
    private const int Readers = 2;
    private const int Channels = 4;

    /// <summary>Each two of them share a conversation.</summary>
    private const int Changers = 4;

    private const int FinalChanges = 20;

    /// <summary>A run with fewer posts of unknown outcome has not tested what it is for.</summary>
    private const int FewestUnknown = 20;

    // From the first posts to the kill: long enough for hundreds of messages, short enough for many rounds.
    private static readonly TimeSpan EarliestKill = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LatestKill = TimeSpan.FromMilliseconds(1500);

    // The writer has asked for its last commit by then, and PostgreSQL has done it.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(50);

    // For a loaded machine; what is waited for takes milliseconds.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly PostgresProxy _proxy;
    private readonly Stage _stage;
    private readonly NpgsqlDataSource _database;
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly StoredMessages _stored;
    private readonly int _seed = Random.Shared.Next();
    private readonly Random _random;
    private IReadOnlyList<Poster> _posters = [];
    private IReadOnlyList<GatewayReader> _readers = [];
    private IReadOnlyList<Changer> _changers = [];
    private string _when = "at the start";
    private TimeSpan _longestStart;
    private int _resumed;

    private Crash(PostgresProxy proxy, Stage stage, string connectionString)
    {
        _proxy = proxy;
        _stage = stage;
        _database = NpgsqlDataSource.Create(connectionString);
        _stored = new StoredMessages(_database, Fault);
        _random = new Random(_seed);
    }

    /// <summary>For <c>./dev bench crash</c>: the Release build on a PostgreSQL of its own. Answers the exit code.</summary>
    public static async Task<int> RunAsync(int rounds)
    {
        var report = new Report("crash");
        var directory = HostProcess.NewDirectory();
        try
        {
            await using var postgres = await BuiltInPostgres.StartAsync(Path.Combine(directory, "data"), NullLogger.Instance, CancellationToken.None);
            var result = await RunAsync("crash", postgres.ConnectionString, rounds);
            foreach (var fault in result.Faults)
                await Console.Error.WriteLineAsync(fault);
            report.Add("seed", result.Seed, "");
            report.AtLeast(rounds, "rounds", result.Rounds, "kills");
            report.Add("messages stored", result.Messages, "messages");
            report.AtLeast(FewestUnknown, "unknown outcomes", result.Unknown, "posts");
            report.Add("  had been stored", result.FoundStored, "posts");
            report.Add("  stored by the repetition", result.StoredByRepetition, "posts");
            report.Add("delivered by RESUME", result.Resumed, "messages");
            foreach (var (what, count) in result.Changes)
                report.Add($"changes: {what}", count, "");
            report.AtLeast(FewestUnknown / 4, "unknown changes", result.UnknownChanges, "changes");
            report.Add("  had been done", result.FoundDone, "changes");
            report.Add("longest start after a kill", result.LongestStart.TotalMilliseconds, "ms");
            report.AtMost(0, "faults", result.Faults.Count, "");
            await report.WriteAsync(HostProcess.Limits);
            return result.Faults.Count == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <param name="name">Of the host's log.</param>
    /// <param name="connectionString">An empty database on a unix socket.</param>
    /// <param name="rounds">How often the host is killed.</param>
    public static async Task<CrashResult> RunAsync(string name, string connectionString, int rounds)
    {
        await using var proxy = new PostgresProxy(connectionString);
        var url = new NpgsqlConnectionStringBuilder(proxy.ConnectionString);
        var host = await HostProcess.StartNewAsync(name, $"postgres://{url.Username}@{url.Host}:{url.Port}/{url.Database}");
        await using var crash = new Crash(proxy, Stage.On(host), connectionString);
        await crash.GatherAsync();
        var round = 0;
        while (round < rounds && crash._faults.IsEmpty)
            await crash.RoundAsync(++round);
        if (crash._faults.IsEmpty)
            await crash.FinishAsync();
        return crash.Result(round);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var reader in _readers)
            reader.Dispose();
        await _stage.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>One server, its channels, and everybody in it; the readers have seen everything from the first message on.</summary>
    private async Task GatherAsync()
    {
        var people = await _stage.RegisterAsync(Posters + Readers);
        var room = await _stage.OpenRoomAsync("Crash", people);
        List<string> channels = [room.ChannelId];
        using var api = new Api(_stage.Host.Url);
        while (channels.Count < Channels)
        {
            channels.Add(Api.Id(await api.SendAsync(HttpMethod.Post, $"/api/servers/{room.ServerId}/channels", people[0],
                new JsonObject { ["name"] = string.Create(CultureInfo.InvariantCulture, $"crash-{channels.Count}"), ["type"] = "text" })));
        }
        _posters = [.. people.Take(Posters).Select((account, index) => new Poster(account, channels[index % Channels], Fault))];
        _stored.Channels = channels;
        _readers = [.. people.Skip(Posters).Select(account => new GatewayReader(_stage.Host.Url, account.Username, account.Token))];
        await ConnectAsync("READY");
        await GatherChangersAsync(api);
    }

    /// <summary>In a server of their own, where everybody moderates: the readers see only what stays.</summary>
    private async Task GatherChangersAsync(Api api)
    {
        var people = await _stage.RegisterAsync(Changers);
        var room = await _stage.OpenRoomAsync("Changes", people);
        var permissions = (ulong)(Permissions.EveryoneDefault | Permissions.ManageMessages);
        await api.SendAsync(HttpMethod.Patch, $"/api/servers/{room.ServerId}/roles/{room.ServerId}", people[0], new JsonObject { ["permissions"] = permissions.ToString(CultureInfo.InvariantCulture) });
        var changers = new List<Changer>();
        foreach (var pair in people.Chunk(2))
        {
            var conversation = Api.Id(await api.SendAsync(HttpMethod.Post, "/api/users/@me/channels", pair[0], new JsonObject { ["recipient_ids"] = new JsonArray(pair[1].Id) }));
            changers.AddRange(pair.Select(account => new Changer(account, room.ChannelId, conversation, _random.Next(), Fault)));
        }
        _changers = changers;
    }

    private async Task RoundAsync(int round)
    {
        var isInjected = round % 2 == 1;
        _when = string.Create(CultureInfo.InvariantCulture, $"round {round}, killed {(isInjected ? "between commit and reply" : "at random")}");
        using (var http = NewHttp())
        {
            var posting = Task.WhenAll([.. _posters.Select(poster => poster.RunAsync(http, _stored)), .. _changers.Select(changer => changer.RunAsync(http))]);
            // The channels are loaded by then: what PostgreSQL answers later, it answers to the writer.
            if (isInjected)
                await Task.WhenAll(_posters.Select(poster => poster.FirstAnswer)).WithinAsync(Timeout, $"{_when}: an answer to every poster");
            await Task.Delay(EarliestKill + (LatestKill - EarliestKill) * _random.NextDouble());
            if (isInjected)
            {
                _proxy.FreezeAnswers();
                await _proxy.Held.WithinAsync(Timeout, $"{_when}: an answer of PostgreSQL's that can be held back");
                // It may be one to somebody who only looked something up; the writer's comes at once.
                await Task.Delay(Settling);
            }
            await _stage.Host.KillAsync();
            _proxy.Cut();
            await posting.WithinAsync(Timeout, $"{_when}: the end of every poster's connection");
        }
        foreach (var reader in _readers)
            await reader.DisconnectedAsync();

        // It is healthy only when it holds the writer's lock: then its predecessor's last transaction is decided.
        await _stage.Host.StartAsync();
        _longestStart = _stage.Host.LastStart > _longestStart ? _stage.Host.LastStart : _longestStart;
        await _stored.ReadAsync();
        CheckAcknowledged();
        using (var http = NewHttp())
        {
            foreach (var changer in _changers)
                await changer.CheckAsync(http, _stage.Host.Url);
        }
        if (isInjected && !_changers.Any(changer => changer.HadBeenDone) && !_posters.Any(poster => poster.Pending is { } nonce && _stored.ByNonce.ContainsKey(nonce)))
            Fault("expected something that was committed and not acknowledged, found nothing");
        foreach (var reader in _readers)
        {
            // Nobody is shown what a crash could take back.
            CheckRead(reader, _stored.InOrder.Take(reader.Messages.Count));
            _resumed += _stored.InOrder.Count - reader.Messages.Count;
        }
        await ConnectAsync("RESUMED");
        foreach (var reader in _readers)
            CheckRead(reader, _stored.InOrder);
    }

    /// <summary>Whatever is still unknown is repeated, and everybody posts once more.</summary>
    private async Task FinishAsync()
    {
        _when = "at the end";
        using (var http = NewHttp())
        {
            await Task.WhenAll([.. _posters.Select(poster => poster.RunAsync(http, _stored, count: 2)), .. _changers.Select(changer => changer.RunAsync(http, FinalChanges))])
                .WithinAsync(Timeout, $"{_when}: the answers to everybody");
            foreach (var changer in _changers)
                await changer.CheckAsync(http, _stage.Host.Url);
        }
        foreach (var reader in _readers)
            await reader.CatchUpAsync();
        await _stored.ReadAsync();
        CheckAcknowledged();
        foreach (var reader in _readers)
        {
            CheckRead(reader, _stored.InOrder);
            if (reader.Decreases > 0)
                Fault($"{reader.Name} saw s decrease {reader.Decreases} times");
        }
        if (!await _stage.Host.IsHealthyAsync())
            Fault("the host is not healthy");
        if (await _stage.Host.RunAsync("journal", "verify") is not 0 and var code)
            Fault($"journal verify ended with {code}; see {_stage.Host.LogFile}");
        var unknown = _posters.Sum(poster => poster.Unknown);
        if (unknown < FewestUnknown)
            Fault($"only {unknown} outcomes were unknown, which tests too little: {FewestUnknown} are needed");
    }

    private async Task ConnectAsync(string expected)
    {
        foreach (var reader in _readers)
        {
            var answer = await reader.ConnectAsync();
            if (answer != expected)
                Fault($"{reader.Name} expected {expected} and got {answer}, with s {reader.Position}");
        }
    }

    /// <summary>What was acknowledged is stored, and what is stored was posted.</summary>
    private void CheckAcknowledged()
    {
        foreach (var poster in _posters)
        {
            foreach (var (nonce, id) in poster.Acknowledged)
            {
                if (!_stored.ByNonce.TryGetValue(nonce, out var stored))
                    Fault($"{nonce} was acknowledged as {id} and is lost");
                else if (stored.Id != id || stored.ChannelId != poster.ChannelId || stored.Content != Poster.Content(nonce))
                    Fault($"{nonce} was acknowledged as {id} and is stored as {stored}");
            }
        }
        var posted = _posters.Sum(poster => poster.Acknowledged.Count + (poster.Pending is { } nonce && _stored.ByNonce.ContainsKey(nonce) ? 1 : 0));
        if (posted != _stored.InOrder.Count)
            Fault($"{_stored.InOrder.Count} messages are stored and {posted} were posted");
    }

    /// <summary>In the journal's order, each at its position, nothing twice and nothing missing.</summary>
    private void CheckRead(GatewayReader reader, IEnumerable<ReadMessage> expected)
    {
        using var stored = expected.GetEnumerator();
        for (var index = 0; index < reader.Messages.Count; index++)
        {
            var next = stored.MoveNext() ? stored.Current : null;
            if (reader.Messages[index] == next)
                continue;
            Fault($"{reader.Name} read as message {index} {reader.Messages[index]}; stored is {next?.ToString() ?? "none"}");
            return;
        }
        if (stored.MoveNext())
            Fault($"{reader.Name} read {reader.Messages.Count} messages and misses {stored.Current}");
    }

    private CrashResult Result(int rounds) => new(
        _seed,
        rounds,
        _stored.InOrder.Count,
        _posters.Sum(poster => poster.Unknown),
        _posters.Sum(poster => poster.FoundStored),
        _posters.Sum(poster => poster.StoredByRepetition),
        _resumed,
        _changers.SelectMany(changer => changer.Done).GroupBy(done => done.Key, done => done.Value).OrderBy(kind => kind.Key, StringComparer.Ordinal).ToDictionary(kind => kind.Key, kind => kind.Sum()),
        _changers.Sum(changer => changer.Unknown),
        _changers.Sum(changer => changer.FoundDone),
        _longestStart,
        _faults);

    // Connections of its own: none is left over from the host before.
    private HttpClient NewHttp() => new() { BaseAddress = _stage.Host.Url, Timeout = Timeout };

    private void Fault(string fault) => _faults.Enqueue($"{_when} (seed {_seed}): {fault}");
}
