using System.Security.Cryptography;
using System.Text;

namespace Together.Host.Auth;

/// <summary>
/// What proves that the caller who sets the instance up from elsewhere reads the host's log. Made at random for each start.
/// Any thread; lives as long as the host.
/// </summary>
public sealed class SetupCode
{
    /// <summary>16 characters of 32 carry 80 random bits; no 0, O, 1 or I, since people type it.</summary>
    private const int Length = 16;

    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>For the operator's eyes.</summary>
    public string Text { get; } = RandomNumberGenerator.GetString(Alphabet, Length);

    public bool Matches(string? given) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(Text));
}
