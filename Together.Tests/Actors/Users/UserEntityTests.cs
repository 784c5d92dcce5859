using Together.Actors.Users;
using Together.Protocol;
using Together.Tests.Actors.Servers;
using Xunit;

namespace Together.Tests.Actors.Users;

public class UserEntityTests
{
    private static readonly UserRecord User = new(SampleServer.Actor, "user", SampleServer.Now);
    private static readonly SessionId Session = new(SampleServer.Numbered(50));

    [Fact]
    public void registering_makes_a_user_once()
    {
        var decision = UserEntity.Decide(null, new RegisterUser(User));
        Assert.Equal(new UserRegistered(User.Id, User), Assert.Single(decision.Events));
        Assert.Equal(User, decision.Reply.Value);
        var again = UserEntity.Decide(User, new RegisterUser(User with { Username = "another" }));
        Assert.Empty(again.Events);
        Assert.Equal(User, again.Reply.Value);
    }

    [Fact]
    public void nobody_who_is_not_there_is_revoked_or_deleted()
    {
        foreach (var command in (UserCommand[])[new RevokeSessions([Session]), new DeleteUser()])
        {
            var decision = UserEntity.Decide(null, command);
            Assert.Equal(ErrorCode.NotFound, decision.Reply.Error);
            Assert.Empty(decision.Events);
        }
    }

    [Fact]
    public void sessions_are_revoked_and_none_is_no_event()
    {
        Assert.Equal([Session], Assert.IsType<SessionsRevoked>(Assert.Single(UserEntity.Decide(User, new RevokeSessions([Session])).Events)).SessionIds);
        Assert.Empty(UserEntity.Decide(User, new RevokeSessions([])).Events);
    }

    [Fact]
    public void a_deleted_user_is_gone()
    {
        var deleted = (UserEvent)Assert.Single(UserEntity.Decide(User, new DeleteUser()).Events);
        Assert.Null(UserEntity.Apply(User, deleted));
    }
}
