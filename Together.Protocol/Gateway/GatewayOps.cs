using System.Text.Json.Serialization.Metadata;

namespace Together.Protocol.Gateway;

/// <summary>A frame of the host's that is no dispatch: its <c>op</c>, and what its <c>d</c> is. Only <see cref="GatewayOps"/> makes them.</summary>
public class HostOp
{
    internal HostOp(string name, Type? payload) => (Name, Payload) = (name, payload);

    public string Name { get; }

    /// <summary>Null when <c>d</c> is.</summary>
    public Type? Payload { get; }
}

/// <inheritdoc cref="HostOp"/>
public sealed class HostOp<T> : HostOp
{
    internal HostOp(string name, JsonTypeInfo<T> json) : base(name, typeof(T)) => Json = json;

    public JsonTypeInfo<T> Json { get; }
}

/// <summary>What the host sends besides dispatches. Any thread.</summary>
public static class GatewayOps
{
    public const string Dispatch = "DISPATCH";

    public static readonly HostOp<Hello> Hello = new("HELLO", WireJson.Default.Hello);
    public static readonly HostOp<HeartbeatAck> HeartbeatAck = new("HEARTBEAT_ACK", WireJson.Default.HeartbeatAck);
    public static readonly HostOp<InvalidSession> InvalidSession = new("INVALID_SESSION", WireJson.Default.InvalidSession);
    public static readonly HostOp Reconnect = new("RECONNECT", null);

    public static IReadOnlyList<HostOp> All { get; } = [Hello, HeartbeatAck, InvalidSession, Reconnect];
}

/// <summary>What a client sends. Any thread.</summary>
public static class ClientOps
{
    public const string Identify = "IDENTIFY";
    public const string Resume = "RESUME";
    public const string Heartbeat = "HEARTBEAT";
    public const string UpdatePresence = "PRESENCE_UPDATE";
    public const string RequestMembers = "REQUEST_MEMBERS";

    /// <summary>What each carries as its <c>d</c>.</summary>
    public static IReadOnlyDictionary<string, Type> All { get; } = new Dictionary<string, Type>
    {
        [Identify] = typeof(Identify),
        [Resume] = typeof(ResumeSession),
        [Heartbeat] = typeof(long?),
        [UpdatePresence] = typeof(UpdatePresence),
        [RequestMembers] = typeof(RequestMembers),
    };
}
