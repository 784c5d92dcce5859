using System.ComponentModel.DataAnnotations;
using Together.Protocol.Channels;
using Together.Protocol.Servers;
using Together.Protocol.Users;
using Together.Protocol.Voice;

namespace Together.Protocol.Gateway;

/// <summary>The first dispatch after IDENTIFY: all that a client needs to start from.</summary>
/// <param name="SessionId">Opaque, for RESUME.</param>
/// <param name="Presences">Of friends who share no server; the others' are with their servers.</param>
public sealed record Ready(
    string SessionId,
    CurrentUser User,
    IReadOnlyList<ServerSnapshot> Servers,
    IReadOnlyList<Channel> PrivateChannels,
    IReadOnlyList<Relationship> Relationships,
    IReadOnlyList<ReadState> ReadStates,
    UserSettings Settings,
    IReadOnlyList<Presence> Presences);

/// <summary>Ends a RESUME: what is current of the things that are not replayed.</summary>
public sealed record Resumed(
    IReadOnlyList<Presence> Presences, IReadOnlyList<VoiceState> VoiceStates, IReadOnlyList<ReadState> ReadStates, UserSettings Settings);

/// <summary>What a user has read of a channel: in READY and RESUMED for the channels that have one, and when it changes.</summary>
/// <param name="LastReadMessageId">Null when nothing was marked, or unread from the beginning.</param>
/// <param name="MentionCount">Messages above it that mention the user.</param>
public sealed record ReadState(ChannelId ChannelId, MessageId? LastReadMessageId, int MentionCount);

/// <summary>Somebody types: shown for 10 s, or until their message comes.</summary>
/// <param name="ServerId">Null in a private channel.</param>
public sealed record TypingStart(ChannelId ChannelId, ServerId? ServerId, UserId UserId, DateTimeOffset Timestamp);

public sealed record MessageDelete(MessageId Id, ChannelId ChannelId, ServerId? ServerId);

public sealed record MessageDeleteBulk(IReadOnlyList<MessageId> Ids, ChannelId ChannelId, ServerId? ServerId);

public sealed record ChannelDelete(ChannelId Id, ServerId? ServerId);

public sealed record ServerDelete(ServerId Id);

public sealed record ServerMember(ServerId ServerId, Member Member);

public sealed record ServerMemberRemove(ServerId ServerId, UserId UserId);

public sealed record ServerRole(ServerId ServerId, Role Role);

public sealed record ServerRoleDelete(ServerId ServerId, RoleId RoleId);

/// <summary>To those who may ban.</summary>
public sealed record ServerBan(ServerId ServerId, UserId UserId);

/// <summary>One reaction of one user.</summary>
public sealed record MessageReaction(ChannelId ChannelId, ServerId? ServerId, MessageId MessageId, UserId UserId, string Emoji);

public sealed record ChannelPinsUpdate(ChannelId ChannelId, ServerId? ServerId, MessageId MessageId, bool Pinned);

public sealed record RelationshipRemove(UserId UserId);

/// <summary>The answer to REQUEST_MEMBERS.</summary>
public sealed record ServerMembersChunk(ServerId ServerId, IReadOnlyList<Member> Members, IReadOnlyList<Presence> Presences);

public sealed record SessionRevoked(SessionId SessionId);

/// <summary>The first frame of a connection.</summary>
/// <param name="HeartbeatInterval">Milliseconds between two heartbeats of the client's.</param>
public sealed record Hello(long HeartbeatInterval);

/// <summary>Everything up to a position has been sent before this frame.</summary>
/// <param name="S">The position; null before IDENTIFY.</param>
public sealed record HeartbeatAck(long? S);

/// <summary>The session cannot be resumed: IDENTIFY on the same socket.</summary>
public sealed record InvalidSession(bool Resumable);

/// <summary>From a client, within 10 s of HELLO.</summary>
/// <param name="Token">The access token, when the upgrade did not carry it.</param>
/// <param name="Status">What to be shown as; as it was when absent.</param>
public sealed record Identify(string? Token = null, [property: AllowedValues("online", "away", "dnd", "invisible")] string? Status = null);

/// <summary>From a client, instead of IDENTIFY.</summary>
/// <param name="SessionId">READY's.</param>
/// <param name="Seq">The larger of the last <c>s</c> received and the last HEARTBEAT_ACK's.</param>
/// <param name="Token">The access token, when the upgrade did not carry it.</param>
public sealed record ResumeSession(string SessionId, long Seq, string? Token = null);

/// <summary>From a client: what its user wants to be shown as.</summary>
/// <param name="CustomStatus">Null for none; as it was when absent.</param>
public sealed record UpdatePresence([property: AllowedValues("online", "away", "dnd", "invisible")] string Status, CustomStatusChoice? CustomStatus = null);

/// <param name="Text">1–128 characters.</param>
/// <param name="Emoji">One emoji.</param>
/// <param name="ExpiresAt">Never when absent.</param>
public sealed record CustomStatusChoice(string? Text = null, string? Emoji = null, DateTimeOffset? ExpiresAt = null);

/// <summary>From a client: answered by SERVER_MEMBERS_CHUNK.</summary>
/// <param name="Query">The beginning of a username or nickname, in any case.</param>
/// <param name="UserIds">Only these; <paramref name="Query"/> does not count then.</param>
/// <param name="Limit">How many at most: 1 to 1,000, 100 when absent.</param>
public sealed record RequestMembers(ServerId ServerId, string? Query = null, IReadOnlyList<UserId>? UserIds = null, int? Limit = null);
