using System.Text.Json;
using Together.Actors.Persistence;
using Together.Actors.Runtime;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Gateway;
using Together.Protocol.Servers;

namespace Together.Actors.Connections;

/// <summary>Who an access token speaks for.</summary>
/// <param name="Email">For the user's own eyes in READY.</param>
public sealed record Identity(UserId User, SessionId Session, string? Email);

/// <param name="HeartbeatInterval">What HELLO asks for.</param>
/// <param name="HeartbeatTimeout">Silence after which a connection is closed with 4009.</param>
/// <param name="IdentifyTimeout">From HELLO to IDENTIFY or RESUME, else 4003.</param>
/// <param name="QueueBytes">Bytes that wait for a slow client before it is closed with 4008.</param>
/// <param name="FramesPerMinute">From a client, besides heartbeats, else 4008; null for no limit.</param>
/// <param name="ResumeWindow">How old the first missed event may be.</param>
/// <param name="ResumeEvents">How many missed events a RESUME replays at most.</param>
public sealed record GatewaySettings(
    TimeSpan HeartbeatInterval, TimeSpan HeartbeatTimeout, TimeSpan IdentifyTimeout, int QueueBytes, int? FramesPerMinute, TimeSpan ResumeWindow, int ResumeEvents);

/// <summary>What every gateway connection of a node shares.</summary>
/// <param name="Identify">Checks an access token; null when it is not valid.</param>
public sealed record GatewayContext(
    EventLog Log,
    Journal Journal,
    Messages Messages,
    CommunityViews Views,
    ConnectionRegistry Registry,
    ReadStates ReadStates,
    Presences Presences,
    PresenceUpdates PresenceUpdates,
    SessionTickets Tickets,
    IdSource Ids,
    TimeProvider Time,
    GatewaySettings Settings,
    Func<string, ValueTask<Identity?>> Identify);

/// <summary>A frame from the client: the op and its <c>d</c>.</summary>
public sealed record ClientFrame(string Op, JsonElement Payload);

/// <summary>
/// One gateway connection's side of the protocol: who it is, where it stands, what it may send. Its frames go out by its
/// <see cref="Connection"/>, filled by the log's loop.
/// </summary>
public sealed class ConnectionActor : Actor
{
    /// <summary>Events that a turn of the log's loop may replay; a gap that is longer is read outside of it first.</summary>
    private const int TurnEvents = 500;

    private const int JournalPage = 1000;

    private const int FramePage = 100;

    private static readonly Frame InvalidSession = Frame.Control(GatewayOps.InvalidSession, new InvalidSession(Resumable: false));

    /// <summary>RESUMEs that read the journal at the same time: each may hold its gap in memory.</summary>
    private static readonly SemaphoreSlim JournalReaders = new(4);

    private readonly Connection _connection;
    private readonly GatewayContext _gateway;
    private readonly Identity? _upgraded;
    private long _windowStart;
    private int _windowFrames;
    private bool _isIdentified;

    /// <param name="connection">Its sending half.</param>
    /// <param name="gateway">Shared.</param>
    /// <param name="upgraded">Whose token came with the upgrade; null when it is still to come.</param>
    public ConnectionActor(Connection connection, GatewayContext gateway, Identity? upgraded)
    {
        _connection = connection;
        _gateway = gateway;
        _upgraded = upgraded;
        _windowStart = gateway.Time.GetTimestamp();
    }

    protected internal override async ValueTask ReceiveAsync(object message)
    {
        var ask = (Ask)message;
        await HandleAsync((ClientFrame)ask.Command);
        ask.Complete(new Reply(null));
    }

    private async ValueTask HandleAsync(ClientFrame frame)
    {
        if (frame.Op == ClientOps.Heartbeat)
        {
            Heartbeat(frame.Payload);
            return;
        }

        if (IsTooFast())
        {
            _connection.Close(CloseCode.TooFastOrTooSlow);
            return;
        }

        switch (frame.Op)
        {
            case ClientOps.Identify or ClientOps.Resume when _isIdentified:
                _connection.Close(CloseCode.IdentifiedTwice);
                break;
            case ClientOps.Identify:
                await IdentifyAsync(frame.Payload);
                break;
            case ClientOps.Resume:
                await ResumeAsync(frame.Payload);
                break;
            case ClientOps.UpdatePresence when _isIdentified:
                await UpdatePresenceAsync(frame.Payload);
                break;
            case ClientOps.RequestMembers when _isIdentified:
                await RequestMembersAsync(frame.Payload);
                break;
            default:
                _connection.Close(_isIdentified ? CloseCode.UnknownOp : CloseCode.NotIdentified);
                break;
        }
    }

