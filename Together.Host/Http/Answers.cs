using System.Text.Json.Serialization.Metadata;
using Together.Actors.Runtime;
using Together.Protocol;

namespace Together.Host.Http;

/// <summary>From an entity's reply to an HTTP answer.</summary>
public static class Answers
{
    public static bool IsRefused(this Reply reply, out Problem problem)
    {
        problem = reply switch
        {
            { Error: { } code, Field: { } field } => new Problem(code, Errors: new Dictionary<string, IReadOnlyList<string>> { [field] = [reply.Detail ?? code.Title()] }),
            { Error: { } code } => new Problem(code, reply.Detail, RetryAfterSeconds: reply.RetryAfter is { } wait ? (int)Math.Ceiling(wait.TotalSeconds) : null),
            _ => default!,
        };
        return reply.Error is not null;
    }

    public static IResult Json<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) => new JsonAnswer<T>(value, type, status);

    public static IResult Created<T>(T value, JsonTypeInfo<T> type) => Json(value, type, StatusCodes.Status201Created);

    /// <summary>204, or the refusal.</summary>
    public static IResult NoContent(Reply reply) => reply.IsRefused(out var problem) ? problem : Results.NoContent();
}

/// <summary>Writes an object whole, with its length, so that a failure half way can still become a problem.</summary>
internal sealed class JsonAnswer<T>(T value, JsonTypeInfo<T> type, int status) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var body = WireText.Write(value, type);
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}
