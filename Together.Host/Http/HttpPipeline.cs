using System.Net;

namespace Together.Host.Http;

public static class HttpPipeline
{
    /// <summary>What every request passes before its endpoint, in this order. Needs <see cref="AddTogetherHttp"/>.</summary>
    public static void UseTogetherHttp(this WebApplication app, IReadOnlyList<IPNetwork> trustedProxies)
    {
        app.UseMiddleware<ClientAddress>(trustedProxies);
        app.UseMiddleware<AccessLog>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        app.UseCors();
        app.UseMiddleware<RequestGate>();
    }

    public static void AddTogetherHttp(this IServiceCollection services, Callers callers, RateLimits limits, Origins origins)
    {
        services.AddSingleton(callers);
        services.AddSingleton(limits);
        services.AddSingleton(origins);
        services.AddCors(cors => cors.AddDefaultPolicy(origins.Configure));
    }
}
