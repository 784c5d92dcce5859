using Together.Host.Auth;
using Xunit;

namespace Together.Tests.Auth;

public class BcryptTests
{
    /// <summary>Openwall crypt_blowfish's own test vectors (wrapper.c).</summary>
    [Theory]
    [InlineData("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U*U", "$2b$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a")]
    public void published_vectors_verify(string password, string hash) => Assert.True(Bcrypt.Verify(password, hash));

    [Fact]
    public void hash_verifies_its_password_only()
    {
        var hash = Bcrypt.Hash("correct horse", 4);
        Assert.StartsWith("$2b$04$", hash, StringComparison.Ordinal);
        Assert.Equal(60, hash.Length);
        Assert.True(Bcrypt.Verify("correct horse", hash));
        Assert.False(Bcrypt.Verify("correct horsE", hash));
        Assert.False(Bcrypt.Verify("", hash));
    }

    [Fact]
    public void one_password_has_two_hashes() => Assert.NotEqual(Bcrypt.Hash("correct horse", 4), Bcrypt.Hash("correct horse", 4));

    [Fact]
    public void all_72_bytes_count()
    {
        var longest = new string('a', 72);
        Assert.False(Bcrypt.Verify(new string('a', 71) + "b", Bcrypt.Hash(longest, 4)));
        Assert.True(Bcrypt.Verify(longest, Bcrypt.Hash(longest, 4)));
    }

    [Fact]
    public void non_ascii_passwords_are_utf8()
    {
        var hash = Bcrypt.Hash("pässwörd…", 4);
        Assert.True(Bcrypt.Verify("pässwörd…", hash));
        Assert.False(Bcrypt.Verify("p?ssw?rd?", hash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("before\0after")]
    public void what_crypt_would_misread_is_refused(string password)
    {
        Assert.False(Bcrypt.CanHash(password));
        Assert.Throws<ArgumentException>(() => Bcrypt.Hash(password, 4));
    }

    [Fact]
    public void lone_surrogate_is_refused() => Assert.False(Bcrypt.CanHash("lone \ud800 surrogate"));

    [Fact]
    public void password_of_73_bytes_is_refused_not_cut()
    {
        Assert.False(Bcrypt.CanHash(new string('a', 73)));
        Assert.False(Bcrypt.CanHash(new string('ä', 37)));
        Assert.False(Bcrypt.Verify(new string('a', 73), Bcrypt.Hash(new string('a', 72), 4)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("*0")]
    [InlineData("correct horse")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2b$32$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2b$05$CCCCCCCCCCCCCCCCCCCCC:E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe")]
    public void what_is_not_a_hash_of_ours_matches_nothing(string hash)
    {
        Assert.Null(Bcrypt.Cost(hash));
        Assert.False(Bcrypt.Verify("U*U", hash));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(32)]
    public void cost_outside_bcrypts_range_is_refused(int cost) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Bcrypt.Hash("correct horse", cost));
}
