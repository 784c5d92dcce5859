using System.Collections.Immutable;
using Together.Protocol;

namespace Together.Actors.Channels;

/// <param name="Actor">Who asks.</param>
public abstract record ChannelCommand(UserId Actor)
{
    /// <summary>Why a moderator does it; for the audit log.</summary>
    public string? Reason { get; init; }
}

/// <summary>A command about one message.</summary>
/// <param name="Id">Which; <c>not_found</c> when it is deleted.</param>
public abstract record MessageCommand(UserId Actor, MessageId Id) : ChannelCommand(Actor);

/// <summary>Answers <see cref="Posted"/>. Needs SEND_MESSAGES.</summary>
/// <param name="Content">Trimmed, 1–4,000 characters.</param>
/// <param name="Nonce">The same author and nonce within ten minutes answers the first message again.</param>
/// <param name="ReplyTo">A message of this channel that is not deleted.</param>
public sealed record PostMessage(UserId Actor, string Content, string? Nonce, MessageId? ReplyTo = null) : ChannelCommand(Actor)
{
    /// <summary>The actor's own uploads, in no message yet. Needs ATTACH_FILES. With one the content may be empty.</summary>
    public ImmutableArray<AttachmentId> AttachmentIds { get; init; } = [];
}

/// <param name="IsRepeated">True when the nonce had been used: nothing new was stored.</param>
public sealed record Posted(MessageRecord Message, bool IsRepeated)
{
    /// <summary>Of a new message, what it refers to.</summary>
    public MessageDetail? Referenced { get; init; }
}

/// <summary>Answers <see cref="MessageEdited"/>. One's own only.</summary>
public sealed record EditMessage(UserId Actor, MessageId Id, string Content) : MessageCommand(Actor, Id);

/// <summary>One's own, or with MANAGE_MESSAGES any.</summary>
public sealed record DeleteMessage(UserId Actor, MessageId Id) : MessageCommand(Actor, Id);

/// <summary>Needs MANAGE_MESSAGES. What is not there is left out.</summary>
/// <param name="Ids">1 to 100.</param>
public sealed record DeleteMessages(UserId Actor, ImmutableArray<MessageId> Ids) : ChannelCommand(Actor);

/// <summary>Needs ADD_REACTIONS. Repeated, it changes nothing.</summary>
/// <param name="Emoji">One RGI emoji in its fully-qualified form.</param>
public sealed record AddReaction(UserId Actor, MessageId Id, string Emoji) : MessageCommand(Actor, Id);

/// <summary>One's own.</summary>
public sealed record RemoveReaction(UserId Actor, MessageId Id, string Emoji) : MessageCommand(Actor, Id);

/// <summary>Everybody's with this emoji. Needs MANAGE_MESSAGES.</summary>
public sealed record ClearReactions(UserId Actor, MessageId Id, string Emoji) : MessageCommand(Actor, Id);

/// <summary>Needs MANAGE_MESSAGES; among themselves anybody may. Repeated, it changes nothing.</summary>
public sealed record PinMessage(UserId Actor, MessageId Id) : MessageCommand(Actor, Id);

/// <inheritdoc cref="PinMessage"/>
public sealed record UnpinMessage(UserId Actor, MessageId Id) : MessageCommand(Actor, Id);

/// <summary>Says that somebody has joined, once for each time. The host's own: asks for no permission.</summary>
/// <param name="Actor">Who has joined.</param>
/// <param name="Position">Of the event in the log.</param>
/// <param name="At">When they joined.</param>
public sealed record WelcomeMember(UserId Actor, long Position, DateTimeOffset At) : ChannelCommand(Actor);

/// <summary>
/// Answers how many it deleted: up to <see cref="Limits.BulkDeleteMax"/> of what the author posted from then on until the ban. The
/// ban's own work, decided when it was: asks for no permission again. Repeated, it finds what is left.
/// </summary>
/// <param name="Actor">Who banned.</param>
/// <param name="Author">Who was banned.</param>
/// <param name="From">Inclusive.</param>
/// <param name="Until">Inclusive: the moment of the ban.</param>
public sealed record DeleteMessagesOfBanned(UserId Actor, UserId Author, DateTimeOffset From, DateTimeOffset Until) : ChannelCommand(Actor);

/// <summary>Removes for good. The host's own: asks for no permission, and works when the channel is gone.</summary>
/// <param name="ServerId">Of the messages; null in a private channel.</param>
/// <param name="Ids">1 to 100; those that are not deleted stay, unless their channel is gone.</param>
public sealed record EraseMessages(ServerId? ServerId, ImmutableArray<MessageId> Ids) : ChannelCommand(default(UserId));
