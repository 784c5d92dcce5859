using System.Buffers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Files;

/// <summary>A file that has been sent, on disk but not yet in the store.</summary>
/// <param name="Staged">Its content, written for good.</param>
/// <param name="Filename">As it may be shown.</param>
/// <param name="Size">In bytes, at least 1.</param>
/// <param name="Hash">SHA-256 of it, in lower-case hexadecimal.</param>
/// <param name="Head">Its first bytes.</param>
public sealed record IncomingFile(StagedFile Staged, string Filename, long Size, string Hash, byte[] Head)
{
    /// <summary>What the form around a file takes at most.</summary>
    private const int FormOverhead = 16 * 1024;

    /// <summary>Of one upload in memory, several times.</summary>
    private const int BufferSize = 64 * 1024;

    /// <summary>As much goes to the disk at once: a whole upload at its end would make messages wait for it.</summary>
    private const long WriteBackEvery = 1024 * 1024;

    /// <summary>Slower than any phone; whoever sends less holds a place for nothing.</summary>
    private static readonly MinDataRate SlowestSender = new(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(10));

    /// <summary>
    /// Of all uploads so many work at once; the others wait for the next piece of theirs. Writing and flushing block a thread of the pool, and messages need
    /// those threads, and the disk, at the same time.
    /// </summary>
    private static readonly SemaphoreSlim Turn = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>COR_E_IO: the reader's own word for a form that ends too early. The system's failures have their numbers.</summary>
    private const int ReaderFailure = unchecked((int)0x80131620);

    /// <summary>
    /// Reads the one file of a <c>multipart/form-data</c> body, its field <c>file</c> (RFC 7578), to disk in constant memory. What is
    /// not such a form, too large or empty is refused and leaves nothing behind.
    /// </summary>
    /// <param name="context">Of the request.</param>
    /// <param name="staging">Where to.</param>
    /// <param name="pace">How fast all may come together.</param>
    /// <param name="maxSize">In bytes.</param>
    /// <param name="headLength">How many of the first bytes to keep.</param>
    /// <exception cref="IOException">The sender is gone, or the disk does not take it.</exception>
    public static async Task<OrProblem<IncomingFile>> ReadAsync(HttpContext context, Staging staging, UploadPace pace, long maxSize, int headLength)
    {
        var request = context.Request;
        if (request.ContentLength > maxSize + FormOverhead) return TooLarge(maxSize);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bodySize) bodySize.MaxRequestBodySize = maxSize + FormOverhead;
        // HTTP/2 has one rate for the whole connection.
        if (HttpProtocol.IsHttp11(request.Protocol) && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = SlowestSender;

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var media) || !media.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return new Problem(ErrorCode.UnsupportedMediaType, "Send the file as multipart/form-data, in the field \"file\".");
        var boundary = HeaderUtilities.RemoveQuotes(media.Boundary).Value;
        // RFC 2046 section 5.1.1: 1 to 70 characters.
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 70) return new Problem(ErrorCode.InvalidBody, "The form has no valid boundary.");
        try
        {
            var form = new MultipartReader(boundary, request.Body, BufferSize) { HeadersCountLimit = 16, HeadersLengthLimit = 8 * 1024 };
            while (await form.ReadNextSectionAsync(context.RequestAborted) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || HeaderUtilities.RemoveQuotes(disposition.Name) != "file") continue;
                var name = Files.Filename.Clean((disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).Value);
                return await ReceiveAsync(section.Body, name, staging, pace, maxSize, headLength, context.RequestAborted);
            }
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException large) when (large.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TooLarge(maxSize);
        }
        catch (InvalidDataException broken)
        {
            return new Problem(ErrorCode.InvalidBody, $"The form cannot be read: {broken.Message}");
        }
        catch (IOException cut) when (cut.GetType() == typeof(IOException) && cut.HResult == ReaderFailure)
        {
            return new Problem(ErrorCode.InvalidBody, "The form ends in the middle.");
        }

        return Refused("is required");
    }

    /// <summary>What the file has at least, by what the request says of itself; 0 when it does not say.</summary>
    public static long LeastSize(HttpRequest request) => Math.Max(0, (request.ContentLength ?? 0) - FormOverhead);

    /// <summary>A refusal that names the field.</summary>
    public static Problem Refused(string message) =>
        new(ErrorCode.InvalidBody, Errors: new Dictionary<string, IReadOnlyList<string>> { ["file"] = [message] });

    private static Problem TooLarge(long maxSize) => new(ErrorCode.PayloadTooLarge, $"A file may have up to {maxSize} bytes.");

    private static async Task<OrProblem<IncomingFile>> ReceiveAsync(Stream body, string name, Staging staging, UploadPace pace, long maxSize, int headLength, CancellationToken cancellation)
    {
        var staged = staging.Next();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var head = new MemoryStream(headLength);
            long size = 0, begun = 0;
            await using (var file = staged.OpenWrite())
            {
                while (await body.ReadAsync(buffer, cancellation) is > 0 and var read)
                {
                    size += read;
                    if (size > maxSize) return TooLarge(maxSize);

                    if (head.Length < headLength) head.Write(buffer, 0, (int)Math.Min(read, headLength - head.Length));
                    await pace.PassAsync(read, cancellation);
                    await Turn.WaitAsync(cancellation);
                    try
                    {
                        hash.AppendData(buffer, 0, read);
                        RandomAccess.Write(file.SafeFileHandle, buffer.AsSpan(0, read), size - read);
                        if (size - begun >= WriteBackEvery)
                        {
                            StagedFile.WriteBack(file.SafeFileHandle, begun, size - begun);
                            begun = size;
                        }
                    }
                    finally
                    {
                        Turn.Release();
                    }
                }

                await Turn.WaitAsync(cancellation);
                try
                {
                    RandomAccess.FlushToDisk(file.SafeFileHandle);
                }
                finally
                {
                    Turn.Release();
                }
            }

            if (size == 0) return Refused("is empty");
            return new IncomingFile(staged, name, size, Convert.ToHexStringLower(hash.GetHashAndReset()), head.ToArray());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
