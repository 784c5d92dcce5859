using System.Collections.Concurrent;
using System.Globalization;

namespace Together.Bench.Load;

/// <summary>A server's text channel and those who read it.</summary>
internal sealed record Room(string ServerId, string ChannelId, IReadOnlyList<Account> Members)
{
    /// <summary>A post by each member.</summary>
    public IReadOnlyList<RequestTemplate> Posts { get; } =
        [.. Members.Select(member => RequestTemplate.PostMessage(ChannelId, member.Token, "A sentence of the length that people write in chats, more or less."))];
}

/// <summary>CPU time used since <see cref="Stage.Usage"/> was asked first.</summary>
internal readonly record struct CpuUse(TimeSpan Host, TimeSpan Postgres, TimeSpan Generator)
{
    public static CpuUse operator -(CpuUse left, CpuUse right) =>
        new(left.Host - right.Host, left.Postgres - right.Postgres, left.Generator - right.Generator);
}

/// <summary>A host of its own with accounts, rooms and gateway connections: what the scenarios play on. One thread.</summary>
internal sealed class Stage : IAsyncDisposable
{
    // Requests to /register at a time: enough for both cores, few enough for the host's queue of hashes.
    private const int Registrations = 8;

    // Sockets that are between connect and READY at a time; the host gives each 10 s to identify itself.
    private const int Arrivals = 50;

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(20);

    // Presence and other echoes of the arrivals have died down when nothing came for this long.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan QuietTimeout = TimeSpan.FromSeconds(30);

    private readonly List<GatewayClient> _clients = [];
    private readonly Api _api;
    private int _accounts;

    private Stage(HostProcess host)
    {
        Host = host;
        _api = new Api(host.Url);
    }

    public HostProcess Host { get; }

    public EventLoop Loop { get; } = new();

    public static async Task<Stage> OpenAsync(string benchmark) => On(await HostProcess.StartNewAsync(benchmark));

    /// <summary>On a host that runs already and that ends with the stage.</summary>
    public static Stage On(HostProcess host) => new(host);

    public async Task<IReadOnlyList<Account>> RegisterAsync(int count)
    {
        var accounts = new ConcurrentBag<Account>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Registrations };
        var first = _accounts;
        _accounts += count;
        await Parallel.ForEachAsync(Enumerable.Range(first, count), options, async (index, _) =>
            accounts.Add(await _api.RegisterAsync(string.Create(CultureInfo.InvariantCulture, $"bench{index:0000}"), "a password for benchmarks")));
        return [.. accounts.OrderBy(account => account.Username, StringComparer.Ordinal)];
    }

    /// <summary>A server that the first founds and the others join.</summary>
    public async Task<Room> OpenRoomAsync(string name, IReadOnlyList<Account> members)
    {
        var server = await _api.CreateServerAsync(members[0], name);
        var invite = await _api.InviteAsync(members[0], server);
        foreach (var member in members.Skip(1))
            await _api.JoinAsync(member, invite);
        return new Room(server, await _api.GeneralChannelAsync(members[0], server), members);
    }

    /// <summary>Gateway connections, identified, with everything that their arrival causes already received.</summary>
    public void Connect(IReadOnlyList<Account> accounts, int connectionsEach, Delivered delivered)
    {
        foreach (var arrivals in accounts.SelectMany(account => Enumerable.Repeat(account, connectionsEach)).Chunk(Arrivals))
            Arrive(arrivals, delivered);
        Settle();
    }

    /// <summary>Frames received by all connections so far.</summary>
    public long Frames => _clients.Sum(client => client.Frames);

    /// <summary>A connection that is on its way.</summary>
    public GatewayClient Begin(Account account, Delivered delivered)
    {
        var client = new GatewayClient(Loop, Host.EndPoint, account.Token, delivered);
        _clients.Add(client);
        return client;
    }

    /// <summary>A connection each, all at once, until each is READY.</summary>
    public IReadOnlyList<GatewayClient> Arrive(IReadOnlyList<Account> accounts, Delivered delivered)
    {
        GatewayClient[] arriving = [.. accounts.Select(account => new GatewayClient(Loop, Host.EndPoint, account.Token, delivered))];
        _clients.AddRange(arriving);
        if (!Loop.WaitFor(() => arriving.All(client => client.IsReady || client.Closed is not null), ReadyTimeout))
            throw new TimeoutException($"{arriving.Count(client => !client.IsReady)} of {arriving.Length} connections were not READY within {ReadyTimeout.TotalSeconds} s");
        return arriving;
    }

    public void Leave(IReadOnlyList<GatewayClient> leaving)
    {
        foreach (var client in leaving)
            client.Leave();
        _clients.RemoveAll(leaving.Contains);
    }

    /// <summary>Before each phase of at most 40 s, so that no connection goes 60 s without.</summary>
    public void Heartbeat()
    {
        foreach (var client in _clients)
            client.Heartbeat();
        Settle();
    }

    public CpuUse Usage() => new(Host.HostUsage().Cpu, Host.PostgresUsage().Cpu, Environment.CpuUsage.TotalTime);

    /// <summary>What would make the figures worthless: refusals, lost connections, missing messages, frames out of order.</summary>
    public void AddFaults(Report report, MessageTracker messages)
    {
        report.AtMost(0, "faults: messages not delivered to all", messages.Open, "messages");
        report.AtMost(0, "faults: posts refused", messages.Refusals.Values.Sum(), "posts");
        foreach (var (status, count) in messages.Refusals)
            report.Add($"  answered {status}", count, "posts");
        report.AtMost(0, "faults: connections closed", _clients.Count(client => client.Closed is not null), "connections");
        foreach (var code in _clients.Where(client => client.Closed is not null).GroupBy(client => client.Closed))
            report.Add($"  closed with {code.Key}", code.Count(), "connections");
        report.AtMost(0, "faults: s that decreased", _clients.Sum(client => client.OutOfOrder), "frames");
    }

    public async ValueTask DisposeAsync()
    {
        Loop.Dispose();
        _api.Dispose();
        await Host.DisposeAsync();
    }

    private void Settle()
    {
        var seen = -1L;
        var began = TimeProvider.System.GetTimestamp();
        while (_clients.Sum(client => client.Frames) is var frames && frames != seen && TimeProvider.System.GetElapsedTime(began) < QuietTimeout)
        {
            seen = frames;
            Loop.RunFor(Quiet);
        }
    }
}
