using System.Net;
using Microsoft.AspNetCore.Http;
using Together.Host.Http;
using Xunit;

namespace Together.Tests.Http;

public class ClientAddressTests
{
    private static readonly IPNetwork[] Proxies = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")];

    [Theory]
    [InlineData("10.0.0.1", "198.51.100.7", "198.51.100.7")]
    [InlineData("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7")]
    [InlineData("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7")]
    [InlineData("10.0.0.1", "198.51.100.7:4711", "198.51.100.7")]
    [InlineData("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1")]
    [InlineData("10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7")]
    [InlineData("fd00::1", "2001:db8::1", "2001:db8::1")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    [InlineData("10.0.0.1", "unknown", "10.0.0.1")]
    [InlineData("10.0.0.1", "198.51.100.7, unknown", "10.0.0.1")]
    [InlineData("10.0.0.1", "198.51.100.7, 10.0.0.2, ", "10.0.0.1")]
    [InlineData("192.0.2.1", "198.51.100.7", "192.0.2.1")]
    public void client_is_the_rightmost_address_that_is_not_a_proxys(string peer, string forwardedFor, string expected) =>
        Assert.Equal(IPAddress.Parse(expected), ClientAddress.Resolve(IPAddress.Parse(peer), forwardedFor, Proxies));

    [Fact]
    public void header_lines_count_as_one_list() =>
        Assert.Equal(IPAddress.Parse("198.51.100.7"), ClientAddress.Resolve(IPAddress.Parse("10.0.0.1"), new(["203.0.113.9", "198.51.100.7"]), Proxies));

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", "http")]
    [InlineData("10.0.0.1", "198.51.100.7", "https")]
    [InlineData("::ffff:10.0.0.1", "198.51.100.7", "https")]
    public async Task only_a_configured_proxy_is_believed(string peer, string expectedAddress, string expectedScheme)
    {
        var context = Request(peer, "chat.example.org");
        context.Request.Headers["X-Forwarded-For"] = "198.51.100.7";
        context.Request.Headers["X-Forwarded-Proto"] = "https";
        await new ClientAddress(_ => Task.CompletedTask, Proxies).InvokeAsync(context);
        Assert.Equal(IPAddress.Parse(expectedAddress), context.Connection.RemoteIpAddress);
        Assert.Equal(expectedScheme, context.Request.Scheme);
    }

    [Fact]
    public async Task forwarded_scheme_is_the_nearest_proxys_and_http_or_https()
    {
        var context = Request("10.0.0.1", "chat.example.org");
        context.Request.Headers["X-Forwarded-Proto"] = "https, http";
        await new ClientAddress(_ => Task.CompletedTask, Proxies).InvokeAsync(context);
        Assert.Equal("http", context.Request.Scheme);
        context.Request.Headers["X-Forwarded-Proto"] = "javascript";
        await new ClientAddress(_ => Task.CompletedTask, Proxies).InvokeAsync(context);
        Assert.Equal("http", context.Request.Scheme);
    }

    [Theory]
    [InlineData("127.0.0.1", "localhost:8080", null, true)]
    [InlineData("127.0.0.2", "127.0.0.1:8080", null, true)]
    [InlineData("::1", "[::1]:8080", null, true)]
    [InlineData("192.0.2.1", "localhost:8080", null, false)]
    [InlineData("127.0.0.1", "rebound.example.org", null, false)]
    [InlineData("127.0.0.1", "localhost", "X-Forwarded-For", false)]
    [InlineData("127.0.0.1", "localhost", "x-forwarded-host", false)]
    [InlineData("127.0.0.1", "localhost", "Forwarded", false)]
    [InlineData("127.0.0.1", "localhost", "Via", false)]
    [InlineData("127.0.0.1", "localhost", "X-Real-IP", false)]
    public void only_a_person_at_this_machine_is_local(string peer, string host, string? header, bool expected)
    {
        var context = Request(peer, host);
        if (header is not null) context.Request.Headers[header] = "127.0.0.1";
        Assert.Equal(expected, ClientAddress.IsLocal(context));
    }

    [Theory]
    [InlineData("198.51.100.7", "198.51.100.7", true)]
    [InlineData("198.51.100.7", "::ffff:198.51.100.7", true)]
    [InlineData("198.51.100.7", "198.51.100.8", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void network_is_an_ipv4_address_or_an_ipv6_64(string one, string other, bool same) =>
        Assert.Equal(same, ClientNetwork.Of(IPAddress.Parse(one)) == ClientNetwork.Of(IPAddress.Parse(other)));

    private static DefaultHttpContext Request(string peer, string host)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        context.Request.Scheme = "http";
        context.Request.Host = new HostString(host);
        return context;
    }
}
