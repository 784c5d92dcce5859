using System.Net;
using System.Net.Sockets;
using System.Text;
using Together.Bench.Load;
using Xunit;

namespace Together.Tests.Bench;

public sealed class GatewayClientTests : IDisposable
{
    private readonly TcpListener _host = new(IPAddress.Loopback, 0);
    private readonly EventLoop _loop = new();
    private readonly List<long> _delivered = [];

    public GatewayClientTests() => _host.Start();

    [Fact]
    public void frames_are_recognised_wherever_the_bytes_are_split()
    {
        byte[] stream =
        [
            .. "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"u8,
            .. Frame("""{"op":"HELLO","s":null,"t":null,"d":{"heartbeat_interval":30000}}"""),
            .. Frame("""{"op":"DISPATCH","s":4,"t":"READY","d":{"session_id":"?"}}""".Replace("?", new string('x', 70_000), StringComparison.Ordinal)),
            .. Frame("""{"op":"DISPATCH","s":9,"t":"MESSAGE_CREATE","d":{"content":"one","nonce":"00000000000000ff","pinned":false}}"""),
            .. Frame("""{"op":"DISPATCH","s":10,"t":"MESSAGE_CREATE","d":{"content":"?","nonce":null}}""".Replace("?", new string('y', 300), StringComparison.Ordinal)),
            .. Frame("""{"op":"DISPATCH","s":11,"t":"MESSAGE_CREATE","d":{"content":"two","nonce":"0000000000000100","pinned":false}}"""),
        ];
        foreach (var step in (int[])[1, 7, 1000, stream.Length])
        {
            _delivered.Clear();
            var client = new GatewayClient(_loop, (IPEndPoint)_host.LocalEndpoint, "token", _delivered.Add);
            Feed(client, stream, step);

            Assert.True(client.IsReady);
            Assert.Equal([0xff, 0x100], _delivered);
            Assert.Equal((5, 0), (client.Frames, client.OutOfOrder));
        }
    }

    [Fact]
    public void position_that_decreases_is_counted()
    {
        var client = new GatewayClient(_loop, (IPEndPoint)_host.LocalEndpoint, "token", _delivered.Add);
        Feed(client,
        [
            .. "HTTP/1.1 101 Switching Protocols\r\n\r\n"u8,
            .. Frame("""{"op":"DISPATCH","s":9,"t":"READY","d":{}}"""),
            .. Frame("""{"op":"DISPATCH","s":9,"t":"TYPING_START","d":{}}"""),
            .. Frame("""{"op":"DISPATCH","s":8,"t":"TYPING_START","d":{}}"""),
        ], int.MaxValue);

        Assert.Equal(1, client.OutOfOrder);
    }

    [Fact]
    public void close_code_is_kept()
    {
        var client = new GatewayClient(_loop, (IPEndPoint)_host.LocalEndpoint, "token", _delivered.Add);
        Feed(client, [.. "HTTP/1.1 101 Switching Protocols\r\n\r\n"u8, 0x88, 2, 4008 >> 8, 4008 & 0xff], int.MaxValue);
        client.OnClosed();

        Assert.Equal(4008, client.Closed);
    }

    [Fact]
    public void refused_upgrade_is_an_error()
    {
        var client = new GatewayClient(_loop, (IPEndPoint)_host.LocalEndpoint, "token", _delivered.Add);
        var refusal = Assert.Throws<InvalidDataException>(() => Feed(client, "HTTP/1.1 401 Unauthorized\r\n\r\n"u8.ToArray(), int.MaxValue));

        Assert.Contains("401", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _loop.Dispose();
        _host.Dispose();
    }

    // What an EventLoop does: unread bytes come again in front of the next.
    private static void Feed(GatewayClient client, byte[] stream, int step)
    {
        var (from, to) = (0, 0);
        while (to < stream.Length)
        {
            to = (int)Math.Min(stream.Length, (long)to + step);
            from += client.OnReceived(stream.AsSpan(from..to));
        }
        Assert.Equal(stream.Length, from);
    }

    private static byte[] Frame(string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        byte[] length = payload.Length switch
        {
            < 126 => [(byte)payload.Length],
            < 65536 => [126, (byte)(payload.Length >> 8), (byte)payload.Length],
            _ => [127, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length],
        };
        return [0x81, .. length, .. payload];
    }
}
