using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Users;

public sealed record ProfilePatch(Patch<string> DisplayName, Patch<string> About, Patch<string> Email);

/// <param name="Notifications">All of them; absent leaves them as they are.</param>
public sealed record SettingsPatch([property: AllowedValues("system", "dark", "light")] string? Theme, string? Locale, List<NotificationBody?>? Notifications);

/// <param name="Id">A server or channel.</param>
public sealed record NotificationBody([property: Required] Guid? Id, [property: Required, AllowedValues("all", "mentions", "none")] string? Level, DateTimeOffset? MutedUntil);

public sealed record RelationshipBody([property: Required, AllowedValues("friend", "blocked")] string? Type);

public sealed record FriendBody([property: Required] string? Username);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(TimeJsonConverter)])]
[JsonSerializable(typeof(ProfilePatch))]
[JsonSerializable(typeof(SettingsPatch))]
[JsonSerializable(typeof(RelationshipBody))]
[JsonSerializable(typeof(FriendBody))]
internal sealed partial class UserRequestJson : JsonSerializerContext;
