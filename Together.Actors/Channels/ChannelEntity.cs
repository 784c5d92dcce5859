using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Channels;

public abstract record ChannelMessageEvent(ChannelId ChannelId, ServerId ServerId) : DomainEvent
{
    public override Guid Scope => ServerId.Value;
}

public sealed record MessagePosted(ChannelId ChannelId, ServerId ServerId, MessageRecord Message) : ChannelMessageEvent(ChannelId, ServerId);

/// <param name="Message">All of it, as it is now.</param>
public sealed record MessageEdited(ChannelId ChannelId, ServerId ServerId, MessageRecord Message) : ChannelMessageEvent(ChannelId, ServerId);

public sealed record MessageDeleted(ChannelId ChannelId, ServerId ServerId, MessageId MessageId, UserId ActorId) : ChannelMessageEvent(ChannelId, ServerId);

/// <param name="Actor">Who asks.</param>
public abstract record ChannelCommand(UserId Actor);

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

/// <param name="LastMessageId">The highest ID minted; empty before the first.</param>
public sealed record ChannelState(MessageId LastMessageId);

/// <summary>What a channel decides about its messages, and what its events do to it. Pure.</summary>
public static class ChannelEntity
{
    /// <param name="state">The channel's own.</param>
    /// <param name="command">Its actor is authenticated, nothing else is checked yet.</param>
    /// <param name="channelId">This channel.</param>
    /// <param name="server">Its server as this node's views have it; null when it is gone.</param>
    /// <param name="found">The message that the command names, or that its nonce was used for; null when there is none.</param>
    /// <param name="now">The time of the decision.</param>
    public static Decision Decide(ChannelState state, ChannelCommand command, ChannelId channelId, ServerState? server, MessageRecord? found, DateTimeOffset now)
    {
        if (server is null || !server.Channels.TryGetValue(channelId, out var channel)) return Decision.Refuse(ErrorCode.NotFound);
        var permissions = server.Of(command.Actor, channel);
        if (!permissions.HasFlag(Permissions.ViewChannel)) return Decision.Refuse(ErrorCode.NotFound);
        return command switch
        {
            PostMessage c => Post(state, c, channel, server, permissions, found, now),
            EditMessage c => Edit(c, server, permissions, found, now),
            DeleteMessage c => Delete(c, permissions, found),
            _ => throw new InvalidOperationException($"no decision for {command.GetType().Name}"),
        };
    }

    public static ChannelState Apply(ChannelState state, ChannelMessageEvent happened) => happened switch
    {
        MessagePosted e => new ChannelState(e.Message.Id),
        MessageEdited or MessageDeleted => state,
        _ => throw new InvalidOperationException($"no fold for {happened.GetType().Name}"),
    };

    private static Decision Post(ChannelState state, PostMessage c, ChannelRecord channel, ServerState server, Permissions permissions, MessageRecord? found, DateTimeOffset now)
    {
        if (channel.Type == ChannelType.Category) return Decision.Refuse(ErrorCode.Conflict, "a category holds no messages");
        if (!permissions.HasFlag(Permissions.SendMessages)) return Decision.Refuse(ErrorCode.MissingPermissions);
        if (found is not null) return Decision.Answer(new Posted(found, IsRepeated: true));

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
            ? Decision.Persist(null, new MessageDeleted(found.ChannelId, found.ServerId, found.Id, c.Actor))
            : Decision.Refuse(ErrorCode.MissingPermissions);
    }
}
