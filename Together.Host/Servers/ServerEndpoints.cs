using System.Security.Cryptography;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Views;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Servers;
using static Together.Host.Http.Answers;

namespace Together.Host.Servers;

/// <summary>Servers, their members, roles and invites: <c>/api/servers</c>, <c>/api/invites</c>.</summary>
public sealed class ServerEndpoints(Node node)
{
    /// <summary>Eleven characters of 62 carry 65 random bits; the contract promises 64.</summary>
    private const int InviteCodeLength = 11;

    private const string InviteAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private ViewRoot Root => node.Views.Root;

    public void Map(IEndpointRouteBuilder api)
    {
        var servers = api.MapGroup("/servers").WithTags("servers");
        servers.MapGet("", List).Produces<IReadOnlyList<Server>>();
        servers.MapPost("", (Delegate)CreateAsync).Accepts<ServerBody>("application/json").Produces<Server>(StatusCodes.Status201Created);
        servers.MapGet("/{id:guid}", Get).Produces<Server>();
        servers.MapPatch("/{id:guid}", RenameAsync).Accepts<ServerBody>("application/json").Produces<Server>();
        servers.MapDelete("/{id:guid}", DeleteAsync).Produces(StatusCodes.Status204NoContent);

        var members = api.MapGroup("/servers/{id:guid}/members").WithTags("members");
        members.MapGet("", ListMembers).Produces<IReadOnlyList<Member>>();
        members.MapGet("/{userId:guid}", GetMember).Produces<Member>();
        members.MapDelete("/@me", LeaveAsync).Produces(StatusCodes.Status204NoContent);
        members.MapDelete("/{userId:guid}", KickAsync).Produces(StatusCodes.Status204NoContent);

        var roles = api.MapGroup("/servers/{id:guid}/roles").WithTags("roles");
        roles.MapGet("", ListRoles).Produces<IReadOnlyList<Role>>();
        roles.MapPatch("/{roleId:guid}", UpdateRoleAsync).Accepts<RolePatch>("application/json").Produces<Role>();

        var invites = api.MapGroup("").WithTags("invites");
        invites.MapGet("/servers/{id:guid}/invites", ListInvites).Produces<IReadOnlyList<Invite>>();
        invites.MapPost("/servers/{id:guid}/invites", CreateInviteAsync).Accepts<InviteBody>("application/json").Produces<Invite>(StatusCodes.Status201Created);
        invites.MapGet("/invites/{code}", GetInvite).AllowAnonymous().Produces<Invite>();
        invites.MapPost("/invites/{code}", JoinAsync).Produces<Server>();
        invites.MapDelete("/invites/{code}", DeleteInviteAsync).Produces(StatusCodes.Status204NoContent);
    }

    private IResult List(HttpContext context) =>
        Json([.. Root.ServersOf(context.Caller().UserId).Select(server => server.ToServer())], WireJson.Default.IReadOnlyListServer);

    private async Task<IResult> CreateAsync(HttpContext context)
    {
        var caller = context.Caller().UserId;
        if (Name(await context.ReadJsonAsync(ServerRequestJson.Default.ServerBody), out var name) is { } problem) return problem;
        if (RefuseMoreServers(Root, caller) is { } full) return full;

        var id = node.Ids.Next<ServerId>();
        var reply = await node.Region.AskAsync(EntityRef.Server(id), new CreateServer(caller, id, name));
        return reply.IsRefused(out problem) ? problem : Created(((ServerState)reply.Value!).ToServer(), WireJson.Default.Server);
    }

    private IResult Get(HttpContext context, Guid id) =>
        Access.Server(Root, context.Caller().UserId, new(id), Permissions.None, out var server) is { } problem ? problem : Json(server.ToServer(), WireJson.Default.Server);

