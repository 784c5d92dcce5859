using System.Collections.Immutable;
using Together.Actors.Persistence;
using Together.Actors.Sharding;
using Together.Protocol;

namespace Together.Actors.Users;

/// <summary>A user as everybody may see them.</summary>
public sealed record UserRecord(UserId Id, string Username, DateTimeOffset CreatedAt);

public abstract record UserEvent(UserId UserId) : DomainEvent
{
    public override Guid Scope => UserId.Value;
}

public sealed record UserRegistered(UserId UserId, UserRecord User) : UserEvent(UserId);

/// <summary>The account is gone, and with it the name.</summary>
public sealed record UserDeleted(UserId UserId) : UserEvent(UserId);

/// <summary>Their access tokens are refused and their gateway connections closed from here on.</summary>
public sealed record SessionsRevoked(UserId UserId, ImmutableArray<SessionId> SessionIds) : UserEvent(UserId);

public abstract record UserCommand;

/// <summary>Answers <see cref="UserRecord"/>; repeated, it changes nothing.</summary>
public sealed record RegisterUser(UserRecord User) : UserCommand;

public sealed record RevokeSessions(ImmutableArray<SessionId> SessionIds) : UserCommand;

public sealed record DeleteUser : UserCommand;

/// <summary>What a user decides, and what its events do to it. Pure.</summary>
public static class UserEntity
{
    public static Decision Decide(UserRecord? user, UserCommand command) => command switch
    {
        RegisterUser c => user is null ? Decision.Persist(c.User, new UserRegistered(c.User.Id, c.User)) : Decision.Answer(user),
        _ when user is null => Decision.Refuse(ErrorCode.NotFound),
        RevokeSessions c => c.SessionIds.IsEmpty ? Decision.Answer(null) : Decision.Persist(null, new SessionsRevoked(user.Id, c.SessionIds)),
        DeleteUser => Decision.Persist(null, new UserDeleted(user.Id)),
        _ => throw new InvalidOperationException($"no decision for {command.GetType().Name}"),
    };

    public static UserRecord? Apply(UserRecord? user, UserEvent happened) => happened switch
    {
        UserRegistered e => e.User,
        UserDeleted => null,
        SessionsRevoked => user,
        _ => throw new InvalidOperationException($"no fold for {happened.GetType().Name}"),
    };
}

/// <summary>One user: profile and sessions.</summary>
public sealed class UserActor(EntityRef entity, EntityContext context) : EntityActor<UserRecord, UserCommand, UserEvent>(entity, context)
{
    protected override ValueTask<Decision> DecideAsync(UserRecord? state, UserCommand command) => new(UserEntity.Decide(state, command));

    protected override UserRecord? Apply(UserRecord? state, UserEvent happened) => UserEntity.Apply(state, happened);
}
