using Together.Host.Auth;

namespace Together.Host.Http;

/// <summary>
/// The web client's refresh token: with the header <c>X-Together-Client: web</c> it travels only in a cookie that no script
/// can read (RFC 6265), and not in a body.
/// </summary>
public static class RefreshCookie
{
    public const string Name = "together_refresh";
    public const string Path = "/api/auth";
    public const string ClientHeader = "X-Together-Client";

    /// <summary>Whether this client wants the cookie. Its routes are public, so <see cref="RequestGate"/> has checked the origin.</summary>
    public static bool IsWanted(HttpRequest request) => request.Headers[ClientHeader] is ["web"];

    /// <summary>Null when there is none that could be a token.</summary>
    public static string? Read(HttpRequest request) =>
        request.Cookies[Name] is { } token && RefreshTokens.IsWellFormed(token) ? token : null;

    public static void Write(HttpContext context, string token, TimeSpan lifetime) =>
        context.Response.Cookies.Append(Name, token, Attributes(context, lifetime));

    public static void Delete(HttpContext context) => context.Response.Cookies.Delete(Name, Attributes(context, null));

    private static CookieOptions Attributes(HttpContext context, TimeSpan? lifetime) => new()
    {
        Path = Path,
        HttpOnly = true,
        Secure = context.Request.IsHttps || !ClientAddress.IsLoopbackHost(context.Request.Host),
        SameSite = SameSiteMode.Strict,
        MaxAge = lifetime,
        IsEssential = true,
    };
}
