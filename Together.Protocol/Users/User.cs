using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Together.Protocol.Users;

/// <summary>A user as everybody sees them.</summary>
/// <param name="DisplayName">What the user calls themselves; their username until they choose one.</param>
/// <param name="AvatarUrl">A path on the same origin, or null.</param>
public sealed record User(UserId Id, string Username, string DisplayName, string? AvatarUrl, DateTimeOffset CreatedAt);

/// <summary>A user with what their profile shows beside the name.</summary>
/// <param name="About">Markdown as text, up to 190 characters; absent for none.</param>
public sealed record UserProfile(UserId Id, string Username, string DisplayName, string? AvatarUrl, DateTimeOffset CreatedAt, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? About);

/// <summary>A user as only they themselves see it.</summary>
/// <param name="About">As in their profile.</param>
/// <param name="Email">Null when none was given.</param>
public sealed record CurrentUser(UserId Id, string Username, string DisplayName, string? AvatarUrl, DateTimeOffset CreatedAt, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? About, string? Email);

/// <summary>How the user wants a server or channel to notify them.</summary>
/// <param name="Id">A server or channel.</param>
/// <param name="MutedUntil">Null when not muted.</param>
public sealed record NotificationSetting(Guid Id, NotificationLevel Level, DateTimeOffset? MutedUntil);

/// <summary>Of which messages a user wants to be told.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NotificationLevel>))]
public enum NotificationLevel
{
    [JsonStringEnumMemberName("all")]
    All,

    [JsonStringEnumMemberName("mentions")]
    Mentions,

    [JsonStringEnumMemberName("none")]
    None,
}

/// <param name="Theme"><c>system</c>, <c>dark</c> or <c>light</c>.</param>
/// <param name="Locale">BCP 47 tag.</param>
public sealed record UserSettings([property: AllowedValues("system", "dark", "light")] string Theme, string Locale, IReadOnlyList<NotificationSetting> Notifications)
{
    public static UserSettings Default { get; } = new("system", "en", []);
}

/// <summary>Where a user stands with another.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RelationshipType>))]
public enum RelationshipType
{
    [JsonStringEnumMemberName("friend")]
    Friend,

    /// <summary>The other asks to be a friend.</summary>
    [JsonStringEnumMemberName("incoming")]
    Incoming,

    /// <summary>The user has asked.</summary>
    [JsonStringEnumMemberName("outgoing")]
    Outgoing,

    [JsonStringEnumMemberName("blocked")]
    Blocked,
}

/// <param name="User">The other.</param>
/// <param name="Since">When it became so.</param>
public sealed record Relationship(User User, RelationshipType Type, DateTimeOffset Since);

/// <param name="Status"><c>online</c>, <c>away</c>, <c>dnd</c> or <c>offline</c>; to the user themselves also <c>invisible</c>.</param>
/// <param name="CustomStatus">Null when offline.</param>
public sealed record Presence(UserId UserId, [property: AllowedValues("online", "away", "dnd", "offline", "invisible")] string Status, CustomStatus? CustomStatus);

/// <param name="Text">1–128 characters, or null.</param>
/// <param name="Emoji">One emoji, or null when there is a text.</param>
/// <param name="ExpiresAt">Null for never.</param>
public sealed record CustomStatus(string? Text, string? Emoji, DateTimeOffset? ExpiresAt);
