using System.Net;
using Together.Protocol;

namespace Together.Host.Auth;

/// <summary>An account's row. Immutable.</summary>
public sealed record Account(
    UserId Id, string Username, string PasswordHash, string? Email, bool IsAdmin, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt)
{
    /// <summary>Not the hash: a record's own text would carry it into a log.</summary>
    public override string ToString() => $"{Id} ({Username})";
}

/// <summary>What a new account is made of; the fields have passed <see cref="AccountRules"/>.</summary>
public sealed record NewAccount(UserId Id, string Username, string PasswordHash, string? Email)
{
    public override string ToString() => $"{Id} ({Username})";
}

/// <summary>
/// Whether a new account may be the instance's first, which becomes its admin. The check before and the insert are two
/// steps: the answer to "is it the first?" is only known, and only counts, in the second.
/// </summary>
public enum FirstAccount
{
    /// <summary>Registration is open to this caller, who may also set the instance up (from loopback, or with the setup code).</summary>
    Allowed,

    /// <summary>Registration is closed to this caller but for setting the instance up.</summary>
    Required,

    /// <summary>Registration is open to this caller, who may not set the instance up.</summary>
    Refused,
}

/// <summary>A session that can still be used, as its user may see it.</summary>
public sealed record SessionRow(SessionId Id, DateTimeOffset CreatedAt, DateTimeOffset LastActiveAt, string? Ip, string? UserAgent);

/// <summary>Where a login or a refresh came from; bounded, for the list of sessions.</summary>
public sealed record SessionOrigin
{
    /// <summary>Browsers' are about 120 long; longer ones are cut.</summary>
    public const int UserAgentMax = 256;

    public SessionOrigin(IPAddress? address, string? userAgent)
    {
        Ip = address?.ToString();
        UserAgent = userAgent is { Length: > UserAgentMax } ? userAgent[..UserAgentMax] : userAgent;
        // Kestrel reads headers as Latin-1 or UTF-8; what PostgreSQL cannot store is not worth a failed login.
        if (UserAgent?.Any(c => char.IsControl(c) || char.IsSurrogate(c)) == true) UserAgent = null;
    }

    public string? Ip { get; }

    public string? UserAgent { get; }
}

/// <summary>A session with the refresh token to hand to its client.</summary>
public sealed record SessionTokens(UserId User, SessionId Session, string RefreshToken)
{
    public override string ToString() => $"{Session} of {User}";
}

/// <summary>The answer to a refresh.</summary>
public abstract record Refresh
{
    private Refresh()
    {
    }

    public sealed record Rotated(SessionTokens Tokens) : Refresh
    {
        public override string ToString() => Tokens.ToString();
    }

    /// <summary>Unknown, expired, of a revoked session or of a disabled account: 401.</summary>
    public sealed record Refused : Refresh;

    /// <summary>
    /// A used token came again: it or its successor was stolen. No refresh token of the session works any more; the caller
    /// must have the session revoked, then answers 401. Each further use answers this again, so a failed revocation is
    /// retried by it.
    /// </summary>
    public sealed record Reused(UserId User, SessionId Session) : Refresh;
}
