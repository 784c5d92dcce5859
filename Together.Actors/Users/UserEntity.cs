using System.Collections.Immutable;
using Together.Actors.Persistence;
using Together.Actors.Sharding;
using Together.Protocol;
using Together.Protocol.Users;

namespace Together.Actors.Users;

/// <summary>A user as everybody may see them.</summary>
/// <param name="DisplayName">Null for the username.</param>
/// <param name="About">Null for none.</param>
/// <param name="Avatar">The hash of a picture, in hexadecimal; null for none.</param>
public sealed record UserRecord(UserId Id, string Username, DateTimeOffset CreatedAt, string? DisplayName = null, string? About = null, string? Avatar = null);

/// <param name="Settings">For the user's own eyes.</param>
public sealed record UserState(UserRecord User, UserSettings Settings);

public abstract record UserEvent(UserId UserId) : DomainEvent
{
    public override Guid Scope => UserId.Value;
}

public sealed record UserRegistered(UserId UserId, UserRecord User) : UserEvent(UserId);

/// <summary>The account is gone, and with it the name.</summary>
public sealed record UserDeleted(UserId UserId) : UserEvent(UserId);

/// <summary>Their access tokens are refused and their gateway connections closed from here on.</summary>
public sealed record SessionsRevoked(UserId UserId, ImmutableArray<SessionId> SessionIds) : UserEvent(UserId);

/// <summary>Everybody who sees the user learns it, whatever they share: it is of the instance's log.</summary>
public sealed record ProfileChanged(UserId UserId, UserRecord User) : UserEvent(UserId)
{
    public override Guid Scope => InstanceScope;
}

public sealed record SettingsChanged(UserId UserId, UserSettings Settings) : UserEvent(UserId);

public abstract record UserCommand;

/// <summary>Answers <see cref="UserRecord"/>; repeated, it changes nothing.</summary>
public sealed record RegisterUser(UserRecord User) : UserCommand;

public sealed record RevokeSessions(ImmutableArray<SessionId> SessionIds) : UserCommand;

public sealed record DeleteUser : UserCommand;

/// <summary>Answers <see cref="UserRecord"/>.</summary>
/// <param name="SetsDisplayName">Whether it is changed; null then stands for the username.</param>
/// <param name="SetsAbout">Whether it is changed; null then clears it.</param>
public sealed record ChangeProfile(bool SetsDisplayName, string? DisplayName, bool SetsAbout, string? About) : UserCommand;

/// <summary>Answers <see cref="UserRecord"/>.</summary>
/// <param name="Avatar">The hash of a stored picture, in hexadecimal; null for none.</param>
public sealed record ChangeAvatar(string? Avatar) : UserCommand;

/// <summary>Answers <see cref="UserSettings"/>. What is null stays as it is.</summary>
public sealed record ChangeSettings(string? Theme, string? Locale, IReadOnlyList<NotificationSetting>? Notifications) : UserCommand;

/// <summary>What a user decides, and what its events do to it. Pure.</summary>
public static class UserEntity
{
    public static Decision Decide(UserState? user, UserCommand command) => command switch
    {
        RegisterUser c => user is null ? Decision.Persist(c.User, new UserRegistered(c.User.Id, c.User)) : Decision.Answer(user.User),
        _ when user is null => Decision.Refuse(ErrorCode.NotFound),
        RevokeSessions c => c.SessionIds.IsEmpty ? Decision.Answer(null) : Decision.Persist(null, new SessionsRevoked(user.User.Id, c.SessionIds)),
        ChangeProfile c => Change(user.User, user.User with { DisplayName = c.SetsDisplayName ? c.DisplayName : user.User.DisplayName, About = c.SetsAbout ? c.About : user.User.About }),
        ChangeAvatar c => Change(user.User, user.User with { Avatar = c.Avatar }),
        ChangeSettings c => Change(user, c),
        DeleteUser => Decision.Persist(null, new UserDeleted(user.User.Id)),
        _ => throw new InvalidOperationException($"no decision for {command.GetType().Name}"),
    };

    public static UserState? Apply(UserState? user, UserEvent happened) => happened switch
    {
        UserRegistered e => new UserState(e.User, UserSettings.Default),
        UserDeleted => null,
        SessionsRevoked => user,
        ProfileChanged e => user! with { User = e.User },
        SettingsChanged e => user! with { Settings = e.Settings },
        _ => throw new InvalidOperationException($"no fold for {happened.GetType().Name}"),
    };

    private static Decision Change(UserRecord user, UserRecord changed) =>
        changed == user ? Decision.Answer(user) : Decision.Persist(changed, new ProfileChanged(user.Id, changed));

    private static Decision Change(UserState user, ChangeSettings c)
    {
        var before = user.Settings;
        var changed = new UserSettings(c.Theme ?? before.Theme, c.Locale ?? before.Locale, c.Notifications ?? before.Notifications);
        var isSame = changed.Theme == before.Theme && changed.Locale == before.Locale && changed.Notifications.SequenceEqual(before.Notifications);
        return isSame ? Decision.Answer(before) : Decision.Persist(changed, new SettingsChanged(user.User.Id, changed));
    }
}

/// <summary>One user: profile, settings and sessions.</summary>
public sealed class UserActor(EntityRef entity, EntityContext context) : EntityActor<UserState, UserCommand, UserEvent>(entity, context)
{
    protected override ValueTask<Decision> DecideAsync(UserState? state, UserCommand command) => new(UserEntity.Decide(state, command));

    protected override UserState? Apply(UserState? state, UserEvent happened) => UserEntity.Apply(state, happened);
}
