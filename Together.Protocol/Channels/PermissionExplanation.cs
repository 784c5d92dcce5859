using System.Text.Json.Serialization;

namespace Together.Protocol.Channels;

/// <summary>Which part of the computation a step comes from (docs/permissions.md).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PermissionSource>))]
public enum PermissionSource
{
    /// <summary>The member owns the server.</summary>
    [JsonStringEnumMemberName("owner")]
    Owner,

    /// <summary>A role of the member has ADMINISTRATOR.</summary>
    [JsonStringEnumMemberName("administrator")]
    Administrator,

    [JsonStringEnumMemberName("everyone_role")]
    EveryoneRole,

    [JsonStringEnumMemberName("role")]
    Role,

    [JsonStringEnumMemberName("everyone_overwrite")]
    EveryoneOverwrite,

    [JsonStringEnumMemberName("role_overwrite")]
    RoleOverwrite,

    [JsonStringEnumMemberName("member_overwrite")]
    MemberOverwrite,

    /// <summary>The member lacks VIEW_CHANNEL, which takes everything else along.</summary>
    [JsonStringEnumMemberName("view_channel")]
    ViewChannel,

    [JsonStringEnumMemberName("timeout")]
    Timeout,

    /// <summary>Nothing speaks for it, and nothing against it.</summary>
    [JsonStringEnumMemberName("not_granted")]
    NotGranted,
}

[JsonConverter(typeof(JsonStringEnumConverter<PermissionEffect>))]
public enum PermissionEffect
{
    [JsonStringEnumMemberName("allow")]
    Allow,

    [JsonStringEnumMemberName("deny")]
    Deny,
}

/// <param name="Id">The role's, the member's (owner, member_overwrite, timeout) or the channel's (view_channel); null for not_granted.</param>
/// <param name="Name">What carries this ID; a member's is their username.</param>
/// <param name="Until">When a timeout ends; null for everything else.</param>
public sealed record PermissionStep(PermissionSource Source, Guid? Id, string? Name, PermissionEffect Effect, DateTimeOffset? Until = null);

/// <summary>Why a member may or may not do something in a channel.</summary>
/// <param name="Permission">Its name in the protocol, such as <c>SEND_MESSAGES</c>.</param>
/// <param name="Chain">What spoke for or against it, in the order of the computation: the last one decides.</param>
public sealed record PermissionExplanation(UserId UserId, ChannelId ChannelId, string Permission, bool Allowed, IReadOnlyList<PermissionStep> Chain);
