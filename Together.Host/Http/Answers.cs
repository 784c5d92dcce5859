using System.Text.Json.Serialization.Metadata;
using Together.Actors.Runtime;

namespace Together.Host.Http;

/// <summary>From an entity's reply to an HTTP answer.</summary>
public static class Answers
{
    public static bool IsRefused(this Reply reply, out Problem problem)
    {
        problem = reply.Error is { } code ? new Problem(code, reply.Detail) : default!;
        return reply.Error is not null;
    }

    public static IResult Json<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) => Results.Json(value, type, statusCode: status);

    public static IResult Created<T>(T value, JsonTypeInfo<T> type) => Json(value, type, StatusCodes.Status201Created);

    /// <summary>204, or the refusal.</summary>
    public static IResult NoContent(Reply reply) => reply.IsRefused(out var problem) ? problem : Results.NoContent();
}
