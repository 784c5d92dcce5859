using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Together.Actors.Connections;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Gateway;
using Together.Protocol.Users;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Connections;

/// <summary>What several devices of one person, and time, make of their presence. Alice watches; they share a server.</summary>
public sealed class PresencesTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly FakeTime _time = new();
    private readonly Presences _presences;
    private readonly IdSource _ids;
    private readonly UserId _alice;
    private readonly UserId _bob;
    private readonly ViewRoot _root;

    public PresencesTests()
    {
        _ids = new IdSource(_time);
        _presences = new Presences(Grace, _time);
        (_alice, _bob) = (_ids.Next<UserId>(), _ids.Next<UserId>());
        var servers = ImmutableSortedSet.Create(_ids.Next<ServerId>());
        _root = ViewRoot.Empty with { ServersOfUser = ViewRoot.Empty.ServersOfUser.Add(_alice, servers).Add(_bob, servers) };
    }

    [Theory]
    [InlineData("online", UserStatus.Online)]
    [InlineData("away", UserStatus.Away)]
    [InlineData("dnd", UserStatus.Dnd)]
    [InlineData("online", UserStatus.Away, UserStatus.Online)]
    [InlineData("dnd", UserStatus.Online, UserStatus.Dnd, UserStatus.Away)]
    [InlineData(null, UserStatus.Dnd, UserStatus.Invisible, UserStatus.Online)]
    public void devices_are_summed_and_the_wish_to_hide_wins(string? seen, params UserStatus[] wishes)
    {
        foreach (var wish in wishes) Open(wish);
        Assert.Equal(seen, Seen());
        Assert.Equal(seen ?? "invisible", Own());
    }

    [Fact]
    public void device_without_a_wish_takes_what_was_chosen_and_leaves_it_to_the_others()
    {
        Open();
        Assert.Equal("online", Seen());
        var laptop = Open(UserStatus.Dnd);
        Open();
        Assert.Equal("dnd", Seen());
        Choose(laptop, UserStatus.Online);
        Assert.Equal("online", Seen());
        Choose(laptop, UserStatus.Away);
        _presences.Close(laptop);
        _time.Advance(Grace);
        // What was chosen last holds on.
        Assert.Equal("away", Seen());
    }

    [Fact]
    public void last_connection_gone_is_offline_after_the_grace()
    {
        var connection = Open();
        Assert.Equal("online", Seen());
        _presences.Close(connection);
        _time.Advance(Grace - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_presences.TakeChanges());
        Assert.Equal("online", Seen());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(Seen());
        Assert.Null(Own());
    }

    [Fact]
    public void reconnecting_and_resuming_within_the_grace_change_nothing()
    {
        var first = Open(UserStatus.Dnd);
        Seen();
        _presences.Close(first);
        _time.Advance(Grace / 2);
        Open();
        _time.Advance(Grace);
        Assert.Empty(_presences.TakeChanges());
    }

    [Fact]
    public void end_of_the_old_connection_of_a_resumed_session_changes_nothing()
    {
        var first = Open();
        Seen();
        Open(session: first.GatewaySession);
        _presences.Close(first);
        _time.Advance(Grace * 2);
        Assert.Empty(_presences.TakeChanges());
        Assert.Equal("online", Seen());
    }

    [Fact]
    public void hidden_session_that_resumes_stays_hidden_beside_a_visible_one()
    {
        var hidden = Open(UserStatus.Invisible);
        Open(UserStatus.Online);
        Assert.Null(Seen());
        _presences.Close(hidden);
        Assert.Null(Seen());
        Open(session: hidden.GatewaySession);
        _time.Advance(Grace * 2);
        Assert.Null(Seen());
    }

    [Fact]
    public void hidden_user_stays_hidden_when_they_come_back_without_a_wish()
    {
        var connection = Open(UserStatus.Invisible);
        _presences.Close(connection);
        _time.Advance(Grace);
        Assert.Null(Seen());
        Open(session: connection.GatewaySession);
        Assert.Null(Seen());
        Assert.Equal("invisible", Own());
    }

    [Fact]
    public void to_and_fro_between_two_rounds_is_no_change()
    {
        var connection = Open();
        Assert.Equal("online", Seen());
        Choose(connection, UserStatus.Dnd);
        Choose(connection, UserStatus.Online);
        Assert.Empty(_presences.TakeChanges());
        Choose(connection, UserStatus.Away);
        Choose(connection, UserStatus.Dnd);
        var change = Assert.Single(_presences.TakeChanges());
        Assert.Equal(("online", "dnd"), (change.Before!.Public!.Status, change.After!.Public!.Status));
    }

    [Fact]
    public void custom_status_ends_in_time_and_is_not_shown_of_somebody_offline()
    {
        var connection = Open();
        var lunch = new CustomStatus("lunch", "🥪", _time.GetUtcNow().AddMinutes(1));
        _presences.Choose(connection, new StatusWish(UserStatus.Online, true, lunch));
        Seen();
        Assert.Equal(lunch, _presences.Of(_root, _alice, _bob)!.CustomStatus);
        _presences.Close(connection);
        _time.Advance(Grace);
        Assert.Null(Assert.Single(_presences.TakeChanges()).After);
        Open();
        Seen();
        Assert.Equal(lunch, _presences.Of(_root, _alice, _bob)!.CustomStatus);
        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.Null(Assert.Single(_presences.TakeChanges()).After!.Public!.CustomStatus);
        Assert.Equal("online", Seen());
    }

    [Fact]
    public void only_who_shares_a_server_sees_anything()
    {
        Open();
        Seen();
        Assert.NotNull(_presences.Of(_root, _alice, _bob));
        Assert.Null(_presences.Of(_root, _ids.Next<UserId>(), _bob));
        Assert.Null(_presences.Of(_root with { ServersOfUser = _root.ServersOfUser.Remove(_alice) }, _alice, _bob));
        Assert.NotNull(_presences.Of(ViewRoot.Empty, _bob, _bob));
    }

    private Connection Open(UserStatus? wish = null, Guid? session = null)
    {
        var connection = new Connection(new NoSocket(), 1024, _time, NullLogger.Instance) { User = _bob, Wish = wish, GatewaySession = session ?? _ids.Next() };
        _presences.Open(connection);
        return connection;
    }

    private void Choose(Connection connection, UserStatus status) => _presences.Choose(connection, new StatusWish(status, false, null));

    /// <summary>Bob's status as Alice sees it after the next round.</summary>
    private string? Seen()
    {
        _presences.TakeChanges();
        return _presences.Of(_root, _alice, _bob)?.Status;
    }

    private string? Own() => _presences.Of(_root, _bob, _bob)?.Status;

    private sealed class NoSocket : IGatewaySocket
    {
        public ValueTask SendAsync(ReadOnlyMemory<byte> frame) => ValueTask.CompletedTask;

        public void Close(CloseCode code)
        {
        }
    }
}
