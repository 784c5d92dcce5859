using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Together.Host.Auth;

/// <summary>
/// The instance's secret, from which each use gets a key of its own (HKDF-SHA-256, RFC 5869, with the use as info), so
/// that no signature of one use can pass for another's. Any thread; lives as long as the host.
/// </summary>
public sealed class SigningKeys
{
    /// <summary>As long as SHA-256's output: RFC 7518 §3.2 wants no less for HS256.</summary>
    public const int KeyBytes = 32;

    public const string AccessTokenLabel = "together access token v1";
    public const string RefreshTokenLabel = "together refresh token v1";
    public const string FileLinkLabel = "together file link v1";
    public const string GatewaySessionLabel = "together gateway session v1";

    private readonly byte[] _pseudorandomKey;

    public SigningKeys(ReadOnlySpan<byte> secret)
    {
        if (secret.Length < KeyBytes) throw new ArgumentException($"A signing secret needs at least {KeyBytes} bytes, this one has {secret.Length}.", nameof(secret));
        _pseudorandomKey = new byte[KeyBytes];
        HKDF.Extract(HashAlgorithmName.SHA256, secret, [], _pseudorandomKey);
    }

    /// <summary>From a configured text (at least 32 UTF-8 bytes).</summary>
    public static SigningKeys FromText(string secret) => new(Encoding.UTF8.GetBytes(secret));

    /// <summary>From the secret that was made with the instance's database, and that all its nodes share.</summary>
    public static async Task<SigningKeys> LoadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select signing_key from instance");
        return new SigningKeys((byte[])(await command.ExecuteScalarAsync(cancellation))!);
    }

    /// <summary>The 32-byte key of one use.</summary>
    public byte[] Derive(string label) =>
        HKDF.Expand(HashAlgorithmName.SHA256, _pseudorandomKey, KeyBytes, Encoding.UTF8.GetBytes(label));
}
