using System.Collections.Immutable;
using Together.Actors.Persistence;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Servers;

/// <param name="ServerId">The server it happened in.</param>
/// <param name="ActorId">Who did it.</param>
public abstract record ServerEvent(ServerId ServerId, UserId ActorId) : DomainEvent
{
    /// <summary>Why, in the actor's words; for the audit log.</summary>
    public string? Reason { get; init; }

    public override Guid Scope => ServerId.Value;
}

public sealed record ServerCreated(
    ServerId ServerId,
    UserId ActorId,
    ServerRecord Server,
    RoleRecord Everyone,
    ImmutableArray<ChannelRecord> Channels,
    MemberRecord Owner) : ServerEvent(ServerId, ActorId)
{
    public override Guid? Subject => ActorId.Value;
}

public sealed record ServerUpdated(ServerId ServerId, UserId ActorId, ServerRecord Before, ServerRecord Server) : ServerEvent(ServerId, ActorId);

/// <param name="MemberIds">Everybody who lost it: once it is gone nothing else knows.</param>
public sealed record ServerDeleted(ServerId ServerId, UserId ActorId, ImmutableArray<UserId> MemberIds) : ServerEvent(ServerId, ActorId)
{
    public override Guid Scope => InstanceScope;
}

public sealed record ChannelCreated(ServerId ServerId, UserId ActorId, ChannelRecord Channel) : ServerEvent(ServerId, ActorId);

public sealed record ChannelUpdated(ServerId ServerId, UserId ActorId, ChannelRecord Before, ChannelRecord Channel) : ServerEvent(ServerId, ActorId);

/// <param name="Channel">As it last was.</param>
public sealed record ChannelDeleted(ServerId ServerId, UserId ActorId, ChannelRecord Channel) : ServerEvent(ServerId, ActorId);

public sealed record RoleCreated(ServerId ServerId, UserId ActorId, RoleRecord Role) : ServerEvent(ServerId, ActorId);

public sealed record RoleUpdated(ServerId ServerId, UserId ActorId, RoleRecord Before, RoleRecord Role) : ServerEvent(ServerId, ActorId);

/// <param name="Role">As it last was.</param>
/// <param name="MemberIds">Who had it.</param>
/// <param name="Overwrites">Those of it, gone with it, by channel.</param>
public sealed record RoleDeleted(
    ServerId ServerId, UserId ActorId, RoleRecord Role, ImmutableArray<UserId> MemberIds, ImmutableArray<ChannelOverwrite> Overwrites) : ServerEvent(ServerId, ActorId);

public sealed record ChannelOverwrite(ChannelId ChannelId, Overwrite Overwrite);

public sealed record InviteCreated(ServerId ServerId, UserId ActorId, InviteRecord Invite) : ServerEvent(ServerId, ActorId);

public sealed record InviteDeleted(ServerId ServerId, UserId ActorId, InviteRecord Invite) : ServerEvent(ServerId, ActorId);

/// <param name="Invite">The invite they came by, with this use counted.</param>
public sealed record MemberJoined(ServerId ServerId, UserId ActorId, MemberRecord Member, InviteRecord Invite) : ServerEvent(ServerId, ActorId)
{
    public override Guid? Subject => Member.UserId.Value;
}

/// <summary>Nickname, roles or sanctions.</summary>
public sealed record MemberUpdated(ServerId ServerId, UserId ActorId, MemberRecord Before, MemberRecord Member) : ServerEvent(ServerId, ActorId)
{
    public override Guid? Subject => Member.UserId.Value;
}

/// <param name="UserId">Who is out: the actor when they left by themselves, else they were kicked.</param>
/// <param name="Member">As they last were.</param>
public sealed record MemberRemoved(ServerId ServerId, UserId ActorId, UserId UserId, MemberRecord? Member = null) : ServerEvent(ServerId, ActorId)
{
    public override Guid? Subject => UserId.Value;
}

/// <param name="Member">As they last were; null when they were not in.</param>
/// <param name="DeleteMessageSeconds">How far back their messages go too.</param>
public sealed record MemberBanned(ServerId ServerId, UserId ActorId, BanRecord Ban, MemberRecord? Member, int DeleteMessageSeconds) : ServerEvent(ServerId, ActorId)
{
    public override Guid? Subject => Ban.UserId.Value;
}

public sealed record MemberUnbanned(ServerId ServerId, UserId ActorId, BanRecord Ban) : ServerEvent(ServerId, ActorId);
