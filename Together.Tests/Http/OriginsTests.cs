using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Together.Host.Http;
using Xunit;

namespace Together.Tests.Http;

public class OriginsTests
{
    private readonly Origins _origins = new(["https://app.example.org", "http://localhost:5173/"]);

    [Theory]
    [InlineData(null, true)]
    [InlineData("https://chat.example.org", true)]
    [InlineData("https://CHAT.example.org", true)]
    [InlineData("https://app.example.org", true)]
    [InlineData("http://localhost:5173", true)]
    [InlineData("http://chat.example.org", false)]
    [InlineData("https://chat.example.org:8443", false)]
    [InlineData("https://chat.example.org.evil.example", false)]
    [InlineData("https://evil.example", false)]
    [InlineData("http://app.example.org", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    [InlineData("file:///", false)]
    public void page_is_allowed_from_its_own_or_a_configured_origin(string? origin, bool allowed) =>
        Assert.Equal(allowed, _origins.Allow(Request("https", "chat.example.org", origin)));

    [Theory]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("https://127.0.0.1:8080", true)]
    [InlineData("http://127.0.0.1:8081", false)]
    [InlineData("http://localhost:8080", false)]
    public void behind_plain_http_the_authority_decides(string origin, bool allowed) =>
        Assert.Equal(allowed, _origins.Allow(Request("http", "127.0.0.1:8080", origin)));

    [Fact]
    public void default_port_is_the_same_origin_behind_an_unknown_tls_proxy() =>
        Assert.True(_origins.Allow(Request("http", "chat.example.org", "https://chat.example.org")));

    [Fact]
    public void two_origins_are_refused()
    {
        var request = Request("https", "chat.example.org", null);
        request.Headers.Origin = new StringValues(["https://chat.example.org", "https://evil.example"]);
        Assert.False(_origins.Allow(request));
    }

    private static HttpRequest Request(string scheme, string host, string? origin)
    {
        var request = new DefaultHttpContext().Request;
        request.Scheme = scheme;
        request.Host = new HostString(host);
        if (origin is not null) request.Headers.Origin = origin;
        return request;
    }
}
