using System.Collections.Immutable;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Servers;

/// <param name="Actor">Who asks. A stranger is answered <c>not_found</c>.</param>
public abstract record ServerCommand(UserId Actor);

/// <summary>Answers <see cref="ServerState"/>. Repeated with the same ID it answers what is there.</summary>
public sealed record CreateServer(UserId Actor, ServerId Id, string Name) : ServerCommand(Actor);

/// <summary>Answers <see cref="ServerState"/>. Needs MANAGE_SERVER.</summary>
public sealed record RenameServer(UserId Actor, string Name) : ServerCommand(Actor);

/// <summary>The owner's alone.</summary>
public sealed record DeleteServer(UserId Actor) : ServerCommand(Actor);

/// <summary>Answers <see cref="ChannelRecord"/>. Needs MANAGE_CHANNELS. A channel in a category starts with its overwrites.</summary>
/// <param name="Position">Null for behind the last.</param>
public sealed record CreateChannel(
    UserId Actor, ChannelId Id, ChannelType Type, string Name, string? Topic, ChannelId? CategoryId, int? Position) : ServerCommand(Actor);

/// <summary>Answers <see cref="ChannelRecord"/>. Needs MANAGE_CHANNELS in the channel. A null name or position stays as it is.</summary>
public sealed record UpdateChannel(
    UserId Actor, ChannelId Id, string? Name, bool SetsTopic, string? Topic, bool SetsCategory, ChannelId? CategoryId, int? Position) : ServerCommand(Actor);

/// <summary>All of them or none. Needs MANAGE_CHANNELS.</summary>
public sealed record MoveChannels(UserId Actor, ImmutableArray<ChannelPlace> Places) : ServerCommand(Actor);

/// <param name="SetsCategory">False leaves the category as it is.</param>
public sealed record ChannelPlace(ChannelId Id, int Position, bool SetsCategory, ChannelId? CategoryId);

/// <summary>Needs MANAGE_CHANNELS in the channel. A category's channels stay, without it.</summary>
public sealed record DeleteChannel(UserId Actor, ChannelId Id) : ServerCommand(Actor);

/// <summary>Needs MANAGE_CHANNELS and MANAGE_ROLES in the channel, and every bit it grants or denies.</summary>
public sealed record SetOverwrite(UserId Actor, ChannelId Id, Overwrite Overwrite) : ServerCommand(Actor);

public sealed record DeleteOverwrite(UserId Actor, ChannelId Id, Guid TargetId) : ServerCommand(Actor);

/// <summary>Answers <see cref="RoleRecord"/>. Needs MANAGE_ROLES, a higher rank, and every bit it changes.</summary>
public sealed record UpdateRolePermissions(UserId Actor, RoleId Id, Permissions Permissions) : ServerCommand(Actor);

/// <summary>Answers <see cref="InviteRecord"/>. Needs CREATE_INVITE.</summary>
/// <param name="Code">At least 64 random bits, made by the caller.</param>
public sealed record CreateInvite(UserId Actor, string Code, int? MaxUses, TimeSpan? MaxAge) : ServerCommand(Actor);

/// <summary>One's own, or with MANAGE_SERVER any.</summary>
public sealed record DeleteInvite(UserId Actor, string Code) : ServerCommand(Actor);

/// <summary>Answers <see cref="ServerState"/>. A member stays one, and uses nothing up.</summary>
public sealed record JoinServer(UserId Actor, string Code) : ServerCommand(Actor);

/// <summary>Leaves (target = actor) or kicks (needs KICK_MEMBERS and a higher rank).</summary>
public sealed record RemoveMember(UserId Actor, UserId Target) : ServerCommand(Actor);
