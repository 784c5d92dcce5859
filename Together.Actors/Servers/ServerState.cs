using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Servers;

/// <summary>
/// A community's structure. Immutable: the actor decides on it, the views on every node fold it by the same
/// <see cref="ServerEntity.Apply"/>, and readers keep whichever version they took.
/// </summary>
public sealed record ServerState(
    ServerRecord Record,
    ImmutableDictionary<ChannelId, ChannelRecord> Channels,
    ImmutableDictionary<RoleId, RoleRecord> Roles,
    ImmutableSortedDictionary<UserId, MemberRecord> Members,
    ImmutableSortedDictionary<UserId, BanRecord> Bans,
    ImmutableDictionary<UserId, Sanctions> SanctionsOfAbsent,
    ImmutableDictionary<string, InviteRecord> Invites)
{
    // A copy of the state takes it along, unless it sets one of the two that it is made of.
    private readonly GrantTable _grants = new();

    public ImmutableDictionary<RoleId, RoleRecord> Roles { get; init => (field, _grants) = (value, new()); } = Roles;

    public ImmutableSortedDictionary<UserId, MemberRecord> Members { get; init => (field, _grants) = (value, new()); } = Members;

    [JsonIgnore]
    public ServerId Id => Record.Id;

    [JsonIgnore]
    public UserId OwnerId => Record.OwnerId;

    [JsonIgnore]
    public RoleRecord Everyone => Roles[RoleId.Everyone(Id)];

    /// <summary>The member and what their roles grant them in the server at large, ownership aside.</summary>
    internal bool TryGetGrant(UserId user, out Grant grant) => _grants.TryGet(this, user, out grant);
}

/// <param name="Icon">The hash of a picture, in hexadecimal; null for none.</param>
public sealed record ServerRecord(ServerId Id, string Name, UserId OwnerId, DateTimeOffset CreatedAt, string? Icon = null);

/// <param name="Position">Order within its category.</param>
/// <param name="SlowModeSeconds">Between two messages of a member, 0 for none.</param>
/// <param name="UserLimit">Of a voice channel, 0 for none.</param>
public sealed record ChannelRecord(
    ChannelId Id,
    ServerId ServerId,
    ChannelType Type,
    string Name,
    string? Topic,
    ChannelId? CategoryId,
    int Position,
    ImmutableArray<Overwrite> Overwrites,
    int SlowModeSeconds = 0,
    int UserLimit = 0);

/// <param name="Position"><c>@everyone</c> alone is 0. Of two roles at one position the older is the higher.</param>
public sealed record RoleRecord(
    RoleId Id, ServerId ServerId, string Name, int Color, bool Hoist, bool Mentionable, int Position, Permissions Permissions, DateTimeOffset CreatedAt)
{
    [JsonIgnore]
    public bool IsEveryone => Id == RoleId.Everyone(ServerId);

    public static IComparer<RoleRecord> LowestFirst { get; } = Comparer<RoleRecord>.Create((left, right) => left.IsAbove(right) ? 1 : right.IsAbove(left) ? -1 : 0);

    public bool IsAbove(RoleRecord other) => Position != other.Position ? Position > other.Position : Id.CompareTo(other.Id) < 0;
}

/// <param name="RoleIds">Without <c>@everyone</c>.</param>
public sealed record MemberRecord(
    UserId UserId, ImmutableArray<RoleId> RoleIds, DateTimeOffset JoinedAt, string? Nickname = null, Sanctions Sanctions = default);

/// <summary>What was imposed on a person. It outlasts their membership: nobody gets rid of it by leaving and joining again.</summary>
/// <param name="TimeoutUntil">Until then they only see and read.</param>
/// <param name="ServerMute">Not heard in voice.</param>
/// <param name="ServerDeaf">Hears nobody in voice.</param>
public readonly record struct Sanctions(DateTimeOffset? TimeoutUntil = null, bool ServerMute = false, bool ServerDeaf = false)
{
    [JsonIgnore]
    public bool IsAny => this != default;
}

/// <param name="Reason">For the moderators.</param>
public sealed record BanRecord(ServerId ServerId, UserId UserId, UserId ModeratorId, string? Reason, DateTimeOffset CreatedAt);

public sealed record InviteRecord(string Code, ServerId ServerId, UserId InviterId, int Uses, int? MaxUses, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt)
{
    public bool IsUsable(DateTimeOffset now) => (MaxUses is null || Uses < MaxUses) && (ExpiresAt is null || now < ExpiresAt);
}
