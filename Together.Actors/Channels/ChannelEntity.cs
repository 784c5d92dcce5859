using System.Collections.Immutable;
using System.Globalization;
using Together.Actors.Persistence;
using Together.Actors.Runtime;
using Together.Actors.Servers;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Channels;

/// <param name="LastMessageId">The highest ID minted; empty before the first.</param>
/// <param name="Private">Null for a channel of a server, and before a private one's creation.</param>
public sealed record ChannelState(MessageId LastMessageId, PrivateChannelRecord? Private = null);

/// <summary>What the database and the views know that a decision needs.</summary>
/// <param name="Message">The one that the command names, or that its nonce was used for; null when there is none.</param>
/// <param name="AuthorsLastPost">When the author last posted here, also when that is deleted; looked for in slow mode only.</param>
/// <param name="Ids">What is there of what is to be deleted.</param>
public readonly record struct Found(MessageRecord? Message, DateTimeOffset? AuthorsLastPost, ImmutableArray<MessageId> Ids)
{
    /// <summary>Whether <see cref="Message"/> is pinned.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Those of <see cref="Message"/>.</summary>
    public ImmutableArray<ReactionRecord> Reactions { get; init; }

    /// <summary>What <see cref="Message"/>, or the one to be posted, refers to.</summary>
    public MessageDetail? Referenced { get; init; }

    /// <summary>Pins of the channel.</summary>
    public int Pins { get; init; }

    /// <summary>The files to be posted, reserved for this channel; null when one of them cannot be.</summary>
    public ImmutableArray<AttachmentRecord>? Attachments { get; init; }

    /// <summary>Who has blocked the author; null for nobody.</summary>
    public IReadOnlySet<UserId>? BlockedBy { get; init; }

    /// <summary>Where the journal holds the texts of <see cref="Ids"/>.</summary>
    public ImmutableArray<long> Positions { get; init; }

    /// <summary>The channel's last message when <see cref="Ids"/> are gone.</summary>
    public MessageId? LastMessageId { get; init; }

    /// <summary>Of a conversation of two: one has blocked the other, or is gone.</summary>
    public bool IsSilenced { get; init; }
}

/// <summary>What a channel decides about its messages, and what its events do to it. Pure.</summary>
public static class ChannelEntity
{
    /// <param name="state">The channel's own.</param>
    /// <param name="command">Its actor is authenticated, nothing else is checked yet.</param>
    /// <param name="channelId">This channel.</param>
    /// <param name="server">Its server; null when it is gone, and for a private channel.</param>
    /// <param name="found">What the database knows that the decision needs.</param>
    /// <param name="now">The time of the decision.</param>
    public static Decision Decide(ChannelState state, ChannelCommand command, ChannelId channelId, ServerState? server, Found found, DateTimeOffset now)
    {
        if (command is OpenPrivateChannel or RenameGroup or AddRecipient or RemoveRecipient or ClosePrivateChannel)
            return PrivateChannelEntity.Decide(state.Private, command, channelId, now);
        if (command is EraseMessages erase) return Erase(erase, channelId, found);

        var channel = state.Private is { } conversation ? new AnyChannel(conversation, found.IsSilenced)
            : server is not null && server.Channels.TryGetValue(channelId, out var record) ? new AnyChannel(server, record)
            : null;
        if (channel is null) return Decision.Refuse(ErrorCode.NotFound);
        if (command is DeleteMessagesOfBanned deletion) return Delete(deletion, channel, found);
        if (command is WelcomeMember welcome) return Welcome(state, welcome, channel, found, now);
        var permissions = channel.Of(command.Actor, now);
        if ((permissions & Permissions.ViewChannel) == 0) return Decision.Refuse(ErrorCode.NotFound);
        if (command is MessageCommand && found.Message is null) return Decision.Refuse(ErrorCode.NotFound);
        return command switch
        {
            PostMessage c => Post(state, c, channel, permissions, found, now),
            EditMessage c => Edit(c, channel, permissions, found, now),
            DeleteMessage c => Delete(c, permissions, found.Message!),
            DeleteMessages c => Delete(c, channel, permissions, found),
            AddReaction c => Add(c, permissions, found),
            RemoveReaction c => Remove(c, found),
            ClearReactions c => Clear(c, permissions, found),
            PinMessage c => Pin(state, c, channel, permissions, found, now),
            UnpinMessage c => Unpin(c, channel, permissions, found),
            _ => throw new InvalidOperationException($"no decision for {command.GetType().Name}"),
        };
    }

    public static ChannelState Apply(ChannelState state, ChannelEvent happened) => happened switch
    {
        MessagePosted e => state with { LastMessageId = e.Message.Id },
        ChannelMessageEvent => state,
        PrivateChannelEvent e => state with { Private = PrivateChannelEntity.Apply(e) },
        _ => throw new InvalidOperationException($"no fold for {happened.GetType().Name}"),
    };

    /// <summary>The nonce of a welcome: the same for the same joining.</summary>
    public static string NonceOf(WelcomeMember c) => string.Create(CultureInfo.InvariantCulture, $"joined-{c.Position}");

