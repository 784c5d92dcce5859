using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Protocol;
using Together.Tests.Actors.Servers;
using Xunit;
using static Together.Tests.Actors.Persistence.Decided;
using static Together.Tests.Actors.Servers.SampleServer;

namespace Together.Tests.Actors.Channels;

public class ChannelEntityTests
{
    private const Permissions Writer = Permissions.ViewChannel | Permissions.SendMessages;

    private static readonly MessageRecord Own = Message(Actor);
    private static readonly MessageRecord Others = Message(Plain);

    /// <summary>Whose message it is about, the command, what it needs beside VIEW_CHANNEL.</summary>
    private static readonly (ChannelCommand Command, MessageRecord? Found, Permissions Needed)[] Guarded =
    [
        (new PostMessage(Actor, "hello", null), null, Permissions.SendMessages),
        (new EditMessage(Actor, Own.Id, "changed"), Own, Permissions.SendMessages),
        (new DeleteMessage(Actor, Others.Id), Others, Permissions.ManageMessages),
    ];

    [Fact]
    public void a_guarded_command_needs_just_its_permissions()
    {
        foreach (var (command, found, needed) in Guarded)
        {
            Accepted(Decide(command, Permissions.ViewChannel | needed, found));
            Refused(ErrorCode.MissingPermissions, Decide(command, Permissions.All & ~Permissions.Administrator & ~needed, found));
            Refused(ErrorCode.NotFound, Decide(command, Permissions.All & ~Permissions.Administrator & ~Permissions.ViewChannel, found));
            Refused(ErrorCode.NotFound, Decide(command with { Actor = Stranger }, Permissions.All, found));
            Refused(ErrorCode.NotFound, ChannelEntity.Decide(new ChannelState(default), command, Text, null, found, Now));
            Refused(ErrorCode.NotFound, ChannelEntity.Decide(new ChannelState(default), command, New, With(Permissions.All), found, Now));
        }
    }

    [Fact]
    public void every_command_is_decided_here() => Assert.Equal(
        typeof(ChannelCommand).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ChannelCommand))).Select(type => type.Name).Order(StringComparer.Ordinal),
        Guarded.Select(row => row.Command.GetType().Name).Order(StringComparer.Ordinal));

    [Fact]
    public void a_message_that_is_not_there_is_not_found()
    {
        Refused(ErrorCode.NotFound, Decide(new EditMessage(Actor, Own.Id, "x"), Permissions.All, null));
        Refused(ErrorCode.NotFound, Decide(new DeleteMessage(Actor, Own.Id), Permissions.All, null));
    }

    [Fact]
    public void nobody_edits_anothers_message() =>
        Refused(ErrorCode.MissingPermissions, Decide(new EditMessage(Actor, Others.Id, "x"), Permissions.All, Others));

    [Fact]
    public void ones_own_message_may_be_deleted_without_any_other_permission() =>
        Accepted(Decide(new DeleteMessage(Actor, Own.Id), Permissions.ViewChannel, Own));

    [Fact]
    public void a_category_holds_no_messages() =>
        Refused(ErrorCode.Conflict, ChannelEntity.Decide(new ChannelState(default), new PostMessage(Actor, "x", null), Category, With(Permissions.All), null, Now));

    [Fact]
    public void a_repeated_nonce_answers_the_first_message_and_stores_nothing()
    {
        var decision = Decide(new PostMessage(Actor, "again", "nonce"), Writer, Own);
        Assert.Empty(decision.Events);
        Assert.Equal(new Posted(Own, IsRepeated: true), decision.Reply.Value);
    }

    [Fact]
    public void an_edit_that_changes_nothing_stores_nothing() => Assert.Empty(Decide(new EditMessage(Actor, Own.Id, Own.Content), Writer, Own).Events);

    [Fact]
    public void an_edit_keeps_all_but_content_time_and_mentions()
    {
        var edited = Assert.IsType<MessageRecord>(Accepted(Decide(new EditMessage(Actor, Own.Id, $"<@{Plain}>"), Writer, Own)).Reply.Value);
        Assert.Equal([Plain], edited.MentionIds);
        Assert.Equal(Own with { Content = $"<@{Plain}>", EditedAt = Now, MentionIds = edited.MentionIds, MentionRoleIds = edited.MentionRoleIds }, edited);
    }

    [Fact]
    public void ids_ascend_also_when_the_clock_steps_back()
    {
        var server = With(Writer);
        var state = new ChannelState(default);
        var last = default(MessageId);
        foreach (var seconds in (int[])[0, 0, 1, -60, -60, 2])
        {
            var decision = Accepted(ChannelEntity.Decide(state, new PostMessage(Actor, "x", null), Text, server, null, Now.AddSeconds(seconds)));
            var posted = (MessagePosted)Assert.Single(decision.Events);
            Assert.True(posted.Message.Id.CompareTo(last) > 0);
            last = posted.Message.Id;
            state = ChannelEntity.Apply(state, posted);
            Assert.Equal(last, state.LastMessageId);
        }
    }

    [Theory]
    [InlineData(Writer, false)]
    [InlineData(Writer | Permissions.MentionEveryone, true)]
    public void everyone_is_mentioned_by_who_may(Permissions granted, bool mentioned) =>
        Assert.Equal(mentioned, ((Posted)Decide(new PostMessage(Actor, "hey @everyone", null), granted, null).Reply.Value!).Message.MentionEveryone);

    private static MessageRecord Message(UserId author) =>
        new(new MessageId(UuidV7.Next(default, Now)), Text, SampleServer.Id, author, "content", null, null, [], [], false);

    private static Decision Decide(ChannelCommand command, Permissions granted, MessageRecord? found) =>
        ChannelEntity.Decide(new ChannelState(default), command, Text, With(granted), found, Now);
}
