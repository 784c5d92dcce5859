using Microsoft.Extensions.Logging;

namespace Together.Actors.Runtime;

/// <summary>
/// The place an actor lives in: a bounded mailbox, the one turn that reads it, and supervision. An idle cell holds no task,
/// no thread and no queue buffer. Any thread may tell; turns never overlap.
/// </summary>
public sealed partial class ActorCell : IThreadPoolWorkItem
{
    /// <summary>Messages a turn handles before it gives its thread to the next actor.</summary>
    private const int TurnQuota = 100;

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastBackoff = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Func<Actor> _factory;
    private readonly int _capacity;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<ActorCell> _stopped;

    private Queue<object>? _mailbox;
    private bool _scheduled;
    private bool _isStopped;
    private bool _passivating;
    private Actor? _actor;
    private int _failures;
    private long _lastActive;
    private ITimer? _restart;

    /// <param name="name">For logs: kind and ID.</param>
    /// <param name="factory">Makes a fresh incarnation, at first use and after each failure.</param>
    /// <param name="capacity">Messages the mailbox holds; more are answered <see cref="TellResult.Full"/>.</param>
    /// <param name="time">The clock that back-off and idleness are measured with.</param>
    /// <param name="logger">Where failures go.</param>
    /// <param name="stopped">Called once, when no further message will be taken.</param>
    public ActorCell(string name, Func<Actor> factory, int capacity, TimeProvider time, ILogger logger, Action<ActorCell> stopped)
    {
        Name = name;
        _factory = factory;
        _capacity = capacity;
        _time = time;
        _logger = logger;
        _stopped = stopped;
        _lastActive = time.GetTimestamp();
    }

    public string Name { get; }

    public TimeSpan IdleFor => _time.GetElapsedTime(Volatile.Read(ref _lastActive));

    public TellResult Tell(object message)
    {
        lock (_lock)
        {
            if (_isStopped) return TellResult.Stopped;
            if (_mailbox?.Count >= _capacity) return TellResult.Full;
            (_mailbox ??= new Queue<object>()).Enqueue(message);
            _passivating = false;
            if (_scheduled) return TellResult.Accepted;
            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return TellResult.Accepted;
    }

    /// <summary>Stops the actor once its mailbox is empty and it has nothing under way; a message told before that keeps it.</summary>
    public void Passivate()
    {
        lock (_lock)
        {
            if (_isStopped) return;
            _passivating = true;
            if (_scheduled) return;
            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _ = TurnAsync();

    private async Task TurnAsync()
    {
        for (var handled = 0; handled < TurnQuota; handled++)
        {
            object? message;
            lock (_lock)
            {
                if (_mailbox is null || !_mailbox.TryDequeue(out message))
                {
                    _mailbox = null;
                    _scheduled = false;
                    if (!_passivating || _actor is { CanPassivate: false }) return;
                    _isStopped = true;
                    message = null;
                }
            }

            if (message is null)
            {
                Stop();
                _stopped(this);
                return;
            }

            Volatile.Write(ref _lastActive, _time.GetTimestamp());
            try
            {
                if (_actor is null)
                {
                    _actor = await StartAsync();
                }

                await _actor.ReceiveAsync(message);
                _failures = 0;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                RestartLater(message, failure);
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async ValueTask<Actor> StartAsync()
    {
        var actor = _factory();
        try
        {
            await actor.StartAsync();
        }
        catch
        {
            actor.PostStop();
            throw;
        }

        return actor;
    }

    private void Stop()
    {
        _actor?.PostStop();
        _actor = null;
    }

    /// <summary>
    /// The message at fault is answered "unavailable"; those behind it wait for the next incarnation, unless even starting
    /// failed: then the store is away and waiting would only time them out.
    /// </summary>
    private void RestartLater(object message, Exception failure)
    {
        Refuse(message);
        if (_actor is null)
        {
            Queue<object>? waiting;
            lock (_lock) (waiting, _mailbox) = (_mailbox, null);
            while (waiting is not null && waiting.TryDequeue(out var next)) Refuse(next);
        }

        Stop();
        var backoff = TimeSpan.FromTicks(Math.Min(LastBackoff.Ticks, FirstBackoff.Ticks << Math.Min(_failures, 10)));
        _failures++;
        LogFailure(_logger, failure, Name, backoff.TotalMilliseconds);
        _restart?.Dispose();
        // Still marked as scheduled: nobody else starts a turn until the timer does.
        _restart = _time.CreateTimer(static cell => ThreadPool.UnsafeQueueUserWorkItem((ActorCell)cell!, preferLocal: false), this, backoff, Timeout.InfiniteTimeSpan);
    }

    private static void Refuse(object message)
    {
        if (message is Ask ask) ask.Complete(Reply.Unavailable);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Actor} failed and restarts in {Backoff} ms")]
    private static partial void LogFailure(ILogger logger, Exception failure, string actor, double backoff);
}
