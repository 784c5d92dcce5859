using System.Collections.Frozen;
using Microsoft.Net.Http.Headers;
using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Web;

/// <summary>
/// The built web client: its files, and its page for every path that is nobody else's. The table of files is made once, so
/// that no path of a request ever reaches the file system. Any thread; lives as long as the host.
/// </summary>
/// <remarks>
/// Its files are no routes: they need no token and count against no limit. One page is some 15 of them, from behind one address for a whole household
/// or office; an answer from the disk's cache costs hardly more than the refusal would.
/// </remarks>
public sealed partial class WebClient : IDisposable
{
    private const string Page = "/index.html";
    private const string Assets = "/assets";

    /// <summary>Nothing below these is a place in the client, whether it exists or not: a program that asks there must not get a page.</summary>
    private static readonly PathString[] Others = ["/api", "/gateway", "/media", "/health", "/metrics", "/openapi", "/docs", Assets];

    /// <summary>
    /// Nothing but the host's own files, and nobody's frame around them. <c>'self'</c> has ws: and wss: of the same host in it: the gateway
    /// (CSP Level 3, "Does url match expression in origin with redirect count?"). <c>blob:</c> is what somebody is about to send.
    /// </summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
        + "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private const string PermissionsPolicy =
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(self), midi=(), payment=(), serial=(), usb=()";

    private readonly FrozenDictionary<string, WebFile> _files;

    private WebClient(IEnumerable<KeyValuePair<string, WebFile>> files) => _files = files.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Where the build puts it: beside the binary.</summary>
    public static string DefaultRoot { get; } = Path.Combine(AppContext.BaseDirectory, "wwwroot");

    /// <param name="root">A folder with <c>index.html</c>. Without one the host works, and this answers that there is no client.</param>
    public static WebClient Open(string root, ILogger logger)
    {
        if (File.Exists(Path.Combine(root, Page[1..]))) return new WebClient(FilesOf(root).Select(path => KeyValuePair.Create("/" + Path.GetRelativePath(root, path), WebFile.Open(path))));
        LogMissing(logger, root);
        return new WebClient([]);
    }

    /// <summary>Stands behind all routes: for requests that none of them takes.</summary>
    public Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (context.GetEndpoint() is not null || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))) return next(context);
        if (_files.TryGetValue(request.Path.Value!, out var file)) return request.Path == Page ? SendPageAsync(context, file) : SendFileAsync(context, file);
        if (Others.Any(other => request.Path.StartsWithSegments(other))) return next(context);
        if (!_files.TryGetValue(Page, out var page)) return new Problem(ErrorCode.NotFound, "This host was built without the web client. Its API is at /api.").ExecuteAsync(context);
        return TakesHtml(request) ? SendPageAsync(context, page) : next(context);
    }

    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
    }

    /// <summary>But hidden ones, which are notes of the build's own.</summary>
    private static IEnumerable<string> FilesOf(string root) =>
        Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true }).Where(path => !WebFile.IsTwin(path));

    private static Task SendFileAsync(HttpContext context, WebFile file)
    {
        var headers = context.Response.Headers;
        // The name of an asset has a hash of its content in it: under that name it never changes.
        headers.CacheControl = context.Request.Path.StartsWithSegments(Assets) ? "public, max-age=31536000, immutable" : "no-cache";
        // A worker, or a picture in a tab of its own, goes by what came with itself and not with the page.
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        return file.SendAsync(context);
    }

    private static Task SendPageAsync(HttpContext context, WebFile page)
    {
        var headers = context.Response.Headers;
        headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = PermissionsPolicy;
        return SendFileAsync(context, page);
    }

    /// <summary>RFC 9110 §12.5.1. The most exact range counts; without the header anything is taken.</summary>
    private static bool TakesHtml(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)) return true;
        var most = accepted.Where(range => range.MediaType == "text/html" || range.MediaType == "text/*" || range.MediaType == "*/*")
            .MaxBy(range => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2);
        return most is not null && most.Quality != 0;
    }

    [LoggerMessage(LogLevel.Warning, "The web client is not there ({Root} has no index.html); everything else works. ./dev run builds it, and so does `npm ci && npm run build` in Together.Web before the host is built")]
    private static partial void LogMissing(ILogger logger, string root);
}
