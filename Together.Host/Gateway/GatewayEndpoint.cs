using System.Collections.Concurrent;
using Together.Actors.Connections;
using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Gateway;

/// <summary>Takes the upgrades: <c>GET /gateway</c>, with the token in the query, as a Bearer header, or later in IDENTIFY.</summary>
public sealed class GatewayEndpoint(GatewayConnections connections, Callers callers, Func<Caller, CancellationToken, ValueTask<Identity>> identify, int? connectionsPerNetwork)
{
    private readonly ConcurrentDictionary<ClientNetwork, int> _perNetwork = new();

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/gateway", (RequestDelegate)UpgradeAsync).AllowAnonymous().LimitAs(RateLimitBucket.None).ExcludeFromDescription();

    private async Task UpgradeAsync(HttpContext context)
    {
        var network = ClientNetwork.Of(context.Connection.RemoteIpAddress);
        var count = _perNetwork.AddOrUpdate(network, 1, (_, before) => before + 1);
        try
        {
            if (connectionsPerNetwork is { } limit && count > limit)
            {
                await new Problem(ErrorCode.RateLimited, "too many gateway connections from this address", RetryAfterSeconds: 60).ExecuteAsync(context);
                return;
            }

            var caller = default(Caller);
            if (Token(context.Request) is { } token)
            {
                caller = callers.Authenticate(token);
                if (caller is null)
                {
                    await new Problem(ErrorCode.Unauthorized).ExecuteAsync(context);
                    return;
                }
            }

            if (!context.WebSockets.IsWebSocketRequest)
            {
                context.Response.Headers.Upgrade = "websocket";
                await new Problem(ErrorCode.InvalidBody, "connect with a WebSocket", OtherStatus: StatusCodes.Status426UpgradeRequired).ExecuteAsync(context);
                return;
            }

            var identity = caller is null ? null : await identify(caller, context.RequestAborted);
            // No keep-alive pings: the protocol's heartbeat is one. No compression: 250 KB a connection.
            using var webSocket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = TimeSpan.Zero });
            using var socket = new GatewaySocket(webSocket);
            await socket.ReceiveAsync(connections, connections.Open(socket, identity));
        }
        finally
        {
            if (_perNetwork.AddOrUpdate(network, 0, (_, before) => before - 1) <= 0) _perNetwork.TryRemove(new(network, 0));
        }
    }

    private static string? Token(HttpRequest request)
    {
        if (request.Query.TryGetValue("token", out var query)) return query.ToString();
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..] : null;
    }
}
