using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Together.Tests.Kit;

/// <summary>A frame from the host.</summary>
public sealed record GatewayFrame(string Op, long? S, string? T, JsonElement D)
{
    public bool Is(string type) => T == type;

    /// <summary>The <c>id</c> of its payload, for frames that carry an object.</summary>
    public string? Id => D.ValueKind == JsonValueKind.Object && D.TryGetProperty("id", out var id) ? id.GetString() : null;

    public string? Content => D.ValueKind == JsonValueKind.Object && D.TryGetProperty("content", out var content) ? content.GetString() : null;

    public override string ToString() => $"{Op} {S} {T} {(D.GetRawText() is { Length: > 120 } text ? text[..120] : D.GetRawText())}";
}

/// <summary>
/// A client of the gateway that reads only when it is asked to, over a real WebSocket. Checks of every frame that it has the
/// right shape and that <c>s</c> never goes back. One test.
/// </summary>
public sealed class GatewayClient : IAsyncDisposable
{
    /// <summary>For a loaded machine; a frame that is to come is there in milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[16 * 1024];
    private HttpMessageInvoker? _invoker;

    private GatewayClient()
    {
    }

    /// <summary>The last <c>s</c> received.</summary>
    public long Position { get; private set; }

    /// <summary>As READY gave it.</summary>
    public string SessionId { get; private set; } = "";

    public GatewayFrame? Ready { get; private set; }

    /// <summary>Presences change by themselves, twice a second: a test that is not about them does not see them.</summary>
    public bool SeesPresences { get; init; }

    /// <summary>All frames received so far.</summary>
    public List<GatewayFrame> Received { get; } = [];

    /// <param name="host">Where to.</param>
    /// <param name="person">Whose token goes with the upgrade; none when null.</param>
    /// <param name="receiveBuffer">Bytes that the kernel takes for a client that does not read; the system's choice when null.</param>
    /// <param name="header">An Authorization header.</param>
    public static async Task<GatewayClient> ConnectAsync(TestHost host, Person? person = null, int? receiveBuffer = null, string? header = null, bool seesPresences = false)
    {
        var client = new GatewayClient { SeesPresences = seesPresences };
        if (header is not null) client._socket.Options.SetRequestHeader("Authorization", header);
        client._socket.Options.KeepAliveInterval = TimeSpan.Zero;
        if (receiveBuffer is { } bytes)
        {
            client._invoker = new HttpMessageInvoker(new SocketsHttpHandler
            {
                ConnectCallback = async (context, cancellation) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = bytes };
                    await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            });
        }

