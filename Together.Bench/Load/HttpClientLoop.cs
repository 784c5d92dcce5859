using System.Buffers.Text;
using System.Net;

namespace Together.Bench.Load;

/// <summary>Called on the loop's thread when a request has its whole answer; <paramref name="status"/> is 0 when the connection broke instead.</summary>
internal delegate void Answered(long nonce, int status);

/// <summary>
/// A fixed number of HTTP/1.1 keep-alive connections, one request at a time on each. A request that finds them all busy waits in line: its
/// latency counts from when it was meant to leave, so a slow host cannot hide behind a slow client. The loop's thread only.
/// </summary>
internal sealed class HttpClientLoop
{
    private readonly Queue<(RequestTemplate Request, long Nonce)> _waiting = [];
    private readonly Stack<Exchange> _idle = [];
    private readonly Answered _answered;

    public HttpClientLoop(EventLoop loop, IPEndPoint host, int connections, Answered answered)
    {
        _answered = answered;
        for (var index = 0; index < connections; index++)
            _idle.Push(new Exchange(this, loop, host));
    }

    /// <summary>Requests without an answer, on the wire and in line.</summary>
    public int Outstanding { get; private set; }

    public void Send(RequestTemplate request, long nonce)
    {
        Outstanding++;
        if (_idle.TryPop(out var exchange))
            exchange.Start(request, nonce);
        else
            _waiting.Enqueue((request, nonce));
    }

    private void Finish(Exchange exchange, long nonce, int status)
    {
        Outstanding--;
        if (status != 0)
        {
            if (_waiting.TryDequeue(out var next))
                exchange.Start(next.Request, next.Nonce);
            else
                _idle.Push(exchange);
        }
        _answered(nonce, status);
    }

    private sealed class Exchange : IConnectionOwner
    {
        private readonly HttpClientLoop _client;
        private readonly Connection _connection;
        private long _nonce;
        private bool _busy;

        public Exchange(HttpClientLoop client, EventLoop loop, IPEndPoint host)
        {
            _client = client;
            _connection = loop.Connect(host, this);
        }

        public void Start(RequestTemplate request, long nonce)
        {
            _nonce = nonce;
            _busy = true;
            _connection.Send(request.For(nonce));
        }

        public int OnReceived(ReadOnlySpan<byte> bytes)
        {
            var head = bytes.IndexOf("\r\n\r\n"u8);
            if (head < 0 || !IsWhole(bytes[..(head + 2)], bytes[(head + 4)..]))
                return 0;
            // "HTTP/1.1 201 Created"
            if (!Utf8Parser.TryParse(bytes[9..12], out int status, out _))
                throw new InvalidDataException("not an HTTP answer");
            _busy = false;
            _client.Finish(this, _nonce, status);
            return bytes.Length;
        }

        public void OnClosed()
        {
            if (_busy)
                _client.Finish(this, _nonce, 0);
        }

        // One request is out at a time, so the answer ends where the bytes end. A chunked body ends with the empty chunk (RFC 9112 §7.1),
        // and compact JSON has no CR LF inside that could look like it.
        private static bool IsWhole(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
        {
            var at = head.IndexOf("\r\nContent-Length: "u8);
            if (at >= 0)
                return Utf8Parser.TryParse(head[(at + 18)..], out int length, out _) && body.Length >= length;
            return head.IndexOf("\r\nTransfer-Encoding: chunked"u8) < 0 || body.EndsWith("0\r\n\r\n"u8);
        }
    }
}
