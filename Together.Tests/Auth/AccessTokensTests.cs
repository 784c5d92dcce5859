using System.Buffers.Text;
using System.Text;
using Together.Host.Auth;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Auth;

public class AccessTokensTests
{
    private const string Header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

    private static readonly byte[] Key = new SigningKeys(new byte[32]).Derive(SigningKeys.AccessTokenLabel);
    private static readonly UserId User = UserId.From(Guid.Parse("0198c0de-0000-7000-8000-000000000001"));
    private static readonly SessionId Session = SessionId.From(Guid.Parse("0198c0de-0000-7000-8000-000000000002"));

    private readonly ManualClock _clock = new();
    private readonly AccessTokens _tokens;

    public AccessTokensTests() => _tokens = new AccessTokens(Key, AccessTokens.DefaultLifetime, _clock);

    /// <summary>RFC 7515 appendix A.1: key, signing input and signature.</summary>
    [Fact]
    public void signature_is_that_of_rfc_7515_a_1()
    {
        var key = Base64Url.DecodeFromChars("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
        const string Signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        Assert.Equal("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", AccessTokens.Signature(key, Signed));
    }

    [Fact]
    public void issued_token_reads_back()
    {
        var token = _tokens.Issue(User, Session);
        Assert.True(_tokens.TryRead(token, out var read));
        Assert.Equal(new AccessToken(User, Session, _clock.Now, _clock.Now.AddMinutes(15)), read);
    }

    [Fact]
    public void issued_token_is_the_documented_jwt()
    {
        var parts = _tokens.Issue(User, Session).Split('.');
        Assert.Equal(3, parts.Length);
        Assert.Equal("""{"alg":"HS256","typ":"JWT"}""", Text(parts[0]));
        Assert.Equal($$"""{"sub":"{{User}}","sid":"{{Session}}","iat":1795262400,"exp":1795263300}""", Text(parts[1]));
    }

    [Fact]
    public void token_ends_after_fifteen_minutes()
    {
        var token = _tokens.Issue(User, Session);
        _clock.Advance(TimeSpan.FromSeconds(899));
        Assert.True(_tokens.TryRead(token, out _));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_tokens.TryRead(token, out _));
    }

    [Fact]
    public void token_from_the_future_is_refused()
    {
        var token = _tokens.Issue(User, Session);
        _clock.Advance(TimeSpan.FromSeconds(-60));
        Assert.True(_tokens.TryRead(token, out _));
        _clock.Advance(TimeSpan.FromSeconds(-1));
        Assert.False(_tokens.TryRead(token, out _));
    }

    [Fact]
    public void token_of_another_key_is_refused()
    {
        var others = new AccessTokens(new SigningKeys(Enumerable.Repeat((byte)1, 32).ToArray()).Derive(SigningKeys.AccessTokenLabel), AccessTokens.DefaultLifetime, _clock);
        Assert.False(_tokens.TryRead(others.Issue(User, Session), out _));
    }

    [Fact]
    public void changed_claims_are_refused()
    {
        var parts = _tokens.Issue(User, Session).Split('.');
        var forged = Base64($$"""{"sub":"{{Session}}","sid":"{{Session}}","iat":1795262400,"exp":1795263300}""");
        Assert.False(_tokens.TryRead($"{parts[0]}.{forged}.{parts[2]}", out _));
    }

    [Theory]
    [InlineData("""{"alg":"none","typ":"JWT"}""")]
    [InlineData("""{"alg":"HS512","typ":"JWT"}""")]
    [InlineData("""{"typ":"JWT","alg":"HS256"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT","crit":["b64"]}""")]
    public void another_header_is_refused_even_when_signed_with_our_key(string header)
    {
        var claims = _tokens.Issue(User, Session).Split('.')[1];
        var signed = $"{Base64(header)}.{claims}";
        Assert.False(_tokens.TryRead($"{signed}.{AccessTokens.Signature(Key, signed)}", out _));
        Assert.False(_tokens.TryRead($"{signed}.", out _));
    }