    private async Task<IResult> RenameAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.ManageServer, out var server) is { } problem) return problem;
        if (Name(await context.ReadJsonAsync(ServerRequestJson.Default.ServerBody), out var name) is { } invalid) return invalid;
        var reply = await node.Region.AskAsync(EntityRef.Server(server.Id), new RenameServer(caller, name));
        return reply.IsRefused(out problem) ? problem : Json(((ServerState)reply.Value!).ToServer(), WireJson.Default.Server);
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Guid id) =>
        NoContent(await node.Region.AskAsync(EntityRef.Server(new(id)), new DeleteServer(context.Caller().UserId)));

    private IResult ListMembers(HttpContext context, Guid id)
    {
        var root = Root;
        if (Access.Server(root, context.Caller().UserId, new(id), Permissions.None, out var server) is { } problem) return problem;
        var query = new QueryFields(context);
        var (limit, after) = (query.Limit(), query.Id<UserId>("after"));
        return query.IsInvalid(out var invalid) ? invalid : Json(root.Members(server, limit, after), WireJson.Default.IReadOnlyListMember);
    }

    private IResult GetMember(HttpContext context, Guid id, Guid userId)
    {
        var root = Root;
        if (Access.Server(root, context.Caller().UserId, new(id), Permissions.None, out var server) is { } problem) return problem;
        return server.Members.TryGetValue(new(userId), out var member) ? Json(root.Member(member), WireJson.Default.Member) : (Problem)ErrorCode.NotFound;
    }

    private Task<IResult> LeaveAsync(HttpContext context, Guid id) => RemoveAsync(context, id, context.Caller().UserId);

    private Task<IResult> KickAsync(HttpContext context, Guid id, Guid userId) => RemoveAsync(context, id, new(userId));

    private async Task<IResult> RemoveAsync(HttpContext context, Guid id, UserId target) =>
        NoContent(await node.Region.AskAsync(EntityRef.Server(new(id)), new RemoveMember(context.Caller().UserId, target)));

    private IResult ListRoles(HttpContext context, Guid id) =>
        Access.Server(Root, context.Caller().UserId, new(id), Permissions.None, out var server) is { } problem ? problem : Json(server.Roles(), WireJson.Default.IReadOnlyListRole);

    private async Task<IResult> UpdateRoleAsync(HttpContext context, Guid id, Guid roleId)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.None, out var server) is { } problem) return problem;
        if (!server.Roles.TryGetValue(new(roleId), out var role)) return (Problem)ErrorCode.NotFound;
        if (!server.Allows(caller, Permissions.ManageRoles)) return (Problem)ErrorCode.MissingPermissions;
        if (!(await context.ReadJsonAsync(ServerRequestJson.Default.RolePatch)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        if (body.Permissions.IsNull) errors.Add("permissions", "must not be null");
        if (errors.IsAny(out invalid)) return invalid;
        var reply = await node.Region.AskAsync(EntityRef.Server(server.Id), new UpdateRolePermissions(caller, role.Id, body.Permissions.Or(role.Permissions) & Permissions.All));
        return reply.IsRefused(out problem) ? problem : Json(((RoleRecord)reply.Value!).ToRole(), WireJson.Default.Role);
    }

    private IResult ListInvites(HttpContext context, Guid id)
    {
        var root = Root;
        if (Access.Server(root, context.Caller().UserId, new(id), Permissions.ManageServer, out var server) is { } problem) return problem;
        var online = node.Registry.OnlineCount(server);
        return Json(
            [.. server.Invites.Values.OrderBy(invite => invite.CreatedAt).ThenBy(invite => invite.Code, StringComparer.Ordinal).Select(invite => root.Invite(invite, server, online))],
            WireJson.Default.IReadOnlyListInvite);
    }

    private async Task<IResult> CreateInviteAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.CreateInvite, out var server) is { } problem) return problem;
        if (!(await context.ReadJsonAsync(ServerRequestJson.Default.InviteBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        // As in Discord, 0 means no limit.
        var maxUses = body.MaxUses is null ? 0 : errors.Number("max_uses", body.MaxUses, 0, Limits.InviteMaxUses);
        var maxAge = body.MaxAgeSeconds is null ? 0 : errors.Number("max_age_seconds", body.MaxAgeSeconds, 0, Limits.InviteMaxAgeSeconds);
        if (errors.IsAny(out invalid)) return invalid;

        var code = RandomNumberGenerator.GetString(InviteAlphabet, InviteCodeLength);
        var reply = await node.Region.AskAsync(
            EntityRef.Server(server.Id), new CreateInvite(caller, code, maxUses == 0 ? null : maxUses, maxAge == 0 ? null : TimeSpan.FromSeconds(maxAge)));
        return reply.IsRefused(out problem) ? problem : Created(Root.Invite((InviteRecord)reply.Value!, server, node.Registry.OnlineCount(server)), WireJson.Default.Invite);
    }

    private IResult GetInvite(HttpContext context, string code)
    {
        var root = Root;
        return Find(root, code) is ({ } server, { } invite) && invite.IsUsable(node.Time.GetUtcNow())
            ? Json(root.Invite(invite, server, node.Registry.OnlineCount(server)), WireJson.Default.Invite)
            : (Problem)ErrorCode.NotFound;
    }

    private async Task<IResult> JoinAsync(HttpContext context, string code)
    {
        var root = Root;
        var caller = context.Caller().UserId;
        if (Find(root, code) is not ({ } server, _)) return (Problem)ErrorCode.NotFound;
        if (!server.Members.ContainsKey(caller) && RefuseMoreServers(root, caller) is { } full) return full;
        var reply = await node.Region.AskAsync(EntityRef.Server(server.Id), new JoinServer(caller, code));
        return reply.IsRefused(out var problem) ? problem : Json(((ServerState)reply.Value!).ToServer(), WireJson.Default.Server);
    }

    private async Task<IResult> DeleteInviteAsync(HttpContext context, string code) => Find(Root, code) is ({ } server, _)
        ? NoContent(await node.Region.AskAsync(EntityRef.Server(server.Id), new DeleteInvite(context.Caller().UserId, code)))
        : (Problem)ErrorCode.NotFound;

    internal static (ServerState? Server, InviteRecord? Invite) Find(ViewRoot root, string code) =>
        root.ServerOfInvite.TryGetValue(code, out var id) && root.Server(id) is { } server && server.Invites.TryGetValue(code, out var invite) ? (server, invite) : default;

    private static Problem? RefuseMoreServers(ViewRoot root, UserId caller) => root.ServersOf(caller).Count() >= Limits.ServersPerUser
        ? new Problem(ErrorCode.LimitReached, $"you can be in {Limits.ServersPerUser} servers")
        : null;

    private static Problem? Name(JsonBody<ServerBody> body, out string name)
    {
        name = "";
        if (!body.TryGet(out var read, out var problem)) return problem;
        var errors = new FieldErrors();
        name = errors.Text("name", read.Name, 1, Limits.ServerNameMax);
        return errors.IsAny(out problem) ? problem : null;
    }
}
