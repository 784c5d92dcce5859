using System.Net;
using Npgsql;
using Together.Host.Auth;
using Together.Host.Database;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Auth;

public sealed class AccountStoreTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly SessionOrigin Origin = new(IPAddress.Parse("198.51.100.7"), "Firefox");

    private readonly ManualClock _clock = new();
    private TestDatabase _database = null!;
    private NpgsqlDataSource _pool = null!;
    private AccountStore _store = null!;
    private IdSource _ids = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _pool = ReadPool.Create(_database.ConnectionString, 8);
        var keys = await SigningKeys.LoadAsync(_pool, default);
        _store = new AccountStore(_pool, new RefreshTokens(keys.Derive(SigningKeys.RefreshTokenLabel)), TimeSpan.FromDays(7), _clock);
        _ids = new IdSource(_clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task first_account_is_the_admin_and_the_next_is_not()
    {
        Assert.True(await _store.NeedsSetupAsync(default));
        Assert.True((await Create("ada")).Value!.IsAdmin);
        Assert.False(await _store.NeedsSetupAsync(default));
        Assert.False((await Create("bob")).Value!.IsAdmin);
        Assert.True((await _store.FindAsync("ada", default))!.IsAdmin);
    }

    [Fact]
    public async Task race_for_the_first_account_has_one_admin()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Create($"user{i}")));
        Assert.Single(outcomes, outcome => outcome.Value!.IsAdmin);
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from accounts where is_admin"));
    }

    [Fact]
    public async Task race_to_set_up_a_closed_instance_has_one_account()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Create($"user{i}", FirstAccount.Required)));
        Assert.Single(outcomes, outcome => outcome.Value is { IsAdmin: true });
        Assert.Equal(7, outcomes.Count(outcome => outcome.Refusal == ErrorCode.RegistrationClosed));
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from accounts"));
    }

    [Fact]
    public async Task stranger_does_not_become_the_first_account()
    {
        Assert.Equal(ErrorCode.InvalidSetupCode, (await Create("stranger", FirstAccount.Refused)).Refusal);
        Assert.True(await _store.NeedsSetupAsync(default));
        await Create("ada");
        Assert.Null((await Create("stranger", FirstAccount.Refused)).Refusal);
    }

    [Fact]
    public async Task taken_username_is_refused_also_in_a_race()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Create("ada")));
        Assert.Equal(3, outcomes.Count(outcome => outcome.Refusal == ErrorCode.UsernameTaken));
    }

    [Fact]
    public async Task account_is_found_as_it_was_made()
    {
        var account = (await _store.CreateAsync(new NewAccount(_ids.Next<UserId>(), "ada", "hash", "ada@example.org"), FirstAccount.Allowed, default)).Value!;
        Assert.Equal(account, await _store.FindAsync("ada", default));
        Assert.Equal(account, await _store.FindAsync(account.Id, default));
        Assert.Null(await _store.FindAsync("Ada", default));
        Assert.DoesNotContain("hash", account.ToString(), StringComparison.Ordinal);
        await _store.ChangeEmailAsync(account.Id, null, default);
        Assert.Null((await _store.FindAsync("ada", default))!.Email);
    }

    [Fact]
    public async Task password_hash_changes_only_from_the_expected_one()
    {
        var account = (await Create("ada")).Value!;
        Assert.False(await _store.ChangePasswordHashAsync(account.Id, "another", "new", default));
        Assert.True(await _store.ChangePasswordHashAsync(account.Id, "hash", "new", default));
        Assert.Equal("new", (await _store.FindAsync("ada", default))!.PasswordHash);
    }

    [Fact]
    public async Task deleted_account_leaves_nothing_and_frees_its_name()
    {
        var session = await Login("ada");
        await _store.DeleteAsync(session.User, default);
        Assert.Equal(0, await _database.ScalarAsync<long>("select (select count(*) from accounts) + (select count(*) from sessions) + (select count(*) from refresh_tokens)"));
        Assert.IsType<Refresh.Refused>(await Refreshed(session.RefreshToken));
        Assert.True((await Create("ada")).Value!.IsAdmin);
    }

    [Fact]
    public async Task tokens_are_stored_hashed_only()
    {
        var session = await Login("ada");
        Assert.Equal(1, await _database.ScalarAsync<long>($"select count(*) from refresh_tokens where hash = '\\x{Convert.ToHexString(RefreshTokens.Hash(session.RefreshToken))}'"));
        Assert.Equal(0, await _database.ScalarAsync<long>($"select count(*) from refresh_tokens t where t::text like '%{session.RefreshToken}%'"));
    }

    [Fact]
    public async Task refresh_rotates_and_extends_by_seven_days()
    {
        var session = await Login("ada");
        var token = session.RefreshToken;
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(TimeSpan.FromDays(6));
            var rotated = Assert.IsType<Refresh.Rotated>(await Refreshed(token)).Tokens;
            Assert.Equal((session.User, session.Session), (rotated.User, rotated.Session));
            Assert.NotEqual(token, rotated.RefreshToken);
            token = rotated.RefreshToken;
        }
        _clock.Advance(TimeSpan.FromDays(7));
        Assert.IsType<Refresh.Refused>(await Refreshed(token));
    }

    [Fact]
    public async Task lost_answer_is_answered_again_within_ten_seconds()
    {
        var session = await Login("ada");
        var first = await Refreshed(session.RefreshToken);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(first, await Refreshed(session.RefreshToken));
    }

    [Fact]
    public async Task old_token_after_ten_seconds_ends_the_session()
    {
        var session = await Login("ada");
        var rotated = Assert.IsType<Refresh.Rotated>(await Refreshed(session.RefreshToken)).Tokens;
        _clock.Advance(TimeSpan.FromSeconds(10.001));
        await AssertEnded(session, session.RefreshToken, rotated.RefreshToken);
    }

    [Fact]
    public async Task old_token_after_its_successors_first_use_ends_the_session()
    {
        var session = await Login("ada");
        var second = Assert.IsType<Refresh.Rotated>(await Refreshed(session.RefreshToken)).Tokens;
        var third = Assert.IsType<Refresh.Rotated>(await Refreshed(second.RefreshToken)).Tokens;
        await AssertEnded(session, session.RefreshToken, second.RefreshToken, third.RefreshToken);
    }

    [Fact]
    public async Task reuse_ends_no_other_session_of_the_user()
    {
        var session = await Login("ada");
        var other = await Login(session.User);
        await Refreshed(session.RefreshToken);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<Refresh.Reused>(await Refreshed(session.RefreshToken));
        Assert.IsType<Refresh.Rotated>(await Refreshed(other.RefreshToken));
    }

    [Fact]
    public async Task uses_of_one_token_at_once_answer_one_successor()
    {
        var session = await Login("ada");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Refreshed(session.RefreshToken)));
        Assert.All(answers, answer => Assert.Equal(answers[0], Assert.IsType<Refresh.Rotated>(answer)));
        Assert.Equal(2, await _database.ScalarAsync<long>("select count(*) from refresh_tokens"));
    }

    [Fact]
    public async Task old_token_and_successor_at_once_end_in_one_order_without_deadlock()
    {
        for (var round = 0; round < 10; round++)
        {
            var session = await Login($"user{round}");
            var second = Assert.IsType<Refresh.Rotated>(await Refreshed(session.RefreshToken)).Tokens;
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Refreshed(i % 2 == 0 ? session.RefreshToken : second.RefreshToken)));
            var olds = answers.Where((_, i) => i % 2 == 0);
            Assert.All(olds, old => Assert.True(old is Refresh.Reused || old == new Refresh.Rotated(second)));
            // Whichever came first, from now on the old token is reuse, and the session has at most one living token.
            Assert.IsType<Refresh.Reused>(await Refreshed(session.RefreshToken));
            Assert.Empty(await _store.ListSessionsAsync(session.User, default));
        }
    }

    [Fact]
    public async Task revoked_session_does_not_refresh()
    {
        var session = await Login("ada");
        await _database.ExecuteAsync($"update sessions set revoked_at = now() where id = '{session.Session}'");
        Assert.IsType<Refresh.Refused>(await Refreshed(session.RefreshToken));
    }

    [Fact]
    public async Task disabled_account_does_not_refresh()
    {
        var session = await Login("ada");
        await _store.DisableAsync(session.User, default);
        Assert.Equal(_clock.Now, (await _store.FindAsync("ada", default))!.DisabledAt);
        Assert.IsType<Refresh.Refused>(await Refreshed(session.RefreshToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a token")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task unknown_token_does_not_refresh(string token) => Assert.IsType<Refresh.Refused>(await Refreshed(token));

    [Fact]
    public async Task sessions_are_listed_with_their_last_use()
    {
        var session = await Login("ada");
        var started = _clock.Now;
        _clock.Advance(TimeSpan.FromMinutes(5));
        var second = await Login(session.User, new SessionOrigin(null, null));
        await _store.RefreshAsync(session.RefreshToken, new SessionOrigin(IPAddress.Parse("2001:db8::1"), "Chromium"), default);
        Assert.Equal(
            [new(session.Session, started, _clock.Now, "2001:db8::1", "Chromium"), new SessionRow(second.Session, _clock.Now, _clock.Now, null, null)],
            await _store.ListSessionsAsync(session.User, default));

        await _database.ExecuteAsync($"update sessions set revoked_at = now() where id = '{second.Session}'");
        Assert.Equal(session.Session, Assert.Single(await _store.ListSessionsAsync(session.User, default)).Id);
        _clock.Advance(TimeSpan.FromDays(7));
        Assert.Empty(await _store.ListSessionsAsync(session.User, default));
    }

    [Fact]
    public async Task expired_rows_are_removed_and_living_ones_stay()
    {
        var session = await Login("ada");
        _clock.Advance(TimeSpan.FromDays(6));
        var living = await Login(session.User);
        Assert.Equal(0, await _store.RemoveExpiredAsync(default));
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, await _store.RemoveExpiredAsync(default));
        Assert.Equal(living.Session, Assert.Single(await _store.ListSessionsAsync(session.User, default)).Id);
    }

    [Fact]
    public void origin_is_bounded_and_storable()
    {
        Assert.Equal(256, new SessionOrigin(null, new string('x', 5000)).UserAgent!.Length);
        Assert.Null(new SessionOrigin(null, "a\0b").UserAgent);
        Assert.Null(new SessionOrigin(null, "a\ud800").UserAgent);
    }

    [Theory]
    [InlineData("update accounts set password_hash = 'other'")]
    [InlineData("update accounts set disabled_at = now()")]
    [InlineData("delete from accounts")]
    public async Task account_that_changed_since_its_password_was_checked_gets_no_session(string change)
    {
        var account = (await Create("ada")).Value!;
        await _database.ExecuteAsync(change);
        Assert.Null(await _store.CreateSessionAsync(account, _ids.Next<SessionId>(), Origin, default));
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from sessions"));
    }

    [Fact]
    public async Task sessions_without_any_refresh_token_are_still_there_to_be_revoked()
    {
        var session = await Login("ada");
        var other = await Login("bob");
        await _database.ExecuteAsync("delete from refresh_tokens");
        Assert.Equal([session.Session], await _store.UnrevokedSessionsAsync(session.User, default));

        await _database.ExecuteAsync($"update sessions set revoked_at = now() where id = '{session.Session}'");
        Assert.Empty(await _store.UnrevokedSessionsAsync(session.User, default));
        Assert.Equal([other.Session], await _store.UnrevokedSessionsAsync(other.User, default));
    }

    private Task<Outcome<Account>> Create(string username, FirstAccount first = FirstAccount.Allowed) =>
        _store.CreateAsync(new NewAccount(_ids.Next<UserId>(), username, "hash", null), first, default);

    private async Task<SessionTokens> Login(string username) => await Login((await Create(username)).Value!.Id);

    private async Task<SessionTokens> Login(UserId user, SessionOrigin? origin = null) =>
        (await _store.CreateSessionAsync((await _store.FindAsync(user, default))!, _ids.Next<SessionId>(), origin ?? Origin, default))!;

    private Task<Refresh> Refreshed(string token) => _store.RefreshAsync(token, Origin, default);

    private async Task AssertEnded(SessionTokens session, params string[] tokens)
    {
        foreach (var token in tokens)
        {
            Assert.Equal(new Refresh.Reused(session.User, session.Session), await Refreshed(token));
        }
        Assert.Empty(await _store.ListSessionsAsync(session.User, default));
    }
}
