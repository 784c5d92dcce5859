using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Together.Protocol;

namespace Together.Host.Auth;

/// <summary>What a valid access token says.</summary>
public readonly record struct AccessToken(UserId User, SessionId Session, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

/// <summary>
/// Issues and reads the access tokens: JWT (RFC 7519) in JWS compact form (RFC 7515 §7.1), HS256 only. Any thread; lives
/// as long as the host.
/// </summary>
/// <remarks>
/// The header is one fixed text and is compared as such: another <c>alg</c> (also <c>none</c>), <c>kid</c> or <c>crit</c>
/// is never interpreted. The signature is compared in its one canonical spelling, before the claims are looked at.
/// </remarks>
public sealed class AccessTokens(byte[] key, TimeSpan lifetime, TimeProvider time)
{
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromMinutes(15);

    /// <summary>Nodes' clocks may differ: a token from a minute ahead is still taken.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>base64url of <c>{"alg":"HS256","typ":"JWT"}</c></summary>
    private const string Header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

    /// <summary>Ours have about 250 characters; anything longer is not looked at.</summary>
    private const int MaxLength = 512;

    private readonly byte[] _key = key;

    public TimeSpan Lifetime { get; } = lifetime;

    public string Issue(UserId user, SessionId session)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var claims = JsonSerializer.SerializeToUtf8Bytes(
            new AccessTokenClaims(user, session, now, now + (long)Lifetime.TotalSeconds), AuthJson.Default.AccessTokenClaims);
        var signed = $"{Header}.{Base64Url.EncodeToString(claims)}";
        return $"{signed}.{Signature(_key, signed)}";
    }

    /// <summary>False for anything but a token of ours that has not expired. Whether its session was revoked is not known here.</summary>
    public bool TryRead(ReadOnlySpan<char> token, out AccessToken read)
    {
        read = default;
        if (token.Length > MaxLength) return false;
        var claimsStart = Header.Length + 1;
        var claimsEnd = token.LastIndexOf('.');
        if (claimsEnd < claimsStart || token[Header.Length] != '.' || !token.StartsWith(Header, StringComparison.Ordinal)) return false;
        var claims = token[claimsStart..claimsEnd];
        if (claims.Contains('.')) return false;
        if (!HasSignature(token[..claimsEnd], token[(claimsEnd + 1)..])) return false;

        AccessTokenClaims? body;
        try
        {
            body = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(claims), AuthJson.Default.AccessTokenClaims);
        }
        catch (Exception malformed) when (malformed is FormatException or JsonException)
        {
            return false;
        }
        if (body is not { User: { } user, Session: { } session, IssuedAt: { } issued, ExpiresAt: { } expires }) return false;
        var now = time.GetUtcNow();
        if (expires <= now.ToUnixTimeSeconds() || issued > (now + ClockSkew).ToUnixTimeSeconds() || issued >= expires
            || expires > (now + Lifetime + ClockSkew).ToUnixTimeSeconds() || issued < 0)
        {
            return false;
        }
        read = new AccessToken(user, session, DateTimeOffset.FromUnixTimeSeconds(issued), DateTimeOffset.FromUnixTimeSeconds(expires));
        return true;
    }

    /// <summary>RFC 7515 §5.1 steps 5 and 6: base64url(HMAC-SHA-256(key, ASCII(signing input))).</summary>
    internal static string Signature(ReadOnlySpan<byte> key, ReadOnlySpan<char> signed)
    {
        var input = new byte[Encoding.UTF8.GetByteCount(signed)];
        Encoding.UTF8.GetBytes(signed, input);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, input, mac);
        return Base64Url.EncodeToString(mac);
    }

    private bool HasSignature(ReadOnlySpan<char> signed, ReadOnlySpan<char> signature) =>
        CryptographicOperations.FixedTimeEquals(
            MemoryMarshal.AsBytes(signature),
            MemoryMarshal.AsBytes(Signature(_key, signed).AsSpan()));
}

internal sealed record AccessTokenClaims(
    [property: JsonPropertyName("sub")] UserId? User,
    [property: JsonPropertyName("sid")] SessionId? Session,
    [property: JsonPropertyName("iat")] long? IssuedAt,
    [property: JsonPropertyName("exp")] long? ExpiresAt);

[JsonSerializable(typeof(AccessTokenClaims))]
internal sealed partial class AuthJson : JsonSerializerContext;
