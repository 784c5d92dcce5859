using System.Text.Json.Serialization;
using Together.Protocol.Channels;
using Together.Protocol.Gateway;
using Together.Protocol.Servers;
using Together.Protocol.Users;
using Together.Protocol.Voice;

namespace Together.Protocol;

/// <summary>How every object of the protocol looks in JSON: snake_case names, nulls present, times with milliseconds.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(TimeJsonConverter)])]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(IReadOnlyList<User>))]
[JsonSerializable(typeof(UserProfile))]
[JsonSerializable(typeof(Relationship))]
[JsonSerializable(typeof(IReadOnlyList<Relationship>))]
[JsonSerializable(typeof(RelationshipRemove))]
[JsonSerializable(typeof(CurrentUser))]
[JsonSerializable(typeof(UserSettings))]
[JsonSerializable(typeof(Server))]
[JsonSerializable(typeof(IReadOnlyList<Server>))]
[JsonSerializable(typeof(ServerSnapshot))]
[JsonSerializable(typeof(Channel))]
[JsonSerializable(typeof(IReadOnlyList<Channel>))]
[JsonSerializable(typeof(PermissionExplanation))]
[JsonSerializable(typeof(Role))]
[JsonSerializable(typeof(IReadOnlyList<Role>))]
[JsonSerializable(typeof(Member))]
[JsonSerializable(typeof(IReadOnlyList<Member>))]
[JsonSerializable(typeof(Ban))]
[JsonSerializable(typeof(IReadOnlyList<Ban>))]
[JsonSerializable(typeof(AuditLogPage))]
[JsonSerializable(typeof(IReadOnlyList<AuditChange>))]
[JsonSerializable(typeof(Invite))]
[JsonSerializable(typeof(IReadOnlyList<Invite>))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(IReadOnlyList<Message>))]
[JsonSerializable(typeof(IReadOnlyList<DeletedMessage>))]
[JsonSerializable(typeof(SearchResult))]
[JsonSerializable(typeof(MessageReaction))]
[JsonSerializable(typeof(ChannelPinsUpdate))]
[JsonSerializable(typeof(VoiceState))]
[JsonSerializable(typeof(Ready))]
[JsonSerializable(typeof(Resumed))]
[JsonSerializable(typeof(ReadState))]
[JsonSerializable(typeof(Presence))]
[JsonSerializable(typeof(TypingStart))]
[JsonSerializable(typeof(MessageDelete))]
[JsonSerializable(typeof(MessageDeleteBulk))]
[JsonSerializable(typeof(ChannelDelete))]
[JsonSerializable(typeof(ServerDelete))]
[JsonSerializable(typeof(ServerMember))]
[JsonSerializable(typeof(ServerMemberRemove))]
[JsonSerializable(typeof(ServerRole))]
[JsonSerializable(typeof(ServerRoleDelete))]
[JsonSerializable(typeof(ServerBan))]
[JsonSerializable(typeof(ServerMembersChunk))]
[JsonSerializable(typeof(SessionRevoked))]
public sealed partial class WireJson : JsonSerializerContext;
