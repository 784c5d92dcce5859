using System.Threading.Channels;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Users;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Gateway;
using Together.Protocol.Users;

namespace Together.Actors.Connections;

/// <summary>
/// Tells people's presences to those who may see them. What changes is collected and told twice a second, in turns of the event log's
/// loop that are short enough for messages to pass in between. The turns own all but <see cref="ChooseAsync"/>, which is for any thread.
/// </summary>
public sealed class PresenceUpdates : IAsyncDisposable
{
    /// <summary>As long as nobody minds a status being late; of what changes to and fro meanwhile only the last is told.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>Frames queued in one turn: about a millisecond. A thousand people who come at once to each other are a million frames.</summary>
    private const int TurnDeliveries = 2000;

    /// <summary>Choices that are stored at the same time; those of one user one after the other, so that the last one stays.</summary>
    private const int Writers = 4;

    private readonly Presences _presences;
    private readonly ConnectionRegistry _registry;
    private readonly CommunityViews _views;
    private readonly EventLog _log;
    private readonly ChosenStatuses _statuses;
    private readonly SemaphoreSlim[] _writing = [.. Enumerable.Range(0, Writers).Select(_ => new SemaphoreSlim(1))];
    private readonly Queue<PresenceChange> _changes = new();
    private readonly ITimer _timer;
    private int _isTelling;
    private readonly Dictionary<Connection, List<(UserId Subject, Frame Frame)>> _batches = [];
    private readonly Queue<Connection> _order = new();
    private IReadOnlyList<Connection> _receivers = [];
    private int _told;
    private UserId _subject;
    private Frame? _frame;

    public PresenceUpdates(Presences presences, ConnectionRegistry registry, CommunityViews views, EventLog log, ChosenStatuses statuses, TimeProvider time)
    {
        (_presences, _registry, _views, _log, _statuses) = (presences, registry, views, log, statuses);
        _timer = time.CreateTimer(_ => Begin(), null, Period, Period);
    }

    /// <summary>Stores what a connection's user is from now on, and then shows it.</summary>
    /// <exception cref="Npgsql.NpgsqlException">It could not be stored; nothing has changed.</exception>
    public async Task ChooseAsync(Connection connection, StatusWish wish)
    {
        var writing = _writing[(uint)connection.User.GetHashCode() % Writers];
        await writing.WaitAsync();
        try
        {
            var (before, after) = (ChosenStatus.Default, ChosenStatus.Default);
            await _log.RunAsync(_ => (before, after) = (_presences.Chosen(connection.User), _presences.After(connection, wish)));
            if (after != before) await _statuses.SaveAsync(connection.User, after);
            await _log.RunAsync(_ => _presences.Choose(connection, wish));
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Tells those whom an event brings together, behind its frames.</summary>
    public void Follow(DomainEvent happened, ViewRoot before, ViewRoot after)
    {
        if (happened is MemberJoined joined)
        {
            // They are told of the others with the server.
            TellMembers(joined.ServerId, joined.Member.UserId, after);
        }
        else if (happened is RelationshipChanged changed)
        {
            TellDifference(changed.After.LowId, changed.After.HighId, before, after);
            TellDifference(changed.After.HighId, changed.After.LowId, before, after);
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private static Frame Update(Presence presence) => Frame.Dispatch(null, GatewayEvents.PresenceUpdate, presence);

    private void TellMembers(ServerId server, UserId joined, ViewRoot root)
    {
        var frame = default(Frame);
        foreach (var connection in _registry.Listening(server))
        {
            if (connection.User == joined || _presences.Of(root, connection.User, joined) is not { } presence) continue;
            connection.Enqueue(frame ??= Update(presence));
        }
    }

    /// <summary>What one of two sees of the other, where what is between them has changed it.</summary>
    private void TellDifference(UserId viewer, UserId subject, ViewRoot before, ViewRoot after)
    {
        var (was, now) = (_presences.Of(before, viewer, subject), _presences.Of(after, viewer, subject));
        if (was == now) return;
        var frame = Update(now ?? Presences.Offline(subject));
        foreach (var connection in _registry.Of(viewer)) connection.Enqueue(frame);
    }

    private void Begin()
    {
        // The last round is still under way: what has changed since waits for the next one.
        if (Interlocked.Exchange(ref _isTelling, 1) == 0) _ = TurnAsync();
    }

    private async Task TurnAsync()
    {
        try
        {
            await _log.TurnAsync(_ => Tell());
        }
        catch (ChannelClosedException)
        {
            // The host has stopped.
        }
    }

    private void Tell()
    {
        var isDone = true;
        try
        {
            if (_changes.Count == 0 && _told == _receivers.Count && _batches.Count == 0)
            {
                foreach (var change in _presences.TakeChanges()) _changes.Enqueue(change);
            }

            isDone = TellSome(_views.Root);
        }
        finally
        {
            if (isDone) Volatile.Write(ref _isTelling, 0);
            else _ = TurnAsync();
        }
    }

    /// <summary>
    /// First who is to be told what, then each receiver all of theirs: what one socket gets at once costs a fraction of what it gets one by one.
    /// False when some is left for a next turn.
    /// </summary>
    private bool TellSome(ViewRoot root)
    {
        var left = TurnDeliveries;
        for (; left > 0 && (_changes.Count > 0 || _told < _receivers.Count); left--)
        {
            if (_told == _receivers.Count)
            {
                Prepare(_changes.Dequeue(), root);
                continue;
            }

            var receiver = _receivers[_told++];
            if (!_batches.TryGetValue(receiver, out var batch))
            {
                _batches[receiver] = batch = [];
                _order.Enqueue(receiver);
            }

            batch.Add((_subject, _frame!));
        }

        while (left > 0 && _order.TryDequeue(out var connection))
        {
            _batches.Remove(connection, out var batch);
            left -= batch!.Count;
            foreach (var (subject, frame) in batch)
            {
                // Between two turns somebody may have left, or blocked.
                if (Presences.MaySee(root, connection.User, subject)) connection.Enqueue(frame);
            }
        }

        return _changes.Count == 0 && _told == _receivers.Count && _batches.Count == 0;
    }

    private void Prepare(PresenceChange change, ViewRoot root)
    {
        _subject = change.User;
        if (change.Before?.Own != change.After?.Own)
        {
            var own = Update(change.After?.Own ?? Presences.Offline(_subject));
            foreach (var connection in _registry.Of(_subject)) connection.Enqueue(own);
        }

        (_receivers, _told) = ([], 0);
        if (change.Before?.Public == change.After?.Public) return;
        _frame = Update(change.After?.Public ?? Presences.Offline(_subject));
        _receivers = _registry.Around(root, _subject);
    }
}