    private void Heartbeat(JsonElement payload)
    {
        var isNull = payload.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;
        if (!isNull && Seq(payload) is null)
        {
            _connection.Close(CloseCode.BadSeq);
            return;
        }

        _connection.LastHeard = _gateway.Time.GetTimestamp();
        // Read after every earlier dispatch was queued, and queued behind them: all up to it has been served.
        _connection.Enqueue(Frame.Control(GatewayOps.HeartbeatAck, new HeartbeatAck(_isIdentified ? _gateway.Log.Position : null)));
    }

    private async ValueTask IdentifyAsync(JsonElement payload)
    {
        var status = Property(payload, "status");
        var isGiven = status.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined);
        UserStatus wish = default;
        if (isGiven && !StatusWish.TryReadStatus(status, out wish))
        {
            _connection.Close(CloseCode.NotJson);
            return;
        }

        if (await AuthenticateAsync(payload) is not { } identity) return;

        if (isGiven) _connection.Wish = wish;
        await _gateway.Log.RunAsync(position =>
        {
            var root = _gateway.Views.Root;
            if (!Adopt(identity, _gateway.Ids.Next(), root)) return;
            // What happens while it is made waits behind it.
            _connection.Enqueue(Frame.Late(position, GatewayEvents.Ready, () => ReadyAsync(identity, root)), isBounded: false);
            _gateway.Registry.Add(_connection, root);
            _isIdentified = true;
        });
        // Shown already, since nobody may be seen for a moment who wants to hide; stored for the next time.
        if (isGiven && _isIdentified) await _gateway.PresenceUpdates.ChooseAsync(_connection, new StatusWish(wish, HasCustom: false, null));
    }

    private async ValueTask<Ready> ReadyAsync(Identity identity, ViewRoot root) => new(
        _gateway.Tickets.Write(new SessionTicket(identity.User, identity.Session, _connection.GatewaySession)),
        root.Users[identity.User].ToCurrentUser(identity.Email),
        [.. root.ServersOf(identity.User).Select(server => _gateway.Presences.Into(root.Snapshot(server, identity.User), _gateway.Views.Root, identity.User))],
        root.PrivateChannelsOf(identity.User),
        root.RelationshipsOf(identity.User),
        await _gateway.ReadStates.OfAsync(identity.User, root),
        root.SettingsOf(identity.User),
        _gateway.Presences.OfFriends(_gateway.Views.Root, identity.User));

    private async ValueTask<Resumed> ResumedAsync(UserId user, ViewRoot root) =>
        new(_gateway.Presences.All(_gateway.Views.Root, user), [], await _gateway.ReadStates.OfAsync(user, root), root.SettingsOf(user));

    private async ValueTask ResumeAsync(JsonElement payload)
    {
        var seq = Seq(Property(payload, "seq"));
        if (seq is null)
        {
            _connection.Close(CloseCode.BadSeq);
            return;
        }

        if (await AuthenticateAsync(payload) is not { } identity) return;

        var text = Property(payload, "session_id");
        var ticket = text.ValueKind == JsonValueKind.String ? _gateway.Tickets.Read(text.GetString()!) : null;
        var isReplayed = ticket is not null && ticket.User == identity.User && ticket.Session == identity.Session && await ReplayAsync(ticket, identity, seq.Value);
        if (!isReplayed) _connection.Enqueue(InvalidSession);
    }

    /// <summary>
    /// Replays (after, head] and joins live at its end, without a gap and without a repetition. False when the client must
    /// start from READY.
    /// </summary>
    private async ValueTask<bool> ReplayAsync(SessionTicket ticket, Identity identity, long after)
    {
        // The client may be back while the event it names is still being dispatched: the turn behind it sees it whole.
        await _gateway.Log.RunAsync(_ => { });
        if (await IsTooOldAsync(after)) return false;

        var shared = await SharedAsync(after, identity.User);
        var replayed = 0;
        var isOutOfTail = false;
        // What waits already is read first, off the loop: some of it may refer to what only the database knows.
        var turnEvents = 0;
        bool? outcome = null;
        while (outcome is null)
        {
            if (_gateway.Log.Position - after > turnEvents || isOutOfTail)
            {
                turnEvents = TurnEvents;
                var (to, root) = (0L, ViewRoot.Empty);
                await _gateway.Log.RunAsync(position => (to, root) = (position, _gateway.Views.Root));
                var gap = await GapAsync(after, to, root, identity.User);
                replayed += gap.Count;
                if (!MayReplay(gap, replayed, root, identity.User, out var start)) return false;
                gap = await WithReferencesAsync(gap);
                // A slow reader may need longer for it than a client has until IDENTIFY.
                (_connection.IsIdentified, _connection.LastHeard) = (true, _gateway.Time.GetTimestamp());
                await SendAsync(Replay.Frames(gap, shared, start, root, identity.User));
                (after, shared, isOutOfTail) = (to, null, false);
                continue;
            }

            await _gateway.Log.RunAsync(position =>
            {
                if (position - after > TurnEvents) return;
                var root = _gateway.Views.Root;
                if (_gateway.Log.Tail(after, position, Filter(root, identity.User)) is not { } gap)
                {
                    isOutOfTail = true;
                    return;
                }

                outcome = MayReplay(gap, replayed + gap.Count, root, identity.User, out var start);
                if (outcome == false || !Adopt(identity, ticket.GatewaySession, root)) return;
                foreach (var frame in Replay.Frames(gap, shared, start, root, identity.User)) _connection.Enqueue(frame, isBounded: false);
                _connection.Enqueue(Frame.Late(position, GatewayEvents.Resumed, () => ResumedAsync(identity.User, root)), isBounded: false);
                _gateway.Registry.Add(_connection, root);
                _isIdentified = true;
            });
        }

        return outcome.Value;
    }

    /// <summary>Whether the first event that the client has not been served is older than the window.</summary>
    private async ValueTask<bool> IsTooOldAsync(long after)
    {
        if (after >= _gateway.Log.Position) return false;
        var first = _gateway.Log.Tail(after, after + 1, _ => true) is [var entry, ..] ? entry.At : await _gateway.Journal.TimeAsync(after + 1);
        return first is null || first < _gateway.Time.GetUtcNow() - _gateway.Settings.ResumeWindow;
    }

    private async ValueTask<List<LogEntry>> WithReferencesAsync(List<LogEntry> gap)
    {
        var references = Replay.References(gap).ToList();
        if (references.Count == 0) return gap;
        return Replay.WithReferences(gap, await _gateway.Messages.ReferencedAsync([.. references.Select(reference => reference.Channel.Value)], [.. references.Select(reference => reference.Id.Value)]));
    }

    /// <summary>What concerns the user in (after, to], at most one more than a RESUME replays.</summary>
    private async ValueTask<List<LogEntry>> GapAsync(long after, long to, ViewRoot root, UserId user)
    {
        var filter = Filter(root, user);
        if (_gateway.Log.Tail(after, to, filter) is { } recent) return recent;

        Guid[] scopes = [.. Replay.Scopes(root, user)];
        var gap = new List<LogEntry>();
        await JournalReaders.WaitAsync();
        try
        {
            while (gap.Count <= _gateway.Settings.ResumeEvents)
            {
                var page = await _gateway.Journal.ScopesAsync(after, to, scopes, user, JournalPage);
                gap.AddRange(page.Where(filter));
                if (page.Count < JournalPage) break;
                after = page[^1].Position;
            }
        }
        finally
        {
            JournalReaders.Release();
        }

        return gap;
    }

    /// <summary>The event at the position itself, when its several frames share it: the client may have got only the first of them.</summary>
    private async ValueTask<LogEntry?> SharedAsync(long position, UserId user)
    {
        if (position == 0) return null;
        var root = _gateway.Views.Root;
        var found = _gateway.Log.Tail(position - 1, position, Filter(root, user))
            ?? await _gateway.Journal.ScopesAsync(position - 1, position, [.. Replay.Scopes(root, user)], user, 1);
        return found is [var entry] && Replay.SendsSeveral(entry) ? entry : null;
    }

    private bool MayReplay(List<LogEntry> gap, int replayed, ViewRoot root, UserId user, out ViewRoot start)
    {
        start = root;
        return replayed <= _gateway.Settings.ResumeEvents && !Replay.ChangesWhatIsSeen(gap, root, user, out start);
    }

    private static Func<LogEntry, bool> Filter(ViewRoot root, UserId user)
    {
        var scopes = Replay.Scopes(root, user);
        return entry => Replay.Concerns(entry, scopes, root, user);
    }

    /// <summary>A page at a time: the next one is made when the socket has taken the last.</summary>
    private async ValueTask SendAsync(IEnumerable<Frame> frames)
    {
        foreach (var page in frames.Chunk(FramePage))
        {
            foreach (var frame in page) _connection.Enqueue(frame, isBounded: false);
            await _connection.DrainedAsync();
            _connection.LastHeard = _gateway.Time.GetTimestamp();
        }
    }

    /// <summary>Makes the connection the user's, unless their login was revoked since the token was checked.</summary>
    private bool Adopt(Identity identity, Guid gatewaySession, ViewRoot root)
    {
        (_connection.User, _connection.Session, _connection.GatewaySession) = (identity.User, identity.Session, gatewaySession);
        if (root.RevokedSessions.ContainsKey(identity.Session) || !root.Users.ContainsKey(identity.User))
        {
            Dispatcher.End(_connection);
            return false;
        }

        _connection.IsIdentified = true;
        _connection.LastHeard = _gateway.Time.GetTimestamp();
        return true;
    }

    private async ValueTask<Identity?> AuthenticateAsync(JsonElement payload)
    {
        var token = Property(payload, "token");
        var identity = _upgraded ?? (token.ValueKind == JsonValueKind.String ? await _gateway.Identify(token.GetString()!) : null);
        if (identity is null) _connection.Close(CloseCode.TokenInvalid);
        return identity;
    }

    private async ValueTask UpdatePresenceAsync(JsonElement payload)
    {
        if (StatusWish.TryRead(payload, _gateway.Time.GetUtcNow(), out var wish)) await _gateway.PresenceUpdates.ChooseAsync(_connection, wish);
        else _connection.Close(CloseCode.NotJson);
    }

    /// <summary>Answers with what the user may see: of a server they are not in, nobody.</summary>
    private async ValueTask RequestMembersAsync(JsonElement payload)
    {
        var query = Property(payload, "query");
        var users = Property(payload, "user_ids");
        var limit = Property(payload, "limit");
        if (!Property(payload, "server_id").TryRead(out ServerId serverId)
            || query.ValueKind is not (JsonValueKind.String or JsonValueKind.Null or JsonValueKind.Undefined)
            || users.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null or JsonValueKind.Undefined)
            || limit.ValueKind is not (JsonValueKind.Number or JsonValueKind.Null or JsonValueKind.Undefined))
        {
            _connection.Close(CloseCode.NotJson);
            return;
        }

        var prefix = query.ValueKind == JsonValueKind.String ? query.GetString() : null;
        var wanted = users.ValueKind == JsonValueKind.Array
            ? users.EnumerateArray().Select(id => id.TryRead(out UserId user) ? user : default).ToHashSet()
            : null;
        var count = limit.ValueKind == JsonValueKind.Number && limit.TryGetInt32(out var number) ? Math.Clamp(number, 1, Limits.MembersInServerObject) : Limits.PageMax;
        await _gateway.Log.RunAsync(_ =>
        {
            var root = _gateway.Views.Root;
            var members = Array.Empty<Member>();
            if (root.Server(serverId) is { } server && server.Members.ContainsKey(_connection.User))
            {
                members =
                [
                    .. server.Members.Values
                        .Where(member => wanted?.Contains(member.UserId) ?? root.IsNamed(member, prefix))
                        .OrderBy(member => member.UserId)
                        .Take(count)
                        .Select(root.Member),
                ];
            }

            var presences = _gateway.Presences.Among(members, root, _connection.User);
            _connection.Enqueue(Frame.Dispatch(null, GatewayEvents.ServerMembersChunk, new ServerMembersChunk(serverId, members, presences)));
        });
    }

    private bool IsTooFast()
    {
        if (_gateway.Settings.FramesPerMinute is not { } limit) return false;
        if (_gateway.Time.GetElapsedTime(_windowStart) >= TimeSpan.FromMinutes(1)) (_windowStart, _windowFrames) = (_gateway.Time.GetTimestamp(), 0);
        return ++_windowFrames > limit;
    }

    /// <summary>A position that can have been served: a number from 0 to the head.</summary>
    private long? Seq(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seq) && seq >= 0 && seq <= _gateway.Views.Root.Position ? seq : null;

    private static JsonElement Property(JsonElement payload, string name) =>
        payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty(name, out var value) ? value : default;
}

internal static class IdReading
{
    public static bool TryRead<T>(this JsonElement element, out T id) where T : struct, IId<T>
    {
        var isId = element.ValueKind == JsonValueKind.String && element.TryGetGuid(out _);
        id = isId ? T.From(element.GetGuid()) : default;
        return isId;
    }
}
