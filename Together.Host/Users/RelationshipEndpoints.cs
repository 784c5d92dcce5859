using Together.Actors.Sharding;
using Together.Actors.Users;
using Together.Actors.Views;
using Together.Host.Auth;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Users;
using static Together.Host.Http.Answers;

namespace Together.Host.Users;

/// <summary>Friends, requests and blocked users: <c>/api/users/@me/relationships</c>.</summary>
public sealed class RelationshipEndpoints(Node node, AccountStore accounts)
{
    private ViewRoot Root => node.Views.Root;

    public void Map(IEndpointRouteBuilder api)
    {
        var relationships = api.MapGroup("/users/@me/relationships").WithTags("relationships");
        relationships.MapGet("", (Delegate)List).Produces<IReadOnlyList<Relationship>>();
        relationships.MapPost("", (Delegate)RequestAsync).WithSummary("Asks somebody for friendship by their username").Accepts<FriendBody>("application/json").Produces<Relationship>(StatusCodes.Status201Created);
        relationships.MapPut("/{userId:guid}", SetAsync).WithSummary("Asks for friendship, accepts it, or blocks").Accepts<RelationshipBody>("application/json").Produces(StatusCodes.Status204NoContent);
        relationships.MapDelete("/{userId:guid}", EndAsync).WithSummary("Ends a friendship, takes back or declines a request, or unblocks").Produces(StatusCodes.Status204NoContent);
    }

    private IResult List(HttpContext context) => Json(Root.RelationshipsOf(context.Caller().UserId), WireJson.Default.IReadOnlyListRelationship);

    private async Task<IResult> RequestAsync(HttpContext context)
    {
        var caller = context.Caller().UserId;
        if (!(await context.ReadJsonAsync(UserRequestJson.Default.FriendBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        if (!AccountRules.TryUsername(body.Username, out var username, out var odd)) errors.Add("username", odd);
        if (errors.IsAny(out invalid)) return invalid;
        if (await accounts.FindAsync(username!, context.RequestAborted) is not { } account || !Root.Users.ContainsKey(account.Id)) return (Problem)ErrorCode.NotFound;
        if (account.Id == caller)
        {
            errors.Add("username", "must not be your own");
            errors.IsAny(out invalid);
            return invalid!;
        }

        if (await AskAsync(new Befriend(caller, account.Id)) is { } problem) return problem;
        var root = Root;
        return root.RelationOf(caller, account.Id) is null
            ? (Problem)ErrorCode.NotFound
            : Created(root.Relationship(root.Relationships[caller][account.Id], caller), WireJson.Default.Relationship);
    }

    private async Task<IResult> SetAsync(HttpContext context, Guid userId)
    {
        var (caller, user) = (context.Caller().UserId, new UserId(userId));
        if (!Root.Users.ContainsKey(user)) return (Problem)ErrorCode.NotFound;
        if (!(await context.ReadJsonAsync(UserRequestJson.Default.RelationshipBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var isBlock = errors.Word("type", body.Type, "friend", "blocked") == 1;
        if (errors.IsAny(out invalid)) return invalid;
        return await AskAsync(isBlock ? new Block(caller, user) : new Befriend(caller, user)) is { } problem ? problem : Results.NoContent();
    }

    private async Task<IResult> EndAsync(HttpContext context, Guid userId)
    {
        var (caller, user) = (context.Caller().UserId, new UserId(userId));
        if (caller == user) return (Problem)ErrorCode.NotFound;
        return NoContent(await node.Region.AskAsync(EntityRef.Relationship(new UserPair(caller, user)), new EndRelationship(caller, user)));
    }

    private async Task<Problem?> AskAsync(RelationshipCommand command)
    {
        var root = Root;
        if (root.RelationOf(command.Actor, command.Other) is null && root.Relationships.TryGetValue(command.Actor, out var own) && own.Count >= Limits.RelationshipsMax)
            return new Problem(ErrorCode.LimitReached, $"you have {Limits.RelationshipsMax} friends, requests and blocked users");
        var reply = await node.Region.AskAsync(EntityRef.Relationship(new UserPair(command.Actor, command.Other)), command);
        return reply.IsRefused(out var problem) ? problem : null;
    }
}
