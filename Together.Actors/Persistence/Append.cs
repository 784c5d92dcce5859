using Together.Actors.Runtime;

namespace Together.Actors.Persistence;

/// <summary>
/// One incarnation of an entity, as the journal sees it. After a failed append every later one of the same incarnation
/// fails too: they were decided on a state that does not exist.
/// </summary>
public sealed class Incarnation(string persistenceId)
{
    private volatile bool _failed;

    public string PersistenceId => persistenceId;

    public bool HasFailed => _failed;

    internal void Fail() => _failed = true;
}

/// <summary>The events of one command, stored together or not at all.</summary>
public sealed class Append
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Ask? _ask;
    private readonly Reply _reply;

    /// <param name="incarnation">The entity that decided.</param>
    /// <param name="firstSequenceNr">Sequence number of the first event; 1 for an entity's first.</param>
    /// <param name="events">At least one.</param>
    /// <param name="catalog">Writes the payloads, on the caller's thread.</param>
    /// <param name="at">The time of the decision.</param>
    /// <param name="ask">Who waits for it.</param>
    /// <param name="reply">What they are told once the events are durable and folded into this node's views.</param>
    public Append(Incarnation incarnation, long firstSequenceNr, IReadOnlyList<DomainEvent> events, EventCatalog catalog, DateTimeOffset at, Ask? ask, Reply reply)
    {
        Incarnation = incarnation;
        FirstSequenceNr = firstSequenceNr;
        Events = events;
        At = at;
        _ask = ask;
        _reply = reply;
        Manifests = new string[events.Count];
        Payloads = new byte[events.Count][];
        for (var i = 0; i < events.Count; i++)
        {
            Manifests[i] = catalog.Manifest(events[i]);
            Payloads[i] = catalog.Write(events[i]);
            Bytes += Payloads[i].Length;
        }
    }

    public Incarnation Incarnation { get; }

    public long FirstSequenceNr { get; }

    public IReadOnlyList<DomainEvent> Events { get; }

    public DateTimeOffset At { get; }

    internal string[] Manifests { get; }

    internal byte[][] Payloads { get; }

    internal int Bytes { get; }

    /// <summary>True when the events are durable and this node shows them, false when they were not stored.</summary>
    public Task<bool> Done => _done.Task;

    internal void Succeed()
    {
        _done.TrySetResult(true);
        _ask?.Complete(_reply);
    }

    internal void Fail(Reply reply)
    {
        Incarnation.Fail();
        _done.TrySetResult(false);
        _ask?.Complete(reply);
    }
}

/// <summary>An event at its place in the log.</summary>
/// <param name="Position">Gap-free from 1, in commit order: the gateway's <c>s</c>.</param>
/// <param name="PersistenceId">The entity it is of.</param>
/// <param name="SequenceNr">Its place within that entity, from 1.</param>
/// <param name="Event">The event.</param>
/// <param name="At">When it was decided.</param>
public sealed record LogEntry(long Position, string PersistenceId, long SequenceNr, DomainEvent Event, DateTimeOffset At);
