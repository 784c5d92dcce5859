using System.Collections.Immutable;
using Together.Actors.Servers;
using Together.Actors.Views;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Servers;
using static Together.Host.Http.Answers;

namespace Together.Host.Servers;

/// <summary>Roles and their order: <c>/api/servers/{id}/roles</c>.</summary>
public sealed class RoleEndpoints(Node node)
{
    private ViewRoot Root => node.Views.Root;

    public void Map(IEndpointRouteBuilder api)
    {
        var roles = api.MapGroup("/servers/{id:guid}/roles").WithTags("roles");
        roles.MapGet("", List).Produces<IReadOnlyList<Role>>();
        roles.MapPost("", CreateAsync).Accepts<RoleBody>("application/json").Produces<Role>(StatusCodes.Status201Created).Takes(Parameters.Reason);
        roles.MapPatch("", MoveAsync).Accepts<List<RolePlaceBody>>("application/json").Produces<IReadOnlyList<Role>>().Takes(Parameters.Reason);
        roles.MapPatch("/{roleId:guid}", UpdateAsync).Accepts<RolePatch>("application/json").Produces<Role>().Takes(Parameters.Reason);
        roles.MapDelete("/{roleId:guid}", DeleteAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
    }

    private IResult List(HttpContext context, Guid id) =>
        Access.Server(Root, context.Caller().UserId, new(id), Permissions.None, node.Now, out var server) is { } problem
            ? problem
            : Json(server.Roles(), WireJson.Default.IReadOnlyListRole);

    private async Task<IResult> CreateAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.ManageRoles, node.Now, out var server) is { } problem) return problem;
        if (!(await context.ReadJsonAsync(ServerRequestJson.Default.RoleBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var name = errors.Name("name", body.Name ?? "new role", 1, Limits.RoleNameMax);
        var color = errors.Number("color", body.Color ?? 0, 0, Limits.ColorMax);
        if (errors.IsAny(out invalid)) return invalid;

        var role = new CreateRole(
            caller, node.Ids.Next<RoleId>(), name, color, body.Hoist ?? false, body.Mentionable ?? false, (body.Permissions ?? Permissions.None) & Permissions.All);
        var reply = await node.AskAsync(context, server.Id, role);
        return reply.IsRefused(out problem) ? problem : Created(((RoleRecord)reply.Value!).ToRole(), WireJson.Default.Role);
    }

    private async Task<IResult> MoveAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.ManageRoles, node.Now, out var server) is { } problem) return problem;
        if (!(await context.ReadJsonAsync(ServerRequestJson.Default.ListRolePlaceBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        errors.List("$", body, 1, Limits.RolesPerServer);
        var places = ImmutableArray.CreateBuilder<RolePlace>();
        var seen = new HashSet<RoleId>();
        for (var i = 0; i < body.Count; i++)
        {
            if (body[i] is null)
            {
                errors.Add($"[{i}]", "must not be null");
                continue;
            }

            var role = errors.Required($"[{i}].id", body[i].Id);
            var position = errors.Number($"[{i}].position", body[i].Position, 1, Limits.RolePositionMax);
            if (body[i].Id is not null && !seen.Add(role)) errors.Add($"[{i}].id", "is there twice");
            places.Add(new RolePlace(role, position));
        }

        if (errors.IsAny(out invalid)) return invalid;
        var reply = await node.AskAsync(context, server.Id, new MoveRoles(caller, places.ToImmutable()));
        return reply.IsRefused(out problem) ? problem : Json((Root.Server(server.Id) ?? server).Roles(), WireJson.Default.IReadOnlyListRole);
    }

    private async Task<IResult> UpdateAsync(HttpContext context, Guid id, Guid roleId)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.None, node.Now, out var server) is { } problem) return problem;
        if (!server.Roles.TryGetValue(new(roleId), out var role)) return (Problem)ErrorCode.NotFound;
        if (!server.Allows(caller, Permissions.ManageRoles, node.Now)) return (Problem)ErrorCode.MissingPermissions;
        if (!(await context.ReadJsonAsync(ServerRequestJson.Default.RolePatch)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var name = body.Name.IsPresent ? errors.Name("name", body.Name.Or(null), 1, Limits.RoleNameMax) : null;
        var color = default(int?);
        if (body.Color.IsPresent) color = errors.Number("color", body.Color.TryGet(out var given) ? given : null, 0, Limits.ColorMax);
        if (body.Hoist.IsNull) errors.Add("hoist", "must not be null");
        if (body.Mentionable.IsNull) errors.Add("mentionable", "must not be null");
        if (body.Permissions.IsNull) errors.Add("permissions", "must not be null");
        if (errors.IsAny(out invalid)) return invalid;

        var update = new UpdateRole(
            caller,
            role.Id,
            name,
            color,
            body.Hoist.TryGet(out var hoist) ? hoist : null,
            body.Mentionable.TryGet(out var mentionable) ? mentionable : null,
            body.Permissions.TryGet(out var permissions) ? permissions & Permissions.All : null);
        var reply = await node.AskAsync(context, server.Id, update);
        return reply.IsRefused(out problem) ? problem : Json(((RoleRecord)reply.Value!).ToRole(), WireJson.Default.Role);
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Guid id, Guid roleId) =>
        NoContent(await node.AskAsync(context, new(id), new DeleteRole(context.Caller().UserId, new(roleId))));
}
