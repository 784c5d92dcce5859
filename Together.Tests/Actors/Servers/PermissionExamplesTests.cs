using System.Collections.Immutable;
using System.Reflection;
using Together.Actors.Servers;
using Together.Protocol;
using Together.Protocol.Channels;
using Xunit;

namespace Together.Tests.Actors.Servers;

/// <summary>The examples of docs/permissions.md, by name.</summary>
public class PermissionExamplesTests
{
    private const Permissions View = Permissions.ViewChannel, Send = Permissions.SendMessages, History = Permissions.ReadMessageHistory, Attach = Permissions.AttachFiles;

    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void roles_only_add()
    {
        var example = new Example(View);
        var (writers, painters) = (example.Role("Writers", Send), example.Role("Painters", Attach));
        var (ada, bob) = (example.Member(writers, painters), example.Member(writers));
        example.Yes(ada, Send, PermissionSource.Role, writers);
        example.Yes(ada, Attach, PermissionSource.Role, painters);
        example.Yes(bob, Send, PermissionSource.Role, writers);
        example.No(bob, Attach, PermissionSource.NotGranted);
    }

    [Fact]
    public void a_channel_for_a_few()
    {
        var example = new Example(View | Send);
        var committee = example.Role("Committee");
        var (ada, bob) = (example.Member(committee), example.Member());
        example.OverwriteEveryone(deny: View);
        example.Overwrite(committee, allow: View);
        example.Yes(ada, View, PermissionSource.RoleOverwrite, committee);
        example.Yes(ada, Send, PermissionSource.EveryoneRole);
        example.No(bob, View, PermissionSource.EveryoneOverwrite);
        example.No(bob, Send, PermissionSource.ViewChannel);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void the_allow_of_one_role_beats_the_deny_of_another(bool isOlderTheEditors)
    {
        var example = new Example(View | Send);
        var first = example.Role("one");
        var second = example.Role("other");
        var (editors, newcomers) = isOlderTheEditors ? (first, second) : (second, first);
        var (ada, bob) = (example.Member(editors, newcomers), example.Member(newcomers));
        example.Overwrite(editors, allow: Send);
        example.Overwrite(newcomers, deny: Send);
        example.Yes(ada, Send, PermissionSource.RoleOverwrite, editors);
        example.No(bob, Send, PermissionSource.RoleOverwrite, newcomers);
    }

    [Fact]
    public void the_word_about_a_member_is_the_last()
    {
        var example = new Example(View);
        var editors = example.Role("Editors");
        var (ada, bob) = (example.Member(editors), example.Member());
        example.OverwriteEveryone(deny: Send);
        example.Overwrite(editors, allow: Send);
        example.Overwrite(ada, deny: Send);
        example.Overwrite(bob, allow: Send);
        example.No(ada, Send, PermissionSource.MemberOverwrite);
        example.Yes(bob, Send, PermissionSource.MemberOverwrite);
    }

    [Fact]
    public void who_does_not_see_a_channel_can_do_nothing_in_it()
    {
        var example = new Example(View);
        var ada = example.Member();
        example.OverwriteEveryone(allow: Send, deny: View);
        example.Overwrite(ada, allow: Send);
        example.No(ada, View, PermissionSource.EveryoneOverwrite);
        example.No(ada, Send, PermissionSource.ViewChannel);
    }

    [Fact]
    public void an_administrator_is_not_kept_out()
    {
        var example = new Example(View);
        var sysop = example.Role("Sysop", Permissions.Administrator);
        var ada = example.Member(sysop);
        example.OverwriteEveryone(deny: View);
        example.Overwrite(ada, deny: View | Send);
        example.Yes(ada, Send, PermissionSource.Administrator, sysop);
        example.Yes(example.Olga, Send, PermissionSource.Owner);
    }

    [Fact]
    public void administrator_in_an_overwrite_has_no_effect()
    {
        var example = new Example(View);
        var ada = example.Member();
        example.Overwrite(ada, allow: Permissions.Administrator);
        example.No(ada, Permissions.Administrator, PermissionSource.NotGranted);
        example.No(ada, Permissions.ManageMessages, PermissionSource.NotGranted);
    }

    [Fact]
    public void a_timeout_leaves_seeing_and_reading()
    {
        var example = new Example(View | Send | History);
        var ada = example.Member();
        example.Do(new UpdateMember(example.Olga, ada, false, null, SetsTimeout: true, TimeoutUntil: Noon.AddMinutes(10), null, null));
        example.Now = Noon.AddMinutes(9);
        example.Yes(ada, View, PermissionSource.EveryoneRole);
        example.Yes(ada, History, PermissionSource.EveryoneRole);
        example.No(ada, Send, PermissionSource.Timeout);
        example.Now = Noon.AddMinutes(10);
        example.Yes(ada, View, PermissionSource.EveryoneRole);
        example.Yes(ada, History, PermissionSource.EveryoneRole);
        example.Yes(ada, Send, PermissionSource.EveryoneRole);
    }

    [Fact]
    public void a_timeout_survives_leaving()
    {
        var example = new Example(View | Send);
        var ada = example.Member();
        example.Do(new UpdateMember(example.Olga, ada, false, null, SetsTimeout: true, TimeoutUntil: Noon.AddMinutes(10), null, null));
        example.Now = Noon.AddMinutes(1);
        example.Do(new RemoveMember(ada, ada));
        example.Now = Noon.AddMinutes(2);
        example.Join(ada);
        example.Now = Noon.AddMinutes(3);
        example.No(ada, Send, PermissionSource.Timeout);
        example.Now = Noon.AddMinutes(10);
        example.Yes(ada, Send, PermissionSource.EveryoneRole);
    }

    [Fact]
    public void of_two_roles_at_one_position_the_older_is_the_higher()
    {
        var example = new Example(View);
        var (elders, juniors, captains) = (example.Role("Elders"), example.Role("Juniors"), example.Role("Captains"));
        example.Do(new MoveRoles(example.Olga, [new RolePlace(captains, 2)]));
        var (ada, bob, cleo) = (example.Member(captains, juniors), example.Member(elders), example.Member(juniors));
        Assert.Equal((true, true), Above(ada));
        Assert.Equal((false, true), Above(bob));
        Assert.Equal((false, false), Above(cleo));
        Assert.Equal((true, true), Above(example.Olga));

        (bool Elders, bool Juniors) Above(UserId user) =>
            (example.Server.Outranks(user, example.Server.Roles[elders]), example.Server.Outranks(user, example.Server.Roles[juniors]));
    }

    [Fact]
    public void the_document_has_these_examples_and_no_others()
    {
        var examples = typeof(PermissionExamplesTests).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Select(test => test.Name).Where(name => name != nameof(the_document_has_these_examples_and_no_others));
        var titles = File.ReadLines(Path.Combine(Repository(AppContext.BaseDirectory), "docs/permissions.md"))
            .Where(line => line.StartsWith("### ", StringComparison.Ordinal)).Select(line => line[4..].ToLowerInvariant().Replace(' ', '_'));
        Assert.Equal(titles, examples);
    }

    private static string Repository(string directory) =>
        File.Exists(Path.Combine(directory, "Together.sln")) ? directory : Repository(Path.GetDirectoryName(directory)!);

    /// <summary>A server that is built as people build one, and a channel to ask about.</summary>
    private sealed class Example
    {
        private readonly IdSource _ids = new(TimeProvider.System);

        public Example(Permissions everyone)
        {
            Olga = _ids.Next<UserId>();
            Do(new CreateServer(Olga, _ids.Next<ServerId>(), "Garden"));
            Do(new UpdateRole(Olga, Server.Everyone.Id, null, null, null, null, everyone));
        }

        public ServerState Server { get; private set; } = null!;

        public UserId Olga { get; }

        public DateTimeOffset Now { get; set; } = Noon;

        private ChannelRecord Channel => Server.Channels.Values.Single(channel => channel.Type == ChannelType.Text);

        public void Do(ServerCommand command)
        {
            var decision = ServerEntity.Decide(Server, command, Now, _ids);
            Assert.Null(decision.Reply.Error);
            foreach (var happened in decision.Events) Server = ServerEntity.Apply(Server, (ServerEvent)happened)!;
        }

        public RoleId Role(string name, Permissions permissions = Permissions.None)
        {
            var id = _ids.Next<RoleId>();
            Do(new CreateRole(Olga, id, name, 0, false, false, permissions));
            return id;
        }

        public UserId Member(params ImmutableArray<RoleId> roles)
        {
            var user = _ids.Next<UserId>();
            Join(user);
            foreach (var role in roles) Do(new SetMemberRole(Olga, user, role, Has: true));
            return user;
        }

        public void Join(UserId user)
        {
            var code = _ids.Next().ToString();
            Do(new CreateInvite(Olga, code, null, null));
            Do(new JoinServer(user, code));
        }

        public void OverwriteEveryone(Permissions allow = 0, Permissions deny = 0) => Overwrite(Server.Everyone.Id, allow, deny);

        public void Overwrite(RoleId role, Permissions allow = 0, Permissions deny = 0) =>
            Do(new SetOverwrite(Olga, Channel.Id, new Overwrite(role.Value, OverwriteType.Role, allow, deny)));

        public void Overwrite(UserId member, Permissions allow = 0, Permissions deny = 0) =>
            Do(new SetOverwrite(Olga, Channel.Id, new Overwrite(member.Value, OverwriteType.Member, allow, deny)));

        public void Yes(UserId user, Permissions permission, PermissionSource by, RoleId? role = null) => Decides(user, permission, true, by, role);

        public void No(UserId user, Permissions permission, PermissionSource by, RoleId? role = null) => Decides(user, permission, false, by, role);

        private void Decides(UserId user, Permissions permission, bool isAllowed, PermissionSource by, RoleId? role)
        {
            Assert.Equal(isAllowed, Server.Allows(user, Channel, permission, Now));
            var last = Server.Explain(Server.Members[user], "member", Channel, permission, Now)[^1];
            Assert.Equal((by, isAllowed ? PermissionEffect.Allow : PermissionEffect.Deny), (last.Source, last.Effect));
            if (role is not null) Assert.Equal(role.Value.Value, last.Id);
        }
    }
}
