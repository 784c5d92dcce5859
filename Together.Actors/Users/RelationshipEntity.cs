using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Together.Actors.Persistence;
using Together.Actors.Runtime;
using Together.Actors.Sharding;
using Together.Protocol;
using Together.Protocol.Users;

namespace Together.Actors.Users;

/// <summary>Two users, whoever is named first: what is between them is one entity, so that both sides change at once.</summary>
public readonly record struct UserPair
{
    public UserPair(UserId one, UserId other) => (Low, High) = one.CompareTo(other) < 0 ? (one, other) : (other, one);

    public UserId Low { get; }

    public UserId High { get; }

    /// <summary>
    /// A UUIDv7 that follows from the two: two who make it at once make the same. Its time is the younger account's; the rest is
    /// the head of SHA-256 over both IDs.
    /// </summary>
    public Guid Id
    {
        get
        {
            Span<byte> ids = stackalloc byte[32];
            Low.Value.TryWriteBytes(ids, bigEndian: true, out _);
            High.Value.TryWriteBytes(ids[16..], bigEndian: true, out _);
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(ids, hash);
            var (low, high) = (UuidV7.Time(Low.Value), UuidV7.Time(High.Value));
            return UuidV7.Of(low > high ? low : high, BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue >> 1);
        }
    }
}

/// <summary>What one of two users has with the other; nothing when there is none.</summary>
/// <param name="Since">When it became so.</param>
public sealed record Standing(RelationshipType Type, DateTimeOffset Since);

/// <param name="LowId">The older of the two accounts.</param>
/// <param name="Low">How it stands for them; null for nothing.</param>
/// <param name="High">How it stands for the other.</param>
public sealed record RelationshipRecord(UserId LowId, UserId HighId, Standing? Low, Standing? High)
{
    [JsonIgnore]
    public bool IsNothing => Low is null && High is null;

    public Standing? Of(UserId user) => user == LowId ? Low : High;

    public UserId Other(UserId user) => user == LowId ? HighId : LowId;

    public RelationshipRecord With(UserId user, Standing? own, Standing? others) => user == LowId ? this with { Low = own, High = others } : this with { Low = others, High = own };
}

/// <param name="ActorId">Who has asked for friendship.</param>
public sealed record FriendRequest(UserId ActorId, DateTimeOffset At);

/// <param name="Requests">Those of the last hour, of both, in their order.</param>
public sealed record RelationshipState(RelationshipRecord Record, ImmutableArray<FriendRequest> Requests);

/// <summary>Of one of the two's log, and about the other.</summary>
public sealed record RelationshipChanged(UserId ActorId, RelationshipRecord Before, RelationshipRecord After) : DomainEvent
{
    public override Guid Scope => After.LowId.Value;

    public override Guid? Subject => After.HighId.Value;
}

/// <param name="Actor">Who asks.</param>
/// <param name="Other">The other of the two.</param>
public abstract record RelationshipCommand(UserId Actor, UserId Other);

/// <summary>Asks for friendship, or accepts it when the other has asked.</summary>
public sealed record Befriend(UserId Actor, UserId Other) : RelationshipCommand(Actor, Other);

/// <summary>Ends friendship and requests; from here on the other cannot write to them, ping them or see whether they are there.</summary>
public sealed record Block(UserId Actor, UserId Other) : RelationshipCommand(Actor, Other);

/// <summary>Ends a friendship, takes a request back, declines one, or unblocks.</summary>
public sealed record EndRelationship(UserId Actor, UserId Other) : RelationshipCommand(Actor, Other);

/// <summary>What two users have with each other. Pure.</summary>
public static class RelationshipEntity
{
    private static readonly TimeSpan RequestWindow = TimeSpan.FromHours(1);

    public static Decision Decide(RelationshipState? state, RelationshipCommand command, DateTimeOffset now)
    {
        if (command.Actor == command.Other) return Decision.Refuse(ErrorCode.InvalidBody, "must not be yourself", "user_id");
        var pair = new UserPair(command.Actor, command.Other);
        var record = state?.Record ?? new RelationshipRecord(pair.Low, pair.High, null, null);
        var (own, others) = (record.Of(command.Actor), record.Of(command.Other));
        return command switch
        {
            Befriend => (own?.Type, others?.Type) switch
            {
                (RelationshipType.Blocked, _) => Decision.Refuse(ErrorCode.Conflict, "unblock this user first"),
                (_, RelationshipType.Blocked) => Decision.Refuse(ErrorCode.MissingPermissions, "this user takes no requests from you"),
                (RelationshipType.Friend or RelationshipType.Outgoing, _) => Decision.Answer(null),
                (RelationshipType.Incoming, _) => Become(RelationshipType.Friend, RelationshipType.Friend),
                _ => Request(),
            },
            Block when own?.Type == RelationshipType.Blocked => Decision.Answer(null),
            Block => Become(RelationshipType.Blocked, others?.Type == RelationshipType.Blocked ? RelationshipType.Blocked : null),
            EndRelationship when own is null => Decision.Refuse(ErrorCode.NotFound),
            EndRelationship => Become(null, others?.Type == RelationshipType.Blocked ? RelationshipType.Blocked : null),
            _ => throw new InvalidOperationException($"no decision for {command.GetType().Name}"),
        };

        Decision Request()
        {
            // Each for themselves: whoever is pestered may still ask.
            var asked = state?.Requests.Where(request => request.ActorId == command.Actor && request.At + RequestWindow > now).ToList() ?? [];
            if (asked.Count >= Limits.FriendRequestsPerHour) return new Decision([], Reply.TooEarly(asked[0].At + RequestWindow - now, "you have asked this user too often"));
            return Become(RelationshipType.Outgoing, RelationshipType.Incoming);
        }

        Decision Become(RelationshipType? type, RelationshipType? othersType) => Decision.Persist(
            null, new RelationshipChanged(command.Actor, record, record.With(command.Actor, Stand(type, own, now), Stand(othersType, others, now))));
    }

    public static RelationshipState Apply(RelationshipState? state, RelationshipChanged happened)
    {
        var requests = state?.Requests ?? [];
        if (happened.After.Of(happened.ActorId) is { Type: RelationshipType.Outgoing, Since: var now })
            requests = [.. requests.Where(request => request.At + RequestWindow > now), new FriendRequest(happened.ActorId, now)];
        return new RelationshipState(happened.After, requests);
    }

    private static Standing? Stand(RelationshipType? type, Standing? before, DateTimeOffset now) =>
        type is null ? null : before?.Type == type ? before : new Standing(type.Value, now);
}

/// <summary>What two users have with each other: the entity of their <see cref="UserPair"/>.</summary>
public sealed class RelationshipActor(EntityRef entity, EntityContext context) : EntityActor<RelationshipState, RelationshipCommand, RelationshipChanged>(entity, context)
{
    protected override ValueTask<Decision> DecideAsync(RelationshipState? state, RelationshipCommand command) => new(RelationshipEntity.Decide(state, command, Now));

    protected override RelationshipState? Apply(RelationshipState? state, RelationshipChanged happened) => RelationshipEntity.Apply(state, happened);
}
