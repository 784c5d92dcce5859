using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Together.Actors.Runtime;
using Together.Protocol.Gateway;

namespace Together.Actors.Connections;

/// <summary>
/// All gateway connections of this node from upgrade to close: watches their deadlines with one timer, and sends them away at
/// shutdown. Any thread.
/// </summary>
public sealed class GatewayConnections : IAsyncDisposable
{
    /// <summary>One frame at a time is handled; a second one never waits here, its socket does.</summary>
    private const int MailboxCapacity = 4;

    private static readonly Frame Reconnect = Frame.Control(GatewayOps.Reconnect);
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Connection, ActorCell> _open = new();
    private readonly GatewayContext _gateway;
    private readonly ILogger _logger;
    private readonly ITimer _sweep;
    private volatile bool _closing;

    public GatewayConnections(GatewayContext gateway, ILogger<GatewayConnections> logger)
    {
        _gateway = gateway;
        _logger = logger;
        _sweep = gateway.Time.CreateTimer(_ => Sweep(), null, SweepPeriod, SweepPeriod);
    }

    public int Count => _open.Count;

    /// <summary>Sends HELLO; the deadline for IDENTIFY runs from here.</summary>
    public Connection Open(IGatewaySocket socket, Identity? upgraded)
    {
        var connection = new Connection(socket, _gateway.Settings.QueueBytes, _gateway.Time, _logger);
        _open[connection] = new ActorCell("connection", () => new ConnectionActor(connection, _gateway, upgraded), MailboxCapacity, _gateway.Time, _logger, _ => { });
        connection.Enqueue(Frame.Control(GatewayOps.Hello, new Hello((long)_gateway.Settings.HeartbeatInterval.TotalMilliseconds)));
        if (_closing) SendAway(connection);
        return connection;
    }

    /// <summary>Handles one frame to its end: the socket's next one is read after it, so a client cannot pile up work.</summary>
    public async ValueTask HandleAsync(Connection connection, ClientFrame frame)
    {
        if (!_open.TryGetValue(connection, out var cell)) return;
        var ask = new Ask(frame, DateTimeOffset.MaxValue);
        if (cell.Tell(ask) != TellResult.Accepted || (await ask.Answer).Error is not null) connection.Close(CloseCode.Internal);
    }

    /// <summary>The socket has ended.</summary>
    public async ValueTask CloseAsync(Connection connection)
    {
        connection.Abandon();
        if (!_open.TryRemove(connection, out var cell)) return;
        cell.Passivate();
        if (connection.IsIdentified) await _gateway.Log.TurnAsync(_ => _gateway.Registry.Remove(connection));
    }

    /// <summary>RECONNECT and 1012 to everybody; completes when all sockets are gone or the time is up.</summary>
    public async Task ShutDownAsync(CancellationToken deadline)
    {
        _closing = true;
        foreach (var (connection, _) in _open) SendAway(connection);
        while (!_open.IsEmpty && !deadline.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(10), _gateway.Time, deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public ValueTask DisposeAsync() => _sweep.DisposeAsync();

    private static void SendAway(Connection connection)
    {
        connection.Enqueue(Reconnect, isBounded: false);
        connection.Enqueue(Frame.CloseWith(CloseCode.HostRestarting), isBounded: false);
    }

    private void Sweep()
    {
        foreach (var (connection, _) in _open)
        {
            var silent = _gateway.Time.GetElapsedTime(connection.LastHeard);
            if (connection.IsIdentified && silent > _gateway.Settings.HeartbeatTimeout) connection.Close(CloseCode.HeartbeatMissed);
            else if (!connection.IsIdentified && _gateway.Time.GetElapsedTime(connection.Opened) > _gateway.Settings.IdentifyTimeout) connection.Close(CloseCode.NotIdentified);
        }
    }
}
