using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Text;

namespace Together.Bench.Load;

/// <summary>Called on the loop's thread for every MESSAGE_CREATE whose nonce is one of <see cref="RequestTemplate"/>.</summary>
internal delegate void Delivered(long nonce);

/// <summary>
/// One gateway connection: WebSocket framing as a client (RFC 6455 §5), IDENTIFY, heartbeats, and just enough reading of frames to recognise a message by
/// its nonce and to see that <c>s</c> never decreases. The loop's thread only.
/// </summary>
internal sealed class GatewayClient : IConnectionOwner
{
    private const int Text = 0x1;
    private const int Close = 0x8;
    private const int Ping = 0x9;

    private readonly Connection _connection;
    private readonly Delivered _delivered;
    private bool _upgraded;
    private long _sequence;
    private long _identified;

    public GatewayClient(EventLoop loop, IPEndPoint host, string token, Delivered delivered)
    {
        _delivered = delivered;
        _connection = loop.Connect(host, this);
        var key = new byte[16];
        Random.Shared.NextBytes(key);
        _connection.Send(Encoding.ASCII.GetBytes($"GET /gateway?token={token} HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Convert.ToBase64String(key)}\r\n\r\n"));
    }

    /// <summary>READY has arrived.</summary>
    public bool IsReady { get; private set; }

    /// <summary>From IDENTIFY to the end of READY.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    public int ReadyBytes { get; private set; }

    /// <summary>Why the connection ended: a close code of protocol.md, 0 without one; null while it is open.</summary>
    public int? Closed { get; private set; }

    public long Frames { get; private set; }

    /// <summary>Frames whose <c>s</c> was below an earlier one's: the protocol promises none.</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>60 s without one closes the connection.</summary>
    public void Heartbeat()
    {
        if (Closed is null)
            SendText(Encoding.ASCII.GetBytes(_sequence == 0 ? """{"op":"HEARTBEAT","d":null}""" : $$"""{"op":"HEARTBEAT","d":{{_sequence}}}"""));
    }

    /// <summary>Cuts the connection without a word, as people do who close a laptop.</summary>
    public void Leave() => _connection.Dispose();

    public int OnReceived(ReadOnlySpan<byte> bytes)
    {
        var consumed = 0;
        if (!_upgraded)
        {
            var head = bytes.IndexOf("\r\n\r\n"u8);
            if (head < 0)
                return 0;
            if (!bytes.StartsWith("HTTP/1.1 101 "u8))
                throw new InvalidDataException($"The gateway refused: {Encoding.UTF8.GetString(bytes)}");
            _upgraded = true;
            consumed = head + 4;
        }
        while (TryReadFrame(bytes[consumed..], out var opcode, out var payload, out var size))
        {
            consumed += size;
            OnFrame(opcode, payload);
        }
        return consumed;
    }

    public void OnClosed() => Closed ??= 0;

    // RFC 6455 §5.2; a server does not mask, and this host does not fragment.
    private static bool TryReadFrame(ReadOnlySpan<byte> bytes, out int opcode, out ReadOnlySpan<byte> payload, out int size)
    {
        opcode = size = 0;
        payload = default;
        if (bytes.Length < 2)
            return false;
        opcode = bytes[0] & 0x0F;
        long length = bytes[1] & 0x7F;
        var header = length switch { 126 => 4, 127 => 10, _ => 2 };
        if (bytes.Length < header)
            return false;
        if (header == 4)
            length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        else if (header == 10)
            length = BinaryPrimitives.ReadInt64BigEndian(bytes[2..]);
        if (bytes.Length - header < length)
            return false;
        payload = bytes.Slice(header, (int)length);
        size = header + (int)length;
        return true;
    }

    private void OnFrame(int opcode, ReadOnlySpan<byte> payload)
    {
        Frames++;
        switch (opcode)
        {
            case Text:
                OnText(payload);
                break;
            case Ping:
                Send(0xA, payload);
                break;
            case Close:
                Closed = payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload) : 0;
                break;
            default:
                break;
        }
    }

    private void OnText(ReadOnlySpan<byte> text)
    {
        // "op", "s" and "t" stand before "d".
        var head = text[..Math.Min(text.Length, 128)];
        if (TryReadNumber(head, "\"s\":"u8, 'D', out var sequence))
        {
            if (sequence < _sequence)
                OutOfOrder++;
            _sequence = sequence;
        }
        if (!IsReady)
        {
            if (head.IndexOf("\"HELLO\""u8) >= 0)
            {
                _identified = Stopwatch.GetTimestamp();
                SendText("""{"op":"IDENTIFY","d":{}}"""u8);
            }
            else if (head.IndexOf("\"READY\""u8) >= 0)
            {
                (IsReady, ReadyAfter, ReadyBytes) = (true, Stopwatch.GetElapsedTime(_identified), text.Length);
            }
        }
        else if (head.IndexOf("\"MESSAGE_CREATE\""u8) >= 0 && TryReadNumber(text, "\"nonce\":\""u8, 'x', out var nonce))
        {
            _delivered(nonce);
        }
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, char format, out long value)
    {
        value = 0;
        var at = text.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(text[(at + name.Length)..], out value, out _, format);
    }

    private void SendText(ReadOnlySpan<byte> text) => Send(Text, text);

    // RFC 6455 §5.3: a client masks; its frames here are all shorter than 126 bytes.
    private void Send(int opcode, ReadOnlySpan<byte> payload)
    {
        Span<byte> frame = stackalloc byte[6 + 125];
        frame[0] = (byte)(0x80 | opcode);
        frame[1] = (byte)(0x80 | payload.Length);
        var mask = frame.Slice(2, 4);
        Random.Shared.NextBytes(mask);
        for (var index = 0; index < payload.Length; index++)
            frame[6 + index] = (byte)(payload[index] ^ mask[index & 3]);
        _connection.Send(frame[..(6 + payload.Length)]);
    }
}
