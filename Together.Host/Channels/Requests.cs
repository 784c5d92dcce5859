using System.Text.Json.Serialization;
using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Channels;

public sealed record ChannelBody(string? Type, string? Name, string? Topic, ChannelId? CategoryId, int? Position);

public sealed record ChannelPatch(Patch<string> Name, Patch<string> Topic, Patch<ChannelId> CategoryId, Patch<int> Position);

public sealed record ChannelPlaceBody(ChannelId? Id, int? Position, Patch<ChannelId> CategoryId);

public sealed record OverwriteBody(string? Type, Permissions? Allow, Permissions? Deny);

public sealed record MessageBody(string? Content, string? Nonce);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(TimeJsonConverter)])]
[JsonSerializable(typeof(ChannelBody))]
[JsonSerializable(typeof(ChannelPatch))]
[JsonSerializable(typeof(List<ChannelPlaceBody>))]
[JsonSerializable(typeof(OverwriteBody))]
[JsonSerializable(typeof(MessageBody))]
internal sealed partial class ChannelRequestJson : JsonSerializerContext;
