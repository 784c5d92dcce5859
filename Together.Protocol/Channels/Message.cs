using System.Text.Json.Serialization;
using Together.Protocol.Users;

namespace Together.Protocol.Channels;

/// <param name="Content">Markdown as text; 1–4,000 characters, with attachments also none.</param>
/// <param name="Nonce">As its author sent it; null when none was sent.</param>
/// <param name="ReplyTo">A message of the same channel; of <c>pin_added</c> the one that was pinned.</param>
/// <param name="ReferencedMessage">The message of <paramref name="ReplyTo"/>, null when it is deleted; in it the reactions and its own reference are left out.</param>
/// <param name="Mentions">Those named by <c>&lt;@user&gt;</c> who are in the server or the conversation and have not blocked the author.</param>
/// <param name="MentionEveryone">True only when the author may.</param>
public sealed record Message(
    MessageId Id,
    ChannelId ChannelId,
    ServerId? ServerId,
    User Author,
    string Content,
    string? Nonce,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EditedAt,
    MessageType Type,
    MessageId? ReplyTo,
    Message? ReferencedMessage,
    IReadOnlyList<User> Mentions,
    IReadOnlyList<RoleId> MentionRoleIds,
    bool MentionEveryone,
    IReadOnlyList<Attachment> Attachments,
    IReadOnlyList<Embed> Embeds,
    IReadOnlyList<Reaction> Reactions,
    bool Pinned);

/// <summary>What a message is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MessageType>))]
public enum MessageType
{
    [JsonStringEnumMemberName("default")]
    Default,

    /// <summary>An answer to another message of the channel.</summary>
    [JsonStringEnumMemberName("reply")]
    Reply,

    /// <summary>By the host: its author has joined the server. Without content.</summary>
    [JsonStringEnumMemberName("member_join")]
    MemberJoin,

    /// <summary>By the host: its author has pinned a message. Without content.</summary>
    [JsonStringEnumMemberName("pin_added")]
    PinAdded,
}

/// <summary>A deleted message, for moderators, until it is removed for good.</summary>
/// <param name="DeletedBy">Its author, a moderator, or who banned the author.</param>
public sealed record DeletedMessage(Message Message, DateTimeOffset DeletedAt, UserId DeletedBy);

/// <param name="Filename">As its uploader called it, without what a file system could take amiss.</param>
/// <param name="ContentType">What it is by its content.</param>
/// <param name="Size">In bytes, as it is stored.</param>
/// <param name="Width">In pixels as shown; of images only.</param>
/// <param name="Height">As <paramref name="Width"/>.</param>
/// <param name="Url">A path on the same origin that needs no header; good for a day at least.</param>
/// <param name="ThumbnailUrl">A smaller picture in WebP, at most 800 pixels wide and high; absent when there is none.</param>
public sealed record Attachment(
    AttachmentId Id,
    string Filename,
    string ContentType,
    long Size,
    int? Width,
    int? Height,
    string Url,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ThumbnailUrl = null);

public sealed record Embed(string Type, string? Url, string? Title, string? Description);

/// <param name="Me">Whether the receiver is among them.</param>
public sealed record Reaction(string Emoji, int Count, bool Me);
