using System.Collections.Immutable;
using Together.Actors.Persistence;
using Together.Protocol;

namespace Together.Actors.Servers;

/// <param name="ServerId">The server it happened in.</param>
/// <param name="ActorId">Who did it.</param>
public abstract record ServerEvent(ServerId ServerId, UserId ActorId) : DomainEvent
{
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

public sealed record RoleUpdated(ServerId ServerId, UserId ActorId, RoleRecord Before, RoleRecord Role) : ServerEvent(ServerId, ActorId);

public sealed record InviteCreated(ServerId ServerId, UserId ActorId, InviteRecord Invite) : ServerEvent(ServerId, ActorId);

public sealed record InviteDeleted(ServerId ServerId, UserId ActorId, InviteRecord Invite) : ServerEvent(ServerId, ActorId);

/// <param name="Invite">The invite they came by, with this use counted.</param>
public sealed record MemberJoined(ServerId ServerId, UserId ActorId, MemberRecord Member, InviteRecord Invite) : ServerEvent(ServerId, ActorId)
{
    public override Guid? Subject => Member.UserId.Value;
}

/// <param name="UserId">Who is out: the actor when they left by themselves, else they were kicked.</param>
public sealed record MemberRemoved(ServerId ServerId, UserId ActorId, UserId UserId) : ServerEvent(ServerId, ActorId)
{
    public override Guid? Subject => UserId.Value;
}
