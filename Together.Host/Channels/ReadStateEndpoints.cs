using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Channels;
using static Together.Host.Http.Answers;

namespace Together.Host.Channels;

/// <summary>What a user has read, and that they type: <c>/api/channels/{id}/read</c>, <c>/api/channels/{id}/typing</c>.</summary>
public sealed class ReadStateEndpoints(Node node)
{
    public void Map(IEndpointRouteBuilder api)
    {
        var channels = api.MapGroup("/channels/{id:guid}").WithTags("channels");
        channels.MapPut("/read", MarkAsync).Accepts<ReadBody>("application/json").Produces(StatusCodes.Status204NoContent);
        channels.MapPost("/typing", TypeAsync).Produces(StatusCodes.Status204NoContent);
    }

    private async Task<IResult> MarkAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.AnyChannel(node.Views.Root, caller, new(id), Permissions.None, node.Now, out var channel) is { } problem) return problem;
        if (!(await context.ReadJsonAsync(ChannelRequestJson.Default.ReadBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        if (!body.MessageId.IsPresent) errors.Add("message_id", "is required");
        if (errors.IsAny(out invalid)) return invalid;
        if (channel.Type == ChannelType.Category) return new Problem(ErrorCode.Conflict, "a category holds no messages");
        return NoContent(await node.ReadStates.MarkAsync(caller, channel.Id, body.MessageId.TryGet(out var message) ? message : null));
    }

    private async Task<IResult> TypeAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.AnyChannel(node.Views.Root, caller, new(id), Permissions.SendMessages, node.Now, out var channel) is { } problem) return problem;
        if (channel.Type == ChannelType.Category) return new Problem(ErrorCode.Conflict, "a category holds no messages");
        await node.Typing.StartAsync(caller, channel.Id);
        return Results.NoContent();
    }
}
