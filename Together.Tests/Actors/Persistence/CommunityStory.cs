using Together.Actors.Channels;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Users;
using Together.Host;
using Together.Host.Configuration;
using Together.Protocol;
using Together.Protocol.Channels;
using Together.Protocol.Users;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Persistence;

/// <summary>A whole node on a database, and a story in which every command there is succeeds. One test.</summary>
internal sealed class CommunityStory : IAsyncDisposable
{
    private readonly Node _node;
    private readonly TestDatabase _database;

    private CommunityStory(Node node, TestDatabase database, RecordingLogger logger) => (_node, _database, Logger) = (node, database, logger);

    public Node Node => _node;

    public RecordingLogger Logger { get; }

    /// <summary>The types of the commands that have succeeded so far.</summary>
    public HashSet<Type> Done { get; } = [];

    /// <summary>After each command.</summary>
    public Func<object, Task> Afterwards { get; set; } = _ => Task.CompletedTask;

    /// <summary>What the command line and a host read to find the database.</summary>
    public static Dictionary<string, string> Environment(TestDatabase database) =>
        new() { ["TOGETHER_DATA_DIR"] = database.Directory.Path, ["TOGETHER_DATABASE_URL"] = TestHost.DatabaseUrl(database) };

    public static async Task<CommunityStory> StartAsync(TestDatabase database)
    {
        var logger = new RecordingLogger();
        var options = TogetherOptions.Load(Environment(database));
        options = options with { Actors = options.Actors with { SnapshotEvery = 3 }, Channels = new ChannelsOptions { Welcome = false } };
        return new CommunityStory(await Node.StartAsync(options, TimeProvider.System, logger.AsFactory(), CancellationToken.None), database, logger);
    }

