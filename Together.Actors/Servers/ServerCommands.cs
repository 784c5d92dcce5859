using System.Collections.Immutable;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Servers;

/// <param name="Actor">Who asks. A stranger is answered <c>not_found</c>.</param>
public abstract record ServerCommand(UserId Actor)
{
    /// <summary>Why, in the actor's words; for the audit log.</summary>
    public string? Reason { get; init; }
}

/// <summary>Answers <see cref="ServerState"/>. Repeated with the same ID it answers what is there.</summary>
public sealed record CreateServer(UserId Actor, ServerId Id, string Name) : ServerCommand(Actor);

/// <summary>Answers <see cref="ServerState"/>. Needs MANAGE_SERVER.</summary>
public sealed record RenameServer(UserId Actor, string Name) : ServerCommand(Actor);

/// <summary>Answers <see cref="ServerState"/>. Needs MANAGE_SERVER.</summary>
/// <param name="Icon">The hash of a stored picture, in hexadecimal; null for none.</param>
public sealed record ChangeIcon(UserId Actor, string? Icon) : ServerCommand(Actor);

/// <summary>The owner's alone.</summary>
public sealed record DeleteServer(UserId Actor) : ServerCommand(Actor);

/// <summary>Answers <see cref="ServerState"/>. The owner's alone; the new one must be a member.</summary>
public sealed record TransferServer(UserId Actor, UserId To) : ServerCommand(Actor);

/// <summary>Answers <see cref="ChannelRecord"/>. Needs MANAGE_CHANNELS, and for overwrites of its own what <see cref="SetOverwrite"/> needs.</summary>
/// <param name="Position">Null for behind the last.</param>
/// <param name="Overwrites">Null for those of its category.</param>
public sealed record CreateChannel(
    UserId Actor,
    ChannelId Id,
    ChannelType Type,
    string Name,
    string? Topic,
    ChannelId? CategoryId,
    int? Position,
    int SlowModeSeconds = 0,
    int UserLimit = 0,
    ImmutableArray<Overwrite>? Overwrites = null) : ServerCommand(Actor);

/// <summary>Answers <see cref="ChannelRecord"/>. Needs MANAGE_CHANNELS in the channel. What is null, and not set, stays as it is.</summary>
public sealed record UpdateChannel(
    UserId Actor,
    ChannelId Id,
    string? Name,
    bool SetsTopic,
    string? Topic,
    bool SetsCategory,
    ChannelId? CategoryId,
    int? Position,
    int? SlowModeSeconds = null,
    int? UserLimit = null) : ServerCommand(Actor);

/// <summary>All of them or none. Needs MANAGE_CHANNELS.</summary>
public sealed record MoveChannels(UserId Actor, ImmutableArray<ChannelPlace> Places) : ServerCommand(Actor);

/// <param name="SetsCategory">False leaves the category as it is.</param>
public sealed record ChannelPlace(ChannelId Id, int Position, bool SetsCategory, ChannelId? CategoryId);

/// <summary>Needs MANAGE_CHANNELS in the channel. A category's channels stay, without it.</summary>
public sealed record DeleteChannel(UserId Actor, ChannelId Id) : ServerCommand(Actor);

/// <summary>Needs MANAGE_CHANNELS and MANAGE_ROLES in the channel, and every bit it grants or denies.</summary>
public sealed record SetOverwrite(UserId Actor, ChannelId Id, Overwrite Overwrite) : ServerCommand(Actor);

public sealed record DeleteOverwrite(UserId Actor, ChannelId Id, Guid TargetId) : ServerCommand(Actor);

/// <summary>Answers <see cref="RoleRecord"/>. Needs MANAGE_ROLES and every bit it grants. It starts at position 1.</summary>
public sealed record CreateRole(UserId Actor, RoleId Id, string Name, int Color, bool Hoist, bool Mentionable, Permissions Permissions) : ServerCommand(Actor);

/// <summary>
/// Answers <see cref="RoleRecord"/>. Needs MANAGE_ROLES, a higher rank, and every bit it changes. What is null stays as it is;
/// of <c>@everyone</c> only the permissions change.
/// </summary>
public sealed record UpdateRole(UserId Actor, RoleId Id, string? Name, int? Color, bool? Hoist, bool? Mentionable, Permissions? Permissions) : ServerCommand(Actor);

/// <summary>All of them or none. Needs MANAGE_ROLES, and a rank above each role, both where it is and where it goes.</summary>
public sealed record MoveRoles(UserId Actor, ImmutableArray<RolePlace> Places) : ServerCommand(Actor);

/// <param name="Position">From 1.</param>
public sealed record RolePlace(RoleId Id, int Position);

/// <summary>Needs MANAGE_ROLES and a higher rank. Its members and overwrites lose it.</summary>
public sealed record DeleteRole(UserId Actor, RoleId Id) : ServerCommand(Actor);

/// <summary>Needs MANAGE_ROLES, a rank above the role and above the member (or to be the member), and to give it every bit of the role.</summary>
public sealed record SetMemberRole(UserId Actor, UserId Target, RoleId RoleId, bool Has) : ServerCommand(Actor);

/// <summary>Answers <see cref="InviteRecord"/>. Needs CREATE_INVITE.</summary>
/// <param name="Code">At least 64 random bits, made by the caller.</param>
public sealed record CreateInvite(UserId Actor, string Code, int? MaxUses, TimeSpan? MaxAge) : ServerCommand(Actor);

/// <summary>One's own, or with MANAGE_SERVER any.</summary>
public sealed record DeleteInvite(UserId Actor, string Code) : ServerCommand(Actor);

/// <summary>Answers <see cref="ServerState"/>. A member stays one, and uses nothing up.</summary>
public sealed record JoinServer(UserId Actor, string Code) : ServerCommand(Actor);

/// <summary>Leaves (target = actor) or kicks (needs KICK_MEMBERS and a higher rank).</summary>
public sealed record RemoveMember(UserId Actor, UserId Target) : ServerCommand(Actor);

/// <summary>
/// Answers <see cref="MemberRecord"/>. Needs for another a higher rank and MANAGE_NICKNAMES, TIMEOUT_MEMBERS, MUTE_MEMBERS or
/// DEAFEN_MEMBERS; for one's own nickname CHANGE_NICKNAME. What is null, and not set, stays as it is.
/// </summary>
/// <param name="TimeoutUntil">Null ends it; at most 28 days ahead.</param>
public sealed record UpdateMember(
    UserId Actor, UserId Target, bool SetsNickname, string? Nickname, bool SetsTimeout, DateTimeOffset? TimeoutUntil, bool? ServerMute, bool? ServerDeaf) : ServerCommand(Actor);

/// <summary>Needs BAN_MEMBERS and a higher rank. Repeated, it changes nothing.</summary>
/// <param name="BanReason">Kept with the ban.</param>
/// <param name="DeleteMessageSeconds">How far back the target's messages are deleted too.</param>
public sealed record BanMember(UserId Actor, UserId Target, string? BanReason, int DeleteMessageSeconds) : ServerCommand(Actor);

/// <summary>Needs BAN_MEMBERS.</summary>
public sealed record UnbanMember(UserId Actor, UserId Target) : ServerCommand(Actor);
