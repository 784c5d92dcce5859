namespace Together.Host.Http;

/// <summary>What a limit says to one use: whether it is allowed, how many are left and when the window ends.</summary>
public readonly record struct WindowCount(bool Allowed, int Limit, int Remaining, TimeSpan Reset)
{
    /// <summary>In whole seconds, rounded up, so that a client that waits so long is let in.</summary>
    public int ResetSeconds => (int)Math.Ceiling(Reset.TotalSeconds);
}

/// <summary>
/// Counts uses per key, at most <paramref name="limit"/> in a window that starts with the key's first use. Any thread; lives
/// as long as the host. Holds at most <paramref name="capacity"/> keys.
/// </summary>
/// <remarks>
/// When the table is full, what has ended goes first, then the key that has counted longest without reaching its limit: a
/// flood of new keys never frees one that is at its limit. When all are at their limit, the keys that do not fit share one
/// window: a flood costs newcomers their own window, never anybody the protection.
/// </remarks>
public sealed class WindowCounters<TKey>(int limit, TimeSpan window, int capacity, TimeProvider time) where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _open = new();
    private readonly LinkedList<Entry> _full = new();
    private Entry? _crowd;

    /// <summary>Counts one use, if the limit allows it.</summary>
    public WindowCount Take(TKey key)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var node = Find(key, now) ?? Add(key, now);
            var entry = node?.Value ?? Crowd(key, now);
            var allowed = entry.Used < limit;
            if (allowed) entry.Used++;
            if (node is not null && entry.Used >= limit) Move(node, _full);
            return new WindowCount(allowed, limit, limit - entry.Used, Left(entry, now));
        }
    }

    /// <summary>Takes one use back, as if it had not been.</summary>
    public void GiveBack(TKey key)
    {
        lock (_lock)
        {
            if (Find(key, time.GetTimestamp()) is not { Value.Used: > 0 } node) return;
            node.Value.Used--;
            Move(node, _open);
        }
    }

    /// <summary>Starts the key from zero.</summary>
    public void Forget(TKey key)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var node)) Remove(node);
        }
    }

    private LinkedListNode<Entry>? Find(TKey key, long now)
    {
        if (!_entries.TryGetValue(key, out var node)) return null;
        if (Left(node.Value, now) > TimeSpan.Zero) return node;
        Remove(node);
        return null;
    }

    private LinkedListNode<Entry>? Add(TKey key, long now)
    {
        if (_entries.Count >= capacity && !MakeRoom(now)) return null;
        var node = _open.AddLast(new Entry(key, now));
        _entries.Add(key, node);
        return node;
    }

    private bool MakeRoom(long now)
    {
        if (_full.First is { } full && Left(full.Value, now) <= TimeSpan.Zero)
        {
            Remove(full);
            return true;
        }
        if (_open.First is not { } open) return false;
        Remove(open);
        return true;
    }

    private Entry Crowd(TKey key, long now) =>
        _crowd is not null && Left(_crowd, now) > TimeSpan.Zero ? _crowd : _crowd = new Entry(key, now);

    private static void Move(LinkedListNode<Entry> node, LinkedList<Entry> to)
    {
        if (node.List == to) return;
        node.List!.Remove(node);
        to.AddLast(node);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        node.List!.Remove(node);
        _entries.Remove(node.Value.Key);
    }

    private TimeSpan Left(Entry entry, long now) => window - time.GetElapsedTime(entry.Started, now);

    private sealed class Entry(TKey key, long started)
    {
        public TKey Key { get; } = key;
        public long Started { get; } = started;
        public int Used { get; set; }
    }
}
