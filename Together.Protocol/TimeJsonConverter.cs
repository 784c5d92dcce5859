using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Together.Protocol;

/// <summary>Times on the wire: RFC 3339, UTC, milliseconds, <c>Z</c>. Input may carry any offset and precision; what is finer than a millisecond is cut off.</summary>
public sealed class TimeJsonConverter : JsonConverter<DateTimeOffset>
{
    public const string Format = "yyyy-MM-ddTHH:mm:ss.fffZ";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time)
            ? time.ToUtcMilliseconds()
            : throw new JsonException("must be an RFC 3339 time");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[24];
        value.UtcDateTime.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
