using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Views;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Channels;
using static Together.Host.Http.Answers;

namespace Together.Host.Channels;

/// <summary>Messages: <c>/api/channels/{id}/messages</c>.</summary>
public sealed class MessageEndpoints(Node node)
{
    private ViewRoot Root => node.Views.Root;

    public void Map(IEndpointRouteBuilder api)
    {
        var messages = api.MapGroup("/channels/{id:guid}/messages").WithTags("messages");
        messages.MapGet("", HistoryAsync).Produces<IReadOnlyList<Message>>().Takes(
            Parameters.Limit,
            new("before", "Only those below this ID or before this RFC 3339 time."),
            new("after", "The page next above this ID or time."),
            new("around", "The page with this ID in its middle.", "uuid"));
        messages.MapPost("", PostAsync).Accepts<MessageBody>("application/json").Produces<Message>(StatusCodes.Status201Created).Produces<Message>();
        messages.MapGet("/{messageId:guid}", GetAsync).Produces<Message>();
        messages.MapPatch("/{messageId:guid}", EditAsync).Accepts<MessageBody>("application/json").Produces<Message>();
        messages.MapDelete("/{messageId:guid}", DeleteAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
    }

    private async Task<IResult> HistoryAsync(HttpContext context, Guid id)
    {
        var root = Root;
        if (Access.Channel(root, context.Caller().UserId, new(id), Permissions.ReadMessageHistory, node.Now, out _, out var channel) is { } problem) return problem;
        var query = new QueryFields(context);
        var page = query.MessagePage();
        if (query.IsInvalid(out var invalid)) return invalid;

        List<MessageRecord> found;
        if (page.Around is { } around)
        {
            // The mark in the middle: up to half above it, the rest from it downwards.
            var newer = await node.Messages.HistoryAsync(channel.Id, new HistoryPage(page.Limit / 2, After: around.Value));
            var older = await node.Messages.HistoryAsync(channel.Id, new HistoryPage(page.Limit - newer.Count, UpTo: around.Value));
            found = [.. newer, .. older];
        }
        else
        {
            found = await node.Messages.HistoryAsync(channel.Id, new HistoryPage(page.Limit, page.Before?.Value, page.After?.Value));
        }

        return Json([.. found.Select(root.Message)], WireJson.Default.IReadOnlyListMessage);
    }

    private async Task<IResult> PostAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.Channel(Root, caller, new(id), Permissions.SendMessages, node.Now, out var server, out var channel) is { } problem) return problem;
        if (!(await context.ReadJsonAsync(ChannelRequestJson.Default.MessageBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var content = errors.Content("content", body.Content, 1, Limits.MessageContentMax);
        // A nonce is the client's own and comes back as it was sent: not trimmed.
        if (body.Nonce?.Length > Limits.NonceMax) errors.Add("nonce", $"must have at most {Limits.NonceMax} characters");
        else if (body.Nonce is not null) errors.Text("nonce", body.Nonce, 1, Limits.NonceMax);
        if (errors.IsAny(out invalid)) return invalid;

        var reply = await node.Region.AskAsync(EntityRef.Channel(channel.Id, server.Id), new PostMessage(caller, content, body.Nonce));
        if (reply.IsRefused(out problem)) return problem;
        var posted = (Posted)reply.Value!;
        return Json(Root.Message(posted.Message), WireJson.Default.Message, posted.IsRepeated ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }

    private async Task<IResult> GetAsync(HttpContext context, Guid id, Guid messageId)
    {
        var root = Root;
        if (Access.Channel(root, context.Caller().UserId, new(id), Permissions.ReadMessageHistory, node.Now, out _, out var channel) is { } problem) return problem;
        return await node.Messages.FindAsync(channel.Id, new(messageId)) is { } message ? Json(root.Message(message), WireJson.Default.Message) : (Problem)ErrorCode.NotFound;
    }

    private async Task<IResult> EditAsync(HttpContext context, Guid id, Guid messageId)
    {
        var caller = context.Caller().UserId;
        if (Access.Channel(Root, caller, new(id), Permissions.None, node.Now, out var server, out var channel) is { } problem) return problem;
        if (await node.Messages.FindAsync(channel.Id, new(messageId)) is not { } message) return (Problem)ErrorCode.NotFound;
        if (message.AuthorId != caller || !server.Allows(caller, channel, Permissions.SendMessages, node.Now)) return (Problem)ErrorCode.MissingPermissions;
        if (!(await context.ReadJsonAsync(ChannelRequestJson.Default.MessageBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var content = errors.Content("content", body.Content, 1, Limits.MessageContentMax);
        if (errors.IsAny(out invalid)) return invalid;

        var reply = await node.Region.AskAsync(EntityRef.Channel(channel.Id, server.Id), new EditMessage(caller, message.Id, content));
        return reply.IsRefused(out problem) ? problem : Json(Root.Message((MessageRecord)reply.Value!), WireJson.Default.Message);
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Guid id, Guid messageId)
    {
        var caller = context.Caller().UserId;
        if (Access.Channel(Root, caller, new(id), Permissions.None, node.Now, out var server, out var channel) is { } problem) return problem;
        return NoContent(await node.AskAsync(context, channel.Id, server.Id, new DeleteMessage(caller, new(messageId))));
    }
}
