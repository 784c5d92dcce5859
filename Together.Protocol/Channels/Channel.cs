using System.Text.Json.Serialization;
using Together.Protocol.Users;

namespace Together.Protocol.Channels;

[JsonConverter(typeof(JsonStringEnumConverter<ChannelType>))]
public enum ChannelType
{
    [JsonStringEnumMemberName("text")]
    Text,

    [JsonStringEnumMemberName("voice")]
    Voice,

    [JsonStringEnumMemberName("category")]
    Category,

    /// <summary>Of two people.</summary>
    [JsonStringEnumMemberName("dm")]
    Dm,

    /// <summary>Of up to ten people.</summary>
    [JsonStringEnumMemberName("group_dm")]
    GroupDm,
}

[JsonConverter(typeof(JsonStringEnumConverter<OverwriteType>))]
public enum OverwriteType
{
    [JsonStringEnumMemberName("role")]
    Role,

    [JsonStringEnumMemberName("member")]
    Member,
}

/// <summary>What a channel changes about the permissions of a role or a member.</summary>
/// <param name="Id">A role's or a user's ID.</param>
public sealed record Overwrite(Guid Id, OverwriteType Type, Permissions Allow, Permissions Deny);

/// <param name="ServerId">Null for a direct message.</param>
/// <param name="Name">Null for a direct message, and for a group without one.</param>
/// <param name="CategoryId">Null for none, and for a category.</param>
/// <param name="Position">Order within its category, from 0; ties are broken by ID.</param>
/// <param name="LastMessageId">The last one posted, also when it was deleted since; null before the first.</param>
/// <param name="SlowModeSeconds">Seconds between two messages of a member, 0 for none.</param>
/// <param name="UserLimit">Voice only: 0 for none.</param>
/// <param name="Recipients">The others of a direct message or group; empty in a server.</param>
/// <param name="OwnerId">Of a group; absent for everything else.</param>
public sealed record Channel(
    ChannelId Id,
    ChannelType Type,
    ServerId? ServerId,
    string? Name,
    string? Topic,
    ChannelId? CategoryId,
    int Position,
    MessageId? LastMessageId,
    int SlowModeSeconds,
    int UserLimit,
    IReadOnlyList<Overwrite> PermissionOverwrites,
    IReadOnlyList<User> Recipients,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UserId? OwnerId = null);
