using System.Net;
using Npgsql;
using Together.Host.Auth;
using Together.Host.Http;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Auth;

public sealed class PasswordLoginTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly ClientNetwork Home = ClientNetwork.Of(IPAddress.Parse("198.51.100.7"));

    private readonly ManualClock _clock = new();
    private readonly PasswordHasher _hasher = new(cost: 4, parallelism: 1);
    private TestDatabase _database = null!;
    private AccountStore _accounts = null!;
    private PasswordLogin _login = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _accounts = new AccountStore(_database.DataSource, new RefreshTokens(new byte[32]), TimeSpan.FromDays(7), _clock);
        _login = new PasswordLogin(_accounts, _hasher, new LoginLimits(LoginLimitRules.Default, _clock));
    }

    public async ValueTask DisposeAsync()
    {
        _hasher.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task right_password_answers_the_account_whatever_the_names_case()
    {
        var account = await Register("correct horse", 4);
        Assert.Equal(account, (await Login("ADA", "correct horse")).Account);
    }

    [Theory]
    [InlineData("ada", "wrong horse")]
    [InlineData("bob", "correct horse")]
    [InlineData(null, "correct horse")]
    [InlineData("ada", null)]
    [InlineData("ada", "")]
    [InlineData("no such name!", "correct horse")]
    public async Task anything_else_is_invalid_credentials(string? username, string? password)
    {
        await Register("correct horse", 4);
        Assert.Equal(ErrorCode.InvalidCredentials, (await Login(username, password)).Refusal!.Code);
    }

    [Fact]
    public async Task disabled_account_is_invalid_credentials()
    {
        var account = await Register("correct horse", 4);
        await _accounts.DisableAsync(account.Id, default);
        Assert.Equal(ErrorCode.InvalidCredentials, (await Login("ada", "correct horse")).Refusal!.Code);
    }

    [Fact]
    public async Task login_renews_a_hash_of_another_cost()
    {
        await Register("correct horse", 5);
        var account = (await Login("ada", "correct horse")).Account!;
        Assert.Equal(4, Bcrypt.Cost(account.PasswordHash));
        Assert.Equal(account, await _accounts.FindAsync("ada", default));
        Assert.NotNull((await Login("ada", "correct horse")).Account);
    }

    [Fact]
    public async Task eleventh_attempt_waits_even_with_the_right_password()
    {
        await Register("correct horse", 4);
        for (var i = 0; i < 10; i++) await Login("ada", "wrong horse");
        var (account, refusal) = await Login("ada", "correct horse");
        Assert.Null(account);
        Assert.Equal((ErrorCode.RateLimited, 900), (refusal!.Code, refusal.RetryAfterSeconds));
    }

    [Fact]
    public async Task attempts_at_once_share_the_limit()
    {
        await Register("correct horse", 4);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Login("ada", "wrong horse")));
        Assert.Equal(10, answers.Count(answer => answer.Refusal!.Code == ErrorCode.InvalidCredentials));
        Assert.Equal(10, answers.Count(answer => answer.Refusal!.Code == ErrorCode.RateLimited));
    }

    [Fact]
    public async Task attempt_without_a_database_does_not_count()
    {
        await Register("correct horse", 4);
        await using var gone = NpgsqlDataSource.Create("Host=/nonexistent;Username=nobody");
        var limits = new LoginLimits(LoginLimitRules.Default, _clock);
        var broken = new PasswordLogin(new AccountStore(gone, new RefreshTokens(new byte[32]), TimeSpan.FromDays(7), _clock), _hasher, limits);
        for (var i = 0; i < 11; i++) await Assert.ThrowsAnyAsync<NpgsqlException>(() => broken.CheckAsync("ada", "correct horse", Home, default));
        Assert.Null(limits.Begin("ada", Home));
    }

    private Task<(Account? Account, Problem? Refusal)> Login(string? username, string? password) => _login.CheckAsync(username, password, Home, default);

    private async Task<Account> Register(string password, int cost) =>
        (await _accounts.CreateAsync(
            new NewAccount(new IdSource(_clock).Next<UserId>(), "ada", Bcrypt.Hash(password, cost), null), FirstAccount.Allowed, default)).Value!;
}
