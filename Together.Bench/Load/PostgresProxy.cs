using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Together.Bench.Load;

/// <summary>
/// A way to a PostgreSQL that can break: listens on loopback, passes bytes on to the server's unix socket, and on request holds
/// back what the server answers, cuts every connection, or takes no new one. Any thread.
/// </summary>
internal sealed class PostgresProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly UnixDomainSocketEndPoint _server;
    private readonly Lock _lock = new();
    private readonly List<Socket> _sockets = [];
    private readonly Task _accepting;
    private TaskCompletionSource? _frozen;
    private TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isAway;

    /// <param name="connectionString">Of a server on a unix socket.</param>
    public PostgresProxy(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        _server = new UnixDomainSocketEndPoint(Path.Combine(settings.Host!, $".s.PGSQL.{settings.Port}"));
        _listener.Start();
        settings.Host = IPAddress.Loopback.ToString();
        settings.Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        ConnectionString = settings.ConnectionString;
        _accepting = AcceptAsync();
    }

    /// <summary>The same database, through here.</summary>
    public string ConnectionString { get; }

    /// <summary>Completes when the first answer of this freeze is held back: what was asked has been done, and nobody knows.</summary>
    public Task Held
    {
        get
        {
            lock (_lock) return _held.Task;
        }
    }

    /// <summary>From now on nothing that the server says arrives; what is said to it does.</summary>
    public void FreezeAnswers()
    {
        lock (_lock)
        {
            if (_frozen is not null) return;
            _frozen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Cuts every connection, and with them what was held back; new ones pass again.</summary>
    public void Cut()
    {
        TaskCompletionSource? frozen;
        lock (_lock)
        {
            foreach (var socket in _sockets) socket.Dispose();
            _sockets.Clear();
            (frozen, _frozen) = (_frozen, null);
        }

        frozen?.TrySetResult();
    }

    /// <summary>Cuts every connection and takes no new one.</summary>
    public void GoAway()
    {
        lock (_lock) _isAway = true;
        Cut();
    }

    public void ComeBack()
    {
        lock (_lock) _isAway = false;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        GoAway();
        await _accepting;
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // The listener has been stopped.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        lock (_lock)
        {
            _sockets.AddRange([client, server]);
            if (_isAway) client.Dispose();
        }

        try
        {
            await server.ConnectAsync(_server);
            await Task.WhenAny(PassAsync(client, server, () => null), PassAsync(server, client, Hold));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut before it was through.
        }

        client.Dispose();
        server.Dispose();
    }

    /// <summary>What an answer waits for; null when it may pass.</summary>
    private Task? Hold()
    {
        lock (_lock)
        {
            if (_frozen is not null) _held.TrySetResult();
            return _frozen?.Task;
        }
    }

    private static async Task PassAsync(Socket from, Socket to, Func<Task?> obstacle)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                if (obstacle() is { } frozen) await frozen;
                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut: the other direction ends with this one.
        }
    }
}
