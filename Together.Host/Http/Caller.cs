using Together.Protocol;

namespace Together.Host.Http;

/// <summary>Who makes the request: set by <see cref="RequestGate"/> after the access token was checked.</summary>
public sealed record Caller(UserId UserId, SessionId SessionId);

public static class CallerOfRequest
{
    /// <summary>The caller of a route that needs one.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.FindCaller() ?? throw new InvalidOperationException("The route is public: it may have no caller.");

    /// <summary>The caller of a public route, if the request carries a valid token.</summary>
    public static Caller? FindCaller(this HttpContext context) => context.Features.Get<Caller>();
}
