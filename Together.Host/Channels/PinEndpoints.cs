using Together.Actors.Channels;
using Together.Actors.Views;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Channels;
using static Together.Host.Http.Answers;

namespace Together.Host.Channels;

/// <summary>Pins: <c>/api/channels/{id}/pins</c>.</summary>
public sealed class PinEndpoints(Node node)
{
    private ViewRoot Root => node.Views.Root;

    public void Map(IEndpointRouteBuilder api)
    {
        var pins = api.MapGroup("/channels/{id:guid}/pins").WithTags("pins");
        pins.MapGet("", ListAsync).WithSummary("All pins, the last one pinned first").Produces<IReadOnlyList<Message>>();
        pins.MapPut("/{messageId:guid}", PinAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
        pins.MapDelete("/{messageId:guid}", UnpinAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
    }

    private async Task<IResult> ListAsync(HttpContext context, Guid id)
    {
        var root = Root;
        var caller = context.Caller().UserId;
        return Access.AnyChannel(root, caller, new(id), Permissions.ReadMessageHistory, node.Now, out var channel) is { } problem
            ? problem
            : Json([.. (await node.Messages.PinsAsync(channel.Id, caller)).Select(root.Message)], WireJson.Default.IReadOnlyListMessage);
    }

    private Task<IResult> PinAsync(HttpContext context, Guid id, Guid messageId) => AskAsync(context, id, caller => new PinMessage(caller, new(messageId)));

    private Task<IResult> UnpinAsync(HttpContext context, Guid id, Guid messageId) => AskAsync(context, id, caller => new UnpinMessage(caller, new(messageId)));

    private async Task<IResult> AskAsync(HttpContext context, Guid id, Func<UserId, ChannelCommand> command)
    {
        var caller = context.Caller().UserId;
        return Access.AnyChannel(Root, caller, new(id), Permissions.None, node.Now, out var channel) is { } problem
            ? problem
            : NoContent(await node.AskAsync(context, channel, command(caller)));
    }
}
