using System.Collections.Immutable;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Protocol;
using Together.Protocol.Channels;
using Xunit;
using static Together.Tests.Actors.Persistence.Decided;
using static Together.Tests.Actors.Servers.SampleServer;

namespace Together.Tests.Actors.Servers;

public class ServerEntityTests
{
    private const Permissions NotAdministrator = Permissions.All & ~Permissions.Administrator;

    private static readonly IdSource Ids = new(TimeProvider.System);

    /// <summary>Each guarded command with the permissions that it needs, of which every one is tried alone.</summary>
    private static readonly (ServerCommand Command, Permissions Needed)[] Guarded =
    [
        (new RenameServer(Actor, "Orchard"), Permissions.ManageServer),
        (new ChangeIcon(Actor, "1c0n"), Permissions.ManageServer),
        (new CreateChannel(Actor, New, ChannelType.Text, "new", null, null, null), Permissions.ManageChannels),
        (new UpdateChannel(Actor, Text, "renamed", false, null, false, null, null), Permissions.ManageChannels),
        (new MoveChannels(Actor, [new ChannelPlace(Text, 9, false, null)]), Permissions.ManageChannels),
        (new DeleteChannel(Actor, Text), Permissions.ManageChannels),
        (new SetOverwrite(Actor, Text, new Overwrite(Plain.Value, OverwriteType.Member, Permissions.ViewChannel, Permissions.None)), Permissions.ManageChannels | Permissions.ManageRoles),
        (new DeleteOverwrite(Actor, Text, Low.Value), Permissions.ManageChannels | Permissions.ManageRoles | Permissions.Speak),
        (new CreateRole(Actor, NewRole, "gardener", 0x00ff00, true, true, Permissions.ViewChannel), Permissions.ManageRoles),
        (new UpdateRole(Actor, Low, "lowest", null, null, null, Permissions.ViewChannel), Permissions.ManageRoles),
        (new MoveRoles(Actor, [new RolePlace(Low, 2)]), Permissions.ManageRoles),
        (new DeleteRole(Actor, Low), Permissions.ManageRoles),
        (new SetMemberRole(Actor, Plain, Low, Has: false), Permissions.ManageRoles),
        (new UpdateMember(Actor, Plain, true, "Fern", false, null, true, true), Permissions.ManageNicknames | Permissions.MuteMembers | Permissions.DeafenMembers),
        (new BanMember(Actor, Plain, "spam", 60), Permissions.BanMembers),
        (new UnbanMember(Actor, Banned), Permissions.BanMembers),
        (new CreateInvite(Actor, "new", null, null), Permissions.CreateInvite),
        (new DeleteInvite(Actor, "owners"), Permissions.ManageServer),
        (new RemoveMember(Actor, Plain), Permissions.KickMembers),
    ];

