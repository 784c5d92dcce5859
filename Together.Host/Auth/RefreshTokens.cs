using System.Buffers.Text;
using System.Security.Cryptography;

namespace Together.Host.Auth;

/// <summary>
/// Makes refresh tokens: 256 bits, written as 43 characters of base64url. Any thread; lives as long as the host.
/// </summary>
/// <remarks>
/// A token's successor is derived from it (HMAC-SHA-256 under the instance's key), so that a client whose answer got lost
/// gets the very same successor again, although only hashes are stored.
/// </remarks>
public sealed class RefreshTokens(byte[] key)
{
    /// <summary>How long a used token still answers its successor: a lost answer and one retry.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private const int TokenBytes = 32;
    private const int TokenLength = 43;

    private readonly byte[] _key = key;

    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));

    /// <summary>The token that follows this one. The token must be one that <see cref="IsWellFormed"/>.</summary>
    public string Successor(string token) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(_key, Base64Url.DecodeFromChars(token)));

    /// <summary>What is stored of a token: SHA-256, enough for 256 random bits.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Base64Url.DecodeFromChars(token));

    /// <summary>Whether the text is a token in its one canonical spelling.</summary>
    public static bool IsWellFormed(string? token)
    {
        if (token is not { Length: TokenLength }) return false;
        Span<byte> bytes = stackalloc byte[TokenBytes];
        return Base64Url.IsValid(token) && Base64Url.TryDecodeFromChars(token, bytes, out var written) && written == TokenBytes
            && string.Equals(Base64Url.EncodeToString(bytes), token, StringComparison.Ordinal);
    }
}
