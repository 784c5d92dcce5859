using System.Collections.Immutable;
using Together.Actors.Persistence;
using Together.Actors.Runtime;
using Together.Actors.Servers;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Channels;

public abstract record ChannelMessageEvent(ChannelId ChannelId, ServerId ServerId) : DomainEvent
{
    /// <summary>Why a moderator did it; for the audit log.</summary>
    public string? Reason { get; init; }

    public override Guid Scope => ServerId.Value;
}

public sealed record MessagePosted(ChannelId ChannelId, ServerId ServerId, MessageRecord Message) : ChannelMessageEvent(ChannelId, ServerId);

/// <param name="Message">All of it, as it is now.</param>
public sealed record MessageEdited(ChannelId ChannelId, ServerId ServerId, MessageRecord Message) : ChannelMessageEvent(ChannelId, ServerId);

public sealed record MessageDeleted(ChannelId ChannelId, ServerId ServerId, MessageId MessageId, UserId ActorId, UserId? AuthorId = null) : ChannelMessageEvent(ChannelId, ServerId);

/// <param name="MessageIds">1 to 100, in the order they were posted.</param>
public sealed record MessagesBulkDeleted(ChannelId ChannelId, ServerId ServerId, ImmutableArray<MessageId> MessageIds, UserId ActorId) : ChannelMessageEvent(ChannelId, ServerId);

/// <param name="Actor">Who asks.</param>
public abstract record ChannelCommand(UserId Actor)
{
    /// <summary>Why a moderator does it; for the audit log.</summary>
    public string? Reason { get; init; }
}

/// <summary>Answers <see cref="Posted"/>. Needs SEND_MESSAGES.</summary>
/// <param name="Content">Trimmed, 1–4,000 characters.</param>
/// <param name="Nonce">The same author and nonce within ten minutes answers the first message again.</param>
public sealed record PostMessage(UserId Actor, string Content, string? Nonce) : ChannelCommand(Actor);

/// <param name="IsRepeated">True when the nonce had been used: nothing new was stored.</param>
public sealed record Posted(MessageRecord Message, bool IsRepeated);

/// <summary>Answers <see cref="MessageRecord"/>. One's own only.</summary>
public sealed record EditMessage(UserId Actor, MessageId Id, string Content) : ChannelCommand(Actor);

/// <summary>One's own, or with MANAGE_MESSAGES any.</summary>
public sealed record DeleteMessage(UserId Actor, MessageId Id) : ChannelCommand(Actor);

/// <summary>
/// Answers how many it deleted: up to <see cref="Limits.BulkDeleteMax"/> of what the author posted from then on until the ban. The
/// ban's own work, decided when it was: asks for no permission again. Repeated, it finds what is left.
/// </summary>
/// <param name="Actor">Who banned.</param>
/// <param name="Author">Who was banned.</param>
/// <param name="From">Inclusive.</param>
/// <param name="Until">Inclusive: the moment of the ban.</param>
public sealed record DeleteMessagesOfBanned(UserId Actor, UserId Author, DateTimeOffset From, DateTimeOffset Until) : ChannelCommand(Actor);

/// <param name="LastMessageId">The highest ID minted; empty before the first.</param>
public sealed record ChannelState(MessageId LastMessageId);

/// <param name="Message">The one that the command names, or that its nonce was used for; null when there is none.</param>
/// <param name="AuthorsLastPost">When the author last posted here, also when that is deleted; looked for in slow mode only.</param>
/// <param name="Ids">What a ban takes along.</param>
public readonly record struct Found(MessageRecord? Message, DateTimeOffset? AuthorsLastPost, ImmutableArray<MessageId> Ids);

