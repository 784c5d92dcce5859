using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Together.Bench.Load;

/// <summary>Who understands the bytes of a connection. Called on the loop's thread.</summary>
internal interface IConnectionOwner
{
    /// <summary>Answers how many bytes it is done with; the rest comes again in front of the next. The span is the loop's, until the return.</summary>
    int OnReceived(ReadOnlySpan<byte> bytes);

    /// <summary>The other side closed or reset the connection.</summary>
    void OnClosed();
}

/// <summary>A TCP connection of an <see cref="EventLoop"/> and the incomplete rest of what it received. The loop's thread only.</summary>
internal sealed unsafe class Connection(Socket socket, IConnectionOwner owner) : IDisposable
{
    private byte[] _leftover = [];
    private int _leftoverLength;

    public IConnectionOwner Owner => owner;

    public int Descriptor { get; } = (int)socket.Handle;

    public bool IsClosed { get; private set; }

    /// <summary>Sends in one call. Requests and frames are smaller than any socket buffer and each waits for its answer, so a full one is an error.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var sent = Libc.Send(Descriptor, start, bytes.Length, Libc.MsgDontWait | Libc.MsgNoSignal);
            if (sent != bytes.Length)
                throw new IOException($"Sent {sent} of {bytes.Length} bytes, errno {Marshal.GetLastPInvokeError()}");
        }
    }

    public int TakeLeftover(Span<byte> into)
    {
        _leftover.AsSpan(0, _leftoverLength).CopyTo(into);
        return _leftoverLength;
    }

    public void KeepLeftover(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _leftover.Length)
            _leftover = new byte[Math.Max(bytes.Length, 2 * _leftover.Length)];
        bytes.CopyTo(_leftover);
        _leftoverLength = bytes.Length;
    }

    public void Dispose()
    {
        IsClosed = true;
        socket.Dispose();
    }
}
