using Together.Actors.Servers;
using Together.Actors.Views;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Servers;
using static Together.Host.Http.Answers;

namespace Together.Host.Servers;

/// <summary>Members, what they have and what is imposed on them: <c>/api/servers/{id}/members</c>.</summary>
public sealed class MemberEndpoints(Node node)
{
    /// <summary>Who has none of these changes nobody else, whatever the body says.</summary>
    private const Permissions ChangesOthers = Permissions.ManageNicknames | Permissions.TimeoutMembers | Permissions.MuteMembers | Permissions.DeafenMembers;

    private ViewRoot Root => node.Views.Root;

    public void Map(IEndpointRouteBuilder api)
    {
        var members = api.MapGroup("/servers/{id:guid}/members").WithTags("members");
        members.MapGet("", List).Produces<IReadOnlyList<Member>>()
            .Takes(Parameters.Limit, Parameters.After, new("query", "The beginning of a username or nickname, in any case."));
        members.MapGet("/{userId:guid}", Get).Produces<Member>();
        members.MapPatch("/@me", UpdateOwnAsync).Accepts<OwnMemberPatch>("application/json").Produces<Member>().Takes(Parameters.Reason);
        members.MapPatch("/{userId:guid}", UpdateAsync).Accepts<MemberPatch>("application/json").Produces<Member>().Takes(Parameters.Reason);
        members.MapDelete("/@me", LeaveAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
        members.MapDelete("/{userId:guid}", KickAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
        members.MapPut("/{userId:guid}/roles/{roleId:guid}", GiveRoleAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
        members.MapDelete("/{userId:guid}/roles/{roleId:guid}", TakeRoleAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
    }

    private IResult List(HttpContext context, Guid id)
    {
        var root = Root;
        if (Access.Server(root, context.Caller().UserId, new(id), Permissions.None, node.Now, out var server) is { } problem) return problem;
        var query = new QueryFields(context);
        var (limit, after, name) = (query.Limit(), query.Id<UserId>("after"), query.Text("query", Limits.NicknameMax));
        return query.IsInvalid(out var invalid) ? invalid : Json(root.Members(server, limit, after, name), WireJson.Default.IReadOnlyListMember);
    }

    private IResult Get(HttpContext context, Guid id, Guid userId)
    {
        var root = Root;
        if (Access.Server(root, context.Caller().UserId, new(id), Permissions.None, node.Now, out var server) is { } problem) return problem;
        return server.Members.TryGetValue(new(userId), out var member) ? Json(root.Member(member), WireJson.Default.Member) : (Problem)ErrorCode.NotFound;
    }

    private Task<IResult> LeaveAsync(HttpContext context, Guid id) => RemoveAsync(context, id, context.Caller().UserId);

    private Task<IResult> KickAsync(HttpContext context, Guid id, Guid userId) => RemoveAsync(context, id, new(userId));

    private async Task<IResult> RemoveAsync(HttpContext context, Guid id, UserId target) =>
        NoContent(await node.AskAsync(context, new(id), new RemoveMember(context.Caller().UserId, target)));

    private async Task<IResult> UpdateOwnAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.None, node.Now, out var server) is { } problem) return problem;
        if (!server.Allows(caller, Permissions.ChangeNickname, node.Now) && !server.Allows(caller, Permissions.ManageNicknames, node.Now)) return (Problem)ErrorCode.MissingPermissions;
        return (await context.ReadJsonAsync(ServerRequestJson.Default.OwnMemberPatch)).TryGet(out var body, out var invalid)
            ? await ApplyAsync(context, server, caller, new MemberPatch(body.Nickname, default, default, default))
            : invalid;
    }

    private async Task<IResult> UpdateAsync(HttpContext context, Guid id, Guid userId)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.None, node.Now, out var server) is { } problem) return problem;
        if (!server.Members.ContainsKey(new(userId))) return (Problem)ErrorCode.NotFound;
        if (caller.Value != userId && (server.Of(caller, node.Now) & ChangesOthers) == 0) return (Problem)ErrorCode.MissingPermissions;
        return (await context.ReadJsonAsync(ServerRequestJson.Default.MemberPatch)).TryGet(out var body, out var invalid)
            ? await ApplyAsync(context, server, new(userId), body)
            : invalid;
    }

    private async Task<IResult> ApplyAsync(HttpContext context, ServerState server, UserId target, MemberPatch body)
    {
        var errors = new FieldErrors();
        var nickname = errors.NameOrNull("nickname", body.Nickname.Or(null), Limits.NicknameMax);
        if (body.ServerMute.IsNull) errors.Add("server_mute", "must not be null");
        if (body.ServerDeaf.IsNull) errors.Add("server_deaf", "must not be null");
        if (errors.IsAny(out var invalid)) return invalid;

        var update = new UpdateMember(
            context.Caller().UserId,
            target,
            body.Nickname.IsPresent,
            nickname,
            body.TimeoutUntil.IsPresent,
            body.TimeoutUntil.TryGet(out var until) ? until : null,
            body.ServerMute.TryGet(out var mute) ? mute : null,
            body.ServerDeaf.TryGet(out var deaf) ? deaf : null);
        var reply = await node.AskAsync(context, server.Id, update);
        return reply.IsRefused(out var problem) ? problem : Json(Root.Member((MemberRecord)reply.Value!), WireJson.Default.Member);
    }

    private async Task<IResult> GiveRoleAsync(HttpContext context, Guid id, Guid userId, Guid roleId) =>
        NoContent(await node.AskAsync(context, new(id), new SetMemberRole(context.Caller().UserId, new(userId), new(roleId), Has: true)));

    private async Task<IResult> TakeRoleAsync(HttpContext context, Guid id, Guid userId, Guid roleId) =>
        NoContent(await node.AskAsync(context, new(id), new SetMemberRole(context.Caller().UserId, new(userId), new(roleId), Has: false)));
}