    private static Decision Post(ChannelState state, PostMessage c, AnyChannel channel, Permissions permissions, Found found, DateTimeOffset now)
    {
        if (channel.Type == ChannelType.Category) return Decision.Refuse(ErrorCode.Conflict, "a category holds no messages");
        if ((permissions & Permissions.SendMessages) == 0) return Decision.Refuse(ErrorCode.MissingPermissions);
        if (found.Message is not null) return Decision.Answer(new Posted(found.Message, IsRepeated: true));
        if (!c.AttachmentIds.IsEmpty && (permissions & Permissions.AttachFiles) == 0) return Decision.Refuse(ErrorCode.MissingPermissions, "a file needs ATTACH_FILES");
        if (!c.AttachmentIds.IsEmpty && found.Attachments is null)
            return Decision.Refuse(ErrorCode.InvalidBody, "names a file that is not there, not yours, or posted already", "attachment_ids");
        // The answer shows what is replied to.
        if (c.ReplyTo is not null && (permissions & Permissions.ReadMessageHistory) == 0) return Decision.Refuse(ErrorCode.MissingPermissions, "a reply needs READ_MESSAGE_HISTORY");
        if (c.ReplyTo is not null && found.Referenced is null) return Decision.Refuse(ErrorCode.InvalidBody, "is not a message of this channel", "reply_to");
        var slowMode = channel.Channel?.SlowModeSeconds ?? 0;
        if (slowMode > 0 && (permissions & Permissions.ManageMessages) == 0 && found.AuthorsLastPost is { } last)
        {
            var wait = last.AddSeconds(slowMode) - now;
            if (wait > TimeSpan.Zero) return new Decision([], Reply.TooEarly(wait, "this channel is in slow mode"));
        }

        var mentions = MentionsIn(c.Content, channel, permissions, found);
        var message = new MessageRecord(
            Next(state, now), channel.Id, channel.ServerId, c.Actor, c.Content, c.Nonce, null, mentions.Users, mentions.Roles, mentions.Everyone,
            c.ReplyTo is null ? MessageType.Default : MessageType.Reply, c.ReplyTo, c.AttachmentIds.IsEmpty ? null : found.Attachments);
        var posted = new MessagePosted(channel.Id, channel.ServerId, message) { Referenced = found.Referenced };
        var answer = new Posted(message, IsRepeated: false) { Referenced = found.Referenced };
        // Whoever has closed the conversation finds it in their list again.
        return channel.Private is { ClosedFor.IsEmpty: false } closed
            ? Decision.Persist(answer, new PrivateChannelUpdated(closed.Id, c.Actor, closed, closed with { ClosedFor = [] }, null), posted)
            : Decision.Persist(answer, posted);
    }

    private static Decision Welcome(ChannelState state, WelcomeMember c, AnyChannel channel, Found found, DateTimeOffset now)
    {
        if (found.Message is not null || !channel.IsMember(c.Actor)) return Decision.Answer(null);
        var message = new MessageRecord(Next(state, now), channel.Id, channel.ServerId, c.Actor, "", NonceOf(c), null, [], [], false, MessageType.MemberJoin);
        return Decision.Persist(null, new MessagePosted(channel.Id, channel.ServerId, message));
    }

    private static Decision Edit(EditMessage c, AnyChannel channel, Permissions permissions, Found found, DateTimeOffset now)
    {
        var message = found.Message!;
        if (message.AuthorId != c.Actor) return Decision.Refuse(ErrorCode.MissingPermissions, "only its author may edit a message");
        if ((permissions & Permissions.SendMessages) == 0) return Decision.Refuse(ErrorCode.MissingPermissions);
        if (!message.IsWritten) return Decision.Refuse(ErrorCode.Conflict, "a system message cannot be edited");
        var reactions = found.Reactions.IsDefaultOrEmpty ? default(ImmutableArray<ReactionRecord>?) : found.Reactions;
        var unchanged = new MessageEdited(channel.Id, channel.ServerId, message, found.IsPinned, reactions) { Referenced = found.Referenced };
        if (message.Content == c.Content) return Decision.Answer(unchanged);

        var mentions = MentionsIn(c.Content, channel, permissions, found);
        var edited = unchanged with
        {
            Message = message with
            {
                Content = c.Content,
                EditedAt = now,
                MentionIds = mentions.Users,
                MentionRoleIds = mentions.Roles,
                MentionEveryone = mentions.Everyone,
            },
        };
        return Decision.Persist(edited, edited);
    }

    private static Decision Delete(DeleteMessage c, Permissions permissions, MessageRecord found) =>
        found.AuthorId == c.Actor || (permissions & Permissions.ManageMessages) != 0
            ? Decision.Persist(null, new MessageDeleted(found.ChannelId, found.ServerId, found.Id, c.Actor, found.AuthorId) { Reason = c.Reason })
            : Decision.Refuse(ErrorCode.MissingPermissions);

