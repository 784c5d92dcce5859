using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Channels;

/// <summary>A message as it is stored. Its time of creation is in its ID.</summary>
/// <param name="ServerId">Null in a private channel.</param>
/// <param name="ReplyTo">A message of the same channel.</param>
/// <param name="Attachments">Null for none.</param>
public sealed record MessageRecord(
    MessageId Id,
    ChannelId ChannelId,
    ServerId? ServerId,
    UserId AuthorId,
    string Content,
    string? Nonce,
    DateTimeOffset? EditedAt,
    ImmutableArray<UserId> MentionIds,
    ImmutableArray<RoleId> MentionRoleIds,
    bool MentionEveryone,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] MessageType Type = MessageType.Default,
    MessageId? ReplyTo = null,
    ImmutableArray<AttachmentRecord>? Attachments = null)
{
    /// <summary>By a person, not by the host in their name.</summary>
    [JsonIgnore]
    public bool IsWritten => Type is MessageType.Default or MessageType.Reply;
}

/// <summary>A file of a message.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="Width">In pixels; of images only.</param>
public sealed record AttachmentRecord(
    AttachmentId Id,
    string Filename,
    string ContentType,
    long Size,
    int? Width = null,
    int? Height = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool HasThumbnail = false);

/// <summary>Who reacted to a message with one emoji.</summary>
/// <param name="UserIds">In the order they did.</param>
public sealed record ReactionRecord(string Emoji, ImmutableArray<UserId> UserIds);

/// <summary>A message with what has gathered around it.</summary>
/// <param name="IsPinned">Whether it is among the channel's pins.</param>
/// <param name="Reactions">As one reader sees them, the oldest kind first.</param>
/// <param name="Referenced">What it refers to; null when that is deleted, and for a message that refers to nothing.</param>
public sealed record MessageDetail(MessageRecord Message, bool IsPinned, IReadOnlyList<Reaction> Reactions, MessageDetail? Referenced = null);

/// <param name="At">When it was deleted.</param>
/// <param name="By">Who did.</param>
public sealed record DeletedMessageRecord(MessageDetail Message, DateTimeOffset At, UserId By);
