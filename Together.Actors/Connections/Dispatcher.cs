using Microsoft.Extensions.Logging;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Users;
using Together.Actors.Views;
using Together.Protocol.Gateway;

namespace Together.Actors.Connections;

/// <summary>Reads the event log for this node: folds the views, then hands each event's frames to those who may see it. The log's loop only.</summary>
public sealed partial class Dispatcher(CommunityViews views, ConnectionRegistry registry, ILogger<Dispatcher> logger) : ILogReader
{
    /// <summary>Told of each event behind its dispatch.</summary>
    public IReadOnlyList<Reactor> Reactors { get; set; } = [];

    /// <summary>Told of each event behind its frames, with the views before and after it.</summary>
    public IReadOnlyList<Action<DomainEvent, ViewRoot, ViewRoot>> Followers { get; set; } = [];

    /// <summary>Told of each event before its asker has the answer.</summary>
    public Action<LogEntry> Stored { get; set; } = _ => { };

    private ViewRoot _before = ViewRoot.Empty;

    public void Fold(LogEntry entry)
    {
        _before = views.Root;
        views.Fold(entry);
        Stored(entry);
    }

    public void Dispatch(LogEntry entry)
    {
        var after = views.Root;
        try
        {
            Subscribe(entry.Event);
            Dispatches.Describe(entry, _before, after, registry);
            Unsubscribe(entry.Event);
            foreach (var follow in Followers) follow(entry.Event, _before, after);
            if (entry.Event is SessionsRevoked revoked) Revoke(revoked);
            foreach (var reactor in Reactors) reactor.Tell(entry);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Somebody may have missed a frame, and nobody can tell who: all start again from READY or RESUME.
            LogFailure(logger, failure, entry.Position, entry.Event.GetType().Name);
            foreach (var connection in registry.All) connection.Close(CloseCode.Internal);
        }
    }

    private void Subscribe(DomainEvent happened)
    {
        if (happened is ServerCreated created) registry.Join(created.ActorId, created.ServerId);
        else if (happened is MemberJoined joined) registry.Join(joined.Member.UserId, joined.ServerId);
        else if (happened is MemberRemoved removed) registry.Leave(removed.UserId, removed.ServerId);
        else if (happened is MemberBanned banned) registry.Leave(banned.Ban.UserId, banned.ServerId);
    }

    private void Unsubscribe(DomainEvent happened)
    {
        if (happened is ServerDeleted deleted) registry.Forget(deleted.ServerId);
    }

    private void Revoke(SessionsRevoked revoked)
    {
        foreach (var connection in registry.Of(revoked.UserId).Where(connection => revoked.SessionIds.Contains(connection.Session)).ToList())
            End(connection);
    }

    internal static void End(Connection connection)
    {
        connection.Enqueue(Frame.Dispatch(null, GatewayEvents.SessionRevoked, new SessionRevoked(connection.Session)), isBounded: false);
        connection.Enqueue(Frame.CloseWith(CloseCode.SessionRevoked), isBounded: false);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "Dispatching position {Position} ({Event}) failed; all gateway connections are closed")]
    private static partial void LogFailure(ILogger logger, Exception failure, long position, string @event);
}
