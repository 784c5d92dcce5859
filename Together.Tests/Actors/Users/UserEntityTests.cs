using Together.Actors.Users;
using Together.Protocol;
using Together.Protocol.Users;
using Together.Tests.Actors.Servers;
using Xunit;

namespace Together.Tests.Actors.Users;

public class UserEntityTests
{
    private static readonly UserRecord User = new(SampleServer.Actor, "user", SampleServer.Now);
    private static readonly UserState State = new(User, UserSettings.Default);
    private static readonly SessionId Session = new(SampleServer.Numbered(50));

    [Fact]
    public void registering_makes_a_user_once()
    {
        var decision = UserEntity.Decide(null, new RegisterUser(User));
        Assert.Equal(new UserRegistered(User.Id, User), Assert.Single(decision.Events));
        Assert.Equal(User, decision.Reply.Value);
        var again = UserEntity.Decide(State, new RegisterUser(User with { Username = "another" }));
        Assert.Empty(again.Events);
        Assert.Equal(User, again.Reply.Value);
    }

    [Fact]
    public void nobody_who_is_not_there_is_changed()
    {
        foreach (var command in (UserCommand[])[new RevokeSessions([Session]), new DeleteUser(), new ChangeProfile(true, "x", false, null), new ChangeSettings("dark", null, null)])
        {
            var decision = UserEntity.Decide(null, command);
            Assert.Equal(ErrorCode.NotFound, decision.Reply.Error);
            Assert.Empty(decision.Events);
        }
    }

    [Fact]
    public void sessions_are_revoked_and_none_is_no_event()
    {
        Assert.Equal([Session], Assert.IsType<SessionsRevoked>(Assert.Single(UserEntity.Decide(State, new RevokeSessions([Session])).Events)).SessionIds);
        Assert.Empty(UserEntity.Decide(State, new RevokeSessions([])).Events);
    }

    [Fact]
    public void a_deleted_user_is_gone()
    {
        var deleted = (UserEvent)Assert.Single(UserEntity.Decide(State, new DeleteUser()).Events);
        Assert.Null(UserEntity.Apply(State, deleted));
    }

    [Fact]
    public void a_profile_changes_field_by_field()
    {
        var named = UserEntity.Apply(State, (UserEvent)Assert.Single(UserEntity.Decide(State, new ChangeProfile(true, "Name", true, "About")).Events))!;
        Assert.Equal(User with { DisplayName = "Name", About = "About" }, named.User);
        Assert.Equal(named.User with { About = null }, UserEntity.Decide(named, new ChangeProfile(false, null, true, null)).Reply.Value);
        Assert.Equal(named.User with { DisplayName = null }, UserEntity.Decide(named, new ChangeProfile(true, null, false, null)).Reply.Value);
        Assert.Empty(UserEntity.Decide(named, new ChangeProfile(true, "Name", false, null)).Events);
    }

    [Fact]
    public void settings_that_are_not_named_stay()
    {
        NotificationSetting[] notifications = [new(SampleServer.Id.Value, NotificationLevel.None, SampleServer.Now)];
        var changed = UserEntity.Apply(State, (UserEvent)Assert.Single(UserEntity.Decide(State, new ChangeSettings("dark", "pt-BR", notifications)).Events))!;
        Assert.Equal(("dark", "pt-BR", notifications), (changed.Settings.Theme, changed.Settings.Locale, changed.Settings.Notifications));
        var again = (UserSettings)UserEntity.Decide(changed, new ChangeSettings("light", null, null)).Reply.Value!;
        Assert.Equal(("light", "pt-BR", notifications), (again.Theme, again.Locale, again.Notifications));
        Assert.Empty(UserEntity.Decide(changed, new ChangeSettings(null, "pt-BR", [.. notifications])).Events);
        Assert.Empty(((UserSettings)UserEntity.Decide(changed, new ChangeSettings(null, null, [])).Reply.Value!).Notifications);
    }
}
