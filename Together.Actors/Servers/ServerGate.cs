using System.Collections.Concurrent;
using Together.Actors.Persistence;
using Together.Protocol;

namespace Together.Actors.Servers;

/// <summary>
/// What a server has decided but not stored yet, for the channels of its node. A post is decided on the views, which lag behind
/// by a commit; without this, one decided on the old rights could be stored behind the ban that took them. Any thread.
/// </summary>
public sealed class ServerGate
{
    private readonly Lock _lock = new();
    private long _version;
    private Pending? _pending;

    /// <summary>Null when the views have it all. The version names what was read, for <see cref="TryPass"/>.</summary>
    public (long Version, Pending? Pending) Read()
    {
        lock (_lock) return (_version, _pending);
    }

    /// <summary>The server's own events: from here on nothing passes that was decided on less.</summary>
    internal void Advance(ServerState? decided, Append append, Action<Append> enqueue)
    {
        long version;
        lock (_lock)
        {
            version = ++_version;
            _pending = new Pending(decided);
            enqueue(append);
        }

        _ = SettleAsync();

        async Task SettleAsync()
        {
            var isStored = await append.Done;
            lock (_lock)
            {
                if (!isStored) _version++;
                if (version == _version || !isStored) _pending = null;
            }
        }
    }

    /// <summary>False when the server has decided something since: decide again.</summary>
    internal bool TryPass(long version, Append append, Action<Append> enqueue)
    {
        lock (_lock)
        {
            if (version != _version) return false;
            enqueue(append);
            return true;
        }
    }

    /// <param name="Server">Null when it is being deleted.</param>
    public sealed record Pending(ServerState? Server);
}

/// <summary>The gates of a node's servers. Any thread.</summary>
public sealed class ServerGates
{
    private readonly ConcurrentDictionary<ServerId, ServerGate> _gates = new();

    public ServerGate Of(ServerId server) => _gates.GetOrAdd(server, static _ => new ServerGate());
}
