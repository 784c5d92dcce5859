using Together.Host.Auth;
using Xunit;

namespace Together.Tests.Auth;

public class AccountRulesTests
{
    [Theory]
    [InlineData("ada", "ada")]
    [InlineData("ADA.Lovelace_1815-x", "ada.lovelace_1815-x")]
    [InlineData("ab", "ab")]
    [InlineData("abcdefghijklmnopqrstuvwxyz012345", "abcdefghijklmnopqrstuvwxyz012345")]
    public void username_is_lower_cased(string input, string expected)
    {
        Assert.True(AccountRules.TryUsername(input, out var username, out _));
        Assert.Equal(expected, username);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456")]
    [InlineData("ada lovelace")]
    [InlineData(" ada")]
    [InlineData("ada\0")]
    [InlineData("ada@home")]
    [InlineData("müller")]
    [InlineData("\u212Aelvin")]
    [InlineData("İnci")]
    [InlineData("аda")]
    public void username_of_other_characters_or_length_is_refused(string? input)
    {
        Assert.False(AccountRules.TryUsername(input, out var username, out var problem));
        Assert.Null(username);
        Assert.NotEmpty(problem);
    }

    [Theory]
    [InlineData("12345678", true)]
    [InlineData("1234567", false)]
    [InlineData("ääää", true)]
    [InlineData("äää", false)]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("1234\05678", false)]
    public void password_has_8_bytes_of_text(string? password, bool accepted) =>
        Assert.Equal(accepted, AccountRules.PasswordProblem(password) is null);

    [Fact]
    public void password_with_a_lone_surrogate_is_refused() => Assert.NotNull(AccountRules.PasswordProblem("12345678\ud800"));

    [Fact]
    public void password_has_72_bytes_at_most()
    {
        Assert.Null(AccountRules.PasswordProblem(new string('ä', 36)));
        Assert.NotNull(AccountRules.PasswordProblem(new string('ä', 36) + "a"));
    }

    [Theory]
    [InlineData("ada@example.org", true)]
    [InlineData("a@b", true)]
    [InlineData("ada", false)]
    [InlineData("", false)]
    [InlineData("@example.org", false)]
    [InlineData("ada@", false)]
    [InlineData("ada@home@example.org", false)]
    [InlineData("ada @example.org", false)]
    [InlineData("ada\n@example.org", false)]
    [InlineData("ada\0@example.org", false)]
    public void email_has_one_at(string email, bool accepted) => Assert.Equal(accepted, AccountRules.EmailProblem(email) is null);

    [Fact]
    public void email_has_254_characters_at_most()
    {
        Assert.Null(AccountRules.EmailProblem(new string('a', 242) + "@example.org"));
        Assert.NotNull(AccountRules.EmailProblem(new string('a', 243) + "@example.org"));
    }
}
