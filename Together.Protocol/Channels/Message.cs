using Together.Protocol.Users;

namespace Together.Protocol.Channels;

/// <param name="Content">Markdown as text; 1–4,000 characters.</param>
/// <param name="Nonce">As its author sent it; null when none was sent.</param>
/// <param name="Type"><c>default</c>.</param>
/// <param name="Mentions">Members named by <c>&lt;@user&gt;</c> who are in the server.</param>
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
    string Type,
    MessageId? ReplyTo,
    Message? ReferencedMessage,
    IReadOnlyList<User> Mentions,
    IReadOnlyList<RoleId> MentionRoleIds,
    bool MentionEveryone,
    IReadOnlyList<Attachment> Attachments,
    IReadOnlyList<Embed> Embeds,
    IReadOnlyList<Reaction> Reactions,
    bool Pinned);

public sealed record Attachment(Guid Id, string Filename, string ContentType, long Size, int? Width, int? Height, string Url);

public sealed record Embed(string Type, string? Url, string? Title, string? Description);

/// <param name="Me">Whether the receiver is among them.</param>
public sealed record Reaction(string Emoji, int Count, bool Me);
