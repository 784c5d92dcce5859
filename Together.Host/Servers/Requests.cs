using System.Text.Json.Serialization;
using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Servers;

public sealed record ServerBody(string? Name);

public sealed record RolePatch(Patch<Permissions> Permissions);

/// <param name="MaxUses">0 or null for no limit.</param>
/// <param name="MaxAgeSeconds">0 or null for never.</param>
public sealed record InviteBody(int? MaxUses, int? MaxAgeSeconds);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(TimeJsonConverter)])]
[JsonSerializable(typeof(ServerBody))]
[JsonSerializable(typeof(RolePatch))]
[JsonSerializable(typeof(InviteBody))]
internal sealed partial class ServerRequestJson : JsonSerializerContext;
