using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Together.Protocol;

namespace Together.Host.Http;

/// <summary>A field of a PATCH body: absent (keep), null (clear) or a value. Its default is absent.</summary>
[JsonConverter(typeof(PatchConverterFactory))]
public readonly struct Patch<T> where T : notnull
{
    private readonly T? _value;
    private readonly bool _hasValue;

    private Patch(T? value, bool hasValue)
    {
        _value = value;
        _hasValue = hasValue;
        IsPresent = true;
    }

    internal static Patch<T> Null => new(default, false);

    /// <summary>Whether the body has the field, be it null.</summary>
    public bool IsPresent { get; }

    public bool IsNull => IsPresent && !_hasValue;

    public bool TryGet([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return _hasValue;
    }

    /// <summary>The value, or what the thing has now when the field is absent; null clears.</summary>
    public T? Or(T? current) => IsPresent ? _value : current;

    public static implicit operator Patch<T>(T value) => new(value, true);
}

/// <summary>A field of a PATCH body that can be changed and not cleared: null is a 400. For the API's description only.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotClearableAttribute : Attribute;

/// <summary>Knows the types that PATCH bodies have (closed, so that nothing needs reflection); a new one is a line here.</summary>
public sealed class PatchConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => Create(typeToConvert) is not null;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        Create(typeToConvert) ?? throw new NotSupportedException($"{typeToConvert} is not listed in {nameof(PatchConverterFactory)}");

    private static JsonConverter? Create(Type type) =>
        type == typeof(Patch<string>) ? new PatchConverter<string>(JsonMetadataServices.StringConverter!)
        : type == typeof(Patch<int>) ? new PatchConverter<int>(JsonMetadataServices.Int32Converter)
        : type == typeof(Patch<bool>) ? new PatchConverter<bool>(JsonMetadataServices.BooleanConverter)
        : type == typeof(Patch<DateTimeOffset>) ? new PatchConverter<DateTimeOffset>(new TimeJsonConverter())
        : type == typeof(Patch<Permissions>) ? new PatchConverter<Permissions>(new PermissionsJsonConverter())
        : type == typeof(Patch<ChannelId>) ? new PatchConverter<ChannelId>(new IdJsonConverter<ChannelId>())
        : type == typeof(Patch<MessageId>) ? new PatchConverter<MessageId>(new IdJsonConverter<MessageId>())
        : type == typeof(Patch<UserId>) ? new PatchConverter<UserId>(new IdJsonConverter<UserId>())
        : null;

    private sealed class PatchConverter<T>(JsonConverter<T> inner) : JsonConverter<Patch<T>> where T : notnull
    {
        public override bool HandleNull => true;

        public override Patch<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? Patch<T>.Null : inner.Read(ref reader, typeof(T), options)!;

        public override void Write(Utf8JsonWriter writer, Patch<T> value, JsonSerializerOptions options)
        {
            if (value.TryGet(out var present)) inner.Write(writer, present, options);
            else writer.WriteNullValue();
        }
    }
}
