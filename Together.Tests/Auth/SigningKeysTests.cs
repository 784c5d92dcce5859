using System.Security.Cryptography;
using System.Text;
using Together.Host.Auth;
using Xunit;

namespace Together.Tests.Auth;

public class SigningKeysTests
{
    [Fact]
    public void each_use_has_a_key_of_its_own_that_a_restart_finds_again()
    {
        var secret = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        var access = new SigningKeys(secret).Derive(SigningKeys.AccessTokenLabel);
        Assert.Equal(32, access.Length);
        Assert.Equal(access, new SigningKeys(secret).Derive(SigningKeys.AccessTokenLabel));
        Assert.NotEqual(access, new SigningKeys(secret).Derive(SigningKeys.RefreshTokenLabel));
        Assert.NotEqual(access, new SigningKeys(new byte[32]).Derive(SigningKeys.AccessTokenLabel));
    }

    [Fact]
    public void derivation_is_hkdf_with_the_use_as_info()
    {
        var secret = Enumerable.Repeat((byte)0x0b, 32).ToArray();
        Assert.Equal(HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, [], Encoding.UTF8.GetBytes("use")), new SigningKeys(secret).Derive("use"));
    }

    [Fact]
    public void short_secret_is_refused()
    {
        Assert.Throws<ArgumentException>(() => SigningKeys.FromText("31 bytes are one byte too few!!"));
        SigningKeys.FromText("32 bytes are as many as it takes");
    }
}
