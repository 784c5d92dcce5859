using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Together.Actors.Persistence;

/// <summary>What the log's loop does with each event: fold it into the views, and after its asker is answered, tell who may know.</summary>
public interface ILogReader
{
    /// <summary>Called in position order, before the asker's answer. Must not block; a failure ends the host.</summary>
    void Fold(LogEntry entry);

    /// <summary>Called after the asker's answer and before the next event. Must not block nor throw.</summary>
    void Dispatch(LogEntry entry);
}

/// <summary>
/// The one ordered stream of committed events on this node. A single loop folds, answers, dispatches and remembers, so a
/// reply means that this node already shows the change, and nobody gets a frame out of turn.
/// </summary>
public sealed partial class EventLog : IAsyncDisposable
{
    /// <summary>Batches and turns waiting: a writer that is this far ahead waits for the loop.</summary>
    private const int QueueCapacity = 4096;

    private readonly Channel<object> _queue = Channel.CreateBounded<object>(new BoundedChannelOptions(QueueCapacity) { SingleReader = true });
    private readonly ILogger _logger;
    private readonly Lock _tailLock = new();
    private readonly LogEntry[] _tail;
    private ILogReader? _reader;
    private long _position;
    private long _tailStart = 1;
    private Task _loop = Task.CompletedTask;

    public EventLog(JournalSettings settings, ILogger<EventLog> logger)
    {
        _tail = new LogEntry[settings.TailEvents];
        _logger = logger;
    }

    /// <summary>Every event up to here has been folded and dispatched.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Sets who reads, before <see cref="Start"/>.</summary>
    public void Attach(ILogReader reader) => _reader = reader;

    /// <param name="position">Where the views were loaded at.</param>
    internal void Start(long position)
    {
        Volatile.Write(ref _position, position);
        _tailStart = position + 1;
        _loop = RunAsync();
    }

    internal ValueTask CommittedAsync(CommittedBatch batch) => _queue.Writer.WriteAsync(batch);

    /// <summary>
    /// Runs an action between two events, on the loop: what it sees and does has one place in the order. The position it is
    /// given is that of the last event before it.
    /// </summary>
    public ValueTask TurnAsync(Action<long> turn) => _queue.Writer.WriteAsync(turn);

    /// <summary>As <see cref="TurnAsync"/>, and completes when the action has run.</summary>
    public async ValueTask RunAsync(Action<long> turn)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await TurnAsync(position =>
        {
            try
            {
                turn(position);
                done.SetResult();
            }
            catch (Exception failure)
            {
                done.SetException(failure);
                throw;
            }
        });
        await done.Task;
    }

    /// <summary>
    /// The events in (<paramref name="after"/>, <paramref name="to"/>] that pass; null when the tail no longer holds all of them,
    /// and the journal has to be read.
    /// </summary>
    public List<LogEntry>? Tail(long after, long to, Func<LogEntry, bool> filter)
    {
        LogEntry[] copy;
        lock (_tailLock)
        {
            if (after + 1 < Math.Max(_tailStart, _position - _tail.Length + 1)) return null;
            var end = Math.Min(to, _position);
            if (end <= after) return [];
            copy = new LogEntry[end - after];
            for (var position = after + 1; position <= end; position++) copy[position - after - 1] = _tail[position % _tail.Length];
        }

        return [.. copy.Where(filter)];
    }

    /// <summary>Replaces what the tail holds, entry by entry: for text that must be forgotten.</summary>
    public void Rewrite(Func<LogEntry, LogEntry> rewrite)
    {
        lock (_tailLock)
        {
            for (var i = 0; i < _tail.Length; i++)
            {
                if (_tail[i] is { } entry) _tail[i] = rewrite(entry);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        var reader = _reader ?? throw new InvalidOperationException("attach a reader first");
        await foreach (var item in _queue.Reader.ReadAllAsync())
        {
            if (item is CommittedBatch batch) Handle(batch, reader);
            else Handle((Action<long>)item);
        }
    }

    private void Handle(Action<long> turn)
    {
        try
        {
            turn(_position);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogTurnFailed(_logger, failure);
        }
    }

    private void Handle(CommittedBatch batch, ILogReader reader)
    {
        var next = 0;
        foreach (var append in batch.Appends)
        {
            for (var left = append.Events.Count; left > 0; left--)
            {
                var entry = batch.Entries[next++];
                Fold(entry, reader);
                if (left == 1) append.Succeed();
                reader.Dispatch(entry);
                lock (_tailLock)
                {
                    _tail[entry.Position % _tail.Length] = entry;
                    Volatile.Write(ref _position, entry.Position);
                }
            }
        }
    }

    private static void Fold(LogEntry entry, ILogReader reader)
    {
        try
        {
            reader.Fold(entry);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Views that missed an event would answer wrongly for ever: better to stop and start from the tables.
            Environment.FailFast($"Folding position {entry.Position} failed; the host must start again from its tables.", failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A turn of the event log failed")]
    private static partial void LogTurnFailed(ILogger logger, Exception failure);
}

/// <summary>A transaction's worth of events and the appends they came in, in the same order.</summary>
internal sealed record CommittedBatch(IReadOnlyList<LogEntry> Entries, IReadOnlyList<Append> Appends);
