using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Together.Protocol;

namespace Together.Host.Auth;

/// <summary>What a username, a password and an e-mail address must look like. Each answers a message for people, or null.</summary>
public static class AccountRules
{
    private static readonly SearchValues<char> UsernameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.-");

    /// <summary>The stored spelling of a username: ASCII letters in lower case (no other letters are allowed).</summary>
    public static bool TryUsername(string? input, [NotNullWhen(true)] out string? username, [NotNullWhen(false)] out string? problem)
    {
        username = null;
        problem = null;
        if (string.IsNullOrEmpty(input))
        {
            problem = "is required";
        }
        else if (input.Length is < Limits.UsernameMin or > Limits.UsernameMax)
        {
            problem = $"must have {Limits.UsernameMin} to {Limits.UsernameMax} characters";
        }
        else
        {
            // Char by char: ToLowerInvariant would let U+212A KELVIN SIGN in as a "k".
            var lower = string.Create(input.Length, input, static (span, text) =>
            {
                for (var i = 0; i < span.Length; i++) span[i] = char.IsAsciiLetterUpper(text[i]) ? (char)(text[i] | 0x20) : text[i];
            });
            if (lower.AsSpan().ContainsAnyExcept(UsernameCharacters)) problem = "may only have the letters a to z, digits, _ . and -";
            else username = lower;
        }
        return username is not null;
    }

    public static string? PasswordProblem(string? password)
    {
        if (string.IsNullOrEmpty(password)) return "is required";
        var bytes = Encoding.UTF8.GetByteCount(password);
        if (bytes < Limits.PasswordMinBytes) return $"must have at least {Limits.PasswordMinBytes} bytes";
        if (bytes > Limits.PasswordMaxBytes) return $"must have at most {Limits.PasswordMaxBytes} bytes";
        return Bcrypt.CanHash(password) ? null : "must be text without NUL";
    }

    /// <summary>Only the shape: whether mail arrives there, only mail can tell.</summary>
    public static string? EmailProblem(string email)
    {
        if (email.Length > Limits.EmailMax) return $"must have at most {Limits.EmailMax} characters";
        var at = email.IndexOf('@');
        return at > 0 && at < email.Length - 1 && at == email.LastIndexOf('@')
            && !email.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c))
                ? null
                : "must be an e-mail address";
    }
}
