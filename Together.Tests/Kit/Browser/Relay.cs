using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Together.Tests.Kit.Browser;

/// <summary>
/// The line between one browser and the host: a TCP relay on a loopback port of its own, which can be cut, stalled and slowed down.
/// Its address is an origin that outlives the host behind it. (Chromium's own way to be offline leaves WebSockets open, and only it
/// tells the page: <c>navigator.onLine</c>.) Any thread; one test.
/// </summary>
public sealed class Relay : IAsyncDisposable
{
    /// <summary>A few packets: at 20 kB/s one comes every 200 ms.</summary>
    private const int ChunkBytes = 4 * 1024;

    /// <summary>What may be under way in one direction of one connection: 1 MB, above what any test sends within its latency.</summary>
    private const int ChunksUnderWay = 256;

    private readonly Lock _lock = new();
    private readonly HashSet<Line> _lines = [];
    private readonly Pace _up = new();
    private readonly Pace _down = new();
    private readonly IPEndPoint _endPoint;
    private Uri _target;
    private Socket? _listener;
    private Task _accepting;
    private TaskCompletionSource _flowing = Done();
    private TimeSpan _latency;

    private Relay(Uri target)
    {
        _target = target;
        _listener = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _endPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>What the browser opens instead of the host's address.</summary>
    public Uri Address => new($"http://{_endPoint}");

    /// <summary>The host behind it, for new connections: set it after a restart on another port.</summary>
    public Uri Target
    {
        get
        {
            lock (_lock) return _target;
        }
        set
        {
            lock (_lock) _target = value;
        }
    }

    public static Relay To(Uri target) => new(target);

    /// <summary>Resets all connections and refuses new ones, as a host does that is not there.</summary>
    public async Task CutAsync()
    {
        Task accepting;
        Line[] lines;
        lock (_lock)
        {
            _listener?.Dispose();
            _listener = null;
            accepting = _accepting;
            lines = [.. _lines];
        }

        foreach (var line in lines) line.Reset();
        await accepting;
        await Task.WhenAll(lines.Select(line => line.Ended));
    }

    /// <summary>Lets nothing through while all connections stay open and new ones are taken, as in a tunnel.</summary>
    public void Stall()
    {
        lock (_lock)
        {
            if (_flowing.Task.IsCompleted) _flowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Each way takes <paramref name="latency"/> longer, and all connections together get no more than <paramref name="kilobytesPerSecond"/> (1000 bytes) each way.</summary>
    public void Slow(TimeSpan latency, double kilobytesPerSecond = double.PositiveInfinity)
    {
        lock (_lock) _latency = latency;
        _up.BytesPerSecond = _down.BytesPerSecond = kilobytesPerSecond * 1000;
    }

    /// <summary>Ends a cut, a stall and a slow line: what was held back goes on, what was reset stays so.</summary>
    public void Restore()
    {
        Slow(TimeSpan.Zero);
        lock (_lock)
        {
            _flowing.TrySetResult();
            if (_listener is not null) return;
            _listener = Listen(_endPoint);
            _accepting = AcceptAsync(_listener);
        }
    }

    public async ValueTask DisposeAsync() => await CutAsync();

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private static Socket Listen(IPEndPoint endPoint)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(endPoint);
        listener.Listen();
        return listener;
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var browser = await listener.AcceptAsync();
                lock (_lock)
                {
                    if (_listener != listener)
                    {
                        browser.Close(0);
                        return;
                    }

                    var line = new Line(this, browser, _target);
                    _lines.Add(line);
                    line.Start();
                }
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // By a cut.
        }
    }

    private async Task FlowingAsync(CancellationToken cancellation)
    {
        Task flowing;
        lock (_lock) flowing = _flowing.Task;
        await flowing.WaitAsync(cancellation);
    }

    private TimeSpan Latency()
    {
        lock (_lock) return _latency;
    }

    private void Remove(Line line)
    {
        lock (_lock) _lines.Remove(line);
    }

    /// <summary>What one direction of the whole relay may carry: bytes go one after the other.</summary>
    private sealed class Pace
    {
        private readonly Lock _lock = new();
        private double _bytesPerSecond = double.PositiveInfinity;
        private DateTimeOffset _free;

        public double BytesPerSecond
        {
            set
            {
                lock (_lock) (_bytesPerSecond, _free) = (value, default);
            }
        }

        /// <summary>When the last of these bytes is through.</summary>
        public DateTimeOffset Take(int bytes)
        {
            var now = TimeProvider.System.GetUtcNow();
            lock (_lock) return _free = (_free > now ? _free : now) + TimeSpan.FromSeconds(bytes / _bytesPerSecond);
        }
    }

    /// <summary>One connection of the browser and its twin to the host.</summary>
    private sealed class Line(Relay relay, Socket browser, Uri target) : IDisposable
    {
        private readonly Socket _host = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly CancellationTokenSource _reset = new();

        public Task Ended { get; private set; } = Task.CompletedTask;

        public void Start() => Ended = RunAsync();

        public void Reset()
        {
            try
            {
                _reset.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended by itself.
            }
        }

        public void Dispose()
        {
            browser.Close(0);
            _host.Close(0);
            _reset.Dispose();
        }

        private async Task RunAsync()
        {
            // The caller holds the relay's lock.
            await Task.Yield();
            browser.NoDelay = true;
            try
            {
                await _host.ConnectAsync(target.Host, target.Port, _reset.Token);
                await Task.WhenAll(EndTogether(CarryAsync(browser, _host, relay._up)), EndTogether(CarryAsync(_host, browser, relay._down)));
            }
            catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One side is gone: so goes the other, by a reset.
            }

            relay.Remove(this);
            Dispose();
        }

        private async Task EndTogether(Task direction)
        {
            try
            {
                await direction;
            }
            catch
            {
                await _reset.CancelAsync();
                throw;
            }
        }

        private Task CarryAsync(Socket from, Socket to, Pace pace)
        {
            var underWay = Channel.CreateBounded<(byte[] Bytes, DateTimeOffset Due)>(ChunksUnderWay);
            return Task.WhenAll(EndTogether(TakeAsync(from, underWay.Writer)), EndTogether(GiveAsync(underWay.Reader, to, pace)));
        }

        private async Task TakeAsync(Socket from, ChannelWriter<(byte[] Bytes, DateTimeOffset Due)> underWay)
        {
            var buffer = new byte[ChunkBytes];
            while (await from.ReceiveAsync(buffer, _reset.Token) is > 0 and var count)
                await underWay.WriteAsync((buffer[..count], TimeProvider.System.GetUtcNow() + relay.Latency()), _reset.Token);
            underWay.Complete();
        }

        private async Task GiveAsync(ChannelReader<(byte[] Bytes, DateTimeOffset Due)> underWay, Socket to, Pace pace)
        {
            await foreach (var (bytes, due) in underWay.ReadAllAsync(_reset.Token))
            {
                await relay.FlowingAsync(_reset.Token);
                var through = pace.Take(bytes.Length);
                await UntilAsync(due > through ? due : through);
                await relay.FlowingAsync(_reset.Token);
                for (var sent = 0; sent < bytes.Length;) sent += await to.SendAsync(bytes.AsMemory(sent), _reset.Token);
            }

            await relay.FlowingAsync(_reset.Token);
            to.Shutdown(SocketShutdown.Send);
        }

        private async Task UntilAsync(DateTimeOffset due)
        {
            var left = due - TimeProvider.System.GetUtcNow();
            if (left > TimeSpan.Zero) await Task.Delay(left, _reset.Token);
        }
    }
}
