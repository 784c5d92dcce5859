using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Auth;

/// <summary>Checks a username and a password within the limits. Any thread; lives as long as the host.</summary>
public sealed class PasswordLogin(AccountStore accounts, PasswordHasher hasher, LoginLimits limits)
{
    /// <summary>
    /// The account, or the refusal: 401 <c>invalid_credentials</c> (the same answer after the same work for a wrong name, a wrong
    /// password and a disabled account), 429 with the seconds to wait, 503 when too many logins wait.
    /// </summary>
    public async Task<(Account? Account, Problem? Refusal)> CheckAsync(string? username, string? password, ClientNetwork network, CancellationToken cancellation)
    {
        // What cannot be an account's name or password needs no work and no place in the table of limits.
        if (!AccountRules.TryUsername(username, out var name, out _) || password is null || !Bcrypt.CanHash(password)) return (null, ErrorCode.InvalidCredentials);
        if (limits.Begin(name, network) is { } seconds) return (null, new Problem(ErrorCode.RateLimited, RetryAfterSeconds: seconds));

        var isAnswered = false;
        try
        {
            var account = await accounts.FindAsync(name, cancellation);
            var checkedPassword = await hasher.CheckAsync(password, account?.PasswordHash);
            if (!checkedPassword.TryGet(out var check, out var refusal)) return (null, refusal.Value);
            isAnswered = true;
            if (account is null || !check.Matches || account.DisabledAt is not null) return (null, ErrorCode.InvalidCredentials);
            limits.Succeeded(name, network);
            return (check.NeedsRehash ? await RehashAsync(account, password, cancellation) : account, null);
        }
        finally
        {
            if (!isAnswered) limits.Abandoned(name, network);
        }
    }

    /// <summary>When too many logins wait, the next one of this account does it.</summary>
    private async Task<Account> RehashAsync(Account account, string password, CancellationToken cancellation)
    {
        var hashed = await hasher.HashAsync(password);
        return hashed.TryGet(out var hash, out _) && await accounts.ChangePasswordHashAsync(account.Id, account.PasswordHash, hash, cancellation)
            ? account with { PasswordHash = hash }
            : account;
    }
}
