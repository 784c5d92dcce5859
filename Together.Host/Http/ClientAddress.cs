using System.Net;
using Microsoft.Extensions.Primitives;

namespace Together.Host.Http;

/// <summary>
/// Finds the client behind the configured proxies: sets the connection's remote address and the request's scheme. Without
/// configured proxies the headers mean nothing.
/// </summary>
/// <remarks>
/// Each proxy appends the address that it saw to <c>X-Forwarded-For</c>. Read from the right, what a trusted one wrote is
/// true, and the first address that is not a trusted proxy's is the client; everything left of it is the client's own claim.
/// </remarks>
public sealed class ClientAddress(RequestDelegate next, IReadOnlyList<IPNetwork> proxies)
{
    private const string ForwardedFor = "X-Forwarded-For";
    private const string ForwardedProto = "X-Forwarded-Proto";

    public Task InvokeAsync(HttpContext context)
    {
        var peer = Unmapped(context.Connection.RemoteIpAddress);
        var headers = context.Request.Headers;
        if (peer is not null && IsProxy(peer, proxies))
        {
            context.Connection.RemoteIpAddress = Resolve(peer, headers[ForwardedFor], proxies);
            // The last one is what the proxy next to us wrote.
            if (Last(headers[ForwardedProto]) is "http" or "https") context.Request.Scheme = Last(headers[ForwardedProto])!;
        }
        else
        {
            context.Connection.RemoteIpAddress = peer;
        }
        return next(context);
    }

    /// <summary>The rightmost address that is not a trusted proxy's. What cannot be read ends the search at the last proxy.</summary>
    internal static IPAddress Resolve(IPAddress peer, StringValues forwardedFor, IReadOnlyList<IPNetwork> proxies)
    {
        var client = peer;
        var hops = forwardedFor.ToString().Split(',', StringSplitOptions.TrimEntries);
        for (var i = hops.Length - 1; i >= 0 && IsProxy(client, proxies); i--)
        {
            // With or without a port; IPv6 with a port is in brackets.
            if (!IPEndPoint.TryParse(hops[i], out var hop)) break;
            client = Unmapped(hop.Address)!;
        }
        return client;
    }

    /// <summary>
    /// Whether a person at this machine sent the request: from a loopback address, to a loopback name (a page that rebinds its
    /// own name to 127.0.0.1 fails here), and through no proxy (one on this machine would make everybody local).
    /// </summary>
    public static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && IsLoopbackHost(context.Request.Host)
        && !context.Request.Headers.Keys.Any(name =>
            name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
            || name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
            || name.Equals("Via", StringComparison.OrdinalIgnoreCase)
            || name.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the request was addressed to this machine by name: <c>localhost</c> (RFC 6761 §6.3) or a loopback address.</summary>
    public static bool IsLoopbackHost(HostString host) =>
        host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host, out var address) && IPAddress.IsLoopback(address));

    private static bool IsProxy(IPAddress address, IReadOnlyList<IPNetwork> proxies)
    {
        foreach (var network in proxies)
        {
            if (network.Contains(address)) return true;
        }
        return false;
    }

    private static IPAddress? Unmapped(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    private static string? Last(StringValues values) => values.ToString().Split(',', StringSplitOptions.TrimEntries)[^1];
}
