using Together.Actors.Servers;
using Together.Actors.Views;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Channels;
using static Together.Host.Http.Answers;

namespace Together.Host.Channels;

/// <summary>Why a member may or may not do something: <c>/api/channels/{id}/permissions/explain</c>.</summary>
public sealed class PermissionEndpoints(Node node)
{
    public void Map(IEndpointRouteBuilder api) => api.MapGet("/channels/{id:guid}/permissions/explain", Explain)
        .WithTags("channels")
        .WithSummary("Why a member may or may not do something in a channel")
        .Produces<PermissionExplanation>()
        .Takes(
            new("permission", "The name of one, such as SEND_MESSAGES, in any case.") { IsRequired = true },
            new("user_id", "Whom to ask about: the caller when absent; somebody else needs MANAGE_ROLES in the channel.", "uuid"));

    private IResult Explain(HttpContext context, Guid id)
    {
        var root = node.Views.Root;
        var now = node.Now;
        var caller = context.Caller().UserId;
        if (Access.Channel(root, caller, new(id), Permissions.None, now, out var server, out var channel) is { } problem) return problem;

        var query = new QueryFields(context);
        var user = query.Id<UserId>("user_id") ?? caller;
        if (!server.Members.TryGetValue(user, out var member)) return (Problem)ErrorCode.NotFound;
        if (user != caller && !server.Allows(caller, channel, Permissions.ManageRoles, now)) return (Problem)ErrorCode.MissingPermissions;
        if (!PermissionNames.TryRead(query.Word("permission"), out var permission)) query.Add("permission", "must be the name of a permission, such as SEND_MESSAGES");
        if (query.IsInvalid(out var invalid)) return invalid;

        var chain = server.Explain(member, root.User(user).Username, channel, permission, now);
        return Json(
            new PermissionExplanation(user, channel.Id, permission.Name(), server.Allows(user, channel, permission, now), chain), WireJson.Default.PermissionExplanation);
    }
}
