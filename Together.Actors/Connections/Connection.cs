using Microsoft.Extensions.Logging;
using Together.Protocol;
using Together.Protocol.Gateway;

namespace Together.Actors.Connections;

/// <summary>
/// The sending half of a gateway connection: a queue of shared frames, bounded in bytes, that one pump at a time writes to the
/// socket. A client that reads too slowly is closed with 4008; it never makes the host grow. Any thread.
/// </summary>
public sealed partial class Connection : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly IGatewaySocket _socket;
    private readonly int _queueBytes;
    private readonly ILogger _logger;
    private Queue<(Frame Frame, int Counted)>? _queue;
    private TaskCompletionSource? _drained;
    private int _bytes;
    private bool _pumping;
    private bool _closed;
    private long _position;

    /// <param name="socket">Where the frames go.</param>
    /// <param name="queueBytes">Bytes that may wait before the client counts as too slow.</param>
    /// <param name="time">For the heartbeat's deadline.</param>
    /// <param name="logger">For a frame that cannot be made.</param>
    public Connection(IGatewaySocket socket, int queueBytes, TimeProvider time, ILogger logger)
    {
        _socket = socket;
        _queueBytes = queueBytes;
        _logger = logger;
        Opened = LastHeard = time.GetTimestamp();
    }

    /// <summary>When HELLO was sent: a timestamp of the time provider.</summary>
    public long Opened { get; }

    /// <summary>Set once, at IDENTIFY or RESUME, before the connection is registered.</summary>
    public UserId User { get; set; }

    /// <summary>The login behind it.</summary>
    public SessionId Session { get; set; }

    /// <summary>Names the gateway session across RESUMEs.</summary>
    public Guid GatewaySession { get; set; }

    /// <summary>What it wished to be shown as at IDENTIFY; null when it did not say. Set before it is registered.</summary>
    public UserStatus? Wish { get; set; }

    /// <summary>False until READY, RESUMED or the start of a long replay: IDENTIFY's deadline applies instead of the heartbeat's.</summary>
    public bool IsIdentified { get; set; }

    /// <summary>When the last heartbeat came, or the connection: a timestamp of the time provider.</summary>
    public long LastHeard { get; set; }

    public bool IsClosed
    {
        get
        {
            lock (_lock) return _closed;
        }
    }

    /// <param name="frame">What to send.</param>
    /// <param name="isBounded">False for READY and what ends a connection: they are sent whatever their size.</param>
    public void Enqueue(Frame frame, bool isBounded = true)
    {
        var isTooSlow = false;
        lock (_lock)
        {
            if (_closed) return;
            if (isBounded && _bytes + frame.Length > _queueBytes)
            {
                isTooSlow = true;
            }
            else
            {
                var counted = isBounded ? frame.Length : 0;
                (_queue ??= new Queue<(Frame, int)>()).Enqueue((frame, counted));
                _bytes += counted;
                if (_pumping) return;
                _pumping = true;
            }
        }

        if (isTooSlow) Close(CloseCode.TooFastOrTooSlow);
        else ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Completes when all that is queued has been sent, or the connection is closed.</summary>
    public Task DrainedAsync()
    {
        lock (_lock)
        {
            if (_closed || _queue is null) return Task.CompletedTask;
            return (_drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Closes now; what is queued is dropped.</summary>
    public void Close(CloseCode code)
    {
        if (MarkClosed()) _socket.Close(code);
    }

    /// <summary>The socket is gone.</summary>
    public void Abandon() => MarkClosed();

    void IThreadPoolWorkItem.Execute() => _ = PumpAsync();

    private async Task PumpAsync()
    {
        // Only while the pump runs: an idle connection holds none.
        var buffer = new PooledBuffer();
        try
        {
            while (true)
            {
                Frame frame;
                int counted;
                lock (_lock)
                {
                    if (_closed) return;
                    if (_queue is null || _queue.Count == 0)
                    {
                        _queue = null;
                        _pumping = false;
                        _drained?.TrySetResult();
                        _drained = null;
                        return;
                    }

                    (frame, counted) = _queue.Dequeue();
                }

                if (frame.Close is { } code)
                {
                    Close(code);
                    return;
                }

                buffer.Clear();
                if (!(frame.IsLate ? await TryWriteLateAsync(frame, buffer) : TryWrite(frame, buffer))) return;
                await _socket.SendAsync(buffer.Written);
                lock (_lock) _bytes -= counted;
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The client went away in the middle of a frame.
            Close(CloseCode.Internal);
        }
        finally
        {
            buffer.Dispose();
        }
    }

    private bool TryWrite(Frame frame, PooledBuffer buffer)
    {
        try
        {
            _position = frame.Write(_position, buffer);
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return EndUnmade(failure);
        }
    }

    private async ValueTask<bool> TryWriteLateAsync(Frame frame, PooledBuffer buffer)
    {
        try
        {
            _position = await frame.WriteLateAsync(buffer);
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return EndUnmade(failure);
        }
    }

    private bool EndUnmade(Exception failure)
    {
        LogUnmade(_logger, failure, User);
        Close(CloseCode.Internal);
        return false;
    }

    private bool MarkClosed()
    {
        lock (_lock)
        {
            if (_closed) return false;
            _closed = true;
            _queue = null;
            _drained?.TrySetResult();
            return true;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A frame for user {User} could not be made; the connection is closed")]
    private static partial void LogUnmade(ILogger logger, Exception failure, UserId user);
}
