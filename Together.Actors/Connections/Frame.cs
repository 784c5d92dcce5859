using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Together.Protocol;
using Together.Protocol.Gateway;

namespace Together.Actors.Connections;

/// <summary>
/// A frame for clients, serialised once and shared by all its receivers. Only the head of a dispatch, with <c>s</c>, is
/// written per receiver. Immutable, but for a <see cref="Promise"/>.
/// </summary>
public sealed class Frame
{
    private static readonly byte[] Head = "{\"op\":\"DISPATCH\",\"s\":"u8.ToArray();

    private volatile byte[]? _tail;

    private Frame(byte[]? tail, long? position, bool isDispatch, CloseCode? close = null)
    {
        _tail = tail;
        Position = position;
        IsDispatch = isDispatch;
        Close = close;
    }

    /// <summary>The log position it shows; null for what is not stored: it repeats the receiver's last.</summary>
    public long? Position { get; }

    public bool IsDispatch { get; }

    /// <summary>Not a frame but the end: the connection is closed with this code once all before it is sent.</summary>
    public CloseCode? Close { get; }

    /// <summary>False for a promise that is not fulfilled yet: what is behind it waits.</summary>
    public bool IsReady => _tail is not null;

    /// <summary>What it counts against its receiver's queue, in bytes.</summary>
    public int Length => _tail?.Length ?? 0;

    public static Frame Dispatch<T>(long? position, string type, T payload, JsonTypeInfo<T> json) =>
        new(Tail(type, payload, json), position, isDispatch: true);

    /// <summary>A dispatch whose place in the order is taken now and whose payload is made later, off the log's loop.</summary>
    public static Frame Promise(long position) => new(null, position, isDispatch: true);

    public void Fulfil<T>(string type, T payload, JsonTypeInfo<T> json) => _tail = Tail(type, payload, json);

    /// <summary>A frame of another op, whole.</summary>
    public static Frame Control(string op, string payload) =>
        new(Encoding.UTF8.GetBytes($"{{\"op\":\"{op}\",\"s\":null,\"t\":null,\"d\":{payload}}}"), null, isDispatch: false);

    public static Frame CloseWith(CloseCode code) => new([], null, isDispatch: false, code);

    /// <param name="lastPosition">The receiver's last <c>s</c>.</param>
    /// <param name="buffer">Where the whole frame is appended.</param>
    /// <returns>The receiver's <c>s</c> after it.</returns>
    public long Write(long lastPosition, IBufferWriter<byte> buffer)
    {
        var tail = _tail ?? throw new InvalidOperationException("the promise is not fulfilled");
        if (!IsDispatch)
        {
            buffer.Write(tail);
            return lastPosition;
        }

        var position = Position ?? lastPosition;
        buffer.Write(Head);
        Utf8Formatter.TryFormat(position, buffer.GetSpan(20), out var digits);
        buffer.Advance(digits);
        buffer.Write(tail);
        return position;
    }

    private static byte[] Tail<T>(string type, T payload, JsonTypeInfo<T> json)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        buffer.Write(",\"t\":\""u8);
        buffer.Write(Encoding.ASCII.GetBytes(type));
        buffer.Write("\",\"d\":"u8);
        WireText.Write(buffer, payload, json);
        buffer.Write("}"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
