using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Together.Actors.Channels;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Views;

/// <summary>
/// Links to files that need no login: whoever was shown a message may fetch what is in it, by <c>img</c> and <c>video</c> too. A link
/// is the same for a whole day, so that caches work, and good for one to two days. Any thread.
/// </summary>
/// <param name="key">32 bytes.</param>
/// <param name="time">When a link ends.</param>
public sealed class FileLinks(byte[] key, TimeProvider time)
{
    private const long SecondsADay = 86_400;

    /// <summary>Half of SHA-256's output, the least that RFC 2104 section 5 takes for safe.</summary>
    private const int SignatureBytes = 16;

    /// <summary>Links that nobody takes.</summary>
    public static FileLinks Nowhere { get; } = new(RandomNumberGenerator.GetBytes(32), TimeProvider.System);

    /// <summary>The public path of an avatar or icon.</summary>
    /// <param name="hash">In hexadecimal; null for none.</param>
    public static string? MediaUrl(string? hash) => hash is null ? null : $"/media/{hash}";

    /// <param name="file">What is shown.</param>
    /// <param name="isDeleted">The link is for a moderator who looks at what was deleted; the others are void by then.</param>
    public Attachment Attachment(AttachmentRecord file, bool isDeleted)
    {
        var path = $"/api/attachments/{file.Id}/{Uri.EscapeDataString(file.Filename)}";
        var expires = (time.GetUtcNow().ToUnixTimeSeconds() / SecondsADay + 2) * SecondsADay;
        Span<byte> signature = stackalloc byte[SignatureBytes];
        Sign(file.Id, expires, isDeleted, signature);
        var query = string.Create(CultureInfo.InvariantCulture, $"?ex={expires}&sig={Base64Url.EncodeToString(signature)}");
        return new Attachment(
            file.Id, file.Filename, file.ContentType, file.Size, file.Width, file.Height, path + query, file.HasThumbnail ? $"{path}/thumbnail{query}" : null);
    }

    /// <summary>Whether a link is one of ours, for this file and still good.</summary>
    /// <param name="file">Which.</param>
    /// <param name="expires">As in the link, in seconds since 1970; text of the caller's.</param>
    /// <param name="signature">As in the link; text of the caller's.</param>
    /// <param name="isDeleted">Whether the file's message is deleted.</param>
    public bool Allow(AttachmentId file, string expires, string signature, bool isDeleted)
    {
        if (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var until) || until <= time.GetUtcNow().ToUnixTimeSeconds()) return false;
        Span<byte> given = stackalloc byte[SignatureBytes];
        // Base64url of 16 bytes, without padding.
        if (signature.Length != 22 || !Base64Url.TryDecodeFromChars(signature, given, out var length) || length != SignatureBytes) return false;
        Span<byte> expected = stackalloc byte[SignatureBytes];
        Sign(file, until, isDeleted, expected);
        return CryptographicOperations.FixedTimeEquals(given, expected);
    }

    private void Sign(AttachmentId file, long expires, bool isDeleted, Span<byte> signature)
    {
        Span<byte> signed = stackalloc byte[16 + 8 + 1];
        file.Value.TryWriteBytes(signed, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(signed[16..], expires);
        signed[24] = isDeleted ? (byte)1 : (byte)0;
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, signed, whole);
        whole[..SignatureBytes].CopyTo(signature);
    }
}
