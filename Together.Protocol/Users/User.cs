namespace Together.Protocol.Users;

/// <summary>A user as everybody sees them.</summary>
/// <param name="DisplayName">What the user calls themselves; their username until they choose one.</param>
/// <param name="AvatarUrl">A path on the same origin, or null.</param>
public sealed record User(UserId Id, string Username, string DisplayName, string? AvatarUrl, DateTimeOffset CreatedAt);

/// <summary>A user as only they themselves see it.</summary>
/// <param name="Email">Null when none was given.</param>
public sealed record CurrentUser(UserId Id, string Username, string DisplayName, string? AvatarUrl, DateTimeOffset CreatedAt, string? Email);

/// <summary>How the user wants a server or channel to notify them.</summary>
/// <param name="Id">A server or channel.</param>
/// <param name="Level"><c>all</c>, <c>mentions</c> or <c>none</c>.</param>
/// <param name="MutedUntil">Null when not muted.</param>
public sealed record NotificationSetting(Guid Id, string Level, DateTimeOffset? MutedUntil);

/// <param name="Theme"><c>system</c>, <c>dark</c> or <c>light</c>.</param>
/// <param name="Locale">BCP 47 tag.</param>
public sealed record UserSettings(string Theme, string Locale, IReadOnlyList<NotificationSetting> Notifications)
{
    public static UserSettings Default { get; } = new("system", "en", []);
}

/// <summary>Where a user stands with another: <c>friend</c>, <c>incoming</c>, <c>outgoing</c> or <c>blocked</c>.</summary>
public sealed record Relationship(User User, string Type, DateTimeOffset Since);

/// <param name="Status"><c>online</c>, <c>away</c>, <c>dnd</c> or <c>offline</c>.</param>
public sealed record Presence(UserId UserId, string Status, CustomStatus? CustomStatus);

public sealed record CustomStatus(string? Text, string? Emoji, DateTimeOffset? ExpiresAt);
