using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Views;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Servers;
using static Together.Host.Http.Answers;

namespace Together.Host.Servers;

/// <summary>Servers as a whole: <c>/api/servers</c>.</summary>
public sealed class ServerEndpoints(Node node)
{
    private ViewRoot Root => node.Views.Root;

    public void Map(IEndpointRouteBuilder api)
    {
        var servers = api.MapGroup("/servers").WithTags("servers");
        servers.MapGet("", List).Produces<IReadOnlyList<Server>>();
        servers.MapPost("", (Delegate)CreateAsync).Accepts<ServerBody>("application/json").Produces<Server>(StatusCodes.Status201Created);
        servers.MapGet("/{id:guid}", Get).Produces<Server>();
        servers.MapPatch("/{id:guid}", RenameAsync).Accepts<ServerBody>("application/json").Produces<Server>().Takes(Parameters.Reason);
        servers.MapDelete("/{id:guid}", DeleteAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
        servers.MapPost("/{id:guid}/transfer", TransferAsync).Accepts<TransferBody>("application/json").Produces<Server>().Takes(Parameters.Reason);
        servers.MapGet("/{id:guid}/audit-log", AuditLogAsync).Produces<AuditLogPage>().Takes(
            Parameters.Limit, Parameters.Before, new("user_id", "Only what this user did.", "uuid"), new("action", "Only this action.") { Words = AuditActions.All });
    }

    private IResult List(HttpContext context) =>
        Json([.. Root.ServersOf(context.Caller().UserId).Select(server => server.ToServer())], WireJson.Default.IReadOnlyListServer);

    private async Task<IResult> CreateAsync(HttpContext context)
    {
        var caller = context.Caller().UserId;
        if (Name(await context.ReadJsonAsync(ServerRequestJson.Default.ServerBody), out var name) is { } problem) return problem;
        if (RefuseMore(Root, caller) is { } full) return full;

        var id = node.Ids.Next<ServerId>();
        var reply = await node.Region.AskAsync(EntityRef.Server(id), new CreateServer(caller, id, name));
        return reply.IsRefused(out problem) ? problem : Created(((ServerState)reply.Value!).ToServer(), WireJson.Default.Server);
    }

    private IResult Get(HttpContext context, Guid id) =>
        Access.Server(Root, context.Caller().UserId, new(id), Permissions.None, node.Now, out var server) is { } problem ? problem : Json(server.ToServer(), WireJson.Default.Server);

    private async Task<IResult> RenameAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.ManageServer, node.Now, out var server) is { } problem) return problem;
        if (Name(await context.ReadJsonAsync(ServerRequestJson.Default.ServerBody), out var name) is { } invalid) return invalid;
        var reply = await node.AskAsync(context, server.Id, new RenameServer(caller, name));
        return reply.IsRefused(out problem) ? problem : Json(((ServerState)reply.Value!).ToServer(), WireJson.Default.Server);
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Guid id) =>
        NoContent(await node.AskAsync(context, new(id), new DeleteServer(context.Caller().UserId)));

    private async Task<IResult> TransferAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.None, node.Now, out var server) is { } problem) return problem;
        if (server.OwnerId != caller) return new Problem(ErrorCode.MissingPermissions, "only the owner may transfer a server");
        if (!(await context.ReadJsonAsync(ServerRequestJson.Default.TransferBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var to = errors.Required("user_id", body.UserId);
        if (errors.IsAny(out invalid)) return invalid;
        var reply = await node.AskAsync(context, server.Id, new TransferServer(caller, to));
        return reply.IsRefused(out problem) ? problem : Json(((ServerState)reply.Value!).ToServer(), WireJson.Default.Server);
    }

    private async Task<IResult> AuditLogAsync(HttpContext context, Guid id)
    {
        var root = Root;
        if (Access.Server(root, context.Caller().UserId, new(id), Permissions.ViewAuditLog, node.Now, out var server) is { } problem) return problem;
        var query = new QueryFields(context);
        var (actor, action, before, limit) = (query.Id<UserId>("user_id"), query.Text("action", 64), query.Id("before"), query.Limit());
        if (action is not null && !AuditActions.All.Contains(action)) query.Add("action", $"must be one of: {string.Join(", ", AuditActions.All)}");
        if (query.IsInvalid(out var invalid)) return invalid;

        var records = await node.AuditEntries.PageAsync(server.Id, actor, action, before, limit);
        var users = records.SelectMany(record => (IEnumerable<UserId>)[record.ActorId, .. record.TargetId is { } target ? [new UserId(target)] : Array.Empty<UserId>()])
            .Distinct().Where(root.Users.ContainsKey).Select(root.User);
        return Json(new AuditLogPage([.. records.Select(Rendering.AuditEntry)], [.. users]), WireJson.Default.AuditLogPage);
    }

    internal static Problem? RefuseMore(ViewRoot root, UserId caller) => root.ServersOf(caller).Count() >= Limits.ServersPerUser
        ? new Problem(ErrorCode.LimitReached, $"you can be in {Limits.ServersPerUser} servers")
        : null;

    private static Problem? Name(OrProblem<ServerBody> body, out string name)
    {
        name = "";
        if (!body.TryGet(out var read, out var problem)) return problem;
        var errors = new FieldErrors();
        name = errors.Name("name", read.Name, 1, Limits.ServerNameMax);
        return errors.IsAny(out problem) ? problem : null;
    }
}
