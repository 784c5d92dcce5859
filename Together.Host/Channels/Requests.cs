using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Channels;

/// <param name="PermissionOverwrites">Those of its category when absent.</param>
public sealed record ChannelBody(
    [property: AllowedValues("text", "voice", "category")] string? Type, [property: Required] string? Name, string? Topic, ChannelId? CategoryId, int? Position, int? SlowModeSeconds, int? UserLimit, List<ChannelOverwriteBody?>? PermissionOverwrites);

public sealed record ChannelOverwriteBody([property: Required] Guid? Id, [property: Required, AllowedValues("role", "member")] string? Type, Permissions? Allow, Permissions? Deny);

public sealed record ChannelPatch(Patch<string> Name, Patch<string> Topic, Patch<ChannelId> CategoryId, [property: NotClearable] Patch<int> Position, [property: NotClearable] Patch<int> SlowModeSeconds, [property: NotClearable] Patch<int> UserLimit);

public sealed record ChannelPlaceBody([property: Required] ChannelId? Id, [property: Required] int? Position, Patch<ChannelId> CategoryId);

public sealed record OverwriteBody([property: Required, AllowedValues("role", "member")] string? Type, Permissions? Allow, Permissions? Deny);

/// <param name="AttachmentIds">Up to 10 of the caller's uploads; with one the content may be absent.</param>
public sealed record MessageBody(string? Content, string? Nonce, MessageId? ReplyTo, List<AttachmentId>? AttachmentIds);

public sealed record EditBody(string? Content);

/// <param name="Ids">1 to 100 messages of the channel.</param>
public sealed record BulkDeleteBody([property: Required] List<MessageId>? Ids);

/// <param name="RecipientIds">One for a conversation of two, 2 to 9 for a new group.</param>
public sealed record PrivateChannelBody([property: Required] List<UserId>? RecipientIds);

/// <param name="MessageId">The last message that is read; null for none.</param>
public sealed record ReadBody([property: Required] Patch<MessageId> MessageId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(TimeJsonConverter)])]
[JsonSerializable(typeof(ChannelBody))]
[JsonSerializable(typeof(ChannelPatch))]
[JsonSerializable(typeof(List<ChannelPlaceBody>))]
[JsonSerializable(typeof(OverwriteBody))]
[JsonSerializable(typeof(MessageBody))]
[JsonSerializable(typeof(ReadBody))]
[JsonSerializable(typeof(EditBody))]
[JsonSerializable(typeof(BulkDeleteBody))]
[JsonSerializable(typeof(PrivateChannelBody))]
internal sealed partial class ChannelRequestJson : JsonSerializerContext;
