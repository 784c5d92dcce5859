using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Servers;

public sealed record ServerBody([property: Required] string? Name);

public sealed record TransferBody([property: Required] UserId? UserId);

/// <param name="Name">"new role" when absent.</param>
public sealed record RoleBody(string? Name, int? Color, bool? Hoist, bool? Mentionable, Permissions? Permissions);

public sealed record RolePatch([property: NotClearable] Patch<string> Name, [property: NotClearable] Patch<int> Color, [property: NotClearable] Patch<bool> Hoist, [property: NotClearable] Patch<bool> Mentionable, [property: NotClearable] Patch<Permissions> Permissions);

public sealed record RolePlaceBody([property: Required] RoleId? Id, [property: Required] int? Position);

/// <param name="Nickname">Null or blank for none.</param>
/// <param name="TimeoutUntil">Null ends a timeout.</param>
public sealed record MemberPatch(Patch<string> Nickname, Patch<DateTimeOffset> TimeoutUntil, [property: NotClearable] Patch<bool> ServerMute, [property: NotClearable] Patch<bool> ServerDeaf);

public sealed record OwnMemberPatch(Patch<string> Nickname);

/// <param name="DeleteMessageSeconds">How far back their messages are deleted; 0 when absent.</param>
public sealed record BanBody(string? Reason, int? DeleteMessageSeconds);

/// <param name="MaxUses">0 or null for no limit.</param>
/// <param name="MaxAgeSeconds">0 or null for never.</param>
public sealed record InviteBody(int? MaxUses, int? MaxAgeSeconds);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(TimeJsonConverter)])]
[JsonSerializable(typeof(ServerBody))]
[JsonSerializable(typeof(TransferBody))]
[JsonSerializable(typeof(RoleBody))]
[JsonSerializable(typeof(RolePatch))]
[JsonSerializable(typeof(List<RolePlaceBody>))]
[JsonSerializable(typeof(MemberPatch))]
[JsonSerializable(typeof(OwnMemberPatch))]
[JsonSerializable(typeof(BanBody))]
[JsonSerializable(typeof(InviteBody))]
internal sealed partial class ServerRequestJson : JsonSerializerContext;
