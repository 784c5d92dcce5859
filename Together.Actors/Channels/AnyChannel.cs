using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Channels;

/// <summary>A channel of a server, or a private one: what both have. As of one moment.</summary>
public sealed record AnyChannel
{
    /// <summary>What people may do among themselves; nobody moderates.</summary>
    private const Permissions OfMembers = Permissions.ViewChannel | Permissions.ReadMessageHistory | Permissions.SendMessages | Permissions.AttachFiles
        | Permissions.AddReactions | Permissions.EmbedLinks | Permissions.ConnectVoice | Permissions.Speak | Permissions.Stream;

    private readonly bool _isSilenced;

    public AnyChannel(ServerState server, ChannelRecord channel) => (Server, Channel, Id) = (server, channel, channel.Id);

    /// <param name="channel">A private one.</param>
    /// <param name="isSilenced">Of two people: one has blocked the other, or is gone. What was said stays readable.</param>
    public AnyChannel(PrivateChannelRecord channel, bool isSilenced) => (Private, _isSilenced, Id) = (channel, isSilenced, channel.Id);

    public ChannelId Id { get; }

    /// <summary>Null for a private channel.</summary>
    public ServerState? Server { get; }

    /// <summary>Null for a private channel.</summary>
    public ChannelRecord? Channel { get; }

    /// <summary>Null for a channel of a server.</summary>
    public PrivateChannelRecord? Private { get; }

    public ServerId? ServerId => Server?.Id;

    public ChannelType Type => Channel?.Type ?? Private!.Type;

    public EntityRef Entity => Server is null ? EntityRef.PrivateChannel(Id) : EntityRef.Channel(Id, Server.Id);

    public bool CanView(UserId user) => Private?.MemberIds.Contains(user) ?? Server!.CanView(user, Channel!);

    public bool IsMember(UserId user) => Private?.MemberIds.Contains(user) ?? Server!.Members.ContainsKey(user);

    public Permissions Of(UserId user, DateTimeOffset now)
    {
        if (Private is null) return Server!.Of(user, Channel!, now);
        if (!Private.MemberIds.Contains(user)) return Permissions.None;
        return _isSilenced ? ServerPermissions.DuringTimeout : OfMembers;
    }

    public bool Allows(UserId user, Permissions needed, DateTimeOffset now) => (Of(user, now) & needed) == needed;
}
