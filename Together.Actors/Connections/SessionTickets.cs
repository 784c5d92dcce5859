using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Together.Protocol;

namespace Together.Actors.Connections;

/// <param name="User">Whose session it is.</param>
/// <param name="Session">The login it was opened with.</param>
/// <param name="GatewaySession">Stays the same across RESUMEs.</param>
public sealed record SessionTicket(UserId User, SessionId Session, Guid GatewaySession);

/// <summary>
/// The gateway's opaque <c>session_id</c>: base64url of user, login and gateway session (16 bytes each, RFC 9562 order) and an
/// HMAC-SHA256 over them and the log's epoch. Nothing is stored to check one; a restored database has another epoch. Any thread.
/// </summary>
public sealed class SessionTickets(byte[] key, Guid epoch)
{
    private const int BodyLength = 48;

    public string Write(SessionTicket ticket)
    {
        Span<byte> bytes = stackalloc byte[BodyLength + HMACSHA256.HashSizeInBytes];
        ticket.User.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        ticket.Session.Value.TryWriteBytes(bytes[16..], bigEndian: true, out _);
        ticket.GatewaySession.TryWriteBytes(bytes[32..], bigEndian: true, out _);
        Sign(bytes[..BodyLength], bytes[BodyLength..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null for anything that this instance, in this epoch, did not write.</summary>
    public SessionTicket? Read(string text)
    {
        Span<byte> bytes = stackalloc byte[BodyLength + HMACSHA256.HashSizeInBytes];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length != bytes.Length) return null;
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Sign(bytes[..BodyLength], expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, bytes[BodyLength..])) return null;
        return new SessionTicket(
            new UserId(new Guid(bytes[..16], bigEndian: true)),
            new SessionId(new Guid(bytes[16..32], bigEndian: true)),
            new Guid(bytes[32..48], bigEndian: true));
    }

    private void Sign(ReadOnlySpan<byte> body, Span<byte> signature)
    {
        Span<byte> signed = stackalloc byte[BodyLength + 16];
        body.CopyTo(signed);
        epoch.TryWriteBytes(signed[BodyLength..], bigEndian: true, out _);
        HMACSHA256.HashData(key, signed, signature);
    }
}
