using Together.Actors.Channels;
using Together.Actors.Servers;
using Together.Actors.Views;
using Together.Protocol;

namespace Together.Host.Http;

/// <summary>
/// What a caller may reach, by this node's views: refused before a body is read. The entity decides again on the newest
/// state; this is what gives refusals their order (404, 403, then 400).
/// </summary>
public static class Access
{
    public static Problem? Server(ViewRoot root, UserId caller, ServerId id, Permissions needed, DateTimeOffset now, out ServerState server)
    {
        server = root.Server(id)!;
        if (server is null || !server.Members.ContainsKey(caller)) return ErrorCode.NotFound;
        return server.Allows(caller, needed, now) ? null : ErrorCode.MissingPermissions;
    }

    /// <summary>A channel of a server or a private one.</summary>
    public static Problem? AnyChannel(ViewRoot root, UserId caller, ChannelId id, Permissions needed, DateTimeOffset now, out AnyChannel channel)
    {
        channel = root.FindChannel(id)!;
        if (channel is null || !channel.CanView(caller)) return ErrorCode.NotFound;
        return channel.Allows(caller, needed, now) ? null : ErrorCode.MissingPermissions;
    }

    public static Problem? Channel(ViewRoot root, UserId caller, ChannelId id, Permissions needed, DateTimeOffset now, out ServerState server, out ChannelRecord channel)
    {
        channel = null!;
        server = root.ServerOf(id)!;
        if (server is null || !server.Channels.TryGetValue(id, out channel!) || !server.CanView(caller, channel)) return ErrorCode.NotFound;
        return server.Allows(caller, channel, needed, now) ? null : ErrorCode.MissingPermissions;
    }
}
