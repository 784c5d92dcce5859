using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Together.Actors.Connections;
using Together.Protocol;
using Together.Protocol.Gateway;

namespace Together.Host.Gateway;

/// <summary>
/// One WebSocket (RFC 6455): reads frames one at a time and hands each to its connection before the next. An idle socket
/// holds no buffer. The receive loop owns it; sends come from the connection's pump.
/// </summary>
internal sealed class GatewaySocket(WebSocket socket) : IGatewaySocket, IDisposable
{
    /// <summary>How long a client may take to answer a close before the socket is cut.</summary>
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = 16 };

    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _cut = new();
    private int _isClosing;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame)
    {
        await _sending.WaitAsync(_cut.Token);
        try
        {
            await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, _cut.Token);
        }
        finally
        {
            _sending.Release();
        }
    }

    public void Close(CloseCode code)
    {
        if (Interlocked.Exchange(ref _isClosing, 1) == 0) _ = CloseAsync((WebSocketCloseStatus)(int)code, code.ToString());
    }

    public void Dispose()
    {
        _cut.Dispose();
        _sending.Dispose();
    }

    /// <summary>Runs until the socket is gone.</summary>
    public async Task ReceiveAsync(GatewayConnections connections, Connection connection)
    {
        var buffer = default(byte[]);
        try
        {
            while (true)
            {
                // Zero bytes: wait without holding a buffer.
                var result = await socket.ReceiveAsync(Memory<byte>.Empty, _cut.Token);
                if (result.MessageType == WebSocketMessageType.Close) break;
                if (result.EndOfMessage)
                {
                    // Nothing was read and nothing is left: an empty message.
                    connection.Close(CloseCode.NotJson);
                    break;
                }

                buffer = ArrayPool<byte>.Shared.Rent(4096);
                var length = 0;
                do
                {
                    if (length == buffer.Length) buffer = Grow(buffer);
                    result = await socket.ReceiveAsync(buffer.AsMemory(length), _cut.Token);
                    length += result.Count;
                }
                while (!result.EndOfMessage && length <= Limits.GatewayFrameMaxBytes && result.MessageType == WebSocketMessageType.Text);

                if (result.MessageType == WebSocketMessageType.Close) break;
                if (result.MessageType == WebSocketMessageType.Binary) connection.Close(CloseCode.NotJson);
                else if (length > Limits.GatewayFrameMaxBytes) connection.Close(CloseCode.FrameTooLarge);
                else await HandleAsync(connections, connection, buffer.AsMemory(0, length));
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = null;
                if (connection.IsClosed) break;
            }

            if (_isClosing == 0) await CloseAsync(WebSocketCloseStatus.NormalClosure, "");
            else await DrainAsync();
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client went away, or its bytes were not a WebSocket's: the framework has answered what can be answered.
        }
        finally
        {
            if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
            await connections.CloseAsync(connection);
            await _cut.CancelAsync();
            socket.Abort();
        }
    }

    private static async ValueTask HandleAsync(GatewayConnections connections, Connection connection, ReadOnlyMemory<byte> text)
    {
        ClientFrame? frame = null;
        try
        {
            using var document = JsonDocument.Parse(text, JsonOptions);
            EnsureUnicode(text.Span);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("op", out var op) && op.ValueKind == JsonValueKind.String)
                frame = new ClientFrame(op.GetString()!, root.TryGetProperty("d", out var payload) ? payload.Clone() : default);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is no Unicode.
        }

        if (frame is null) connection.Close(CloseCode.NotJson);
        else await connections.HandleAsync(connection, frame);
    }

    /// <summary>A lone surrogate that is escaped is JSON's syntax (RFC 8259 §8.2) but no text; nobody behind this has to expect one.</summary>
    private static void EnsureUnicode(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonOptions.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) _ = reader.GetString();
        }
    }

    private async Task CloseAsync(WebSocketCloseStatus status, string reason)
    {
        try
        {
            _cut.CancelAfter(ClosePatience);
            await _sending.WaitAsync(_cut.Token);
            try
            {
                await socket.CloseOutputAsync(status, reason, _cut.Token);
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            await _cut.CancelAsync();
        }
    }

    /// <summary>Waits for the client's own close, so that it reads the code before the connection is cut.</summary>
    private async Task DrainAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), _cut.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger.AsSpan());
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
