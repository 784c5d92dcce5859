using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Together.Bench.Load;

/// <summary>A MESSAGE_CREATE as it came, by a person.</summary>
internal sealed record ReadMessage(long Position, string ChannelId, string Id, string? Nonce, string Content);

/// <summary>
/// One client's session over any number of connections: remembers every message, its place (<c>s</c>) and its <c>session_id</c>, and
/// resumes there. Connect and heartbeat from one caller; each connection has one loop that reads.
/// </summary>
internal sealed class GatewayReader(Uri host, string name, string token) : IDisposable
{
    // For a loaded machine; what is waited for here takes milliseconds.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly Uri _gateway = new UriBuilder(host) { Scheme = "ws", Path = "/gateway" }.Uri;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private ClientWebSocket? _socket;
    private Task _reading = Task.CompletedTask;
    private string? _sessionId;
    private long _acknowledged;
    private TaskCompletionSource<string> _started = new();
    private TaskCompletionSource _heartbeat = new();

    public string Name => name;

    /// <summary>The last <c>s</c> of an event.</summary>
    public long Position { get; private set; }

    /// <summary>Every message since READY, in the order of arrival. Read it while the host is down or after a heartbeat.</summary>
    public List<ReadMessage> Messages { get; } = [];

    /// <summary>By channel, the message up to which all is read, as READY said.</summary>
    public IReadOnlyDictionary<string, string> Marks { get; private set; } = new Dictionary<string, string>();

    /// <summary>Times that <c>s</c> was below an earlier one: the protocol promises none.</summary>
    public int Decreases { get; private set; }

    /// <summary>IDENTIFY the first time, RESUME from then on. Answers what ended it: READY, RESUMED, or INVALID_SESSION.</summary>
    public async Task<string> ConnectAsync()
    {
        _socket?.Dispose();
        _socket = new ClientWebSocket();
        _started = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timeout = new CancellationTokenSource(Timeout);
        await _socket.ConnectAsync(_gateway, timeout.Token);
        _reading = ReadAsync(_socket);
        var hello = _sessionId is null
            ? $$"""{"op":"IDENTIFY","d":{"token":"{{token}}"} }"""
            : string.Create(CultureInfo.InvariantCulture, $$"""{"op":"RESUME","d":{"token":"{{token}}","session_id":"{{_sessionId}}","seq":{{Math.Max(Position, _acknowledged)}} } }""");
        await SendAsync(hello);
        return await _started.Task.WithinAsync(Timeout, $"{name}: the answer to IDENTIFY or RESUME");
    }

    /// <summary>The connection has ended and all that had come over it is read.</summary>
    public Task DisconnectedAsync() => _reading.WithinAsync(Timeout, $"{name}: the end of its connection");

    /// <summary>Everything that the host dispatched before this call has come when it returns.</summary>
    public async Task CatchUpAsync()
    {
        _heartbeat = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync(string.Create(CultureInfo.InvariantCulture, $$"""{"op":"HEARTBEAT","d":{{Position}} }"""));
        await _heartbeat.Task.WithinAsync(Timeout, $"{name}: HEARTBEAT_ACK");
    }

    public Task SetPresenceAsync(string status) => SendAsync($$"""{"op":"PRESENCE_UPDATE","d":{"status":"{{status}}"} }""");

    public void Dispose() => _socket?.Dispose();

    private async Task ReadAsync(ClientWebSocket socket)
    {
        var length = 0;
        var text = _buffer;
        try
        {
            while (true)
            {
                if (length == text.Length)
                    Array.Resize(ref text, 2 * length);
                var received = await socket.ReceiveAsync(text.AsMemory(length), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;
                length += received.Count;
                if (!received.EndOfMessage)
                    continue;
                Take(text.AsMemory(0, length));
                length = 0;
            }
        }
        catch (Exception lost) when (lost is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The host was killed: what came before counts.
        }
        _started.TrySetException(new IOException($"{name}: the connection ended with {(int?)socket.CloseStatus} before READY or RESUMED"));
        _heartbeat.TrySetException(new IOException($"{name}: the connection ended with {(int?)socket.CloseStatus} before HEARTBEAT_ACK"));
    }

    private void Take(ReadOnlyMemory<byte> text)
    {
        using var frame = JsonDocument.Parse(text);
        var root = frame.RootElement;
        var d = root.GetProperty("d");
        switch (root.GetProperty("op").GetString())
        {
            case "DISPATCH":
                var position = root.GetProperty("s").GetInt64();
                if (position < Position)
                    Decreases++;
                Position = position;
                Take(root.GetProperty("t").GetString()!, d);
                break;
            case "INVALID_SESSION":
                _started.TrySetResult("INVALID_SESSION");
                break;
            case "HEARTBEAT_ACK":
                _acknowledged = d.GetProperty("s").GetInt64();
                _heartbeat.TrySetResult();
                break;
            default:
                break;
        }
    }

    private void Take(string type, JsonElement d)
    {
        switch (type)
        {
            case "MESSAGE_CREATE" when d.GetProperty("type").GetString() == "default":
                Messages.Add(new ReadMessage(Position, d.GetProperty("channel_id").GetString()!, d.GetProperty("id").GetString()!, d.GetProperty("nonce").GetString(), d.GetProperty("content").GetString()!));
                break;
            case "READY":
                _sessionId = d.GetProperty("session_id").GetString();
                Marks = d.GetProperty("read_states").EnumerateArray()
                    .Where(state => state.GetProperty("last_read_message_id").ValueKind == JsonValueKind.String)
                    .ToDictionary(state => state.GetProperty("channel_id").GetString()!, state => state.GetProperty("last_read_message_id").GetString()!, StringComparer.Ordinal);
                _started.TrySetResult(type);
                break;
            case "RESUMED":
                _started.TrySetResult(type);
                break;
            default:
                break;
        }
    }

    private async Task SendAsync(string text)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        await _socket!.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, timeout.Token);
    }
}
