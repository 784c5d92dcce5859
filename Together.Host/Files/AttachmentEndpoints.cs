using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Host.Configuration;
using Together.Host.Files.Images;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Channels;
using static Together.Host.Http.Answers;

namespace Together.Host.Files;

/// <summary>Files in messages: <c>/api/attachments</c>.</summary>
public sealed class AttachmentEndpoints(Node node, Preparation preparation, UploadSlots slots, UploadPace pace, FilesOptions options)
{
    private const string Private = "private, max-age=86400, immutable";

    private static readonly Parameter Expiry = new("ex", "When the link ends, in seconds since 1970.");

    private static readonly Parameter Signature = new("sig", "The link's signature. Without a good one the caller must be the uploader or allowed to read the channel.");

    public void Map(IEndpointRouteBuilder api)
    {
        var attachments = api.MapGroup("/attachments").WithTags("attachments");
        attachments.MapPost("", (Delegate)UploadAsync).LimitAs(RateLimitBucket.Uploads).TakesFile().Produces<Attachment>(StatusCodes.Status201Created);
        attachments.MapMethods("/{id:guid}/{filename}", [HttpMethods.Get, HttpMethods.Head], FileAsync).AllowAnonymous().LimitAs(RateLimitBucket.Downloads).WithSummary("The file").Takes(Expiry, Signature);
        attachments.MapMethods("/{id:guid}/{filename}/thumbnail", [HttpMethods.Get, HttpMethods.Head], ThumbnailAsync)
            .AllowAnonymous().LimitAs(RateLimitBucket.Downloads).WithSummary("A smaller picture of it").Takes(Expiry, Signature);
    }

    private async Task<IResult> UploadAsync(HttpContext context)
    {
        var caller = context.Caller().UserId;
        if (await node.Files.RefuseAsync(caller, IncomingFile.LeastSize(context.Request), context.RequestAborted) is { } full) return full;
        using var slot = slots.Take(caller, out var busy);
        if (busy is not null) return busy;
        using var staging = new Staging(node.Files.Blobs);
        if (!(await IncomingFile.ReadAsync(context, staging, pace, options.MaxSize, ContentType.HeadLength)).TryGet(out var incoming, out var problem)) return problem;
        if (!(await preparation.AttachmentAsync(incoming, staging, context.RequestAborted)).TryGet(out var file, out problem)) return problem;
        var record = new AttachmentRecord(node.Ids.Next<AttachmentId>(), file.Filename, file.ContentType, file.Blob.Size, file.Size?.Width, file.Size?.Height, file.Thumbnail is not null);
        if (await node.Files.AddAsync(caller, record, file.Blob, file.Thumbnail, context.RequestAborted) is { } refused) return refused;
        return Created(node.Views.Root.Links.Attachment(record, isDeleted: false), WireJson.Default.Attachment);
    }

    private async Task<IResult> FileAsync(HttpContext context, Guid id, string filename) =>
        await FindAsync(context, new AttachmentId(id), filename) is { } upload
            ? FileSender.Send(context, node.Files.Blobs, upload.Hash, upload.File.ContentType, upload.File.Filename, Private)
            : (Problem)ErrorCode.NotFound;

    private async Task<IResult> ThumbnailAsync(HttpContext context, Guid id, string filename) =>
        await FindAsync(context, new AttachmentId(id), filename) is { ThumbnailHash: { } hash }
            ? FileSender.Send(context, node.Files.Blobs, hash, ContentType.WebP, null, Private)
            : (Problem)ErrorCode.NotFound;

    /// <summary>The upload that the request may see; null for none, and for one with another name, so that nobody passes it off as something else.</summary>
    private async Task<Upload?> FindAsync(HttpContext context, AttachmentId id, string filename)
    {
        if (await node.Uploads.FindAsync(id, context.RequestAborted) is not var (upload, state, channel) || upload.File.Filename != filename) return null;
        // Its messages are removed some minutes after the channel; nobody is shown them by then.
        if (channel is { } place && node.Views.Root.FindChannel(place) is null) return null;
        var query = context.Request.Query;
        var isSigned = state != UploadState.Reserved && node.Views.Root.Links.Allow(id, query["ex"].ToString(), query["sig"].ToString(), state == UploadState.Deleted);
        return isSigned || (context.Features.Get<Caller>() is { } caller && MayRead(caller.UserId, upload, state, channel)) ? upload : null;
    }

    private bool MayRead(UserId caller, Upload upload, UploadState state, ChannelId? channel) => state switch
    {
        UploadState.Posted when upload.UploaderId == caller => true,
        UploadState.Posted => Access.AnyChannel(node.Views.Root, caller, channel!.Value, Permissions.ReadMessageHistory, node.Now, out _) is null,
        UploadState.Deleted => Access.AnyChannel(node.Views.Root, caller, channel!.Value, Permissions.ReadMessageHistory | Permissions.ManageMessages, node.Now, out _) is null,
        UploadState.Unposted => upload.UploaderId == caller,
        // For moments it is on its way; or its message is removed for good, and the file is about to be.
        _ => false,
    };
}
