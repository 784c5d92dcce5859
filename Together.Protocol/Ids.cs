using System.Text.Json;
using System.Text.Json.Serialization;

namespace Together.Protocol;

/// <summary>An identifier: a UUID version 7 (RFC 9562 §5.7), written in lower case, so that it sorts by creation time.</summary>
public interface IId<TSelf> where TSelf : struct, IId<TSelf>
{
    Guid Value { get; }

    static abstract TSelf From(Guid value);
}

[JsonConverter(typeof(IdJsonConverter<UserId>))]
public readonly record struct UserId(Guid Value) : IId<UserId>, IComparable<UserId>
{
    public static UserId From(Guid value) => new(value);
    public int CompareTo(UserId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString();
}

/// <summary>A login of a user on one device; the access token's <c>sid</c>.</summary>
[JsonConverter(typeof(IdJsonConverter<SessionId>))]
public readonly record struct SessionId(Guid Value) : IId<SessionId>, IComparable<SessionId>
{
    public static SessionId From(Guid value) => new(value);
    public int CompareTo(SessionId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString();
}

/// <summary>A community (what Discord calls a guild).</summary>
[JsonConverter(typeof(IdJsonConverter<ServerId>))]
public readonly record struct ServerId(Guid Value) : IId<ServerId>, IComparable<ServerId>
{
    public static ServerId From(Guid value) => new(value);
    public int CompareTo(ServerId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString();
}

[JsonConverter(typeof(IdJsonConverter<ChannelId>))]
public readonly record struct ChannelId(Guid Value) : IId<ChannelId>, IComparable<ChannelId>
{
    public static ChannelId From(Guid value) => new(value);
    public int CompareTo(ChannelId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString();
}

/// <summary>A role of a server. The role whose ID equals its server's is <c>@everyone</c>.</summary>
[JsonConverter(typeof(IdJsonConverter<RoleId>))]
public readonly record struct RoleId(Guid Value) : IId<RoleId>, IComparable<RoleId>
{
    public static RoleId From(Guid value) => new(value);
    public static RoleId Everyone(ServerId server) => new(server.Value);
    public int CompareTo(RoleId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString();
}

/// <summary>A file that somebody has uploaded, and once it is posted the attachment of its message.</summary>
[JsonConverter(typeof(IdJsonConverter<AttachmentId>))]
public readonly record struct AttachmentId(Guid Value) : IId<AttachmentId>, IComparable<AttachmentId>
{
    public static AttachmentId From(Guid value) => new(value);
    public int CompareTo(AttachmentId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString();
}

/// <summary>A message. IDs ascend within a channel in the order that everybody sees.</summary>
[JsonConverter(typeof(IdJsonConverter<MessageId>))]
public readonly record struct MessageId(Guid Value) : IId<MessageId>, IComparable<MessageId>
{
    public static MessageId From(Guid value) => new(value);
    public int CompareTo(MessageId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString();

    /// <summary>The time the ID was minted at, to the millisecond: the message's <c>created_at</c>.</summary>
    public DateTimeOffset CreatedAt => UuidV7.Time(Value);
}

public sealed class IdJsonConverter<T> : JsonConverter<T> where T : struct, IId<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out var value) ? T.From(value) : throw new JsonException("must be a UUID");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Guid.TryParseExact(reader.GetString(), "D", out var value) ? T.From(value) : throw new JsonException("must be a UUID");

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value.ToString());
}
