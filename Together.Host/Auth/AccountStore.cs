using Npgsql;
using Together.Protocol;

namespace Together.Host.Auth;

/// <summary>
/// The accounts, their sessions and refresh tokens in PostgreSQL. Any thread; lives as long as the host. A method that fails
/// with an <see cref="NpgsqlException"/> has changed nothing, or all (when the connection was lost in the commit).
/// </summary>
/// <param name="refreshLifetime">Of a refresh token, from its rotation on.</param>
public sealed class AccountStore(NpgsqlDataSource database, RefreshTokens tokens, TimeSpan refreshLifetime, TimeProvider time)
{
    /// <summary>"account" in ASCII: one account is created at a time, so that exactly one is the first.</summary>
    private const long CreationLock = 0x6163636F756E74;

    private const string AccountColumns = "id, username, password_hash, email, is_admin, created_at, disabled_at";

    public TimeSpan RefreshLifetime { get; } = refreshLifetime;

    /// <summary>Whether the instance has no account yet.</summary>
    public async Task<bool> NeedsSetupAsync(CancellationToken cancellation)
    {
        await using var command = Command("select not exists (select from accounts)");
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>
    /// Creates the account; the first one of an instance becomes its admin. Refused with <see cref="ErrorCode.UsernameTaken"/>,
    /// or as <paramref name="first"/> says with <see cref="ErrorCode.RegistrationClosed"/> or <see cref="ErrorCode.InvalidSetupCode"/>.
    /// </summary>
    public async Task<Outcome<Account>> CreateAsync(NewAccount account, FirstAccount first, CancellationToken cancellation)
    {
        var now = Now();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var order = Command("select pg_advisory_xact_lock($1)", connection, CreationLock))
        {
            await order.ExecuteNonQueryAsync(cancellation);
        }
        bool isFirst;
        // A statement after the lock sees what the last holder committed.
        await using (var exists = Command("select not exists (select from accounts)", connection))
        {
            isFirst = (bool)(await exists.ExecuteScalarAsync(cancellation))!;
        }
        if (first == FirstAccount.Required && !isFirst) return ErrorCode.RegistrationClosed;
        if (first == FirstAccount.Refused && isFirst) return ErrorCode.InvalidSetupCode;

        await using (var insert = Command($"""
            insert into accounts ({AccountColumns}) values ($1, $2, $3, $4, $5, $6, null)
            on conflict (username) do nothing
            """, connection, account.Id.Value, account.Username, account.PasswordHash, account.Email, isFirst, now))
        {
            if (await insert.ExecuteNonQueryAsync(cancellation) == 0) return ErrorCode.UsernameTaken;
        }
        await transaction.CommitAsync(cancellation);
        return new Account(account.Id, account.Username, account.PasswordHash, account.Email, isFirst, now, null);
    }

    public Task<Account?> FindAsync(string username, CancellationToken cancellation) =>
        FindAsync($"select {AccountColumns} from accounts where username = $1", username, cancellation);

    public Task<Account?> FindAsync(UserId id, CancellationToken cancellation) =>
        FindAsync($"select {AccountColumns} from accounts where id = $1", id.Value, cancellation);

