using Together.Protocol.Channels;
using Together.Protocol.Users;
using Together.Protocol.Voice;

namespace Together.Protocol.Servers;

/// <param name="IconUrl">A path on the same origin, or null.</param>
public sealed record Server(ServerId Id, string Name, string? IconUrl, UserId OwnerId, DateTimeOffset CreatedAt);

/// <summary>A server with all that a client needs to show it: in READY and SERVER_CREATE.</summary>
/// <param name="Channels">Those the receiver may see.</param>
/// <param name="Members">Up to 1,000; more by REST or REQUEST_MEMBERS.</param>
/// <param name="MemberCount">All members.</param>
public sealed record ServerSnapshot(
    ServerId Id,
    string Name,
    string? IconUrl,
    UserId OwnerId,
    DateTimeOffset CreatedAt,
    IReadOnlyList<Channel> Channels,
    IReadOnlyList<Role> Roles,
    IReadOnlyList<Member> Members,
    int MemberCount,
    IReadOnlyList<Presence> Presences,
    IReadOnlyList<VoiceState> VoiceStates);

/// <param name="Color">24-bit RGB, 0 for none.</param>
/// <param name="Hoist">Whether its members are listed apart.</param>
/// <param name="Position"><c>@everyone</c> is 0, higher is mightier.</param>
public sealed record Role(
    RoleId Id, ServerId ServerId, string Name, int Color, bool Hoist, bool Mentionable, int Position, Permissions Permissions, DateTimeOffset CreatedAt);

/// <param name="RoleIds">Without <c>@everyone</c>, which every member has.</param>
public sealed record Member(
    User User, string? Nickname, IReadOnlyList<RoleId> RoleIds, DateTimeOffset JoinedAt, DateTimeOffset? TimeoutUntil, bool ServerMute, bool ServerDeaf);

/// <param name="Uses">How many have joined by it.</param>
/// <param name="MaxUses">Null for no limit.</param>
/// <param name="ExpiresAt">Null for never.</param>
public sealed record Invite(string Code, InviteServer Server, User? Inviter, int Uses, int? MaxUses, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt);

/// <summary>What a preview shows to somebody who is not a member yet.</summary>
public sealed record InviteServer(ServerId Id, string Name, string? IconUrl, int MemberCount, int OnlineCount);

/// <param name="Reason">For the moderators; null when none was given.</param>
public sealed record Ban(User User, string? Reason, UserId ModeratorId, DateTimeOffset CreatedAt);