    public async Task TellStoryAsync()
    {
        var ids = _node.Ids;
        var (owner, member, leaver) = (ids.Next<UserId>(), ids.Next<UserId>(), ids.Next<UserId>());
        foreach (var (user, name) in ((UserId, string)[])[(owner, "owner"), (member, "member"), (leaver, "leaver")])
            await AskAsync(EntityRef.User(user), new RegisterUser(new UserRecord(user, name, _node.Time.GetUtcMilliseconds())));
        var session = ids.Next<SessionId>();
        await _database.ExecuteAsync($"insert into sessions (id, user_id, created_at, last_active_at) values ('{session}', '{member}', now(), now())");
        await AskAsync(EntityRef.User(member), new RevokeSessions([session]));

        var id = ids.Next<ServerId>();
        var server = EntityRef.Server(id);
        var created = (ServerState)(await AskAsync(server, new CreateServer(owner, id, "Garden")))!;
        var general = created.Channels.Values.Single(channel => channel.Type == ChannelType.Text).Id;
        var (category, child) = (ids.Next<ChannelId>(), ids.Next<ChannelId>());
        await AskAsync(server, new RenameServer(owner, "Orchard"));
        await AskAsync(server, new ChangeIcon(owner, new string('a', 64)));
        await AskAsync(server, new CreateChannel(owner, category, ChannelType.Category, "Trees", null, null, null));
        await AskAsync(server, new SetOverwrite(owner, category, new Overwrite(id.Value, OverwriteType.Role, Permissions.Speak, Permissions.SendMessages)));
        await AskAsync(server, new CreateChannel(owner, child, ChannelType.Text, "apples", "red and green", category, null));
        await AskAsync(server, new SetOverwrite(owner, child, new Overwrite(owner.Value, OverwriteType.Member, Permissions.SendMessages, Permissions.None)));
        await AskAsync(server, new DeleteOverwrite(owner, child, id.Value));
        await AskAsync(server, new UpdateChannel(owner, general, "lawn", true, "mown", false, null, 7));
        await AskAsync(server, new MoveChannels(owner, [new ChannelPlace(general, 1, true, category), new ChannelPlace(child, 0, false, null)]));
        await AskAsync(server, new UpdateRole(owner, RoleId.Everyone(id), null, null, null, null, Permissions.EveryoneDefault | Permissions.MentionEveryone));
        await AskAsync(server, new SetOverwrite(owner, general, new Overwrite(id.Value, OverwriteType.Role, Permissions.None, Permissions.Speak)));
        await AskAsync(server, new CreateInvite(owner, "apple-tree", 5, TimeSpan.FromDays(1)));
        await AskAsync(server, new CreateInvite(owner, "pear-tree", null, null));
        await AskAsync(server, new JoinServer(member, "apple-tree"));
        await AskAsync(server, new JoinServer(leaver, "pear-tree"));
        await AskAsync(server, new DeleteInvite(owner, "pear-tree"));
        var (gardener, guest) = (ids.Next<RoleId>(), ids.Next<RoleId>());
        await AskAsync(server, new CreateRole(owner, gardener, "gardener", 0x00ff00, true, true, Permissions.ManageMessages));
        await AskAsync(server, new CreateRole(owner, guest, "guest", 0, false, false, Permissions.None));
        await AskAsync(server, new MoveRoles(owner, [new RolePlace(gardener, 2), new RolePlace(guest, 1)]));
        await AskAsync(server, new SetMemberRole(owner, member, guest, Has: true));
        await AskAsync(server, new SetMemberRole(owner, member, gardener, Has: true));
        await AskAsync(server, new SetMemberRole(owner, leaver, guest, Has: true));
        await AskAsync(server, new SetOverwrite(owner, general, new Overwrite(guest.Value, OverwriteType.Role, Permissions.AttachFiles, Permissions.None)));
        await AskAsync(server, new DeleteRole(owner, guest) { Reason = "nobody's \"guest\"" });
        await AskAsync(server, new TransferServer(owner, member));
        await AskAsync(server, new TransferServer(member, owner));

        var lawn = EntityRef.Channel(general, id);
        var first = ((Posted)(await AskAsync(lawn, new PostMessage(member, $"hello <@{owner}> @everyone", "nonce 1")))!).Message;
        await AskAsync(lawn, new AddReaction(owner, first.Id, "\ud83c\udf4f"));
        await AskAsync(lawn, new AddReaction(member, first.Id, "\ud83c\udf4f"));
        await AskAsync(lawn, new AddReaction(member, first.Id, "\ud83c\udf50"));
        await AskAsync(lawn, new AddReaction(leaver, first.Id, "\ud83c\udf51"));
        await AskAsync(lawn, new RemoveReaction(member, first.Id, "\ud83c\udf50"));
        await AskAsync(lawn, new ClearReactions(owner, first.Id, "\ud83c\udf51"));
        await AskAsync(lawn, new PinMessage(owner, first.Id));
        await AskAsync(lawn, new EditMessage(member, first.Id, "hello"));
        var named = ((Posted)(await AskAsync(lawn, new PostMessage(owner, $"<@{member}> <@{leaver}> <@&{gardener}> @here", null)))!).Message;
        await AskAsync(lawn, new EditMessage(owner, named.Id, $"<@{member}> <@{owner}> <@&{gardener}> @everyone"));
        await AskAsync(lawn, new EditMessage(owner, named.Id, $"<@{owner}> <@{leaver}> <@&{gardener}> @everyone"));
        var reply = ((Posted)(await AskAsync(lawn, new PostMessage(leaver, $"<@{member}> hello yourself", null, first.Id)))!).Message;
        await AskAsync(lawn, new PostMessage(member, "", null) { AttachmentIds = [await UploadAsync(member, "kept \"apple\".png"), await UploadAsync(member, "pear.txt")] });
        var photographed = ((Posted)(await AskAsync(lawn, new PostMessage(member, "", null) { AttachmentIds = [await UploadAsync(member, "secret place.png")] }))!).Message;
        await AskAsync(lawn, new EditMessage(member, photographed.Id, "a secret place"));
        await AskAsync(lawn, new DeleteMessage(member, photographed.Id));
        await AskAsync(lawn, new EraseMessages(id, [photographed.Id]));
        await AskAsync(lawn, new PinMessage(owner, reply.Id));
        await AskAsync(lawn, new UnpinMessage(owner, reply.Id));
        await AskAsync(lawn, new PinMessage(owner, reply.Id));
        await AskAsync(lawn, new DeleteMessages(owner, [reply.Id]));
        await AskAsync(lawn, new WelcomeMember(leaver, 1, _node.Time.GetUtcMilliseconds()));
        await AskAsync(lawn, new EraseMessages(id, [reply.Id]));
        await TellOfPrivateThingsAsync(owner, member, leaver);
        var second = ((Posted)(await AskAsync(lawn, new PostMessage(leaver, "quotes ' \" \\ and \u2028, emoji \ud83c\udf4f", null)))!).Message;
        await AskAsync(lawn, new DeleteMessage(owner, second.Id));
        await AskAsync(server, new UpdateMember(owner, leaver, true, "Leaf", true, _node.Time.GetUtcMilliseconds().AddDays(1), true, false));
        var apples = EntityRef.Channel(child, id);
        await AskAsync(apples, new PostMessage(owner, $"<@{member}> gone with its channel", null));
        await AskAsync(server, new DeleteChannel(owner, child));
        await AskAsync(server, new DeleteChannel(owner, category));
        await AskAsync(server, new RemoveMember(leaver, leaver));
        await AskAsync(lawn, new PostMessage(member, "deleted with the ban", null));
        var now = _node.Time.GetUtcMilliseconds();
        await AskAsync(lawn, new DeleteMessagesOfBanned(owner, member, now.AddHours(-1), now.AddHours(1)));
        await AskAsync(server, new CreateInvite(owner, "plum-tree", null, null));
        await AskAsync(server, new JoinServer(leaver, "plum-tree"));
        await AskAsync(server, new RemoveMember(owner, leaver));
        await AskAsync(server, new BanMember(owner, member, "spam", 60));
        await AskAsync(server, new BanMember(owner, leaver, null, 0));
        await AskAsync(server, new UnbanMember(owner, leaver));
        await AskAsync(EntityRef.User(leaver), new DeleteUser());

        var shortLived = ids.Next<ServerId>();
        for (var life = 0; life < 2; life++)
        {
            var state = (ServerState)(await AskAsync(EntityRef.Server(shortLived), new CreateServer(owner, shortLived, $"life {life}")))!;
            await AskAsync(EntityRef.Server(shortLived), new CreateInvite(owner, $"life-{life}", null, null));
            await AskAsync(EntityRef.Server(shortLived), new JoinServer(member, $"life-{life}"));
            await AskAsync(EntityRef.Channel(state.Channels.Values.Single(channel => channel.Type == ChannelType.Text).Id, shortLived), new PostMessage(member, $"short, <@{owner}>", null));
            if (life == 0) await AskAsync(EntityRef.Server(shortLived), new DeleteServer(owner));
        }
    }

