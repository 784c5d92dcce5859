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
    ImmutableDictionary<UserId, MemberRecord> Members,
    ImmutableDictionary<string, InviteRecord> Invites)
{
    [JsonIgnore]
    public ServerId Id => Record.Id;

    [JsonIgnore]
    public UserId OwnerId => Record.OwnerId;
}

public sealed record ServerRecord(ServerId Id, string Name, UserId OwnerId, DateTimeOffset CreatedAt);

/// <param name="Position">Order within its category.</param>
public sealed record ChannelRecord(
    ChannelId Id, ServerId ServerId, ChannelType Type, string Name, string? Topic, ChannelId? CategoryId, int Position, ImmutableArray<Overwrite> Overwrites);

public sealed record RoleRecord(
    RoleId Id, ServerId ServerId, string Name, int Color, bool Hoist, bool Mentionable, int Position, Permissions Permissions, DateTimeOffset CreatedAt);

/// <param name="RoleIds">Without <c>@everyone</c>.</param>
public sealed record MemberRecord(UserId UserId, ImmutableArray<RoleId> RoleIds, DateTimeOffset JoinedAt);

public sealed record InviteRecord(string Code, ServerId ServerId, UserId InviterId, int Uses, int? MaxUses, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt)
{
    public bool IsUsable(DateTimeOffset now) => (MaxUses is null || Uses < MaxUses) && (ExpiresAt is null || now < ExpiresAt);
}
