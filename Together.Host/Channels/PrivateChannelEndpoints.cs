using Together.Actors.Channels;
using Together.Actors.Sharding;
using Together.Actors.Users;
using Together.Actors.Views;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Channels;
using static Together.Host.Http.Answers;

namespace Together.Host.Channels;

/// <summary>Conversations of two and groups: <c>/api/users/@me/channels</c>, <c>/api/channels/{id}/recipients</c>.</summary>
public sealed class PrivateChannelEndpoints(Node node)
{
    private ViewRoot Root => node.Views.Root;

    public void Map(IEndpointRouteBuilder api)
    {
        var channels = api.MapGroup("").WithTags("private channels");
        channels.MapGet("/users/@me/channels", (Delegate)List).WithSummary("Those in the caller's list, the last used first").Produces<IReadOnlyList<Channel>>();
        channels.MapPost("/users/@me/channels", (Delegate)OpenAsync).Accepts<PrivateChannelBody>("application/json").Produces<Channel>(StatusCodes.Status201Created).Produces<Channel>();
        channels.MapPut("/channels/{id:guid}/recipients/{userId:guid}", AddAsync).WithSummary("Adds somebody to a group").Produces(StatusCodes.Status204NoContent);
        channels.MapDelete("/channels/{id:guid}/recipients/{userId:guid}", RemoveAsync).WithSummary("Removes somebody from a group: its owner's").Produces(StatusCodes.Status204NoContent);
    }

    private IResult List(HttpContext context) => Json(Root.PrivateChannelsOf(context.Caller().UserId), WireJson.Default.IReadOnlyListChannel);

    private async Task<IResult> OpenAsync(HttpContext context)
    {
        var caller = context.Caller().UserId;
        if (!(await context.ReadJsonAsync(ChannelRequestJson.Default.PrivateChannelBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var recipients = errors.List("recipient_ids", body.RecipientIds, 1, Limits.GroupMax - 1);
        if (recipients.Contains(caller)) errors.Add("recipient_ids", "must not contain yourself");
        if (recipients.Distinct().Count() != recipients.Count) errors.Add("recipient_ids", "must not contain anybody twice");
        if (errors.IsAny(out invalid)) return invalid;

        var root = Root;
        var pair = new UserPair(caller, recipients[0]);
        // One found again is there for as long as it is, whatever became of the two since.
        var isFound = recipients.Count == 1 && root.PrivateChannels.ContainsKey(new(pair.Id));
        if (!isFound && Refuse(root, caller, recipients) is { } problem) return problem;
        if (root.PrivateChannelsOfUser.GetValueOrDefault(caller, []).Count >= Limits.PrivateChannelsPerUser && !isFound)
            return new Problem(ErrorCode.LimitReached, $"you are in {Limits.PrivateChannelsPerUser} private channels");

        // The same two always meet in the same channel, also when both begin at once.
        var id = recipients.Count == 1 ? new ChannelId(pair.Id) : node.Ids.Next<ChannelId>();
        var reply = await node.Region.AskAsync(EntityRef.PrivateChannel(id), new OpenPrivateChannel(caller, [.. recipients]));
        if (reply.IsRefused(out problem)) return problem;
        var opened = (PrivateChannelOpened)reply.Value!;
        return Json(Root.Channel(opened.Channel, caller), WireJson.Default.Channel, opened.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private async Task<IResult> AddAsync(HttpContext context, Guid id, Guid userId)
    {
        var root = Root;
        var (caller, user) = (context.Caller().UserId, new UserId(userId));
        if (Private(root, caller, id, out var channel) is { } problem) return problem;
        if (channel.Type == ChannelType.GroupDm && !channel.MemberIds.Contains(user) && Refuse(root, caller, [user]) is { } refusal) return refusal;
        return NoContent(await node.Region.AskAsync(EntityRef.PrivateChannel(channel.Id), new AddRecipient(caller, user)));
    }

    private async Task<IResult> RemoveAsync(HttpContext context, Guid id, Guid userId)
    {
        var caller = context.Caller().UserId;
        return Private(Root, caller, id, out var channel) is { } problem
            ? problem
            : NoContent(await node.Region.AskAsync(EntityRef.PrivateChannel(channel.Id), new RemoveRecipient(caller, new UserId(userId))));
    }

    private static Problem? Private(ViewRoot root, UserId caller, Guid id, out PrivateChannelRecord channel) =>
        root.PrivateChannels.TryGetValue(new(id), out channel!) && channel.MemberIds.Contains(caller) ? null : ErrorCode.NotFound;

    /// <summary>A stranger is not found, and to whom one knows one may be told no.</summary>
    private static Problem? Refuse(ViewRoot root, UserId caller, IReadOnlyList<UserId> others)
    {
        if (!others.All(other => root.Users.ContainsKey(other) && root.Knows(caller, other))) return ErrorCode.NotFound;
        return others.All(other => root.MayWrite(caller, other)) ? null : new Problem(ErrorCode.MissingPermissions, "you cannot write to this user");
    }
}
