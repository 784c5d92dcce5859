using System.Collections.Immutable;
using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Servers;
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
        (new DeleteMessages(Actor, [Others.Id]), Others, Permissions.ManageMessages),
        (new AddReaction(Actor, Others.Id, "new"), Others, Permissions.AddReactions),
        (new ClearReactions(Actor, Others.Id, "old"), Others, Permissions.ManageMessages),
        (new PinMessage(Actor, Others.Id), Others, Permissions.ManageMessages),
        (new UnpinMessage(Actor, Others.Id), Others, Permissions.ManageMessages),
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
            Refused(ErrorCode.NotFound, ChannelEntity.Decide(new ChannelState(default), command, Text, null, Of(found, command), Now));
            Refused(ErrorCode.NotFound, ChannelEntity.Decide(new ChannelState(default), command, New, With(Permissions.All), Of(found, command), Now));
        }
    }

    [Fact]
    public void every_command_is_decided_here() => Assert.Equal(
        typeof(ChannelCommand).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ChannelCommand)) && !type.IsAbstract).Select(type => type.Name).Order(StringComparer.Ordinal),
        Guarded.Select(row => row.Command.GetType().Name).Concat([
            nameof(DeleteMessagesOfBanned), nameof(WelcomeMember), nameof(EraseMessages), nameof(RemoveReaction),
            nameof(OpenPrivateChannel), nameof(RenameGroup), nameof(AddRecipient), nameof(RemoveRecipient), nameof(ClosePrivateChannel),
        ]).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(-9.999, Writer, 1)]
    [InlineData(-10, Writer, null)]
    [InlineData(-1, Writer | Permissions.ManageMessages, null)]
    public void slow_mode_asks_for_patience(double lastPost, Permissions granted, int? retryAfter)
    {
        var server = With(granted);
        server = server with { Channels = server.Channels.SetItem(Text, server.Channels[Text] with { SlowModeSeconds = 10 }) };
        var decision = ChannelEntity.Decide(new ChannelState(default), new PostMessage(Actor, "x", null), Text, server, new Found(null, Now.AddSeconds(lastPost), []), Now);
        if (retryAfter is null)
        {
            Accepted(decision);
            return;
        }

        Refused(ErrorCode.RateLimited, decision);
        Assert.Equal(TimeSpan.FromMilliseconds(1), decision.Reply.RetryAfter);
        // Asked for again, what was posted is answered.
        Assert.Null(ChannelEntity.Decide(new ChannelState(default), new PostMessage(Actor, "x", "nonce"), Text, server, new Found(Own, Now.AddSeconds(lastPost), []), Now).Reply.Error);
    }

    [Fact]
    public void a_file_needs_attach_files_and_to_be_reserved()
    {
        var file = new AttachmentRecord(new AttachmentId(UuidV7.Next(default, Now)), "cat.jpg", "image/jpeg", 48_213, 1200, 800, true);
        Refused(ErrorCode.MissingPermissions, Post(Permissions.All & ~Permissions.Administrator & ~Permissions.AttachFiles, [file]));
        var missing = Post(Writer | Permissions.AttachFiles, null);
        Refused(ErrorCode.InvalidBody, missing);
        Assert.Equal("attachment_ids", missing.Reply.Field);
        var posted = Assert.IsType<MessagePosted>(Assert.Single(Post(Writer | Permissions.AttachFiles, [file]).Events));
        Assert.Equal([file], posted.Message.Attachments!.Value);

        Decision Post(Permissions granted, ImmutableArray<AttachmentRecord>? reserved) => ChannelEntity.Decide(
            new ChannelState(default), new PostMessage(Actor, "", null) { AttachmentIds = [file.Id] }, Text, With(granted), new Found(null, null, []) { Attachments = reserved }, Now);
    }

    [Fact]
    public void an_edit_keeps_the_files()
    {
        var file = new AttachmentRecord(new AttachmentId(UuidV7.Next(default, Now)), "cat.jpg", "image/jpeg", 48_213, 1200, 800, true);
        var edited = Decide(new EditMessage(Actor, Own.Id, ""), Writer, Own with { Attachments = [file] });
        Assert.Equal([file], Assert.IsType<MessageEdited>(Assert.Single(edited.Events)).Message.Attachments!.Value);
    }

    [Fact]
    public void a_timed_out_member_writes_nothing_until_it_ends()
    {
        var server = With(Permissions.All & ~Permissions.Administrator);
        server = server with { Members = server.Members.SetItem(Actor, server.Members[Actor] with { Sanctions = new Sanctions(Now.AddMinutes(1)) }) };
        foreach (var (command, found, _) in Guarded)
        {
            Refused(ErrorCode.MissingPermissions, ChannelEntity.Decide(new ChannelState(default), command, Text, server, Of(found, command), Now));
            Accepted(ChannelEntity.Decide(new ChannelState(default), command, Text, server, Of(found, command), Now.AddMinutes(1)));
        }
    }

    [Fact]
    public void what_a_ban_takes_along_is_one_event()
    {
        var command = new DeleteMessagesOfBanned(Actor, Plain, Now.AddDays(-1), Now) { Reason = "spam" };
        var decision = Accepted(ChannelEntity.Decide(new ChannelState(default), command, Text, With(Permissions.None), new Found(null, null, [Own.Id, Others.Id]), Now));
        var deleted = Assert.IsType<MessagesBulkDeleted>(Assert.Single(decision.Events));
        Assert.Equal([Own.Id, Others.Id], deleted.MessageIds);
        Assert.Equal(("spam", 2), (deleted.Reason, (int)decision.Reply.Value!));
        var again = ChannelEntity.Decide(new ChannelState(default), command, Text, With(Permissions.None), new Found(null, null, []), Now);
        Assert.Empty(again.Events);
        Assert.Equal(0, again.Reply.Value);
    }

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
        Refused(ErrorCode.Conflict, ChannelEntity.Decide(new ChannelState(default), new PostMessage(Actor, "x", null), Category, With(Permissions.All), default, Now));

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
        var edited = Assert.IsType<MessageEdited>(Accepted(Decide(new EditMessage(Actor, Own.Id, $"<@{Plain}>"), Writer, Own)).Reply.Value).Message;
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
            var decision = Accepted(ChannelEntity.Decide(state, new PostMessage(Actor, "x", null), Text, server, default, Now.AddSeconds(seconds)));
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
        ChannelEntity.Decide(new ChannelState(default), command, Text, With(granted), Of(found, command), Now);

    private static Found Of(MessageRecord? message, ChannelCommand command) =>
        new(message, null, message is null ? [] : [message.Id]) { Reactions = [new ReactionRecord("old", [Plain])], IsPinned = command is UnpinMessage };
}
