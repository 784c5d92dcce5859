using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Together.Bench.Load;

/// <summary>
/// All sockets of the load generator on the thread that calls <see cref="Wait"/>, by epoll: it shares two cores with the host it measures,
/// so it must not cost a task or a wake-up of another thread per frame. Lives as long as one benchmark.
/// </summary>
internal sealed unsafe class EventLoop : IDisposable
{
    private const int EventCapacity = 256;

    /// <summary>4 MiB: READY of a user of large servers is the largest thing received; untouched pages cost nothing.</summary>
    private const int ReceiveCapacity = 4 * 1024 * 1024;

    // struct epoll_event { uint32 events; uint64 data } is packed on x86-64 only.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - 8;

    private readonly int _epoll = Libc.EpollCreate(0);
    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)(EventCapacity * EventSize));
    private readonly byte* _received = (byte*)NativeMemory.Alloc(ReceiveCapacity);
    private readonly List<Connection> _connections = [];

    /// <summary>A connected TCP socket: what it receives reaches <paramref name="owner"/> on the loop's thread.</summary>
    public Connection Connect(IPEndPoint host, IConnectionOwner owner)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(host);
        var connection = new Connection(socket, owner);
        var interest = stackalloc byte[EventSize];
        *(uint*)interest = Libc.EpollIn;
        *(ulong*)(interest + DataOffset) = (ulong)_connections.Count;
        _connections.Add(connection);
        if (Libc.EpollControl(_epoll, Libc.EpollCtlAdd, connection.Descriptor, interest) != 0)
            throw new IOException($"epoll_ctl failed with errno {Marshal.GetLastPInvokeError()}");
        return connection;
    }

    /// <summary>Handles what arrives until this <see cref="Stopwatch"/> timestamp, but returns after the first arrivals.</summary>
    public void Wait(long until)
    {
        var left = Math.Max(0, until - Stopwatch.GetTimestamp());
        var timeout = new Libc.Timespec { Seconds = left / Stopwatch.Frequency, Nanoseconds = left % Stopwatch.Frequency * (1_000_000_000 / Stopwatch.Frequency) };
        var ready = Libc.EpollWait(_epoll, _events, EventCapacity, in timeout, 0);
        if (ready < 0 && Marshal.GetLastPInvokeError() != Libc.EIntr)
            throw new IOException($"epoll_pwait2 failed with errno {Marshal.GetLastPInvokeError()}");
        for (var index = 0; index < ready; index++)
            Receive(_connections[(int)*(ulong*)(_events + index * EventSize + DataOffset)]);
    }

    /// <summary>Handles what arrives until the condition holds; false when it does not within the time.</summary>
    public bool WaitFor(Func<bool> condition, TimeSpan atMost)
    {
        var deadline = Stopwatch.GetTimestamp() + (long)(atMost.TotalSeconds * Stopwatch.Frequency);
        while (!condition())
        {
            if (Stopwatch.GetTimestamp() >= deadline)
                return false;
            Wait(deadline);
        }
        return true;
    }

    /// <summary>Handles what arrives for this long.</summary>
    public void RunFor(TimeSpan duration) => WaitFor(() => false, duration);

    private void Receive(Connection connection)
    {
        if (connection.IsClosed)
            return;
        // What the last turn left (the beginning of a frame) stands in front of what comes now.
        var kept = connection.TakeLeftover(new Span<byte>(_received, ReceiveCapacity));
        if (kept == ReceiveCapacity)
            throw new InvalidDataException($"More than {ReceiveCapacity} bytes without an end of frame");
        var count = Libc.Receive(connection.Descriptor, _received + kept, ReceiveCapacity - kept, Libc.MsgDontWait);
        if (count <= 0)
        {
            connection.KeepLeftover(new ReadOnlySpan<byte>(_received, kept));
            if (count < 0 && Marshal.GetLastPInvokeError() is Libc.EAgain or Libc.EIntr)
                return;
            _ = Libc.EpollControl(_epoll, Libc.EpollCtlDel, connection.Descriptor, _events);
            connection.Dispose();
            connection.Owner.OnClosed();
            return;
        }
        var bytes = new ReadOnlySpan<byte>(_received, kept + (int)count);
        var consumed = connection.Owner.OnReceived(bytes);
        connection.KeepLeftover(bytes[consumed..]);
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
            connection.Dispose();
        _ = Libc.Close(_epoll);
        NativeMemory.Free(_events);
        NativeMemory.Free(_received);
    }
}