    private async Task<AttachmentId> UploadAsync(UserId uploader, string filename)
    {
        var id = _node.Ids.Next<AttachmentId>();
        await _database.ExecuteAsync($"""
            insert into uploads (id, uploader_id, hash, filename, content_type, size, width, height, created_at) values ('{id}', '{uploader}', '\x00', '{filename}', 'image/png', 4096, 64, 48, now())
            """);
        return id;
    }

    private async Task TellOfPrivateThingsAsync(UserId owner, UserId member, UserId leaver)
    {
        await AskAsync(EntityRef.User(member), new ChangeAvatar(new string('b', 64)));
        await AskAsync(EntityRef.User(member), new ChangeProfile(true, "Member \ud83c\udf4f", true, "quotes ' \" \\"));
        await AskAsync(EntityRef.User(member), new ChangeSettings("dark", null, [new NotificationSetting(owner.Value, NotificationLevel.Mentions, _node.Time.GetUtcMilliseconds())]));
        foreach (var (one, other) in ((UserId, UserId)[])[(owner, member), (leaver, member)])
        {
            var between = EntityRef.Relationship(new UserPair(one, other));
            await AskAsync(between, new Befriend(one, other));
            await AskAsync(between, new Befriend(other, one));
            await AskAsync(between, new EndRelationship(one, other));
            await AskAsync(between, new Block(other, one));
            await AskAsync(between, new Block(one, other));
            await AskAsync(between, new EndRelationship(one, other));
        }

        await AskAsync(EntityRef.Relationship(new UserPair(owner, leaver)), new Befriend(owner, leaver));

        var conversation = EntityRef.PrivateChannel(new(new UserPair(owner, leaver).Id));
        await AskAsync(conversation, new OpenPrivateChannel(owner, [leaver]));
        await AskAsync(conversation, new ClosePrivateChannel(leaver));
        var said = ((Posted)(await AskAsync(conversation, new PostMessage(owner, "between us", "nonce")))!).Message;
        await AskAsync(conversation, new EditMessage(owner, said.Id, "between the two of us"));
        await AskAsync(conversation, new AddReaction(leaver, said.Id, "\ud83c\udf4f"));
        await AskAsync(conversation, new DeleteMessage(owner, said.Id));
        await AskAsync(conversation, new EraseMessages(null, [said.Id]));
        await AskAsync(conversation, new PostMessage(leaver, "still here", null));

        var group = EntityRef.PrivateChannel(_node.Ids.Next<ChannelId>());
        await AskAsync(group, new OpenPrivateChannel(owner, [leaver, member]));
        await AskAsync(group, new RenameGroup(owner, "Gardeners"));
        await AskAsync(group, new RemoveRecipient(owner, member));
        await AskAsync(group, new AddRecipient(leaver, member));
        await AskAsync(group, new PostMessage(member, "all of us", null));
        await AskAsync(group, new ClosePrivateChannel(owner));
        await AskAsync(group, new ClosePrivateChannel(member));
        await AskAsync(group, new ClosePrivateChannel(leaver));
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    private async Task<object?> AskAsync(EntityRef entity, object command)
    {
        var reply = await _node.Region.AskAsync(entity, command);
        Assert.True(reply.Error is null, $"{command}: {reply.Error} {reply.Detail}");
        Done.Add(command.GetType());
        await Afterwards(command);
        return reply.Value;
    }
}
