using Together.Actors.Channels;
using Together.Actors.Persistence;
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
        messages.MapGet("/deleted", DeletedAsync)
            .WithSummary("What was deleted, for moderators, until it is removed for good")
            .Produces<IReadOnlyList<DeletedMessage>>()
            .Takes(Parameters.Limit, Parameters.Before);
        messages.MapPost("/bulk-delete", BulkDeleteAsync).Accepts<BulkDeleteBody>("application/json").Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
        messages.MapGet("/{messageId:guid}", GetAsync).Produces<Message>();
        messages.MapPatch("/{messageId:guid}", EditAsync).Accepts<EditBody>("application/json").Produces<Message>();
        messages.MapDelete("/{messageId:guid}", DeleteAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
    }

    private async Task<IResult> HistoryAsync(HttpContext context, Guid id)
    {
        var root = Root;
        var caller = context.Caller().UserId;
        if (Access.AnyChannel(root, caller, new(id), Permissions.ReadMessageHistory, node.Now, out var channel) is { } problem) return problem;
        var query = new QueryFields(context);
        var page = query.MessagePage();
        if (query.IsInvalid(out var invalid)) return invalid;

        List<MessageDetail> found;
        if (page.Around is { } around)
        {
            // The mark in the middle: up to half above it, the rest from it downwards.
            var newer = await node.Messages.HistoryAsync(channel.Id, new HistoryPage(page.Limit / 2, After: around.Value), caller);
            var older = await node.Messages.HistoryAsync(channel.Id, new HistoryPage(page.Limit - newer.Count, UpTo: around.Value), caller);
            found = [.. newer, .. older];
        }
        else
        {
            found = await node.Messages.HistoryAsync(channel.Id, new HistoryPage(page.Limit, page.Before?.Value, page.After?.Value), caller);
        }

        return Json([.. found.Select(root.Message)], WireJson.Default.IReadOnlyListMessage);
    }

    private async Task<IResult> PostAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.AnyChannel(Root, caller, new(id), Permissions.SendMessages, node.Now, out var channel) is { } problem) return problem;
        if (!(await context.ReadJsonAsync(ChannelRequestJson.Default.MessageBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var attachments = body.AttachmentIds is { Count: > 0 } ids ? errors.List("attachment_ids", ids, 1, Limits.AttachmentsMax) : [];
        if (attachments.Distinct().Count() < attachments.Count) errors.Add("attachment_ids", "names a file twice");
        var content = Content(errors, body.Content, body.AttachmentIds is { Count: > 0 });
        // A nonce is the client's own and comes back as it was sent: not trimmed.
        if (body.Nonce?.Length > Limits.NonceMax) errors.Add("nonce", $"must have at most {Limits.NonceMax} characters");
        else if (body.Nonce is not null) errors.Text("nonce", body.Nonce, 1, Limits.NonceMax);
        if (errors.IsAny(out invalid)) return invalid;

        var reply = await node.Region.AskAsync(channel.Entity, new PostMessage(caller, content, body.Nonce, body.ReplyTo) { AttachmentIds = [.. attachments] });
        if (reply.IsRefused(out problem)) return problem;
        var posted = (Posted)reply.Value!;
        if (posted.IsRepeated)
        {
            // What was posted before may have been edited, pinned, reacted to or deleted since.
            var message = await node.Messages.FindAsync(channel.Id, posted.Message.Id) ?? new MessageDetail(posted.Message, false, []);
            return Json(Root.Message(await DetailAsync(channel, message, caller)), WireJson.Default.Message);
        }

        return Created(Root.Message(posted.Message, false, [], posted.Referenced), WireJson.Default.Message);
    }

    private async Task<IResult> GetAsync(HttpContext context, Guid id, Guid messageId)
    {
        var caller = context.Caller().UserId;
        if (Access.AnyChannel(Root, caller, new(id), Permissions.ReadMessageHistory, node.Now, out var channel) is { } problem) return problem;
        return await node.Messages.FindAsync(channel.Id, new(messageId)) is { } message
            ? Json(Root.Message(await DetailAsync(channel, message, caller)), WireJson.Default.Message)
            : (Problem)ErrorCode.NotFound;
    }

    private async Task<IResult> EditAsync(HttpContext context, Guid id, Guid messageId)
    {
        var caller = context.Caller().UserId;
        if (Access.AnyChannel(Root, caller, new(id), Permissions.None, node.Now, out var channel) is { } problem) return problem;
        if (await node.Messages.FindAsync(channel.Id, new(messageId)) is not { } found) return (Problem)ErrorCode.NotFound;
        if (found.Message.AuthorId != caller || !channel.Allows(caller, Permissions.SendMessages, node.Now)) return (Problem)ErrorCode.MissingPermissions;
        if (!(await context.ReadJsonAsync(ChannelRequestJson.Default.EditBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var content = Content(errors, body.Content, found.Message.Attachments is not null);
        if (errors.IsAny(out invalid)) return invalid;

        var reply = await node.Region.AskAsync(channel.Entity, new EditMessage(caller, found.Message.Id, content));
        if (reply.IsRefused(out problem)) return problem;
        var edited = (MessageEdited)reply.Value!;
        return Json(Root.Message(edited.Message, edited.IsPinned, edited.ReactionsFor(caller), MayRead(channel, caller) ? edited.Referenced : null), WireJson.Default.Message);
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Guid id, Guid messageId)
    {
        var caller = context.Caller().UserId;
        if (Access.AnyChannel(Root, caller, new(id), Permissions.None, node.Now, out var channel) is { } problem) return problem;
        return NoContent(await node.AskAsync(context, channel, new DeleteMessage(caller, new(messageId))));
    }

    private async Task<IResult> BulkDeleteAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.AnyChannel(Root, caller, new(id), Permissions.ManageMessages, node.Now, out var channel) is { } problem) return problem;
        if (!(await context.ReadJsonAsync(ChannelRequestJson.Default.BulkDeleteBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var ids = errors.List("ids", body.Ids, 1, Limits.BulkDeleteMax);
        if (errors.IsAny(out invalid)) return invalid;
        return NoContent(await node.AskAsync(context, channel, new DeleteMessages(caller, [.. ids.Distinct()])));
    }

    private async Task<IResult> DeletedAsync(HttpContext context, Guid id)
    {
        var root = Root;
        if (Access.AnyChannel(root, context.Caller().UserId, new(id), Permissions.ManageMessages | Permissions.ReadMessageHistory, node.Now, out var channel) is { } problem) return problem;
        var query = new QueryFields(context);
        var (limit, before) = (query.Limit(), query.Id<MessageId>("before"));
        if (query.IsInvalid(out var invalid)) return invalid;
        return Json([.. (await node.Messages.DeletedAsync(channel.Id, before, limit)).Select(root.DeletedMessage)], WireJson.Default.IReadOnlyListDeletedMessage);
    }

    /// <summary>A file says something by itself.</summary>
    private static string Content(FieldErrors errors, string? content, bool hasFiles) =>
        hasFiles && string.IsNullOrWhiteSpace(content) ? "" : errors.Content("content", content, 1, Limits.MessageContentMax);

    private async Task<MessageDetail> DetailAsync(AnyChannel channel, MessageDetail message, UserId reader)
    {
        var detail = (await node.Messages.CompleteAsync(channel.Id, [message], reader))[0];
        return MayRead(channel, reader) ? detail : detail with { Referenced = null };
    }

    /// <summary>Whoever answered may have lost the history since, and so the sight of what they answered.</summary>
    private bool MayRead(AnyChannel channel, UserId reader) => channel.Allows(reader, Permissions.ReadMessageHistory, node.Now);
}
