using Microsoft.AspNetCore.Http;
using Together.Host.Auth;
using Together.Host.Http;
using Xunit;

namespace Together.Tests.Http;

public class RefreshCookieTests
{
    [Theory]
    [InlineData("https", "chat.example.org", true)]
    [InlineData("http", "chat.example.org", true)]
    [InlineData("https", "localhost", true)]
    [InlineData("http", "localhost:8080", false)]
    [InlineData("http", "127.0.0.1:8080", false)]
    public void cookie_is_for_the_auth_routes_only_and_secure_but_on_plain_loopback(string scheme, string host, bool secure)
    {
        var context = Request(scheme, host);
        RefreshCookie.Write(context, "token", TimeSpan.FromDays(7));
        Assert.Equal(
            $"together_refresh=token; max-age=604800; path=/api/auth; {(secure ? "secure; " : "")}samesite=strict; httponly",
            context.Response.Headers.SetCookie.ToString());
    }

    [Fact]
    public void deleted_cookie_has_the_same_path()
    {
        var context = Request("https", "chat.example.org");
        RefreshCookie.Delete(context);
        Assert.StartsWith("together_refresh=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/api/auth", context.Response.Headers.SetCookie.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void only_what_could_be_a_token_is_read()
    {
        var context = Request("https", "chat.example.org");
        Assert.Null(RefreshCookie.Read(context.Request));
        context.Request.Headers.Cookie = "together_refresh=abc";
        Assert.Null(RefreshCookie.Read(context.Request));
        var token = RefreshTokens.Create();
        context.Request.Headers.Cookie = $"other=1; together_refresh={token}";
        Assert.Equal(token, RefreshCookie.Read(context.Request));
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("desktop", false)]
    [InlineData(null, false)]
    public void cookie_is_for_the_web_client(string? client, bool wanted)
    {
        var context = Request("https", "chat.example.org");
        if (client is not null) context.Request.Headers[RefreshCookie.ClientHeader] = client;
        Assert.Equal(wanted, RefreshCookie.IsWanted(context.Request));
    }

    private static DefaultHttpContext Request(string scheme, string host)
    {
        var context = new DefaultHttpContext();
        context.Request.Scheme = scheme;
        context.Request.Host = new HostString(host);
        return context;
    }
}