        using var timeout = new CancellationTokenSource(Patience);
        await client._socket.ConnectAsync(person is null ? host.Gateway : new Uri($"{host.Gateway}?token={person.Token}"), client._invoker, timeout.Token);
        var hello = await client.ReceiveAsync();
        Assert.Equal("HELLO", hello.Op);
        return client;
    }

    /// <summary>Connected and past READY.</summary>
    public static async Task<GatewayClient> IdentifiedAsync(TestHost host, Person person, int? receiveBuffer = null, bool seesPresences = false, string d = "{}")
    {
        var client = await ConnectAsync(host, person, receiveBuffer, seesPresences: seesPresences);
        await client.IdentifyAsync(d);
        return client;
    }

    /// <summary>The status that the host answers an upgrade with.</summary>
    public static async Task<HttpStatusCode> UpgradeStatusAsync(Uri uri)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(uri, default));
        return socket.HttpStatusCode;
    }

    public async Task<GatewayFrame> IdentifyAsync(string d = "{}")
    {
        await SendAsync("IDENTIFY", d);
        Ready = await ReceiveAsync("READY");
        SessionId = Ready.D.GetProperty("session_id").GetString()!;
        return Ready;
    }

    public Task ResumeAsync(string session, long seq, string? token = null) =>
        SendAsync("RESUME", $$"""{"session_id":"{{session}}","seq":{{seq}},"token":{{(token is null ? "null" : Person.Json(token))}}}""");

    public Task SendAsync(string op, string d = "null") => SendTextAsync($$"""{"op":"{{op}}","d":{{d}}}""");

    public Task SendTextAsync(string text) => SendBytesAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public async Task SendBytesAsync(byte[] bytes, WebSocketMessageType type)
    {
        using var timeout = new CancellationTokenSource(Patience);
        await _socket.SendAsync(bytes, type, endOfMessage: true, timeout.Token);
    }

    /// <summary>The next frame; a close fails the test.</summary>
    public async Task<GatewayFrame> ReceiveAsync() =>
        await ReadAsync() ?? throw new Xunit.Sdk.XunitException($"closed with {(int?)_socket.CloseStatus} {_socket.CloseStatusDescription} after:\n{string.Join('\n', Received.TakeLast(20))}");

    /// <summary>The next frame, which must be a dispatch of this type.</summary>
    public async Task<GatewayFrame> ReceiveAsync(string type)
    {
        var frame = await ReceiveAsync();
        Assert.True(frame.Is(type), $"expected {type}, got {frame}");
        return frame;
    }

    /// <summary>The frames up to and with the first that fits.</summary>
    public async Task<List<GatewayFrame>> UntilAsync(Func<GatewayFrame, bool> last)
    {
        var frames = new List<GatewayFrame>();
        do frames.Add(await ReceiveAsync());
        while (!last(frames[^1]));
        return frames;
    }

    /// <summary>The frames before a message with this content, which is dropped.</summary>
    public async Task<List<GatewayFrame>> BeforeAsync(string content) => (await UntilAsync(frame => frame.Is("MESSAGE_CREATE") && frame.Content == content))[..^1];

    /// <summary>Sends a heartbeat and answers the position that the host has served, with the frames that came before the answer.</summary>
    public async Task<(long Served, List<GatewayFrame> Before)> HeartbeatAsync()
    {
        await SendAsync("HEARTBEAT", Position.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var frames = await UntilAsync(frame => frame.Op == "HEARTBEAT_ACK");
        return (frames[^1].D.GetProperty("s").GetInt64(), frames[..^1]);
    }

    /// <summary>Reads what is left and answers the close code.</summary>
    public async Task<int> ClosedAsync()
    {
        while (await ReadAsync() is not null)
        {
        }

        try
        {
            if (_socket.State == WebSocketState.CloseReceived) await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", default);
        }
        catch (WebSocketException)
        {
            // The host has cut the connection; the code is what counts.
        }

        return (int)_socket.CloseStatus!.Value;
    }

    /// <summary>Goes away without a word, as a phone in a tunnel.</summary>
    public void Vanish() => _socket.Abort();

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        _invoker?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<GatewayFrame?> ReadAsync()
    {
        GatewayFrame? frame;
        do frame = await ReadAnyAsync();
        while (!SeesPresences && frame?.Is("PRESENCE_UPDATE") == true);
        if (frame is not null) Received.Add(frame);
        return frame;
    }

    private async Task<GatewayFrame?> ReadAnyAsync()
    {
        using var text = new MemoryStream();
        using var timeout = new CancellationTokenSource(Patience);
        while (true)
        {
            WebSocketReceiveResult result;
            try
            {
                result = await _socket.ReceiveAsync(_buffer, timeout.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"no frame within {Patience.TotalSeconds} s after:\n{string.Join('\n', Received.TakeLast(20))}");
            }

            if (result.MessageType == WebSocketMessageType.Close) return null;
            Assert.Equal(WebSocketMessageType.Text, result.MessageType);
            text.Write(_buffer, 0, result.Count);
            if (result.EndOfMessage) break;
        }

        using var document = JsonDocument.Parse(text.ToArray());
        var root = document.RootElement;
        Assert.Equal(["op", "s", "t", "d"], root.EnumerateObject().Select(field => field.Name));
        var s = root.GetProperty("s");
        var frame = new GatewayFrame(
            root.GetProperty("op").GetString()!, s.ValueKind == JsonValueKind.Null ? null : s.GetInt64(), root.GetProperty("t").GetString(), root.GetProperty("d").Clone());
        Assert.Equal(frame.Op == "DISPATCH", frame.S is not null);
        Assert.Equal(frame.Op == "DISPATCH", frame.T is not null);
        Assert.True(frame.S is null || frame.S >= Position, $"s went back from {Position}: {frame}");
        Position = frame.S ?? Position;
        return frame;
    }
}
