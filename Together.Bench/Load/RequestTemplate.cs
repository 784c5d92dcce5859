using System.Globalization;
using System.Text;

namespace Together.Bench.Load;

/// <summary>
/// A request whose bytes are made once, before the measurement. One with a nonce has 16 hexadecimal digits filled in at each sending; the same
/// digits come back in MESSAGE_CREATE and tell which message was delivered. The loop's thread only.
/// </summary>
internal sealed class RequestTemplate
{
    private const string NoncePlace = "################";

    private readonly byte[] _bytes;
    private readonly int _nonceAt;

    private RequestTemplate(string text)
    {
        _bytes = Encoding.UTF8.GetBytes(text);
        _nonceAt = _bytes.AsSpan().IndexOf("################"u8);
    }

    public static RequestTemplate Get(string pathAndQuery, string token) =>
        new($"GET {pathAndQuery} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n");

    public static RequestTemplate Put(string path, string token, string body) =>
        new($"PUT {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture)}\r\n\r\n{body}");

    public static RequestTemplate PostMessage(string channelId, string token, string content)
    {
        var body = $$"""{"content":"{{content}}","nonce":"{{NoncePlace}}"}""";
        var length = Encoding.UTF8.GetByteCount(body);
        return new($"POST /api/channels/{channelId}/messages HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n{body}");
    }

    public ReadOnlySpan<byte> For(long nonce)
    {
        if (_nonceAt >= 0)
            nonce.TryFormat(_bytes.AsSpan(_nonceAt, NoncePlace.Length), out _, "x16", CultureInfo.InvariantCulture);
        return _bytes;
    }
}
