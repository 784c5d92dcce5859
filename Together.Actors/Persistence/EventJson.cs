using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Together.Actors.Channels;
using Together.Actors.Servers;
using Together.Actors.Users;
using Together.Protocol;
using Together.Protocol.Users;

namespace Together.Actors.Persistence;

/// <summary>How events and snapshots look in the journal: as on the wire, but without what is null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeJsonConverter)])]
[JsonSerializable(typeof(ServerState))]
[JsonSerializable(typeof(UserState))]
[JsonSerializable(typeof(RelationshipState))]
[JsonSerializable(typeof(UserSettings))]
[JsonSerializable(typeof(ImmutableArray<AttachmentRecord>))]
[JsonSerializable(typeof(ServerCreated))]
[JsonSerializable(typeof(ServerUpdated))]
[JsonSerializable(typeof(ServerDeleted))]
[JsonSerializable(typeof(ChannelCreated))]
[JsonSerializable(typeof(ChannelUpdated))]
[JsonSerializable(typeof(ChannelDeleted))]
[JsonSerializable(typeof(RoleCreated))]
[JsonSerializable(typeof(RoleUpdated))]
[JsonSerializable(typeof(RoleDeleted))]
[JsonSerializable(typeof(InviteCreated))]
[JsonSerializable(typeof(InviteDeleted))]
[JsonSerializable(typeof(MemberJoined))]
[JsonSerializable(typeof(MemberUpdated))]
[JsonSerializable(typeof(MemberRemoved))]
[JsonSerializable(typeof(MemberBanned))]
[JsonSerializable(typeof(MemberUnbanned))]
[JsonSerializable(typeof(MessagePosted))]
[JsonSerializable(typeof(MessageEdited))]
[JsonSerializable(typeof(MessageDeleted))]
[JsonSerializable(typeof(MessagesBulkDeleted))]
[JsonSerializable(typeof(MessagesErased))]
[JsonSerializable(typeof(ReactionAdded))]
[JsonSerializable(typeof(ReactionRemoved))]
[JsonSerializable(typeof(ReactionsCleared))]
[JsonSerializable(typeof(MessagePinned))]
[JsonSerializable(typeof(MessageUnpinned))]
[JsonSerializable(typeof(PrivateChannelCreated))]
[JsonSerializable(typeof(PrivateChannelUpdated))]
[JsonSerializable(typeof(PrivateChannelDeleted))]
[JsonSerializable(typeof(RelationshipChanged))]
[JsonSerializable(typeof(ProfileChanged))]
[JsonSerializable(typeof(SettingsChanged))]
[JsonSerializable(typeof(UserRegistered))]
[JsonSerializable(typeof(UserDeleted))]
[JsonSerializable(typeof(SessionsRevoked))]
internal sealed partial class EventJson : JsonSerializerContext;

public static class Manifests
{
    /// <summary>Every event and snapshot there is. A manifest never changes its meaning: a new shape is a new version.</summary>
    public static EventCatalog Catalog { get; } = new EventCatalog()
        .Add("server.snapshot.v2", EventJson.Default.ServerState)
        .Add("user.snapshot.v2", EventJson.Default.UserState)
        .Add("relationship.snapshot.v2", EventJson.Default.RelationshipState)
        .Add("server.created.v1", EventJson.Default.ServerCreated)
        .Add("server.updated.v1", EventJson.Default.ServerUpdated)
        .Add("server.deleted.v1", EventJson.Default.ServerDeleted)
        .Add("server.channel_created.v1", EventJson.Default.ChannelCreated)
        .Add("server.channel_updated.v1", EventJson.Default.ChannelUpdated)
        .Add("server.channel_deleted.v1", EventJson.Default.ChannelDeleted)
        .Add("server.role_created.v1", EventJson.Default.RoleCreated)
        .Add("server.role_updated.v1", EventJson.Default.RoleUpdated)
        .Add("server.role_deleted.v1", EventJson.Default.RoleDeleted)
        .Add("server.invite_created.v1", EventJson.Default.InviteCreated)
        .Add("server.invite_deleted.v1", EventJson.Default.InviteDeleted)
        .Add("server.member_joined.v1", EventJson.Default.MemberJoined)
        .Add("server.member_updated.v1", EventJson.Default.MemberUpdated)
        .Add("server.member_removed.v1", EventJson.Default.MemberRemoved)
        .Add("server.member_banned.v1", EventJson.Default.MemberBanned)
        .Add("server.member_unbanned.v1", EventJson.Default.MemberUnbanned)
        .Add("channel.message_posted.v1", EventJson.Default.MessagePosted)
        .Add("channel.message_edited.v1", EventJson.Default.MessageEdited)
        .Add("channel.message_deleted.v1", EventJson.Default.MessageDeleted)
        .Add("channel.messages_bulk_deleted.v1", EventJson.Default.MessagesBulkDeleted)
        .Add("channel.messages_erased.v1", EventJson.Default.MessagesErased)
        .Add("channel.reaction_added.v1", EventJson.Default.ReactionAdded)
        .Add("channel.reaction_removed.v1", EventJson.Default.ReactionRemoved)
        .Add("channel.reactions_cleared.v1", EventJson.Default.ReactionsCleared)
        .Add("channel.message_pinned.v1", EventJson.Default.MessagePinned)
        .Add("channel.message_unpinned.v1", EventJson.Default.MessageUnpinned)
        .Add("channel.private_created.v1", EventJson.Default.PrivateChannelCreated)
        .Add("channel.private_updated.v1", EventJson.Default.PrivateChannelUpdated)
        .Add("channel.private_deleted.v1", EventJson.Default.PrivateChannelDeleted)
        .Add("relationship.changed.v1", EventJson.Default.RelationshipChanged)
        .Add("user.profile_changed.v1", EventJson.Default.ProfileChanged)
        .Add("user.settings_changed.v1", EventJson.Default.SettingsChanged)
        .Add("user.registered.v1", EventJson.Default.UserRegistered)
        .Add("user.deleted.v1", EventJson.Default.UserDeleted)
        .Add("user.sessions_revoked.v1", EventJson.Default.SessionsRevoked);
}