/// <summary>What a channel decides about its messages, and what its events do to it. Pure.</summary>
public static class ChannelEntity
{
    /// <param name="state">The channel's own.</param>
    /// <param name="command">Its actor is authenticated, nothing else is checked yet.</param>
    /// <param name="channelId">This channel.</param>
    /// <param name="server">Its server; null when it is gone.</param>
    /// <param name="found">What the database knows that the decision needs.</param>
    /// <param name="now">The time of the decision.</param>
    public static Decision Decide(ChannelState state, ChannelCommand command, ChannelId channelId, ServerState? server, Found found, DateTimeOffset now)
    {
        if (server is null || !server.Channels.TryGetValue(channelId, out var channel)) return Decision.Refuse(ErrorCode.NotFound);
        if (command is DeleteMessagesOfBanned deletion) return Delete(deletion, channel, found);
        var permissions = server.Of(command.Actor, channel, now);
        if (!permissions.HasFlag(Permissions.ViewChannel)) return Decision.Refuse(ErrorCode.NotFound);
        return command switch
        {
            PostMessage c => Post(state, c, channel, server, permissions, found, now),
            EditMessage c => Edit(c, server, permissions, found.Message, now),
            DeleteMessage c => Delete(c, permissions, found.Message),
            _ => throw new InvalidOperationException($"no decision for {command.GetType().Name}"),
        };
    }

    public static ChannelState Apply(ChannelState state, ChannelMessageEvent happened) => happened switch
    {
        MessagePosted e => new ChannelState(e.Message.Id),
        MessageEdited or MessageDeleted or MessagesBulkDeleted => state,
        _ => throw new InvalidOperationException($"no fold for {happened.GetType().Name}"),
    };

    private static Decision Post(ChannelState state, PostMessage c, ChannelRecord channel, ServerState server, Permissions permissions, Found found, DateTimeOffset now)
    {
        if (channel.Type == ChannelType.Category) return Decision.Refuse(ErrorCode.Conflict, "a category holds no messages");
        if (!permissions.HasFlag(Permissions.SendMessages)) return Decision.Refuse(ErrorCode.MissingPermissions);
        if (found.Message is not null) return Decision.Answer(new Posted(found.Message, IsRepeated: true));
        if (channel.SlowModeSeconds > 0 && !permissions.HasFlag(Permissions.ManageMessages) && found.AuthorsLastPost is { } last)
        {
            var wait = last.AddSeconds(channel.SlowModeSeconds) - now;
            if (wait > TimeSpan.Zero) return new Decision([], Reply.TooEarly(wait, "this channel is in slow mode"));
        }

        var mentions = Mentions.In(c.Content, server, permissions);
        var id = new MessageId(UuidV7.Next(state.LastMessageId.Value, now));
        var message = new MessageRecord(
            id, channel.Id, server.Id, c.Actor, c.Content, c.Nonce, null, mentions.Users, mentions.Roles, mentions.Everyone);
        return Decision.Persist(new Posted(message, IsRepeated: false), new MessagePosted(channel.Id, server.Id, message));
    }

    private static Decision Edit(EditMessage c, ServerState server, Permissions permissions, MessageRecord? found, DateTimeOffset now)
    {
        if (found is null) return Decision.Refuse(ErrorCode.NotFound);
        if (found.AuthorId != c.Actor) return Decision.Refuse(ErrorCode.MissingPermissions, "only its author may edit a message");
        if (!permissions.HasFlag(Permissions.SendMessages)) return Decision.Refuse(ErrorCode.MissingPermissions);
        if (found.Content == c.Content) return Decision.Answer(found);

        var mentions = Mentions.In(c.Content, server, permissions);
        var edited = found with
        {
            Content = c.Content,
            EditedAt = now,
            MentionIds = mentions.Users,
            MentionRoleIds = mentions.Roles,
            MentionEveryone = mentions.Everyone,
        };
        return Decision.Persist(edited, new MessageEdited(found.ChannelId, found.ServerId, edited));
    }

    private static Decision Delete(DeleteMessage c, Permissions permissions, MessageRecord? found)
    {
        if (found is null) return Decision.Refuse(ErrorCode.NotFound);
        return found.AuthorId == c.Actor || permissions.HasFlag(Permissions.ManageMessages)
            ? Decision.Persist(null, new MessageDeleted(found.ChannelId, found.ServerId, found.Id, c.Actor, found.AuthorId) { Reason = c.Reason })
            : Decision.Refuse(ErrorCode.MissingPermissions);
    }

    private static Decision Delete(DeleteMessagesOfBanned c, ChannelRecord channel, Found found) => found.Ids.IsEmpty
        ? Decision.Answer(0)
        : Decision.Persist(found.Ids.Length, new MessagesBulkDeleted(channel.Id, channel.ServerId, found.Ids, c.Actor) { Reason = c.Reason });
}
