using Together.Actors.Servers;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Gateway;
using Together.Protocol.Servers;

namespace Together.Actors.Connections;

/// <summary>
/// The identified connections of this node, by user and by server. Changed and read only in turns of the event log's loop,
/// so that a connection's first event is the one after its READY.
/// </summary>
public sealed class ConnectionRegistry(Presences presences) : IAudience
{
    private readonly Dictionary<UserId, List<Connection>> _byUser = [];
    private readonly Dictionary<Guid, Connection> _byGatewaySession = [];
    private readonly Dictionary<ServerId, Listeners> _byServer = [];

    internal void Add(Connection connection, ViewRoot root)
    {
        // The same gateway session on a new socket: the old socket is a ghost.
        if (_byGatewaySession.TryGetValue(connection.GatewaySession, out var ghost))
        {
            Remove(ghost);
            ghost.Close(CloseCode.ResumedElsewhere);
        }

        _byGatewaySession[connection.GatewaySession] = connection;
        if (!_byUser.TryGetValue(connection.User, out var connections)) _byUser[connection.User] = connections = [];
        connections.Add(connection);
        foreach (var server in root.ServersOf(connection.User)) ListenersOf(server.Id).Add(connection);
        presences.Open(connection);
    }

    internal void Remove(Connection connection)
    {
        if (!_byUser.TryGetValue(connection.User, out var connections) || !connections.Remove(connection)) return;
        _byGatewaySession.Remove(connection.GatewaySession);
        if (connections.Count == 0) _byUser.Remove(connection.User);
        presences.Close(connection);
        foreach (var (id, listeners) in _byServer)
        {
            if (listeners.Remove(connection) && listeners.IsEmpty) _byServer.Remove(id);
        }
    }

    /// <summary>The user's connections hear the server from here on.</summary>
    internal void Join(UserId user, ServerId server)
    {
        foreach (var connection in Of(user)) ListenersOf(server).Add(connection);
    }

    internal void Leave(UserId user, ServerId server)
    {
        if (!_byServer.TryGetValue(server, out var listeners)) return;
        foreach (var connection in Of(user)) listeners.Remove(connection);
        if (listeners.IsEmpty) _byServer.Remove(server);
    }

    internal void Forget(ServerId server) => _byServer.Remove(server);

    internal IReadOnlyCollection<Connection> All => _byGatewaySession.Values;

    internal IReadOnlyList<Connection> Of(UserId user) => _byUser.TryGetValue(user, out var connections) ? connections : [];

    /// <summary>The connections of a server's members.</summary>
    internal IReadOnlyList<Connection> Listening(ServerId server) => _byServer.TryGetValue(server, out var listeners) ? listeners.All : [];

    /// <summary>Each connection of others who may see the user's presence, once.</summary>
    internal IReadOnlyList<Connection> Around(ViewRoot root, UserId user)
    {
        var connections = new HashSet<Connection>();
        foreach (var server in root.ServersOf(user)) connections.UnionWith(Listening(server.Id));
        foreach (var friend in root.FriendsOf(user)) connections.UnionWith(Of(friend));
        connections.ExceptWith(Of(user));
        return [.. connections];
    }

    ServerSnapshot IAudience.WithPresences(ServerSnapshot server, ViewRoot root, UserId viewer) => presences.Into(server, root, viewer);

    IEnumerable<UserId> IAudience.Members(ServerState server) =>
        _byServer.TryGetValue(server.Id, out var listeners) ? listeners.Users.Where(server.Members.ContainsKey) : [];

    IEnumerable<UserId> IAudience.Users => _byUser.Keys;

    void IAudience.ToChannel(ServerState server, ChannelRecord channel, Func<Frame> frame, Func<UserId, Frame?>? own)
    {
        if (!_byServer.TryGetValue(server.Id, out var listeners)) return;
        var connections = listeners.Of(server, channel);
        if (own is null)
        {
            Send(connections, frame);
            return;
        }

        var shared = new Lazy<Frame>(frame);
        foreach (var connection in connections) connection.Enqueue(own(connection.User) ?? shared.Value);
    }

    void IAudience.ToServer(ServerState server, Func<Frame> frame)
    {
        if (!_byServer.TryGetValue(server.Id, out var listeners)) return;
        Send(listeners.All, frame);
    }

    void IAudience.ToUser(UserId user, Func<Frame> frame) => Send(Of(user), frame);

    private static void Send(IReadOnlyList<Connection> connections, Func<Frame> make)
    {
        if (connections.Count == 0) return;
        var frame = make();
        for (var i = 0; i < connections.Count; i++) connections[i].Enqueue(frame);
    }

    private Listeners ListenersOf(ServerId server)
    {
        if (!_byServer.TryGetValue(server, out var listeners)) _byServer[server] = listeners = new Listeners();
        return listeners;
    }

    /// <summary>The connections of one server's members, and who of them may see which channel as of the last time it was asked.</summary>
    private sealed class Listeners
    {
        private readonly List<Connection> _all = [];
        private readonly Dictionary<ChannelId, IReadOnlyList<Connection>> _byChannel = [];
        private ServerState? _asOf;

        public bool IsEmpty => _all.Count == 0;

        public IReadOnlyList<Connection> All => _all;

        public IEnumerable<UserId> Users => _all.Select(connection => connection.User).Distinct().ToList();

        public void Add(Connection connection)
        {
            if (_all.Contains(connection)) return;
            _all.Add(connection);
            _byChannel.Clear();
        }

        public bool Remove(Connection connection)
        {
            if (!_all.Remove(connection)) return false;
            _byChannel.Clear();
            return true;
        }

        /// <summary>The state is immutable, so the same reference means that nobody's rights have changed.</summary>
        public IReadOnlyList<Connection> Of(ServerState server, ChannelRecord channel)
        {
            if (!ReferenceEquals(_asOf, server))
            {
                _byChannel.Clear();
                _asOf = server;
            }

            if (!_byChannel.TryGetValue(channel.Id, out var connections))
                _byChannel[channel.Id] = connections = [.. _all.Where(connection => server.CanView(connection.User, channel))];
            return connections;
        }
    }
}
