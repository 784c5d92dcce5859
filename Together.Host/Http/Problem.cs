using System.Globalization;
using System.Text.Json.Serialization;
using Together.Protocol;

namespace Together.Host.Http;

/// <summary>A refusal as clients see it: <c>application/problem+json</c> (RFC 9457). Immutable; return it from an endpoint.</summary>
/// <param name="Code">Gives the stable word, the title and the status.</param>
/// <param name="Detail">For people; the title when null.</param>
/// <param name="Errors">Field -> messages, on 400.</param>
/// <param name="OtherStatus">Where the contract departs from the code's own status (a wrong current password is 403 <c>invalid_credentials</c>).</param>
/// <param name="RetryAfterSeconds">Becomes <c>Retry-After</c>.</param>
public sealed record Problem(
    ErrorCode Code,
    string? Detail = null,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors = null,
    int? OtherStatus = null,
    int? RetryAfterSeconds = null) : IResult
{
    public const string MediaType = "application/problem+json";

    private static readonly Dictionary<string, IReadOnlyList<string>> NoErrors = [];

    /// <summary>So that an endpoint may <c>return code;</c> where a problem is wanted.</summary>
    public static implicit operator Problem(ErrorCode code) => new(code);

    public int Status => OtherStatus ?? Code.Status();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.Headers.CacheControl = "no-store";
        // RFC 9110 §11.6.1: a 401 names the scheme that it wants.
        if (Status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer";
        // RFC 9110 §10.2.3. A second is enough for a queue to drain or a connection to come back.
        var retryAfter = RetryAfterSeconds ?? (Status == StatusCodes.Status503ServiceUnavailable ? 1 : 0);
        if (retryAfter > 0) response.Headers.RetryAfter = retryAfter.ToString(CultureInfo.InvariantCulture);
        var body = new ProblemBody(
            Status, Code.Title(), Detail ?? Code.Title(), Code.Word(),
            Status == StatusCodes.Status400BadRequest ? Errors ?? NoErrors : null, httpContext.TraceIdentifier);
        await response.WriteAsJsonAsync(body, HttpJson.Default.ProblemBody, MediaType, httpContext.RequestAborted);
    }
}

internal sealed record ProblemBody(
    int Status,
    string Title,
    string Detail,
    string Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors,
    string TraceId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class HttpJson : JsonSerializerContext;
