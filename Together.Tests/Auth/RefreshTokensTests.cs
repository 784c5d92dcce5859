using Together.Host.Auth;
using Xunit;

namespace Together.Tests.Auth;

public class RefreshTokensTests
{
    private readonly RefreshTokens _tokens = new(new SigningKeys(new byte[32]).Derive(SigningKeys.RefreshTokenLabel));

    [Fact]
    public void tokens_are_256_random_bits()
    {
        var token = RefreshTokens.Create();
        Assert.Equal(43, token.Length);
        Assert.True(RefreshTokens.IsWellFormed(token));
        Assert.NotEqual(token, RefreshTokens.Create());
    }

    [Fact]
    public void successor_is_the_same_each_time_and_another_under_another_key()
    {
        var token = RefreshTokens.Create();
        var successor = _tokens.Successor(token);
        Assert.True(RefreshTokens.IsWellFormed(successor));
        Assert.NotEqual(token, successor);
        Assert.Equal(successor, _tokens.Successor(token));
        Assert.NotEqual(successor, new RefreshTokens(new byte[32]).Successor(token));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+A")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAÄA")]
    public void what_is_not_a_canonical_token_is_refused(string? token) => Assert.False(RefreshTokens.IsWellFormed(token));
}
