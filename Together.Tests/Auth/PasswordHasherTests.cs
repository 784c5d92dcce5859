using Together.Host.Auth;
using Together.Protocol;
using Xunit;

namespace Together.Tests.Auth;

public sealed class PasswordHasherTests : IDisposable
{
    private readonly PasswordHasher _hasher = new(cost: 4, parallelism: 1);

    public void Dispose() => _hasher.Dispose();

    [Fact]
    public async Task hashed_password_checks()
    {
        var hash = (await _hasher.HashAsync("correct horse")).Value!;
        Assert.Equal(new PasswordCheck(true, false), (await _hasher.CheckAsync("correct horse", hash)).Value);
        Assert.Equal(new PasswordCheck(false, false), (await _hasher.CheckAsync("wrong horse", hash)).Value);
    }

    [Fact]
    public async Task hash_of_another_cost_wants_a_rehash_once_the_password_matched()
    {
        var old = Bcrypt.Hash("correct horse", 5);
        Assert.Equal(new PasswordCheck(true, true), (await _hasher.CheckAsync("correct horse", old)).Value);
        Assert.Equal(new PasswordCheck(false, false), (await _hasher.CheckAsync("wrong horse", old)).Value);
    }

    [Fact]
    public async Task unknown_account_matches_nothing_not_even_the_dummys_own_password() =>
        Assert.Equal(new PasswordCheck(false, false), (await _hasher.CheckAsync("nobody has this account", null)).Value);

    [Fact]
    public async Task password_that_cannot_be_hashed_matches_nothing() =>
        Assert.False((await _hasher.CheckAsync(new string('a', 73), null)).Value.Matches);

    [Fact]
    public async Task more_than_the_queue_holds_is_overloaded()
    {
        // Cost 10 is about 75 ms a hash: one runs, two wait, and the calls below take far less time than that.
        using var slow = new PasswordHasher(cost: 10, parallelism: 1, queueLength: 2);
        var answers = Enumerable.Range(0, 20).Select(_ => slow.HashAsync("correct horse")).ToArray();
        var outcomes = await Task.WhenAll(answers);
        Assert.InRange(outcomes.Count(outcome => outcome.Refusal == ErrorCode.Overloaded), 15, 18);
        Assert.All(outcomes, outcome => Assert.True(outcome.Refusal == ErrorCode.Overloaded || Bcrypt.Verify("correct horse", outcome.Value!)));
        Assert.Null((await slow.HashAsync("correct horse")).Refusal);
    }

    [Fact]
    public async Task disposal_answers_what_was_queued()
    {
        var hasher = new PasswordHasher(cost: 4, parallelism: 1);
        var queued = Enumerable.Range(0, 5).Select(_ => hasher.HashAsync("correct horse")).ToArray();
        hasher.Dispose();
        Assert.All(await Task.WhenAll(queued), outcome => Assert.Null(outcome.Refusal));
    }
}
