using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Together.Protocol;
using Together.Protocol.Gateway;

namespace Together.Actors.Connections;

/// <summary>
/// A frame for clients, serialised once and shared by all its receivers. Only the head of a dispatch, with <c>s</c>, is
/// written per receiver. Immutable.
/// </summary>
public sealed class Frame
{
    private static readonly byte[] Head = "{\"op\":\"DISPATCH\",\"s\":"u8.ToArray();

    private readonly byte[] _tail;
    private readonly Func<IBufferWriter<byte>, ValueTask>? _late;

    private Frame(byte[] tail, long? position, bool isDispatch, CloseCode? close = null, Func<IBufferWriter<byte>, ValueTask>? late = null)
    {
        _tail = tail;
        _late = late;
        Position = position;
        IsDispatch = isDispatch;
        Close = close;
    }

    /// <summary>The log position it shows; null for what is not stored: it repeats the receiver's last.</summary>
    public long? Position { get; }

    public bool IsDispatch { get; }

    /// <summary>Not a frame but the end: the connection is closed with this code once all before it is sent.</summary>
    public CloseCode? Close { get; }

    /// <summary>Whether it is to be written by <see cref="WriteLateAsync"/>.</summary>
    public bool IsLate => _late is not null;

    /// <summary>What it counts against its receiver's queue, in bytes.</summary>
    public int Length => _tail.Length;

    public static Frame Dispatch<T>(long? position, GatewayEvent<T> type, T payload)
    {
        using var buffer = new PooledBuffer();
        WriteTail(buffer, type, payload);
        return new Frame(buffer.Written.ToArray(), position, isDispatch: true);
    }

    /// <summary>
    /// A dispatch for one receiver whose place in the order is taken now and whose payload is made when it is sent, off the log's
    /// loop and straight into what is sent: READY of a large server is close to a megabyte, and part of it is asked of the database.
    /// </summary>
    public static Frame Late<T>(long position, GatewayEvent<T> type, Func<ValueTask<T>> payload) =>
        new([], position, isDispatch: true, late: async buffer => WriteTail(buffer, type, await payload()));

    /// <summary>A frame of another op, whole.</summary>
    public static Frame Control<T>(HostOp<T> op, T payload) => Control(op, WireText.Write(payload, op.Json).Span);

    /// <summary>As <see cref="Control{T}"/>, of an op that has no payload.</summary>
    public static Frame Control(HostOp op) => Control(op, "null"u8);

    public static Frame CloseWith(CloseCode code) => new([], null, isDispatch: false, code);

    /// <param name="lastPosition">The receiver's last <c>s</c>.</param>
    /// <param name="buffer">Where the whole frame is appended.</param>
    /// <returns>The receiver's <c>s</c> after it.</returns>
    public long Write(long lastPosition, IBufferWriter<byte> buffer)
    {
        if (!IsDispatch)
        {
            buffer.Write(_tail);
            return lastPosition;
        }

        var position = Position ?? lastPosition;
        WriteHead(buffer, position);
        buffer.Write(_tail);
        return position;
    }

    /// <summary>As <see cref="Write"/>, for a frame whose payload is still to be made.</summary>
    public async ValueTask<long> WriteLateAsync(IBufferWriter<byte> buffer)
    {
        WriteHead(buffer, Position!.Value);
        await _late!(buffer);
        return Position.Value;
    }

    private static Frame Control(HostOp op, ReadOnlySpan<byte> payload) =>
        new([.. Encoding.ASCII.GetBytes($"{{\"op\":\"{op.Name}\",\"s\":null,\"t\":null,\"d\":"), .. payload, .. "}"u8], null, isDispatch: false);

    private static void WriteHead(IBufferWriter<byte> buffer, long position)
    {
        buffer.Write(Head);
        Utf8Formatter.TryFormat(position, buffer.GetSpan(20), out var digits);
        buffer.Advance(digits);
    }

    private static void WriteTail<T>(IBufferWriter<byte> buffer, GatewayEvent<T> type, T payload)
    {
        buffer.Write(",\"t\":\""u8);
        buffer.Write(Encoding.ASCII.GetBytes(type.Name));
        buffer.Write("\",\"d\":"u8);
        WireText.Write(buffer, payload, type.Json);
        buffer.Write("}"u8);
    }
}
