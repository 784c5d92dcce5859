using Together.Actors.Channels;
using Together.Actors.Views;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Users;
using static Together.Host.Http.Answers;

namespace Together.Host.Channels;

/// <summary>Reactions: <c>/api/channels/{id}/messages/{messageId}/reactions</c>.</summary>
public sealed class ReactionEndpoints(Node node)
{
    private ViewRoot Root => node.Views.Root;

    public void Map(IEndpointRouteBuilder api)
    {
        var reactions = api.MapGroup("/channels/{id:guid}/messages/{messageId:guid}/reactions/{emoji}").WithTags("reactions");
        reactions.MapPut("/@me", AddAsync).Produces(StatusCodes.Status204NoContent);
        reactions.MapDelete("/@me", RemoveAsync).Produces(StatusCodes.Status204NoContent);
        reactions.MapGet("", ListAsync).Produces<IReadOnlyList<User>>().Takes(Parameters.Limit, Parameters.After);
        reactions.MapDelete("", ClearAsync).Produces(StatusCodes.Status204NoContent);
    }

    private Task<IResult> AddAsync(HttpContext context, Guid id, Guid messageId, string emoji) =>
        AskAsync(context, id, messageId, emoji, Permissions.AddReactions, (caller, message, kind) => new AddReaction(caller, message, kind));

    private Task<IResult> RemoveAsync(HttpContext context, Guid id, Guid messageId, string emoji) =>
        AskAsync(context, id, messageId, emoji, Permissions.None, (caller, message, kind) => new RemoveReaction(caller, message, kind));

    private Task<IResult> ClearAsync(HttpContext context, Guid id, Guid messageId, string emoji) =>
        AskAsync(context, id, messageId, emoji, Permissions.ManageMessages, (caller, message, kind) => new ClearReactions(caller, message, kind));

    private async Task<IResult> ListAsync(HttpContext context, Guid id, Guid messageId, string emoji)
    {
        var root = Root;
        if (Access.AnyChannel(root, context.Caller().UserId, new(id), Permissions.ReadMessageHistory, node.Now, out var channel) is { } problem) return problem;
        if (await node.Messages.FindAsync(channel.Id, new(messageId)) is null) return (Problem)ErrorCode.NotFound;
        if (!Emoji.TryNormalize(emoji, out var kind)) return NoEmoji();
        var query = new QueryFields(context);
        var (limit, after) = (query.Limit(), query.Id<UserId>("after"));
        if (query.IsInvalid(out var invalid)) return invalid;
        return Json([.. (await node.Messages.ReactorsAsync(channel.Id, new(messageId), kind, after, limit)).Select(root.User)], WireJson.Default.IReadOnlyListUser);
    }

    private async Task<IResult> AskAsync(
        HttpContext context, Guid id, Guid messageId, string emoji, Permissions needed, Func<UserId, MessageId, string, ChannelCommand> command)
    {
        var caller = context.Caller().UserId;
        if (Access.AnyChannel(Root, caller, new(id), needed, node.Now, out var channel) is { } problem) return problem;
        if (Emoji.TryNormalize(emoji, out var kind)) return NoContent(await node.Region.AskAsync(channel.Entity, command(caller, new(messageId), kind)));
        return await node.Messages.FindAsync(channel.Id, new(messageId)) is null ? (Problem)ErrorCode.NotFound : NoEmoji();
    }

    private static Problem NoEmoji() => new(ErrorCode.InvalidBody, Errors: new Dictionary<string, IReadOnlyList<string>> { ["emoji"] = ["must be one Unicode emoji"] });
}
