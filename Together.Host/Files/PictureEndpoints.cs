using Together.Actors.Runtime;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Users;
using Together.Host.Configuration;
using Together.Host.Files.Images;
using Together.Host.Http;
using Together.Protocol;
using static Together.Host.Http.Answers;

namespace Together.Host.Files;

/// <summary>Avatars and server icons: sent by their owners, and for everybody under <c>/media</c>.</summary>
public sealed class PictureEndpoints(Node node, Preparation preparation, UploadSlots slots, UploadPace pace, FilesOptions options)
{
    public void Map(IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
        api.MapPut("/users/@me/avatar", (Delegate)PutAvatarAsync).WithTags("users").LimitAs(RateLimitBucket.Uploads).TakesFile().Produces(StatusCodes.Status204NoContent);
        api.MapDelete("/users/@me/avatar", (Delegate)DeleteAvatarAsync).WithTags("users").Produces(StatusCodes.Status204NoContent);
        api.MapPut("/servers/{id:guid}/icon", PutIconAsync).WithTags("servers").LimitAs(RateLimitBucket.Uploads).TakesFile()
            .Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
        api.MapDelete("/servers/{id:guid}/icon", DeleteIconAsync).WithTags("servers").Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
        routes.MapMethods("/media/{hash}", [HttpMethods.Get, HttpMethods.Head], MediaAsync).AllowAnonymous().LimitAs(RateLimitBucket.Downloads).WithTags("media").WithSummary("An avatar or icon");
    }

    private Task<IResult> PutAvatarAsync(HttpContext context) =>
        StoreAsync(context, hash => node.Region.AskAsync(EntityRef.User(context.Caller().UserId), new ChangeAvatar(hash)));

    private async Task<IResult> DeleteAvatarAsync(HttpContext context) => NoContent(await node.Region.AskAsync(EntityRef.User(context.Caller().UserId), new ChangeAvatar(null)));

    private async Task<IResult> PutIconAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(node.Views.Root, caller, new(id), Permissions.ManageServer, node.Now, out var server) is { } problem) return problem;
        return await StoreAsync(context, hash => node.AskAsync(context, server.Id, new ChangeIcon(caller, hash)));
    }

    private async Task<IResult> DeleteIconAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(node.Views.Root, caller, new(id), Permissions.ManageServer, node.Now, out var server) is { } problem) return problem;
        return NoContent(await node.AskAsync(context, server.Id, new ChangeIcon(caller, null)));
    }

    private async Task<IResult> StoreAsync(HttpContext context, Func<string, Task<Reply>> takeAsync)
    {
        var caller = context.Caller().UserId;
        if (await node.Files.RefuseAsync(null, IncomingFile.LeastSize(context.Request), context.RequestAborted) is { } full) return full;
        using var slot = slots.Take(caller, out var busy);
        if (busy is not null) return busy;
        using var staging = new Staging(node.Files.Blobs);
        if (!(await IncomingFile.ReadAsync(context, staging, pace, options.PictureMaxSize, ContentType.HeadLength)).TryGet(out var incoming, out var problem)) return problem;
        if (!(await preparation.SquareAsync(incoming, staging, context.RequestAborted)).TryGet(out var picture, out problem)) return problem;
        if (await node.Files.AddMediaAsync(picture.Blob, picture.ContentType, context.RequestAborted) is { } refused) return refused;
        return NoContent(await takeAsync(picture.Blob.Hash));
    }

    private async Task<IResult> MediaAsync(HttpContext context, string hash) =>
        hash.Length == 64 && hash.All(char.IsAsciiHexDigitLower) && await node.Files.MediaTypeAsync(hash, context.RequestAborted) is { } contentType
            ? FileSender.Send(context, node.Files.Blobs, hash, contentType, null, "public, max-age=31536000, immutable")
            : (Problem)ErrorCode.NotFound;
}
