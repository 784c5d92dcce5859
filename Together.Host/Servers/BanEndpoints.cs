using Together.Actors.Servers;
using Together.Actors.Views;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Servers;
using static Together.Host.Http.Answers;

namespace Together.Host.Servers;

/// <summary>Who is kept out: <c>/api/servers/{id}/bans</c>.</summary>
public sealed class BanEndpoints(Node node)
{
    private ViewRoot Root => node.Views.Root;

    public void Map(IEndpointRouteBuilder api)
    {
        var bans = api.MapGroup("/servers/{id:guid}/bans").WithTags("bans");
        bans.MapGet("", List).Produces<IReadOnlyList<Ban>>().Takes(Parameters.Limit, Parameters.After);
        bans.MapPut("/{userId:guid}", BanAsync).Accepts<BanBody>(isOptional: true, "application/json").Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
        bans.MapDelete("/{userId:guid}", UnbanAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
    }

    private IResult List(HttpContext context, Guid id)
    {
        var root = Root;
        if (Access.Server(root, context.Caller().UserId, new(id), Permissions.BanMembers, node.Now, out var server) is { } problem) return problem;
        var query = new QueryFields(context);
        var (limit, after) = (query.Limit(), query.Id<UserId>("after"));
        return query.IsInvalid(out var invalid)
            ? invalid
            : Json([.. server.Bans.Values.Where(ban => after is null || ban.UserId.CompareTo(after.Value) > 0).Take(limit).Select(root.Ban)], WireJson.Default.IReadOnlyListBan);
    }

    private async Task<IResult> BanAsync(HttpContext context, Guid id, Guid userId)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.None, node.Now, out var server) is { } problem) return problem;
        if (!Root.Users.ContainsKey(new(userId))) return (Problem)ErrorCode.NotFound;
        if (!server.Allows(caller, Permissions.BanMembers, node.Now)) return (Problem)ErrorCode.MissingPermissions;
        BanBody? body = null;
        // A ban needs no word: the body may be missing.
        if (context.Request.ContentLength is not (null or 0) || context.Request.Headers.TransferEncoding.Count > 0)
        {
            if (!(await context.ReadJsonAsync(ServerRequestJson.Default.BanBody)).TryGet(out body, out var unreadable)) return unreadable;
        }

        var errors = new FieldErrors();
        var reason = errors.TextOrNull("reason", body?.Reason, Limits.ReasonMax);
        var seconds = body?.DeleteMessageSeconds is { } given ? errors.Number("delete_message_seconds", given, 0, Limits.BanDeleteMessageMaxSeconds) : 0;
        if (errors.IsAny(out var invalid)) return invalid;
        return NoContent(await node.AskAsync(context, server.Id, new BanMember(caller, new(userId), reason, seconds)));
    }

    private async Task<IResult> UnbanAsync(HttpContext context, Guid id, Guid userId)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.BanMembers, node.Now, out var server) is { } problem) return problem;
        return NoContent(await node.AskAsync(context, server.Id, new UnbanMember(caller, new(userId))));
    }
}