    private static Decision Delete(DeleteMessages c, AnyChannel channel, Permissions permissions, Found found)
    {
        if ((permissions & Permissions.ManageMessages) == 0) return Decision.Refuse(ErrorCode.MissingPermissions);
        return found.Ids.IsEmpty
            ? Decision.Answer(null)
            : Decision.Persist(null, new MessagesBulkDeleted(channel.Id, channel.ServerId, found.Ids, c.Actor) { Reason = c.Reason });
    }

    private static Decision Delete(DeleteMessagesOfBanned c, AnyChannel channel, Found found) => found.Ids.IsEmpty
        ? Decision.Answer(0)
        : Decision.Persist(found.Ids.Length, new MessagesBulkDeleted(channel.Id, channel.ServerId, found.Ids, c.Actor) { Reason = c.Reason });

    private static Decision Erase(EraseMessages c, ChannelId channel, Found found) => found.Ids.IsEmpty
        ? Decision.Answer(0)
        : Decision.Persist(found.Ids.Length, new MessagesErased(channel, c.ServerId, found.Ids, found.Positions, found.LastMessageId));

    private static Decision Add(AddReaction c, Permissions permissions, Found found)
    {
        if ((permissions & Permissions.AddReactions) == 0) return Decision.Refuse(ErrorCode.MissingPermissions);
        var kind = found.Reactions.FirstOrDefault(reaction => reaction.Emoji == c.Emoji);
        if (kind?.UserIds.Contains(c.Actor) == true) return Decision.Answer(null);
        if (kind is null && found.Reactions.Length >= Limits.ReactionKindsMax)
            return Decision.Refuse(ErrorCode.LimitReached, $"a message holds {Limits.ReactionKindsMax} kinds of reactions");
        return Decision.Persist(null, new ReactionAdded(found.Message!.ChannelId, found.Message.ServerId, c.Id, c.Actor, c.Emoji));
    }

    private static Decision Remove(RemoveReaction c, Found found) =>
        found.Reactions.Any(reaction => reaction.Emoji == c.Emoji && reaction.UserIds.Contains(c.Actor))
            ? Decision.Persist(null, new ReactionRemoved(found.Message!.ChannelId, found.Message.ServerId, c.Id, c.Actor, c.Emoji))
            : Decision.Refuse(ErrorCode.NotFound);

    private static Decision Clear(ClearReactions c, Permissions permissions, Found found)
    {
        if ((permissions & Permissions.ManageMessages) == 0) return Decision.Refuse(ErrorCode.MissingPermissions);
        return found.Reactions.FirstOrDefault(reaction => reaction.Emoji == c.Emoji) is { } kind
            ? Decision.Persist(null, new ReactionsCleared(found.Message!.ChannelId, found.Message.ServerId, c.Id, c.Emoji, kind.UserIds, c.Actor))
            : Decision.Refuse(ErrorCode.NotFound);
    }

    private static Decision Pin(ChannelState state, PinMessage c, AnyChannel channel, Permissions permissions, Found found, DateTimeOffset now)
    {
        if (!MayPin(channel, permissions)) return Decision.Refuse(ErrorCode.MissingPermissions);
        if (!found.Message!.IsWritten) return Decision.Refuse(ErrorCode.Conflict, "a system message cannot be pinned");
        if (found.IsPinned) return Decision.Answer(null);
        if (found.Pins >= Limits.PinsMax) return Decision.Refuse(ErrorCode.LimitReached, $"a channel holds {Limits.PinsMax} pins; unpin some first");
        var message = new MessageRecord(Next(state, now), channel.Id, channel.ServerId, c.Actor, "", null, null, [], [], false, MessageType.PinAdded, c.Id);
        return Decision.Persist(
            null,
            new MessagePinned(channel.Id, channel.ServerId, c.Id, c.Actor) { Reason = c.Reason },
            new MessagePosted(channel.Id, channel.ServerId, message) { Referenced = new MessageDetail(found.Message, true, []) });
    }

    private static Decision Unpin(UnpinMessage c, AnyChannel channel, Permissions permissions, Found found)
    {
        if (!MayPin(channel, permissions)) return Decision.Refuse(ErrorCode.MissingPermissions);
        return found.IsPinned ? Decision.Persist(null, new MessageUnpinned(channel.Id, channel.ServerId, c.Id, c.Actor) { Reason = c.Reason }) : Decision.Answer(null);
    }

    /// <summary>Among themselves everybody who may write.</summary>
    public static bool MayPin(AnyChannel channel, Permissions permissions) =>
        (permissions & (channel.Private is null ? Permissions.ManageMessages : Permissions.SendMessages)) != 0;

    private static MessageId Next(ChannelState state, DateTimeOffset now) => new(UuidV7.Next(state.LastMessageId.Value, now));

    private static Mentions MentionsIn(string content, AnyChannel channel, Permissions author, Found found)
    {
        var mentions = Mentions.In(content, channel, author);
        return found.BlockedBy is { Count: > 0 } blockedBy ? mentions with { Users = mentions.Users.RemoveAll(blockedBy.Contains) } : mentions;
    }
}
