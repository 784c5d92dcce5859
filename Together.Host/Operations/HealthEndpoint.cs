using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Serialization;
using Npgsql;
using Together.Actors.Connections;
using Together.Host.Files.Images;
using Together.Host.Http;

namespace Together.Host.Operations;

/// <param name="Status"><c>ok</c>, or <c>unavailable</c> with 503.</param>
/// <param name="Database"><c>ok</c> or <c>unavailable</c>.</param>
/// <param name="Websockets">Open gateway connections of this node.</param>
/// <param name="VoiceParticipants">People in voice on this node.</param>
/// <param name="Images"><c>ok</c>, or what is missing for thumbnails; the host works without.</param>
/// <param name="UptimeSeconds">Since the host was ready.</param>
/// <param name="SearchLagMs">How long the oldest change that cannot be found yet has been waiting for that.</param>
public sealed record Health([property: AllowedValues("ok", "unavailable")] string Status, [property: AllowedValues("ok", "unavailable")] string Database, int Websockets, int VoiceParticipants, string Images, long UptimeSeconds, string Version, long SearchLagMs);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Health))]
internal sealed partial class OperationsJson : JsonSerializerContext;

/// <summary><c>GET /health</c>: whether this node can take and store messages. Public and not limited, for load balancers.</summary>
public sealed class HealthEndpoint(Node node, GatewayConnections connections, ImageTool images)
{
    /// <summary>A load balancer asks every few seconds; a database that needs longer is of no use to people either.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private const string WithoutTools = "no thumbnails: install libvips-tools";

    private readonly long _started = node.Time.GetTimestamp();

    public static string Version { get; } =
        typeof(HealthEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/health", (Delegate)AnswerAsync).AllowAnonymous().LimitAs(RateLimitBucket.None).WithTags("operations").Produces<Health>().Produces<Health>(StatusCodes.Status503ServiceUnavailable);

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        var isUp = node.CanStore && await AnswersAsync(context.RequestAborted);
        var word = isUp ? "ok" : "unavailable";
        var health = new Health(
            word, word, connections.Count, 0, images.IsAvailable ? "ok" : WithoutTools, (long)node.Time.GetElapsedTime(_started).TotalSeconds, Version, (long)node.SearchIndex.Lag.TotalMilliseconds);
        return Answers.Json(health, OperationsJson.Default.Health, isUp ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(Patience);
        try
        {
            await using var command = node.Database.CreateCommand("select 1");
            await command.ExecuteScalarAsync(timeout.Token);
            return true;
        }
        catch (Exception away) when (away is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            return false;
        }
    }
}