    [Theory]
    [InlineData("""{"sub":null,"sid":"0198c0de-0000-7000-8000-000000000002","iat":1795262400,"exp":1795263300}""")]
    [InlineData("""{"sub":"0198c0de-0000-7000-8000-000000000001","iat":1795262400,"exp":1795263300}""")]
    [InlineData("""{"sub":"0198c0de-0000-7000-8000-000000000001","sid":"0198c0de-0000-7000-8000-000000000002","iat":1795262400}""")]
    [InlineData("""{"sub":"0198c0de-0000-7000-8000-000000000001","sid":"0198c0de-0000-7000-8000-000000000002","exp":1795263300}""")]
    [InlineData("""{"sub":"root","sid":"0198c0de-0000-7000-8000-000000000002","iat":1795262400,"exp":1795263300}""")]
    [InlineData("""{"sub":"0198c0de-0000-7000-8000-000000000001","sid":"0198c0de-0000-7000-8000-000000000002","iat":1795262400,"exp":"1795263300"}""")]
    [InlineData("""{"sub":"0198c0de-0000-7000-8000-000000000001","sid":"0198c0de-0000-7000-8000-000000000002","iat":1795262400,"exp":1895263300}""")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("null")]
    public void odd_claims_are_refused_even_when_signed_with_our_key(string claims)
    {
        var signed = $"{Header}.{Base64(claims)}";
        Assert.False(_tokens.TryRead($"{signed}.{AccessTokens.Signature(Key, signed)}", out _));
    }

    [Fact]
    public void claims_that_are_not_base64url_are_refused_even_when_signed_with_our_key()
    {
        const string Signed = $"{Header}.!!!!";
        Assert.False(_tokens.TryRead($"{Signed}.{AccessTokens.Signature(Key, Signed)}", out _));
    }

    [Fact]
    public void only_the_canonical_three_segments_are_read()
    {
        var token = _tokens.Issue(User, Session);
        var parts = token.Split('.');
        Assert.False(_tokens.TryRead("", out _));
        Assert.False(_tokens.TryRead(".", out _));
        Assert.False(_tokens.TryRead("..", out _));
        Assert.False(_tokens.TryRead(Header, out _));
        Assert.False(_tokens.TryRead(Header + ".", out _));
        Assert.False(_tokens.TryRead($"{parts[0]}.{parts[1]}", out _));
        Assert.False(_tokens.TryRead($"{parts[0]}.{parts[1]}.", out _));
        Assert.False(_tokens.TryRead(token + ".", out _));
        Assert.False(_tokens.TryRead($"{token}.{parts[2]}", out _));
        Assert.False(_tokens.TryRead(token + "=", out _));
        Assert.False(_tokens.TryRead(token + " ", out _));
        Assert.False(_tokens.TryRead(" " + token, out _));
        Assert.False(_tokens.TryRead(token.AsSpan(..^1), out _));
    }

    [Fact]
    public void extra_segment_is_refused_even_when_signed_with_our_key()
    {
        var signed = $"{Header}.{_tokens.Issue(User, Session).Split('.')[1]}.extra";
        Assert.False(_tokens.TryRead($"{signed}.{AccessTokens.Signature(Key, signed)}", out _));
    }

    /// <summary>43 characters hold 258 bits: the last one has two that decoders ignore.</summary>
    [Fact]
    public void signature_has_one_spelling()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var token = _tokens.Issue(User, Session);
        var readable = Alphabet.Count(last => _tokens.TryRead(token.AsSpan(..^1).ToString() + last, out _));
        Assert.Equal(1, readable);
    }

    [Fact]
    public void oversized_token_is_refused_even_when_signed_with_our_key()
    {
        var claims = $$"""{"sub":"{{User}}","sid":"{{Session}}","iat":1795262400,"exp":1795263300,"pad":"{{new string('x', 400)}}"}""";
        var signed = $"{Header}.{Base64(claims)}";
        Assert.False(_tokens.TryRead($"{signed}.{AccessTokens.Signature(Key, signed)}", out _));
    }

    private static string Base64(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Text(string base64) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(base64));
}
