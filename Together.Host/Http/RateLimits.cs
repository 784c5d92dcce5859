using Together.Protocol;

namespace Together.Host.Http;

/// <summary>Which limit a route counts against.</summary>
public enum RateLimitBucket
{
    /// <summary>A caller's reads or writes, by method; a public route's uses by address.</summary>
    Requests,

    /// <summary>Files that are sent: by caller.</summary>
    Uploads,

    /// <summary>Files that are fetched, in bursts when a channel is opened: by caller, else by address.</summary>
    Downloads,

    /// <summary>Not limited here (health, metrics, the gateway with limits of its own).</summary>
    None,
}

/// <summary>Uses per minute.</summary>
public sealed record RateLimitRules(int Writes = 100, int Reads = 1000, int Uploads = 60, int Downloads = 1000, int Unauthenticated = 30);

/// <summary>The limits on requests. Any thread; lives as long as the host. Without rules nothing is limited.</summary>
public sealed class RateLimits
{
    /// <summary>About 150 bytes an entry: 10 MB a table at most, and more users or networks than one host serves in a minute.</summary>
    private const int Capacity = 65_536;

    private readonly WindowCounters<UserId>? _writes;
    private readonly WindowCounters<UserId>? _reads;
    private readonly WindowCounters<UserId>? _uploads;
    private readonly WindowCounters<UserId>? _downloads;
    private readonly WindowCounters<ClientNetwork>? _anonymousDownloads;
    private readonly WindowCounters<ClientNetwork>? _anonymous;

    public RateLimits(RateLimitRules? rules, TimeProvider time)
    {
        if (rules is null) return;
        _writes = Users(rules.Writes);
        _reads = Users(rules.Reads);
        _uploads = Users(rules.Uploads);
        _downloads = Users(rules.Downloads);
        _anonymousDownloads = Networks(rules.Downloads);
        _anonymous = Networks(rules.Unauthenticated);

        WindowCounters<UserId> Users(int limit) => new(limit, TimeSpan.FromMinutes(1), Capacity, time);
        WindowCounters<ClientNetwork> Networks(int limit) => new(limit, TimeSpan.FromMinutes(1), Capacity, time);
    }

    /// <summary>Counts one request; null when it is not limited.</summary>
    public WindowCount? Take(RateLimitBucket bucket, UserId? caller, ClientNetwork network, bool isWrite) => (bucket, caller) switch
    {
        (RateLimitBucket.None, _) => null,
        (RateLimitBucket.Uploads, { } user) => _uploads?.Take(user),
        (RateLimitBucket.Downloads, { } user) => _downloads?.Take(user),
        (RateLimitBucket.Downloads, null) => _anonymousDownloads?.Take(network),
        (_, null) => _anonymous?.Take(network),
        (_, { } user) => (isWrite ? _writes : _reads)?.Take(user),
    };
}
