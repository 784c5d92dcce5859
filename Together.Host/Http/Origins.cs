using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Together.Host.Http;

/// <summary>
/// Which pages may talk to this host: its own, and the configured ones. Immutable; any thread.
/// </summary>
/// <param name="configured">As browsers write them: <c>https://chat.example.org</c>, with a port unless it is the scheme's own.</param>
public sealed class Origins(IEnumerable<string> configured)
{
    private readonly HashSet<string> _configured = [.. configured.Select(origin => origin.TrimEnd('/').ToLowerInvariant())];

    /// <summary>Whether the request comes from such a page, or (without <c>Origin</c>) from no page at all.</summary>
    public bool Allow(HttpRequest request)
    {
        if (request.Headers.Origin.Count == 0) return true;
        return request.Headers.Origin is [{ } origin] && (_configured.Contains(origin.ToLowerInvariant()) || IsOwn(origin, request));
    }

    public void Configure(CorsPolicyBuilder policy) => policy
        .WithOrigins([.. _configured])
        .WithMethods("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
        .WithHeaders("Authorization", "Content-Type", RefreshCookie.ClientHeader, AuditReason.Header)
        .WithExposedHeaders("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After")
        .AllowCredentials()
        // Two hours: no browser keeps an answer longer.
        .SetPreflightMaxAge(TimeSpan.FromHours(2));

    /// <summary>
    /// The same authority and scheme. Plain HTTP on this side may be a proxy's inner leg that we were not told about: then
    /// the page's scheme cannot be known, and the authority decides.
    /// </summary>
    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && (page.Scheme == Uri.UriSchemeHttps || (page.Scheme == Uri.UriSchemeHttp && !request.IsHttps))
        && Uri.TryCreate($"{page.Scheme}://{request.Host}", UriKind.Absolute, out var own)
        && Uri.Compare(page, own, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
}
