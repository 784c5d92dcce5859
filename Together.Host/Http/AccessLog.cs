namespace Together.Host.Http;

/// <summary>
/// One line for each answered request: at Information for a refusal, at Debug for success. It has the route's pattern and never the path or the query: those carry invite
/// codes, file signatures and the gateway's token.
/// </summary>
public sealed class AccessLog(RequestDelegate next, TimeProvider time, ILogger<AccessLog> logger)
{
    private const string NoRoute = "(no route)";

    public async Task InvokeAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            // A line for each message of a busy evening would bury the ones that matter, and cost more than the message.
            var level = context.Response.StatusCode < 400 ? LogLevel.Debug : LogLevel.Information;
            if (logger.IsEnabled(level))
            {
                var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? NoRoute;
                var milliseconds = (long)time.GetElapsedTime(started).TotalMilliseconds;
                var caller = context.FindCaller()?.UserId.Value;
                HttpLog.Answered(logger, level, context.Request.Method, route, context.Response.StatusCode, milliseconds, context.TraceIdentifier, caller, context.Connection.RemoteIpAddress);
            }
        }
    }

    /// <summary>JSON lines on standard output, and none of the framework's own request logs, which print whole URLs.</summary>
    public static void Configure(ILoggingBuilder logging, LogLevel level)
    {
        logging.ClearProviders();
        logging.AddJsonConsole(console =>
        {
            console.UseUtcTimestamp = true;
            console.TimestampFormat = Together.Protocol.TimeJsonConverter.Format;
        });
        logging.SetMinimumLevel(level);
        var quiet = level > LogLevel.Warning ? level : LogLevel.Warning;
        // Last, and with these names: a rule from the configuration for the same category would lose to them.
        foreach (var category in (string[])["Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.Extensions.Http", "System.Net.Http.HttpClient", "Npgsql"])
        {
            logging.AddFilter(category, quiet);
        }
    }
}