    /// <summary>Replaces the hash, unless it is no longer <paramref name="expected"/>: then false, and the other change stays.</summary>
    public async Task<bool> ChangePasswordHashAsync(UserId id, string expected, string replacement, CancellationToken cancellation)
    {
        await using var command = Command("update accounts set password_hash = $3 where id = $1 and password_hash = $2", id.Value, expected, replacement);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    public Task ChangeEmailAsync(UserId id, string? email, CancellationToken cancellation) =>
        ExecuteAsync("update accounts set email = $2 where id = $1", cancellation, id.Value, email);

    /// <summary>
    /// No login and no refresh any more; the name stays taken. Access tokens and gateway connections end with their sessions'
    /// revocation.
    /// </summary>
    public Task DisableAsync(UserId id, CancellationToken cancellation) =>
        ExecuteAsync("update accounts set disabled_at = coalesce(disabled_at, $2) where id = $1", cancellation, id.Value, Now());

    /// <summary>Removes every row of the account, as if it had never been; the name is free again.</summary>
    public async Task DeleteAsync(UserId id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                // First: it waits for a session that is being opened, and nobody opens one after it.
                Part("delete from accounts where id = $1", id.Value),
                Part("delete from refresh_tokens where session_id in (select id from sessions where user_id = $1)", id.Value),
                Part("delete from sessions where user_id = $1", id.Value),
            },
        };
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Opens a session with its first refresh token, if the account still is as given: null when meanwhile its password was
    /// changed, it was disabled or deleted. The row is held until the session is stored, so whoever changes it and then looks
    /// for sessions to revoke finds this one.
    /// </summary>
    public async Task<SessionTokens?> CreateSessionAsync(Account account, SessionId session, SessionOrigin origin, CancellationToken cancellation)
    {
        var now = Now();
        var token = RefreshTokens.Create();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var hold = Command("select from accounts where id = $1 and password_hash = $2 and disabled_at is null for share", connection, account.Id.Value, account.PasswordHash))
        await using (var held = await hold.ExecuteReaderAsync(cancellation))
        {
            if (!await held.ReadAsync(cancellation)) return null;
        }
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                Part("insert into sessions (id, user_id, created_at, last_active_at, ip, user_agent) values ($1, $2, $3, $3, $4, $5)",
                    session.Value, account.Id.Value, now, origin.Ip, origin.UserAgent),
                Part(InsertToken, RefreshTokens.Hash(token), session.Value, now, now + RefreshLifetime),
            },
        };
        await batch.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return new SessionTokens(account.Id, session, token);
    }

    /// <summary>
    /// Rotates a refresh token. A used one answers the same successor again within <see cref="RefreshTokens.Grace"/> as long as
    /// that was not used; after that it ends the session.
    /// </summary>
    /// <remarks>
    /// Rows of one session are locked from the older token to the newer, so two uses at once have an order: of two uses of one
    /// token the second is within the grace; of an old token and its successor, either the old one is answered first or it
    /// sees the successor used.
    /// </remarks>
    public async Task<Refresh> RefreshAsync(string token, SessionOrigin origin, CancellationToken cancellation)
    {
        if (!RefreshTokens.IsWellFormed(token)) return new Refresh.Refused();
        var now = Now();
        var hash = RefreshTokens.Hash(token);
        var successor = tokens.Successor(token);
        var successorHash = RefreshTokens.Hash(successor);

        SessionTokens answer;
        await using (var connection = await database.OpenConnectionAsync(cancellation))
        await using (var transaction = await connection.BeginTransactionAsync(cancellation))
        {
            if (await LockTokenAsync(connection, hash, cancellation) is not { } presented || presented.ExpiresAt <= now) return new Refresh.Refused();
            if (await OwnerAsync(connection, presented.Session, cancellation) is not { } user) return new Refresh.Refused();
            if (presented.UsedAt is { } usedAt)
            {
                var next = await LockTokenAsync(connection, successorHash, cancellation);
                if (now - usedAt > RefreshTokens.Grace || next is not { UsedAt: null })
                {
                    // Marked, not removed: whoever comes with one of them is told the same.
                    await using var end = Command("update refresh_tokens set used_at = $2 where session_id = $1 and used_at is null", connection, presented.Session.Value, now - RefreshTokens.Grace);
                    await end.ExecuteNonQueryAsync(cancellation);
                    await transaction.CommitAsync(cancellation);
                    return new Refresh.Reused(user, presented.Session);
                }
            }
            else
            {
                await using var rotate = new NpgsqlBatch(connection, transaction)
                {
                    BatchCommands =
                    {
                        Part("update refresh_tokens set used_at = $2 where hash = $1", hash, now),
                        Part(InsertToken, successorHash, presented.Session.Value, now, now + RefreshLifetime),
                    },
                };
                await rotate.ExecuteNonQueryAsync(cancellation);
            }
            await transaction.CommitAsync(cancellation);
            answer = new SessionTokens(user, presented.Session, successor);
        }

        // Outside the transaction: a row of sessions is never held, since the journal's writer must not wait for one.
        await ExecuteAsync("update sessions set last_active_at = $2, ip = $3, user_agent = $4 where id = $1", cancellation,
            answer.Session.Value, now, origin.Ip, origin.UserAgent);
        return new Refresh.Rotated(answer);
    }

    /// <summary>The sessions that can still be used, oldest first.</summary>
    public async Task<IReadOnlyList<SessionRow>> ListSessionsAsync(UserId user, CancellationToken cancellation)
    {
        await using var command = Command("""
            select id, created_at, last_active_at, ip, user_agent from sessions s
            where user_id = $1 and revoked_at is null
                and exists (select from refresh_tokens t where t.session_id = s.id and t.used_at is null and t.expires_at > $2)
            order by id
            """, user.Value, Now());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var sessions = new List<SessionRow>();
        while (await reader.ReadAsync(cancellation))
        {
            sessions.Add(new SessionRow(
                SessionId.From(reader.GetGuid(0)), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2),
                TextOrNull(reader, 3), TextOrNull(reader, 4)));
        }
        return sessions;
    }

    /// <summary>Every session that was not revoked, also one that lives only as long as its last access token.</summary>
    public async Task<IReadOnlyList<SessionId>> UnrevokedSessionsAsync(UserId user, CancellationToken cancellation)
    {
        await using var command = Command("select id from sessions where user_id = $1 and revoked_at is null order by id", user.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var sessions = new List<SessionId>();
        while (await reader.ReadAsync(cancellation)) sessions.Add(SessionId.From(reader.GetGuid(0)));
        return sessions;
    }

    /// <summary>
    /// Removes expired refresh tokens, and sessions that have none and were not used for a day (longer than any access token
    /// lives, so that "revoked" is known as long as it matters). Answers how many rows went.
    /// </summary>
    public async Task<int> RemoveExpiredAsync(CancellationToken cancellation)
    {
        var now = Now();
        return await ExecuteAsync("delete from refresh_tokens where expires_at <= $1", cancellation, now)
            + await ExecuteAsync("""
                delete from sessions s
                where last_active_at < $1 and not exists (select from refresh_tokens t where t.session_id = s.id)
                """, cancellation, now - TimeSpan.FromDays(1));
    }

    private const string InsertToken = "insert into refresh_tokens (hash, session_id, created_at, expires_at) values ($1, $2, $3, $4)";

    private sealed record TokenRow(SessionId Session, DateTimeOffset ExpiresAt, DateTimeOffset? UsedAt);

    private static async Task<TokenRow?> LockTokenAsync(NpgsqlConnection connection, byte[] hash, CancellationToken cancellation)
    {
        await using var command = Command("select session_id, expires_at, used_at from refresh_tokens where hash = $1 for update", connection, hash);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return null;
        return new TokenRow(
            SessionId.From(reader.GetGuid(0)), reader.GetFieldValue<DateTimeOffset>(1),
            reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2));
    }

    /// <summary>Null when the session was revoked or its account cannot be used.</summary>
    private static async Task<UserId?> OwnerAsync(NpgsqlConnection connection, SessionId session, CancellationToken cancellation)
    {
        await using var command = Command("""
            select a.id from sessions s join accounts a on a.id = s.user_id
            where s.id = $1 and s.revoked_at is null and a.disabled_at is null
            """, connection, session.Value);
        return await command.ExecuteScalarAsync(cancellation) is Guid user ? UserId.From(user) : null;
    }

    private async Task<Account?> FindAsync(string sql, object key, CancellationToken cancellation)
    {
        await using var command = Command(sql, key);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return null;
        return new Account(
            UserId.From(reader.GetGuid(0)), reader.GetString(1), reader.GetString(2), TextOrNull(reader, 3), reader.GetBoolean(4),
            reader.GetFieldValue<DateTimeOffset>(5), reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6));
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params object?[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private NpgsqlCommand Command(string sql, params object?[] values) => Fill(database.CreateCommand(sql), values);

    private static NpgsqlCommand Command(string sql, NpgsqlConnection connection, params object?[] values) => Fill(new NpgsqlCommand(sql, connection), values);

    private static NpgsqlCommand Fill(NpgsqlCommand command, object?[] values)
    {
        foreach (var value in values) command.Parameters.Add(Parameter(value));
        return command;
    }

    private static NpgsqlBatchCommand Part(string sql, params object?[] values)
    {
        var part = new NpgsqlBatchCommand(sql);
        foreach (var value in values) part.Parameters.Add(Parameter(value));
        return part;
    }

    private static NpgsqlParameter Parameter(object? value) => new() { Value = value ?? DBNull.Value };

    private static string? TextOrNull(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>To the microsecond, as PostgreSQL keeps it: what is answered now is what is read later.</summary>
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
