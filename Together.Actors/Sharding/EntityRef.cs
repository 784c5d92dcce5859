using Together.Actors.Users;
using Together.Protocol;

namespace Together.Actors.Sharding;

/// <summary>The kinds of entity a region can host.</summary>
public enum EntityKind
{
    User,
    Server,
    Channel,

    /// <summary>What two users have with each other.</summary>
    Relationship,
}

/// <summary>
/// The address of an entity. All entities with one <paramref name="ShardKey"/> live on one node: a server, its channels and
/// its voice share the server's ID, so that decisions are made where the community is ordered.
/// </summary>
public readonly record struct EntityRef(EntityKind Kind, Guid Id, Guid ShardKey)
{
    public static EntityRef User(UserId id) => new(EntityKind.User, id.Value, id.Value);

    public static EntityRef Server(ServerId id) => new(EntityKind.Server, id.Value, id.Value);

    public static EntityRef Channel(ChannelId id, ServerId server) => new(EntityKind.Channel, id.Value, server.Value);

    /// <summary>A private channel has no server to live beside.</summary>
    public static EntityRef PrivateChannel(ChannelId id) => new(EntityKind.Channel, id.Value, id.Value);

    public static EntityRef Relationship(UserPair pair) => new(EntityKind.Relationship, pair.Id, pair.Id);

    /// <summary>The name the journal knows the entity by.</summary>
    public string PersistenceId => Kind switch
    {
        EntityKind.User => $"user-{Id}",
        EntityKind.Server => $"server-{Id}",
        EntityKind.Channel => $"channel-{Id}",
        EntityKind.Relationship => $"relationship-{Id}",
        _ => throw new InvalidOperationException($"no persistence id for {Kind}"),
    };

    public override string ToString() => PersistenceId;
}
