using Microsoft.Net.Http.Headers;
using Together.Host.Files.Images;
using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Files;

/// <summary>
/// Answers with a stored file: <c>Range</c>, <c>ETag</c> and the conditional headers of RFC 9110. What people upload is never run:
/// no sniffing, a sandbox without any rights, and only what is safe to look at is shown instead of saved.
/// </summary>
public static class FileSender
{
    public static IResult Send(HttpContext context, IBlobStore blobs, string hash, string contentType, string? filename, string cacheControl)
    {
        if (blobs.Open(hash) is not { } content) return (Problem)ErrorCode.NotFound;
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        headers.CacheControl = cacheControl;
        var disposition = new ContentDispositionHeaderValue(ContentType.IsInline(contentType) ? "inline" : "attachment");
        if (filename is not null) disposition.SetHttpFileName(filename);
        headers.ContentDisposition = disposition.ToString();
        return Results.Stream(content, contentType, entityTag: new EntityTagHeaderValue($"\"{hash}\""), enableRangeProcessing: true);
    }
}
