using System.Collections.Immutable;
using Together.Protocol;

namespace Together.Actors.Channels;

/// <summary>A message as it is stored. Its time of creation is in its ID.</summary>
public sealed record MessageRecord(
    MessageId Id,
    ChannelId ChannelId,
    ServerId ServerId,
    UserId AuthorId,
    string Content,
    string? Nonce,
    DateTimeOffset? EditedAt,
    ImmutableArray<UserId> MentionIds,
    ImmutableArray<RoleId> MentionRoleIds,
    bool MentionEveryone);
