using System.Security.Cryptography;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Views;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Servers;
using static Together.Host.Http.Answers;

namespace Together.Host.Servers;

/// <summary>Invites, their preview and joining: <c>/api/servers/{id}/invites</c>, <c>/api/invites</c>.</summary>
public sealed class InviteEndpoints(Node node)
{
    /// <summary>Eleven characters of 62 carry 65 random bits; the contract promises 64.</summary>
    private const int CodeLength = 11;

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private ViewRoot Root => node.Views.Root;

    public void Map(IEndpointRouteBuilder api)
    {
        var invites = api.MapGroup("").WithTags("invites");
        invites.MapGet("/servers/{id:guid}/invites", List).Produces<IReadOnlyList<Invite>>();
        invites.MapPost("/servers/{id:guid}/invites", CreateAsync).Accepts<InviteBody>("application/json").Produces<Invite>(StatusCodes.Status201Created).Takes(Parameters.Reason);
        invites.MapGet("/invites/{code}", Get).AllowAnonymous().Produces<Invite>();
        invites.MapPost("/invites/{code}", JoinAsync).Produces<Server>();
        invites.MapDelete("/invites/{code}", DeleteAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
    }

    private IResult List(HttpContext context, Guid id)
    {
        var root = Root;
        if (Access.Server(root, context.Caller().UserId, new(id), Permissions.ManageServer, node.Now, out var server) is { } problem) return problem;
        var online = node.Presences.OnlineCount(server);
        return Json(
            [.. server.Invites.Values.OrderBy(invite => invite.CreatedAt).ThenBy(invite => invite.Code, StringComparer.Ordinal).Select(invite => root.Invite(invite, server, online))],
            WireJson.Default.IReadOnlyListInvite);
    }

    private async Task<IResult> CreateAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.CreateInvite, node.Now, out var server) is { } problem) return problem;
        if (!(await context.ReadJsonAsync(ServerRequestJson.Default.InviteBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        // As in Discord, 0 means no limit.
        var maxUses = body.MaxUses is null ? 0 : errors.Number("max_uses", body.MaxUses, 0, Limits.InviteMaxUses);
        var maxAge = body.MaxAgeSeconds is null ? 0 : errors.Number("max_age_seconds", body.MaxAgeSeconds, 0, Limits.InviteMaxAgeSeconds);
        if (errors.IsAny(out invalid)) return invalid;

        var code = RandomNumberGenerator.GetString(Alphabet, CodeLength);
        var reply = await node.AskAsync(
            context, server.Id, new CreateInvite(caller, code, maxUses == 0 ? null : maxUses, maxAge == 0 ? null : TimeSpan.FromSeconds(maxAge)));
        return reply.IsRefused(out problem) ? problem : Created(Root.Invite((InviteRecord)reply.Value!, server, node.Presences.OnlineCount(server)), WireJson.Default.Invite);
    }

    private IResult Get(HttpContext context, string code)
    {
        var root = Root;
        return Find(root, code) is ({ } server, { } invite) && invite.IsUsable(node.Now)
            ? Json(root.Invite(invite, server, node.Presences.OnlineCount(server)), WireJson.Default.Invite)
            : (Problem)ErrorCode.NotFound;
    }

    private async Task<IResult> JoinAsync(HttpContext context, string code)
    {
        var root = Root;
        var caller = context.Caller().UserId;
        if (Find(root, code) is not ({ } server, _)) return (Problem)ErrorCode.NotFound;
        if (!server.Members.ContainsKey(caller) && ServerEndpoints.RefuseMore(root, caller) is { } full) return full;
        var reply = await node.Region.AskAsync(EntityRef.Server(server.Id), new JoinServer(caller, code));
        return reply.IsRefused(out var problem) ? problem : Json(((ServerState)reply.Value!).ToServer(), WireJson.Default.Server);
    }

    private async Task<IResult> DeleteAsync(HttpContext context, string code) => Find(Root, code) is ({ } server, _)
        ? NoContent(await node.AskAsync(context, server.Id, new DeleteInvite(context.Caller().UserId, code)))
        : (Problem)ErrorCode.NotFound;

    internal static (ServerState? Server, InviteRecord? Invite) Find(ViewRoot root, string code) =>
        root.ServerOfInvite.TryGetValue(code, out var id) && root.Server(id) is { } server && server.Invites.TryGetValue(code, out var invite) ? (server, invite) : default;
}
