using System.Text.Json.Serialization.Metadata;
using Together.Protocol.Channels;
using Together.Protocol.Servers;
using Together.Protocol.Users;

namespace Together.Protocol.Gateway;

/// <summary>A kind of dispatch: its <c>t</c>, and what its <c>d</c> is. Only <see cref="GatewayEvents"/> makes them.</summary>
public abstract class GatewayEvent
{
    private protected GatewayEvent(string name, Type payload) => (Name, Payload) = (name, payload);

    /// <summary>Such as <c>MESSAGE_CREATE</c>.</summary>
    public string Name { get; }

    public Type Payload { get; }
}

/// <inheritdoc cref="GatewayEvent"/>
public sealed class GatewayEvent<T> : GatewayEvent
{
    internal GatewayEvent(string name, JsonTypeInfo<T> json) : base(name, typeof(T)) => Json = json;

    public JsonTypeInfo<T> Json { get; }
}

/// <summary>Every dispatch there is. The host can send no other, and the gateway's description is made of them. Any thread.</summary>
public static class GatewayEvents
{
    private static readonly List<GatewayEvent> Listed = [];

    public static readonly GatewayEvent<Ready> Ready = Add("READY", WireJson.Default.Ready);
    public static readonly GatewayEvent<Resumed> Resumed = Add("RESUMED", WireJson.Default.Resumed);
    public static readonly GatewayEvent<ServerSnapshot> ServerCreate = Add("SERVER_CREATE", WireJson.Default.ServerSnapshot);
    public static readonly GatewayEvent<Server> ServerUpdate = Add("SERVER_UPDATE", WireJson.Default.Server);
    public static readonly GatewayEvent<ServerDelete> ServerDelete = Add("SERVER_DELETE", WireJson.Default.ServerDelete);
    public static readonly GatewayEvent<ServerMember> ServerMemberAdd = Add("SERVER_MEMBER_ADD", WireJson.Default.ServerMember);
    public static readonly GatewayEvent<ServerMemberRemove> ServerMemberRemove = Add("SERVER_MEMBER_REMOVE", WireJson.Default.ServerMemberRemove);
    public static readonly GatewayEvent<ServerMember> ServerMemberUpdate = Add("SERVER_MEMBER_UPDATE", WireJson.Default.ServerMember);
    public static readonly GatewayEvent<ServerMembersChunk> ServerMembersChunk = Add("SERVER_MEMBERS_CHUNK", WireJson.Default.ServerMembersChunk);
    public static readonly GatewayEvent<ServerRole> ServerRoleCreate = Add("SERVER_ROLE_CREATE", WireJson.Default.ServerRole);
    public static readonly GatewayEvent<ServerRole> ServerRoleUpdate = Add("SERVER_ROLE_UPDATE", WireJson.Default.ServerRole);
    public static readonly GatewayEvent<ServerRoleDelete> ServerRoleDelete = Add("SERVER_ROLE_DELETE", WireJson.Default.ServerRoleDelete);
    public static readonly GatewayEvent<ServerBan> ServerBanAdd = Add("SERVER_BAN_ADD", WireJson.Default.ServerBan);
    public static readonly GatewayEvent<ServerBan> ServerBanRemove = Add("SERVER_BAN_REMOVE", WireJson.Default.ServerBan);
    public static readonly GatewayEvent<Channel> ChannelCreate = Add("CHANNEL_CREATE", WireJson.Default.Channel);
    public static readonly GatewayEvent<Channel> ChannelUpdate = Add("CHANNEL_UPDATE", WireJson.Default.Channel);
    public static readonly GatewayEvent<ChannelDelete> ChannelDelete = Add("CHANNEL_DELETE", WireJson.Default.ChannelDelete);
    public static readonly GatewayEvent<ChannelPinsUpdate> ChannelPinsUpdate = Add("CHANNEL_PINS_UPDATE", WireJson.Default.ChannelPinsUpdate);
    public static readonly GatewayEvent<Message> MessageCreate = Add("MESSAGE_CREATE", WireJson.Default.Message);
    public static readonly GatewayEvent<Message> MessageUpdate = Add("MESSAGE_UPDATE", WireJson.Default.Message);
    public static readonly GatewayEvent<MessageDelete> MessageDelete = Add("MESSAGE_DELETE", WireJson.Default.MessageDelete);
    public static readonly GatewayEvent<MessageDeleteBulk> MessageDeleteBulk = Add("MESSAGE_DELETE_BULK", WireJson.Default.MessageDeleteBulk);
    public static readonly GatewayEvent<MessageReaction> MessageReactionAdd = Add("MESSAGE_REACTION_ADD", WireJson.Default.MessageReaction);
    public static readonly GatewayEvent<MessageReaction> MessageReactionRemove = Add("MESSAGE_REACTION_REMOVE", WireJson.Default.MessageReaction);
    public static readonly GatewayEvent<TypingStart> TypingStart = Add("TYPING_START", WireJson.Default.TypingStart);
    public static readonly GatewayEvent<ReadState> ReadStateUpdate = Add("READ_STATE_UPDATE", WireJson.Default.ReadState);
    public static readonly GatewayEvent<Relationship> RelationshipAdd = Add("RELATIONSHIP_ADD", WireJson.Default.Relationship);
    public static readonly GatewayEvent<RelationshipRemove> RelationshipRemove = Add("RELATIONSHIP_REMOVE", WireJson.Default.RelationshipRemove);
    public static readonly GatewayEvent<UserProfile> UserUpdate = Add("USER_UPDATE", WireJson.Default.UserProfile);
    public static readonly GatewayEvent<UserSettings> UserSettingsUpdate = Add("USER_SETTINGS_UPDATE", WireJson.Default.UserSettings);
    public static readonly GatewayEvent<Presence> PresenceUpdate = Add("PRESENCE_UPDATE", WireJson.Default.Presence);
    public static readonly GatewayEvent<SessionRevoked> SessionRevoked = Add("SESSION_REVOKED", WireJson.Default.SessionRevoked);

    public static IReadOnlyList<GatewayEvent> All => Listed;

    private static GatewayEvent<T> Add<T>(string name, JsonTypeInfo<T> json)
    {
        var added = new GatewayEvent<T>(name, json);
        Listed.Add(added);
        return added;
    }
}
