using System.Collections.Immutable;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Servers;

/// <summary>
/// Why <see cref="ServerPermissions"/> answers as it does: the same computation for one permission, told step by step
/// (docs/permissions.md). For people who ask, not for checks. Pure.
/// </summary>
public static class PermissionChain
{
    /// <summary>What spoke for or against the permission, in the order of the computation: the last step decides.</summary>
    /// <param name="username">The member's.</param>
    /// <param name="permission">One bit.</param>
    public static ImmutableArray<PermissionStep> Explain(
        this ServerState server, MemberRecord member, string username, ChannelRecord channel, Permissions permission, DateTimeOffset now)
    {
        var self = new Target(member.UserId.Value, username);
        if (server.OwnerId == member.UserId) return [Allow(PermissionSource.Owner, self)];

        var everyone = new Target(server.Id.Value, server.Everyone.Name);
        ImmutableArray<RoleRecord> roles = [.. member.RoleIds.Where(server.Roles.ContainsKey).Select(id => server.Roles[id]).OrderBy(role => role, RoleRecord.LowestFirst)];
        ImmutableArray<PermissionStep> administrator = [.. Granting(PermissionSource.Administrator, PermissionSource.Administrator, Permissions.Administrator)];
        if (!administrator.IsEmpty) return administrator;

        // In an overwrite it means nothing.
        ImmutableArray<PermissionStep> chain = permission == Permissions.Administrator ? [] : Spoken(permission);
        if (chain.IsEmpty) return [new PermissionStep(PermissionSource.NotGranted, null, null, PermissionEffect.Deny)];
        if (!Allows(chain)) return chain;
        if (!Allows(Spoken(Permissions.ViewChannel))) return chain.Add(Deny(PermissionSource.ViewChannel, new Target(channel.Id.Value, channel.Name)));
        return member.Sanctions.TimeoutUntil is { } until && until > now && !ServerPermissions.DuringTimeout.HasFlag(permission)
            ? chain.Add(Deny(PermissionSource.Timeout, self) with { Until = until })
            : chain;

        IEnumerable<PermissionStep> Granting(PermissionSource ofEveryone, PermissionSource ofRole, Permissions about) =>
        [
            .. server.Everyone.Permissions.HasFlag(about) ? [Allow(ofEveryone, everyone)] : ImmutableArray<PermissionStep>.Empty,
            .. roles.Where(role => role.Permissions.HasFlag(about)).Select(role => Allow(ofRole, TargetOf(role))),
        ];

        ImmutableArray<PermissionStep> Spoken(Permissions about) =>
        [
            .. Granting(PermissionSource.EveryoneRole, PermissionSource.Role, about),
            .. Overwritten(channel, OverwriteType.Role, about, PermissionSource.EveryoneOverwrite, everyone),
            .. Overwritten(channel, OverwriteType.Role, about, PermissionSource.RoleOverwrite, [.. roles.Select(TargetOf)]),
            .. Overwritten(channel, OverwriteType.Member, about, PermissionSource.MemberOverwrite, self),
        ];
    }

    /// <summary>What one layer of overwrites says: all denies, then all allows.</summary>
    private static IEnumerable<PermissionStep> Overwritten(ChannelRecord channel, OverwriteType type, Permissions about, PermissionSource source, params ImmutableArray<Target> targets)
    {
        var spoken = targets.SelectMany(target => channel.Overwrites.Where(overwrite => overwrite.Type == type && overwrite.Id == target.Id).Select(overwrite => (target, overwrite))).ToList();
        return
        [
            .. spoken.Where(each => each.overwrite.Deny.HasFlag(about)).Select(each => Deny(source, each.target)),
            .. spoken.Where(each => each.overwrite.Allow.HasFlag(about)).Select(each => Allow(source, each.target)),
        ];
    }

    private static bool Allows(ImmutableArray<PermissionStep> chain) => chain is [.., { Effect: PermissionEffect.Allow }];

    private static Target TargetOf(RoleRecord role) => new(role.Id.Value, role.Name);

    private static PermissionStep Allow(PermissionSource source, Target target) => new(source, target.Id, target.Name, PermissionEffect.Allow);

    private static PermissionStep Deny(PermissionSource source, Target target) => new(source, target.Id, target.Name, PermissionEffect.Deny);

    private readonly record struct Target(Guid Id, string Name);
}
