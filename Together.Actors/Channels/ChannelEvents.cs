using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Together.Actors.Persistence;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Channels;

public abstract record ChannelEvent(ChannelId ChannelId) : DomainEvent;

/// <param name="ChannelId">The channel it happened in.</param>
/// <param name="ServerId">Null in a private channel.</param>
public abstract record ChannelMessageEvent(ChannelId ChannelId, ServerId? ServerId) : ChannelEvent(ChannelId)
{
    /// <summary>Why a moderator did it; for the audit log.</summary>
    public string? Reason { get; init; }

    public override Guid Scope => ServerId?.Value ?? ChannelId.Value;
}

public sealed record MessagePosted(ChannelId ChannelId, ServerId? ServerId, MessageRecord Message) : ChannelMessageEvent(ChannelId, ServerId)
{
    /// <summary>What it refers to, for those who are told at once; whoever resumes gets what is left of it by then.</summary>
    [JsonIgnore]
    public MessageDetail? Referenced { get; init; }
}

/// <param name="Message">All of it, as it is now.</param>
/// <param name="IsPinned">As it was then.</param>
/// <param name="Reactions">As they were then; null for none.</param>
public sealed record MessageEdited(ChannelId ChannelId, ServerId? ServerId, MessageRecord Message, bool IsPinned = false, ImmutableArray<ReactionRecord>? Reactions = null)
    : ChannelMessageEvent(ChannelId, ServerId)
{
    /// <inheritdoc cref="MessagePosted.Referenced"/>
    [JsonIgnore]
    public MessageDetail? Referenced { get; init; }

    /// <summary>The reactions as one reader sees them; null for somebody who is not among those who reacted.</summary>
    public IReadOnlyList<Reaction> ReactionsFor(UserId? reader) =>
        Reactions is { } kinds ? [.. kinds.Select(kind => new Reaction(kind.Emoji, kind.UserIds.Length, reader is { } user && kind.UserIds.Contains(user)))] : [];
}

public sealed record MessageDeleted(ChannelId ChannelId, ServerId? ServerId, MessageId MessageId, UserId ActorId, UserId? AuthorId = null) : ChannelMessageEvent(ChannelId, ServerId);

/// <param name="MessageIds">1 to 100, in the order they were posted.</param>
public sealed record MessagesBulkDeleted(ChannelId ChannelId, ServerId? ServerId, ImmutableArray<MessageId> MessageIds, UserId ActorId) : ChannelMessageEvent(ChannelId, ServerId);

/// <summary>Deleted messages are removed for good, from the tables with this event and from the journal behind it.</summary>
/// <param name="MessageIds">1 to 100.</param>
/// <param name="Positions">Where the journal holds their text.</param>
/// <param name="LastMessageId">The channel's last one from here on; null when nothing is left.</param>
public sealed record MessagesErased(ChannelId ChannelId, ServerId? ServerId, ImmutableArray<MessageId> MessageIds, ImmutableArray<long> Positions, MessageId? LastMessageId)
    : ChannelMessageEvent(ChannelId, ServerId);

public sealed record ReactionAdded(ChannelId ChannelId, ServerId? ServerId, MessageId MessageId, UserId UserId, string Emoji) : ChannelMessageEvent(ChannelId, ServerId);

public sealed record ReactionRemoved(ChannelId ChannelId, ServerId? ServerId, MessageId MessageId, UserId UserId, string Emoji) : ChannelMessageEvent(ChannelId, ServerId);

/// <param name="UserIds">Whose reactions with the emoji a moderator removed.</param>
public sealed record ReactionsCleared(ChannelId ChannelId, ServerId? ServerId, MessageId MessageId, string Emoji, ImmutableArray<UserId> UserIds, UserId ActorId)
    : ChannelMessageEvent(ChannelId, ServerId);

public sealed record MessagePinned(ChannelId ChannelId, ServerId? ServerId, MessageId MessageId, UserId ActorId) : ChannelMessageEvent(ChannelId, ServerId);

public sealed record MessageUnpinned(ChannelId ChannelId, ServerId? ServerId, MessageId MessageId, UserId ActorId) : ChannelMessageEvent(ChannelId, ServerId);
