using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Together.Protocol;

/// <summary>How JSON is spelled on the wire and in the journal. Any thread.</summary>
public static class WireText
{
    /// <summary>
    /// Only what JSON itself requires is escaped: the default also escapes everything beyond ASCII, which triples most of the
    /// world's text. Nothing of ours is pasted into HTML, and answers carry their media type with <c>nosniff</c>.
    /// </summary>
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write<T>(IBufferWriter<byte> buffer, T value, JsonTypeInfo<T> type)
    {
        using var writer = new Utf8JsonWriter(buffer, Options);
        JsonSerializer.Serialize(writer, value, type);
    }

    /// <summary>As <see cref="Write{T}(IBufferWriter{byte}, T, JsonTypeInfo{T})"/>, of a type known at run time.</summary>
    public static byte[] Write(object value, JsonTypeInfo type)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options)) JsonSerializer.Serialize(writer, value, type);
        return buffer.WrittenSpan.ToArray();
    }

    public static ReadOnlyMemory<byte> Write<T>(T value, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        Write(buffer, value, type);
        return buffer.WrittenMemory;
    }
}
