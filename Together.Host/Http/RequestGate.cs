using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Together.Protocol;

namespace Together.Host.Http;

/// <summary>
/// Stands before every route: origin, authentication (401), rate (429). A route needs a caller unless it says
/// <c>AllowAnonymous()</c>, so a forgotten declaration closes a route instead of opening it.
/// </summary>
public sealed class RequestGate(RequestDelegate next, Callers callers, RateLimits limits, Origins origins)
{
    public Task InvokeAsync(HttpContext context)
    {
        // The framework's own endpoints for a wrong method or media type are not routes.
        if (context.GetEndpoint() is not RouteEndpoint route) return next(context);

        var isWrite = !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method));
        var isPublic = route.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        // A page elsewhere can make a browser send a simple POST (no Content-Type) without asking first, for example to a host
        // on loopback. With a bearer token it cannot.
        if (isPublic && isWrite && !origins.Allow(context.Request)) return Refuse(context, ErrorCode.OriginNotAllowed);

        var caller = callers.Authenticate(context.Request);
        if (caller is not null) context.Features.Set(caller);
        else if (!isPublic) return Refuse(context, ErrorCode.Unauthorized);

        context.Response.Headers.XContentTypeOptions = "nosniff";
        var bucket = route.Metadata.GetMetadata<RateLimitedAs>()?.Bucket ?? RateLimitBucket.Requests;
        var counted = isPublic && bucket == RateLimitBucket.Requests ? null : caller;
        if (limits.Take(bucket, counted?.UserId, ClientNetwork.Of(context.Connection.RemoteIpAddress), isWrite) is { } count)
        {
            var headers = context.Response.Headers;
            headers["RateLimit-Limit"] = count.Limit.ToString(CultureInfo.InvariantCulture);
            headers["RateLimit-Remaining"] = count.Remaining.ToString(CultureInfo.InvariantCulture);
            headers["RateLimit-Reset"] = count.ResetSeconds.ToString(CultureInfo.InvariantCulture);
            if (!count.Allowed) return Refuse(context, new Problem(ErrorCode.RateLimited, RetryAfterSeconds: count.ResetSeconds));
        }
        // What one person may read is not for shared caches; a route of cacheable files says otherwise.
        context.Response.Headers.CacheControl = "no-store";
        return next(context);
    }

    private static Task Refuse(HttpContext context, Problem problem) => problem.ExecuteAsync(context);
}

/// <summary>A route's declaration of the limit that it counts against.</summary>
public sealed record RateLimitedAs(RateLimitBucket Bucket);

public static class RateLimitedRoutes
{
    public static T LimitAs<T>(this T route, RateLimitBucket bucket) where T : IEndpointConventionBuilder => route.WithMetadata(new RateLimitedAs(bucket));
}
