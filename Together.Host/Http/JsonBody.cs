using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;
using Together.Protocol;

namespace Together.Host.Http;

/// <summary>
/// Reads JSON bodies (RFC 8259) of at most <see cref="Limits.JsonBodyMaxBytes"/>. A record takes an object and a list takes
/// an array; fields are nullable and are checked with <see cref="FieldErrors"/>; unknown ones are ignored.
/// </summary>
public static class JsonBody
{
    /// <summary>Deeper than any request of ours.</summary>
    private const int MaxDepth = 32;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaxDepth };

    public static async ValueTask<OrProblem<T>> ReadJsonAsync<T>(this HttpContext context, JsonTypeInfo<T> type) where T : class
    {
        var request = context.Request;
        if (!IsJson(request)) return new OrProblem<T>(ErrorCode.UnsupportedMediaType);
        if (request.ContentLength > Limits.JsonBodyMaxBytes) return new OrProblem<T>(ErrorCode.PayloadTooLarge);

        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            var tooLarge = read.Buffer.Length > Limits.JsonBodyMaxBytes;
            if (read.IsCompleted || tooLarge)
            {
                var body = tooLarge ? new OrProblem<T>(ErrorCode.PayloadTooLarge) : Parse(read.Buffer, type);
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Without <c>Content-Type</c> the body is taken for JSON.</summary>
    private static bool IsJson(HttpRequest request)
    {
        if (request.Headers.ContentEncoding is not ([] or ["identity"])) return false;
        if (string.IsNullOrEmpty(request.ContentType)) return true;
        return MediaTypeHeaderValue.TryParse(request.ContentType, out var media)
            && (media.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || media.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (!media.Charset.HasValue || media.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || media.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
    }

    internal static OrProblem<T> Parse<T>(ReadOnlySequence<byte> buffer, JsonTypeInfo<T> type) where T : class
    {
        var copied = buffer.IsSingleSegment ? null : ArrayPool<byte>.Shared.Rent((int)buffer.Length);
        try
        {
            if (copied is not null) buffer.CopyTo(copied);
            return Parse(copied is null ? buffer.FirstSpan : copied.AsSpan(0, (int)buffer.Length), type);
        }
        finally
        {
            // A body may hold a password.
            if (copied is not null) ArrayPool<byte>.Shared.Return(copied, clearArray: true);
        }
    }

    private static OrProblem<T> Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type) where T : class
    {
        var (wanted, name) = type.Kind == JsonTypeInfoKind.Enumerable ? (JsonTokenType.StartArray, "array") : (JsonTokenType.StartObject, "object");
        if (!Utf8.IsValid(json)) return Invalid<T>("The body is not UTF-8.");
        // Once for the syntax, so that whatever the second reading meets is the fault of a field.
        if (RootOf(json) is not { } root) return Invalid<T>("The body is not valid JSON.");
        if (root != wanted) return Invalid<T>($"The body must be a JSON {name}.");
        try
        {
            return new OrProblem<T>(JsonSerializer.Deserialize(json, type)!);
        }
        catch (JsonException wrong)
        {
            return new OrProblem<T>(new Problem(ErrorCode.InvalidBody, Errors: new Dictionary<string, IReadOnlyList<string>>
            {
                [FieldOf(wrong.Path)] = [MessageOf(wrong)],
            }));
        }
    }

    private static JsonTokenType? RootOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, ReaderOptions);
        try
        {
            if (!reader.Read()) return null;
            var root = reader.TokenType;
            while (reader.Read()) { }
            return root;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static OrProblem<T> Invalid<T>(string detail) where T : class => new(new Problem(ErrorCode.InvalidBody, detail));

    /// <summary><c>$.overwrites[0].allow</c> -> <c>overwrites[0].allow</c></summary>
    private static string FieldOf(string? path) => path is ['$', '.', .. var field] ? field : path is ['$', .. var rest] && rest.Length > 0 ? rest : "$";

    /// <summary>Our converters' messages are for clients ("must be a UUID"); the serializer's name CLR types.</summary>
    private static string MessageOf(JsonException wrong) =>
        wrong.Message.StartsWith("must be ", StringComparison.Ordinal) ? wrong.Message : "has the wrong type";
}
