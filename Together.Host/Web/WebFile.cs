using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Microsoft.Win32.SafeHandles;

namespace Together.Host.Web;

/// <summary>
/// One file of the web client with its packed twins, open as long as the host lives: a newer build that takes their place on the disk does not mix with
/// this one. Immutable; any thread.
/// </summary>
public sealed class WebFile : IDisposable
{
    /// <summary>16 KiB: most files of the client in a few reads, and a thousand slow readers at once in 16 MiB.</summary>
    private const int ReadSize = 16 * 1024;

    private readonly FrozenDictionary<ContentCoding, Representation> _representations;

    private WebFile(string contentType, IEnumerable<KeyValuePair<ContentCoding, Representation>> representations)
    {
        ContentType = contentType;
        _representations = representations.ToFrozenDictionary();
    }

    public string ContentType { get; }

    /// <param name="path">The file itself; its twins stand beside it, with <c>.br</c> and <c>.gz</c> behind the name.</param>
    public static WebFile Open(string path)
    {
        var representations = new Dictionary<ContentCoding, Representation> { [ContentCoding.Identity] = Representation.Open(path) };
        if (File.Exists(path + ".br")) representations.Add(ContentCoding.Brotli, Representation.Open(path + ".br"));
        if (File.Exists(path + ".gz")) representations.Add(ContentCoding.Gzip, Representation.Open(path + ".gz"));
        return new WebFile(TypeOf(path), representations);
    }

    public static bool IsTwin(string path) => Path.GetExtension(path) is ".br" or ".gz";

    /// <summary>Answers a GET or HEAD with the file in the best coding that the client takes, or 304. The caller has set the other headers.</summary>
    public async Task SendAsync(HttpContext context)
    {
        var coding = ContentCodings.Choose(context.Request.Headers.AcceptEncoding, _representations.Keys);
        var representation = _representations[coding];
        var response = context.Response;
        response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        response.Headers.ETag = representation.Tag.ToString();
        if (IsKnown(context.Request.Headers.IfNoneMatch, representation.Tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = ContentType;
        response.ContentLength = representation.Length;
        if (coding.Word() is { } word) response.Headers.ContentEncoding = word;
        if (!HttpMethods.IsHead(context.Request.Method)) await representation.WriteAsync(response, context.RequestAborted);
    }

    public void Dispose()
    {
        foreach (var representation in _representations.Values) representation.Dispose();
    }

    /// <summary>RFC 9110 §13.1.2: by weak comparison.</summary>
    private static bool IsKnown(StringValues ifNoneMatch, EntityTagHeaderValue tag) =>
        EntityTagHeaderValue.TryParseList(ifNoneMatch, out var known)
        && known.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(tag, useStrongComparison: false));

    /// <summary>What the build of the web client is made of. With <c>nosniff</c>, a browser only saves what has no type of its own.</summary>
    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".txt" => "text/plain; charset=utf-8",
        ".json" or ".map" => "application/json",
        ".webmanifest" => "application/manifest+json",
        ".wasm" => "application/wasm",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".webp" => "image/webp",
        ".ico" => "image/x-icon",
        ".woff2" => "font/woff2",
        ".mp3" => "audio/mpeg",
        ".ogg" or ".opus" => "audio/ogg",
        ".wav" => "audio/wav",
        _ => "application/octet-stream",
    };

    /// <summary>The bytes of one file. Read from the disk's cache for each answer: the host's own memory holds none of them.</summary>
    private sealed record Representation(SafeFileHandle Handle, long Length, EntityTagHeaderValue Tag) : IDisposable
    {
        public static Representation Open(string path)
        {
            string hash;
            using (var content = File.OpenRead(path)) hash = Convert.ToHexStringLower(SHA256.HashData(content));
            // Without a lock, which would keep a build from writing there.
            var handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            return new Representation(handle, RandomAccess.GetLength(handle), new EntityTagHeaderValue($"\"{hash}\""));
        }

        public async Task WriteAsync(HttpResponse response, CancellationToken cancellation)
        {
            for (long sent = 0; sent < Length;)
            {
                var buffer = response.BodyWriter.GetMemory(ReadSize);
                var read = await RandomAccess.ReadAsync(Handle, buffer[..(int)Math.Min(buffer.Length, Length - sent)], sent, cancellation);
                if (read == 0) throw new IOException("A file of the web client has become shorter.");
                response.BodyWriter.Advance(read);
                sent += read;
                if ((await response.BodyWriter.FlushAsync(cancellation)).IsCompleted) return;
            }
        }

        public void Dispose() => Handle.Dispose();
    }
}
