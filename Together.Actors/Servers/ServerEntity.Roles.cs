using Together.Actors.Persistence;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Servers;

/// <summary>Roles, their order and who has them.</summary>
public static partial class ServerEntity
{
    private static Decision Create(ServerState server, CreateRole c, DateTimeOffset now)
    {
        if (!server.Allows(c.Actor, Permissions.ManageRoles, now)) return Decision.Refuse(ErrorCode.MissingPermissions);
        if (server.Roles.TryGetValue(c.Id, out var existing)) return Decision.Answer(existing);
        if ((c.Permissions & ~server.Of(c.Actor, now)) != 0) return Decision.Refuse(ErrorCode.MissingPermissions, "you may not grant a permission that you lack");
        if (server.Roles.Count >= Limits.RolesPerServer) return Decision.Refuse(ErrorCode.LimitReached, $"a server holds {Limits.RolesPerServer} roles");
        var role = new RoleRecord(c.Id, server.Id, c.Name, c.Color, c.Hoist, c.Mentionable, 1, c.Permissions, now);
        return Decision.Persist(role, new RoleCreated(server.Id, c.Actor, role));
    }

    private static Decision Update(ServerState server, UpdateRole c, DateTimeOffset now)
    {
        if (Role(server, c.Actor, c.Id, now, out var role) is { } refusal) return refusal;
        var updated = role with
        {
            Name = c.Name ?? role.Name,
            Color = c.Color ?? role.Color,
            Hoist = c.Hoist ?? role.Hoist,
            Mentionable = c.Mentionable ?? role.Mentionable,
            Permissions = c.Permissions ?? role.Permissions,
        };
        if (updated == role) return Decision.Answer(role);
        if (((role.Permissions ^ updated.Permissions) & ~server.Of(c.Actor, now)) != 0)
            return Decision.Refuse(ErrorCode.MissingPermissions, "you may not change a permission that you lack");
        return role.IsEveryone && updated != role with { Permissions = updated.Permissions }
            ? Decision.Refuse(ErrorCode.Conflict, "of @everyone only the permissions can change")
            : Decision.Persist(updated, new RoleUpdated(server.Id, c.Actor, role, updated));
    }

    private static Decision Move(ServerState server, MoveRoles c, DateTimeOffset now)
    {
        if (!server.Allows(c.Actor, Permissions.ManageRoles, now)) return Decision.Refuse(ErrorCode.MissingPermissions);
        var events = new List<DomainEvent>();
        foreach (var place in c.Places)
        {
            if (Role(server, c.Actor, place.Id, now, out var role) is { } refusal) return refusal;
            if (role.IsEveryone) return Decision.Refuse(ErrorCode.Conflict, "@everyone stays below all roles");
            if (place.Position == role.Position) continue;
            var moved = role with { Position = place.Position };
            if (!server.Outranks(c.Actor, moved)) return Decision.Refuse(ErrorCode.MissingPermissions, "a role cannot be moved above your own");
            events.Add(new RoleUpdated(server.Id, c.Actor, role, moved));
        }

        return Decision.Persist(null, [.. events]);
    }

    private static Decision Delete(ServerState server, DeleteRole c, DateTimeOffset now)
    {
        if (Role(server, c.Actor, c.Id, now, out var role) is { } refusal) return refusal;
        if (role.IsEveryone) return Decision.Refuse(ErrorCode.Conflict, "@everyone cannot be deleted");
        var overwrites = server.Channels.Values.OrderBy(channel => channel.Id)
            .SelectMany(channel => channel.Overwrites.Where(overwrite => overwrite.Id == role.Id.Value && overwrite.Type == OverwriteType.Role).Select(overwrite => new ChannelOverwrite(channel.Id, overwrite)));
        var members = server.Members.Values.Where(member => member.RoleIds.Contains(role.Id)).Select(member => member.UserId);
        return Decision.Persist(null, new RoleDeleted(server.Id, c.Actor, role, [.. members], [.. overwrites]));
    }

    private static Decision Set(ServerState server, SetMemberRole c, DateTimeOffset now)
    {
        if (!server.Members.TryGetValue(c.Target, out var member)) return Decision.Refuse(ErrorCode.NotFound);
        if (Role(server, c.Actor, c.RoleId, now, out var role) is { } refusal) return refusal;
        if (role.IsEveryone) return Decision.Refuse(ErrorCode.Conflict, "every member has @everyone");
        if (c.Target != c.Actor && !server.Outranks(c.Actor, c.Target)) return Decision.Refuse(ErrorCode.MissingPermissions, "the member's highest role is not below yours");
        if (member.RoleIds.Contains(role.Id) == c.Has) return Decision.Answer(null);
        if (c.Has && (role.Permissions & ~server.Of(c.Actor, now)) != 0)
            return Decision.Refuse(ErrorCode.MissingPermissions, "the role grants a permission that you lack");
        var updated = c.Has ? member with { RoleIds = member.RoleIds.Add(role.Id) } : member.Without(role.Id);
        return Decision.Persist(null, new MemberUpdated(server.Id, c.Actor, member, updated));
    }

    /// <summary>Roles are no secret among members: an unknown one answers 404, one that is not below the actor's own 403.</summary>
    private static Decision? Role(ServerState server, UserId actor, RoleId id, DateTimeOffset now, out RoleRecord role)
    {
        if (!server.Roles.TryGetValue(id, out role!)) return Decision.Refuse(ErrorCode.NotFound);
        if (!server.Allows(actor, Permissions.ManageRoles, now)) return Decision.Refuse(ErrorCode.MissingPermissions);
        return server.Outranks(actor, role) ? null : Decision.Refuse(ErrorCode.MissingPermissions, "the role is not below yours");
    }
}