    public static TheoryData<string> Commands => [.. Guarded.Select(row => row.Command.GetType().Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void a_guarded_command_needs_just_its_permissions(string name)
    {
        var (command, needed) = Guarded.Single(row => row.Command.GetType().Name == name);
        Accepted(Decide(Permissions.ViewChannel | needed, command));
        Accepted(Decide(Permissions.Administrator, command));
        Accepted(ServerEntity.Decide(With(Permissions.None), command with { Actor = Owner }, Now, Ids));
        foreach (var one in Bits(needed)) Refused(ErrorCode.MissingPermissions, Decide(NotAdministrator & ~one, command));
    }

    [Fact]
    public void a_guarded_command_of_a_stranger_finds_nothing()
    {
        foreach (var (command, _) in Guarded)
        {
            Refused(ErrorCode.NotFound, ServerEntity.Decide(With(Permissions.All), command with { Actor = Stranger }, Now, Ids));
            Refused(ErrorCode.NotFound, ServerEntity.Decide(null, command, Now, Ids));
        }
    }

    /// <summary>By an actor who has every permission but ADMINISTRATOR, and a role between the others.</summary>
    private static readonly (string Name, ServerCommand Command, ErrorCode Error)[] Refusals =
    [
        ("delete a server that is another's", new DeleteServer(Actor), ErrorCode.MissingPermissions),
        ("delete an unknown server's invite", new DeleteInvite(Actor, "unknown"), ErrorCode.NotFound),
        ("create in an unknown category", new CreateChannel(Actor, New, ChannelType.Text, "new", null, New, null), ErrorCode.InvalidBody),
        ("create in what is no category", new CreateChannel(Actor, New, ChannelType.Text, "new", null, Text, null), ErrorCode.InvalidBody),
        ("create in a hidden category", new CreateChannel(Actor, New, ChannelType.Text, "new", null, HiddenCategory, null), ErrorCode.InvalidBody),
        ("create a category in a category", new CreateChannel(Actor, New, ChannelType.Category, "new", null, Category, null), ErrorCode.InvalidBody),
        ("update an unknown channel", new UpdateChannel(Actor, New, "x", false, null, false, null, null), ErrorCode.NotFound),
        ("update a hidden channel", new UpdateChannel(Actor, Hidden, "x", false, null, false, null, null), ErrorCode.NotFound),
        ("put a category into a category", new UpdateChannel(Actor, Category, null, false, null, true, Category, null), ErrorCode.InvalidBody),
        ("put a channel into what is no category", new UpdateChannel(Actor, Text, null, false, null, true, Voice, null), ErrorCode.InvalidBody),
        ("move an unknown channel", new MoveChannels(Actor, [new ChannelPlace(Text, 5, false, null), new ChannelPlace(New, 1, false, null)]), ErrorCode.NotFound),
        ("move a hidden channel", new MoveChannels(Actor, [new ChannelPlace(Hidden, 5, false, null)]), ErrorCode.NotFound),
        ("move into what is no category", new MoveChannels(Actor, [new ChannelPlace(Text, 5, true, Voice)]), ErrorCode.InvalidBody),
        ("delete an unknown channel", new DeleteChannel(Actor, New), ErrorCode.NotFound),
        ("delete a hidden channel", new DeleteChannel(Actor, Hidden), ErrorCode.NotFound),
        ("overwrite in an unknown channel", new SetOverwrite(Actor, New, new Overwrite(Plain.Value, OverwriteType.Member, 0, 0)), ErrorCode.NotFound),
        ("overwrite in a hidden channel", new SetOverwrite(Actor, Hidden, new Overwrite(Plain.Value, OverwriteType.Member, 0, 0)), ErrorCode.NotFound),
        ("overwrite for a stranger", new SetOverwrite(Actor, Text, new Overwrite(Stranger.Value, OverwriteType.Member, 0, 0)), ErrorCode.NotFound),
        ("overwrite for an unknown role", new SetOverwrite(Actor, Text, new Overwrite(New.Value, OverwriteType.Role, 0, 0)), ErrorCode.NotFound),
        ("overwrite for a member as a role", new SetOverwrite(Actor, Text, new Overwrite(Plain.Value, OverwriteType.Role, 0, 0)), ErrorCode.NotFound),
        ("overwrite for one's own role", new SetOverwrite(Actor, Text, new Overwrite(Own.Value, OverwriteType.Role, Permissions.Speak, 0)), ErrorCode.MissingPermissions),
        ("overwrite for a higher role", new SetOverwrite(Actor, Text, new Overwrite(High.Value, OverwriteType.Role, Permissions.Speak, 0)), ErrorCode.MissingPermissions),
        ("allow what one lacks", new SetOverwrite(Actor, Text, new Overwrite(Low.Value, OverwriteType.Role, Permissions.Administrator, 0)), ErrorCode.MissingPermissions),
        ("deny what one lacks", new SetOverwrite(Actor, Text, new Overwrite(Low.Value, OverwriteType.Role, 0, Permissions.Administrator)), ErrorCode.MissingPermissions),
        ("delete an overwrite that is not there", new DeleteOverwrite(Actor, Text, Plain.Value), ErrorCode.NotFound),
        ("delete an overwrite in an unknown channel", new DeleteOverwrite(Actor, New, Low.Value), ErrorCode.NotFound),
        ("change an unknown role", new UpdateRole(Actor, new RoleId(New.Value), null, null, null, null, 0), ErrorCode.NotFound),
        ("change one's own role", new UpdateRole(Actor, Own, null, null, null, null, Permissions.Speak), ErrorCode.MissingPermissions),
        ("change a higher role", new UpdateRole(Actor, High, "mine", null, null, null, null), ErrorCode.MissingPermissions),
        ("grant what one lacks", new UpdateRole(Actor, Low, null, null, null, null, Permissions.Administrator), ErrorCode.MissingPermissions),
        ("take back what one lacks", new UpdateRole(Actor, Administrators, null, null, null, null, Permissions.None), ErrorCode.MissingPermissions),
        ("rename @everyone", new UpdateRole(Actor, Everyone, "all", null, null, null, null), ErrorCode.Conflict),
        ("create a role with what one lacks", new CreateRole(Actor, NewRole, "x", 0, false, false, Permissions.Administrator), ErrorCode.MissingPermissions),
        ("move an unknown role", new MoveRoles(Actor, [new RolePlace(Low, 2), new RolePlace(NewRole, 1)]), ErrorCode.NotFound),
        ("move one's own role", new MoveRoles(Actor, [new RolePlace(Own, 2)]), ErrorCode.MissingPermissions),
        ("move a higher role", new MoveRoles(Actor, [new RolePlace(High, 1)]), ErrorCode.MissingPermissions),
        ("move a role above one's own", new MoveRoles(Actor, [new RolePlace(Low, 4)]), ErrorCode.MissingPermissions),
        ("move an older role beside one's own", new MoveRoles(Actor, [new RolePlace(Low, 3)]), ErrorCode.MissingPermissions),
        ("move @everyone", new MoveRoles(Actor, [new RolePlace(Everyone, 1)]), ErrorCode.Conflict),
        ("delete an unknown role", new DeleteRole(Actor, NewRole), ErrorCode.NotFound),
        ("delete one's own role", new DeleteRole(Actor, Own), ErrorCode.MissingPermissions),
        ("delete a higher role", new DeleteRole(Actor, High), ErrorCode.MissingPermissions),
        ("delete @everyone", new DeleteRole(Actor, Everyone), ErrorCode.Conflict),
        ("give an unknown role", new SetMemberRole(Actor, Plain, NewRole, true), ErrorCode.NotFound),
        ("give a role to a stranger", new SetMemberRole(Actor, Stranger, Low, true), ErrorCode.NotFound),
        ("give one's own role", new SetMemberRole(Actor, Plain, Own, true), ErrorCode.MissingPermissions),
        ("give oneself a higher role", new SetMemberRole(Actor, Actor, High, true), ErrorCode.MissingPermissions),
        ("give a role with what one lacks", new SetMemberRole(Actor, Plain, Administrators, true), ErrorCode.MissingPermissions),
        ("give a role to an equal", new SetMemberRole(Actor, Peer, Low, true), ErrorCode.MissingPermissions),
        ("take a role from the owner", new SetMemberRole(Actor, Owner, Low, false), ErrorCode.MissingPermissions),
        ("give @everyone", new SetMemberRole(Actor, Plain, Everyone, true), ErrorCode.Conflict),
        ("change a stranger", new UpdateMember(Actor, Stranger, true, "x", false, null, null, null), ErrorCode.NotFound),
        ("nickname an equal", new UpdateMember(Actor, Peer, true, "x", false, null, null, null), ErrorCode.MissingPermissions),
        ("nickname the owner", new UpdateMember(Actor, Owner, true, "x", false, null, null, null), ErrorCode.MissingPermissions),
        ("time out an equal", new UpdateMember(Actor, Peer, false, null, true, Now.AddHours(1), null, null), ErrorCode.MissingPermissions),
        ("time out oneself", new UpdateMember(Actor, Actor, false, null, true, Now.AddHours(1), null, null), ErrorCode.MissingPermissions),
        ("time out the owner", new UpdateMember(Actor, Owner, false, null, true, Now.AddHours(1), null, null), ErrorCode.MissingPermissions),
        ("time out an administrator", new UpdateMember(Actor, Admin, false, null, true, Now.AddHours(1), null, null), ErrorCode.MissingPermissions),
        ("time out until now", new UpdateMember(Actor, Plain, false, null, true, Now, null, null), ErrorCode.InvalidBody),
        ("time out for too long", new UpdateMember(Actor, Plain, false, null, true, Now.AddDays(Limits.TimeoutMaxDays).AddSeconds(1), null, null), ErrorCode.InvalidBody),
        ("mute an equal", new UpdateMember(Actor, Peer, false, null, false, null, true, null), ErrorCode.MissingPermissions),
        ("ban an equal", new BanMember(Actor, Peer, null, 0), ErrorCode.MissingPermissions),
        ("ban the owner", new BanMember(Actor, Owner, null, 0), ErrorCode.MissingPermissions),
        ("ban oneself", new BanMember(Actor, Actor, null, 0), ErrorCode.MissingPermissions),
        ("unban who is not banned", new UnbanMember(Actor, Plain), ErrorCode.NotFound),
        ("transfer a server that is another's", new TransferServer(Actor, Actor), ErrorCode.MissingPermissions),
        ("transfer to a stranger", new TransferServer(Owner, Stranger), ErrorCode.InvalidBody),
        ("overwrite for an equal", new SetOverwrite(Actor, Text, new Overwrite(Peer.Value, OverwriteType.Member, Permissions.Speak, 0)), ErrorCode.MissingPermissions),
        ("create with an overwrite of what one lacks",
            new CreateChannel(Actor, New, ChannelType.Text, "new", null, null, null, Overwrites: [new Overwrite(Low.Value, OverwriteType.Role, Permissions.Administrator, 0)]), ErrorCode.MissingPermissions),
        ("create with an overwrite for a stranger",
            new CreateChannel(Actor, New, ChannelType.Text, "new", null, null, null, Overwrites: [new Overwrite(Stranger.Value, OverwriteType.Member, Permissions.Speak, 0)]), ErrorCode.NotFound),
        ("join although banned", new JoinServer(Banned, "owners"), ErrorCode.Banned),
        ("join by an unknown invite", new JoinServer(Stranger, "unknown"), ErrorCode.NotFound),
        ("join by a used up invite", new JoinServer(Stranger, "used up"), ErrorCode.NotFound),
        ("join by an expired invite", new JoinServer(Stranger, "expired"), ErrorCode.NotFound),
        ("kick a stranger", new RemoveMember(Actor, Stranger), ErrorCode.NotFound),
        ("kick an equal", new RemoveMember(Actor, Peer), ErrorCode.MissingPermissions),
        ("kick the owner", new RemoveMember(Actor, Owner), ErrorCode.MissingPermissions),
        ("leave as the owner", new RemoveMember(Owner, Owner), ErrorCode.Conflict),
    ];

    public static TheoryData<string> RefusalNames => [.. Refusals.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(RefusalNames))]
    public void it_is_refused_to(string name)
    {
        var (_, command, error) = Refusals.Single(row => row.Name == name);
        Refused(error, Decide(NotAdministrator, command));
    }

    [Fact]
    public void every_command_is_decided_here() => Assert.Equal(
        typeof(ServerCommand).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ServerCommand)) && type != typeof(CreateServer)).Select(type => type.Name).Order(StringComparer.Ordinal),
        Guarded.Select(row => row.Command.GetType().Name).Concat(Refusals.Select(row => row.Command.GetType().Name)).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void a_new_server_has_its_owner_its_everyone_and_two_channels()
    {
        var decision = ServerEntity.Decide(null, new CreateServer(Actor, Id, "Garden"), Now, Ids);
        var server = Assert.IsType<ServerState>(decision.Reply.Value);
        Assert.Equal((Actor, "Garden", Now), (server.OwnerId, server.Record.Name, server.Record.CreatedAt));
        Assert.Equal(Permissions.EveryoneDefault, server.Roles[Everyone].Permissions);
        Assert.Equal([(ChannelType.Text, "general"), (ChannelType.Voice, "General")], server.Channels.Values.OrderBy(channel => channel.Position).Select(channel => (channel.Type, channel.Name)));
        Assert.Equal(Actor, Assert.Single(server.Members.Keys));
    }

    [Fact]
    public void what_changes_nothing_stores_nothing()
    {
        var server = With(Permissions.All);
        foreach (var command in (ServerCommand[])
        [
            new CreateServer(Actor, Id, "again"),
            new RenameServer(Actor, "Garden"),
            new CreateChannel(Actor, Text, ChannelType.Text, "again", null, null, null),
            new UpdateChannel(Actor, Text, "text", false, null, false, null, 0),
            new MoveChannels(Actor, [new ChannelPlace(Text, 0, true, null)]),
            new SetOverwrite(Actor, Text, LowOverwrite),
            new UpdateRole(Actor, Low, null, 0, null, null, Permissions.None),
            new SetMemberRole(Actor, Plain, Low, true),
            new UpdateMember(Actor, Plain, true, null, true, null, false, false),
            new BanMember(Actor, Banned, "again", 0),
            new MoveRoles(Actor, [new RolePlace(Low, 1)]),
            new JoinServer(Actor, "owners"),
            // By who used the last use up and asks again.
            new JoinServer(Actor, "used up"),
        ])
        {
            var decision = ServerEntity.Decide(server, command, Now, Ids);
            Assert.True(decision.Reply.Error is null && decision.Events.Count == 0, $"{command}");
        }
    }

    [Fact]
    public void limits_are_kept()
    {
        var server = With(Permissions.All);
        var channels = Enumerable.Range(1000, Limits.ChannelsPerServer).Select(i => server.Channels[Voice] with { Id = new ChannelId(Numbered(i)) });
        Refused(ErrorCode.LimitReached, Decide(server with { Channels = channels.ToImmutableDictionary(channel => channel.Id) }, new CreateChannel(Actor, New, ChannelType.Text, "new", null, null, null)));
        var overwrites = Enumerable.Range(1000, Limits.OverwritesPerServer).Select(i => new Overwrite(Numbered(i), OverwriteType.Member, 0, 0));
        Refused(ErrorCode.LimitReached, Decide(
            server with { Channels = server.Channels.SetItem(Voice, server.Channels[Voice] with { Overwrites = [.. overwrites] }) },
            new SetOverwrite(Actor, Text, new Overwrite(Plain.Value, OverwriteType.Member, Permissions.Speak, 0))));
        Refused(ErrorCode.LimitReached, Decide(
            server with { Channels = server.Channels.SetItem(Voice, server.Channels[Voice] with { Overwrites = [.. overwrites] }) },
            new CreateChannel(Actor, New, ChannelType.Text, "new", null, null, null, Overwrites: [LowOverwrite])));
        var roles = Enumerable.Range(1000, Limits.RolesPerServer - server.Roles.Count).Select(i => server.Roles[Low] with { Id = new RoleId(Numbered(i)) });
        Refused(ErrorCode.LimitReached, Decide(
            server with { Roles = server.Roles.AddRange(roles.Select(role => KeyValuePair.Create(role.Id, role))) }, new CreateRole(Actor, NewRole, "x", 0, false, false, 0)));
        var bans = Enumerable.Range(1000, Limits.BansPerServer).Select(i => server.Bans[Banned] with { UserId = new UserId(Numbered(i)) });
        Refused(ErrorCode.LimitReached, Decide(server with { Bans = bans.ToImmutableSortedDictionary(ban => ban.UserId, ban => ban) }, new BanMember(Actor, Stranger, null, 0)));
        var invites = Enumerable.Range(0, Limits.InvitesPerServer).Select(i => server.Invites["own"] with { Code = $"{i}" });
        Refused(ErrorCode.LimitReached, Decide(server with { Invites = invites.ToImmutableDictionary(invite => invite.Code) }, new CreateInvite(Actor, "new", null, null)));
    }

    [Fact]
    public void a_join_counts_its_use_and_makes_a_plain_member()
    {
        var joined = Assert.IsType<MemberJoined>(Assert.Single(Accepted(Decide(Permissions.None, new JoinServer(Stranger, "own"))).Events));
        Assert.Equal((Stranger, Now, 1), (joined.Member.UserId, joined.Member.JoinedAt, joined.Invite.Uses));
        Assert.Empty(joined.Member.RoleIds);
    }

    [Fact]
    public void anybody_may_leave_and_delete_their_own_invite()
    {
        Accepted(Decide(Permissions.None, new RemoveMember(Actor, Actor)));
        Accepted(Decide(Permissions.None, new DeleteInvite(Actor, "own")));
        Accepted(ServerEntity.Decide(With(Permissions.None), new DeleteServer(Owner), Now, Ids));
    }

    [Fact]
    public void a_channel_in_a_category_begins_with_its_overwrites_behind_the_last()
    {
        var server = With(Permissions.All);
        server = server with { Channels = server.Channels.SetItem(Category, server.Channels[Category] with { Overwrites = [LowOverwrite] }) };
        var channel = Assert.IsType<ChannelRecord>(Accepted(Decide(server, new CreateChannel(Actor, New, ChannelType.Text, "new", null, Category, null))).Reply.Value);
        Assert.Equal([LowOverwrite], channel.Overwrites);
        Assert.Equal(2, channel.Position);
    }

    [Fact]
    public void deleting_a_category_keeps_its_channels()
    {
        var after = Accepted(Decide(Permissions.All, new DeleteChannel(Actor, Category))).Events.Aggregate((ServerState?)With(Permissions.All), (server, e) => ServerEntity.Apply(server, (ServerEvent)e))!;
        Assert.False(after.Channels.ContainsKey(Category));
        Assert.Null(after.Channels[Voice].CategoryId);
    }

    [Fact]
    public void a_timed_out_moderator_moderates_nobody()
    {
        var server = With(Permissions.All & ~Permissions.Administrator);
        var member = server.Members[Actor];
        server = server with { Members = server.Members.SetItem(Actor, member with { Sanctions = new Sanctions(Now.AddSeconds(1)) }) };
        foreach (var (command, _) in Guarded)
        {
            Refused(ErrorCode.MissingPermissions, Decide(server, command));
            Accepted(ServerEntity.Decide(server, command, Now.AddSeconds(1), Ids));
        }
    }

    [Fact]
    public void a_timeout_needs_its_permission()
    {
        var command = new UpdateMember(Actor, Plain, false, null, true, Now.AddDays(Limits.TimeoutMaxDays), null, null);
        Accepted(Decide(Permissions.TimeoutMembers, command));
        Accepted(ServerEntity.Decide(With(Permissions.None), command with { Actor = Owner }, Now, Ids));
        Refused(ErrorCode.MissingPermissions, Decide(NotAdministrator & ~Permissions.TimeoutMembers, command));
    }

    [Fact]
    public void anybody_changes_their_own_nickname_who_may()
    {
        var own = new UpdateMember(Actor, Actor, true, "Ivy", false, null, null, null);
        Accepted(Decide(Permissions.ChangeNickname, own));
        Accepted(Decide(Permissions.ManageNicknames, own));
        Refused(ErrorCode.MissingPermissions, Decide(NotAdministrator & ~Permissions.ChangeNickname & ~Permissions.ManageNicknames, own));
    }

    [Fact]
    public void sanctions_outlast_leaving()
    {
        var joined = Assert.IsType<MemberJoined>(Assert.Single(Accepted(Decide(Permissions.None, new JoinServer(Silenced, "own"))).Events));
        Assert.Equal(new Sanctions(Now.AddDays(1), ServerMute: true), joined.Member.Sanctions);
        var back = ServerEntity.Apply(With(Permissions.None), joined)!;
        Assert.False(back.SanctionsOfAbsent.ContainsKey(Silenced));
        var left = ServerEntity.Decide(back, new RemoveMember(Silenced, Silenced), Now, Ids).Events.Aggregate((ServerState?)back, (server, e) => ServerEntity.Apply(server, (ServerEvent)e))!;
        Assert.Equal(joined.Member.Sanctions, left.SanctionsOfAbsent[Silenced]);
    }

    [Fact]
    public void a_deleted_role_goes_from_members_and_overwrites()
    {
        var before = With(Permissions.All);
        var after = Accepted(Decide(before, new DeleteRole(Actor, Low))).Events.Aggregate((ServerState?)before, (server, e) => ServerEntity.Apply(server, (ServerEvent)e))!;
        Assert.False(after.Roles.ContainsKey(Low));
        Assert.Empty(after.Members[Plain].RoleIds);
        Assert.Empty(after.Channels[Text].Overwrites);
    }

    [Fact]
    public void a_new_role_is_below_older_ones_of_its_position()
    {
        var created = Assert.IsType<RoleRecord>(Accepted(Decide(Permissions.All, new CreateRole(Actor, NewRole, "x", 0, false, false, 0))).Reply.Value);
        Assert.Equal(1, created.Position);
        Assert.True(With(0).Roles[Low].IsAbove(created));
        Assert.False(created.IsAbove(With(0).Roles[Low]));
    }

    [Fact]
    public void a_ban_removes_the_member_and_keeps_the_reason()
    {
        var before = With(Permissions.All);
        var banned = Assert.IsType<MemberBanned>(Assert.Single(Accepted(Decide(before, new BanMember(Actor, Plain, "spam", 60) { Reason = "from the header" })).Events));
        Assert.Equal(("spam", "from the header", 60), (banned.Ban.Reason, banned.Reason, banned.DeleteMessageSeconds));
        var after = ServerEntity.Apply(before, banned)!;
        Assert.False(after.Members.ContainsKey(Plain));
        Assert.Equal(banned.Ban, after.Bans[Plain]);
        Assert.Equal("from the header", Assert.IsType<MemberBanned>(Assert.Single(Accepted(Decide(before, new BanMember(Actor, Plain, null, 0) { Reason = "from the header" })).Events)).Ban.Reason);
    }

    [Fact]
    public void a_transferred_server_obeys_its_new_owner()
    {
        var after = (ServerState)Accepted(ServerEntity.Decide(With(Permissions.None), new TransferServer(Owner, Plain), Now, Ids)).Reply.Value!;
        Accepted(ServerEntity.Decide(after, new DeleteServer(Plain), Now, Ids));
        Refused(ErrorCode.MissingPermissions, ServerEntity.Decide(after, new DeleteServer(Owner), Now, Ids));
        Accepted(ServerEntity.Decide(after, new RemoveMember(Owner, Owner), Now, Ids));
    }

    private static Decision Decide(Permissions granted, ServerCommand command) => Decide(With(granted), command);

    private static Decision Decide(ServerState server, ServerCommand command) => ServerEntity.Decide(server, command, Now, Ids);

    private static IEnumerable<Permissions> Bits(Permissions permissions) => Enum.GetValues<Permissions>().Where(each => ulong.IsPow2((ulong)each) && permissions.HasFlag(each));
}
