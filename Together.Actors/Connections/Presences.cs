using System.Collections.Concurrent;
using Together.Actors.Servers;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Servers;
using Together.Protocol.Users;

namespace Together.Actors.Connections;

/// <summary>What somebody wants to be seen as. Of several devices' wishes the greatest holds: whoever hides on one of them is hidden.</summary>
public enum UserStatus
{
    Away,
    Online,
    Dnd,
    Invisible,
}

/// <summary>What a user has chosen, kept over restarts.</summary>
public sealed record ChosenStatus(UserStatus Status, CustomStatus? Custom)
{
    public static ChosenStatus Default { get; } = new(UserStatus.Online, null);
}

/// <param name="Own">What the user's own connections are told.</param>
/// <param name="Public">What others are told; null while they see nobody.</param>
internal sealed record ShownPresence(Presence Own, Presence? Public);

/// <param name="Before">Null for offline, as is <paramref name="After"/>.</param>
internal sealed record PresenceChange(UserId User, ShownPresence? Before, ShownPresence? After);

/// <summary>
/// Who is there, and as what they are shown. Changed in turns of the event log's loop; what is shown is for any thread. A change is
/// shown from the moment it is taken for delivery, so what a client reads at its start is never older than what it is told next.
/// </summary>
/// <param name="grace">How long somebody whose connection is gone counts as there.</param>
/// <param name="time">The clock.</param>
public sealed class Presences(TimeSpan grace, TimeProvider time)
{
    private readonly Dictionary<UserId, Person> _people = [];
    private readonly ConcurrentDictionary<UserId, ShownPresence> _shown = new();
    private readonly HashSet<UserId> _changed = [];

    /// <summary>When time alone changes something about somebody who is there: one entry each at most.</summary>
    private readonly SortedSet<(DateTimeOffset At, UserId User)> _due = [];

    public static string Word(UserStatus status) => status switch
    {
        UserStatus.Online => "online",
        UserStatus.Away => "away",
        UserStatus.Dnd => "dnd",
        UserStatus.Invisible => "invisible",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "not a status"),
    };

    public static Presence Offline(UserId user) => new(user, "offline", null);

    /// <summary>The one rule: those who share a server or are friends see each other, but for who was blocked.</summary>
    public static bool MaySee(ViewRoot root, UserId viewer, UserId subject) =>
        viewer == subject || ((root.ShareServer(viewer, subject) || root.AreFriends(viewer, subject)) && !root.HasBlocked(subject, viewer));

    /// <summary>What one user is shown of another; null for offline, whatever the reason.</summary>
    public Presence? Of(ViewRoot root, UserId viewer, UserId subject) =>
        !_shown.TryGetValue(subject, out var shown) ? null : viewer == subject ? shown.Own : shown.Public is not null && MaySee(root, viewer, subject) ? shown.Public : null;

    /// <summary>Everybody whom the user is shown.</summary>
    public IReadOnlyList<Presence> All(ViewRoot root, UserId viewer) => [.. Among(_shown.Keys, root, viewer)];

    /// <summary>Friends who are not among the members of the user's servers.</summary>
    public IReadOnlyList<Presence> OfFriends(ViewRoot root, UserId viewer) => [.. Among(root.FriendsOf(viewer).Where(friend => !root.ShareServer(viewer, friend)), root, viewer)];

    public IReadOnlyList<Presence> Among(IReadOnlyList<Member> members, ViewRoot root, UserId viewer) => [.. Among(members.Select(member => member.User.Id), root, viewer)];

    /// <summary>The server with the presences of its listed members.</summary>
    public ServerSnapshot Into(ServerSnapshot server, ViewRoot root, UserId viewer) => server with { Presences = Among(server.Members, root, viewer) };

    /// <summary>How many members of the server can be seen.</summary>
    public int OnlineCount(ServerState server) => server.Members.Count <= _shown.Count
        ? server.Members.Keys.Count(IsVisible)
        : _shown.Keys.Count(user => server.Members.ContainsKey(user) && IsVisible(user));

    /// <summary>What was chosen before the start. Nobody is there yet.</summary>
    public void Load(IEnumerable<(UserId User, ChosenStatus Chosen)> chosen)
    {
        foreach (var (user, status) in chosen) _people[user] = new Person { Chosen = status };
    }

    /// <summary>A connection is there; one that resumes keeps its session's wish.</summary>
    internal void Open(Connection connection)
    {
        var person = PersonOf(connection.User);
        var wish = connection.Wish ?? (person.Sessions.TryGetValue(connection.GatewaySession, out var before) ? before.Wish : null);
        person.Sessions[connection.GatewaySession] = new Session(connection, wish, default);
        Settle(connection.User, person);
    }

    internal void Close(Connection connection)
    {
        // Its session may live on another connection by now.
        if (!_people.TryGetValue(connection.User, out var person) || !person.Sessions.TryGetValue(connection.GatewaySession, out var session) || session.Connection != connection) return;
        person.Sessions[connection.GatewaySession] = session with { Connection = null, GoneAt = time.GetUtcNow() };
        Settle(connection.User, person);
    }

    /// <summary>What would be chosen if this connection wished so: to be stored before it is.</summary>
    internal ChosenStatus After(Connection connection, StatusWish wish)
    {
        var person = PersonOf(connection.User);
        var others = person.Sessions.Where(session => session.Key != connection.GatewaySession && session.Value.Wish is not null).Select(session => session.Value.Wish!.Value);
        return new ChosenStatus(others.Append(wish.Status).Max(), wish.HasCustom ? wish.Custom : person.Chosen.Custom);
    }

    internal ChosenStatus Chosen(UserId user) => PersonOf(user).Chosen;

    internal void Choose(Connection connection, StatusWish wish)
    {
        var person = PersonOf(connection.User);
        if (wish.HasCustom) person.Chosen = person.Chosen with { Custom = wish.Custom };
        if (person.Sessions.TryGetValue(connection.GatewaySession, out var session)) person.Sessions[connection.GatewaySession] = session with { Wish = wish.Status };
        Settle(connection.User, person);
    }

    /// <summary>What has changed since the last time, by events or by time, in its last state only.</summary>
    internal List<PresenceChange> TakeChanges()
    {
        var now = time.GetUtcNow();
        while (_due.Count > 0 && _due.Min is var (at, due) && at <= now)
        {
            var person = _people[due];
            foreach (var (id, session) in person.Sessions.Where(session => session.Value.Connection is null && session.Value.GoneAt + grace <= now).ToList()) person.Sessions.Remove(id);
            if (person.Chosen.Custom?.ExpiresAt <= now) person.Chosen = person.Chosen with { Custom = null };
            Settle(due, person);
        }

        var changes = new List<PresenceChange>();
        foreach (var user in _changed)
        {
            var before = _shown.GetValueOrDefault(user);
            var after = Shown(user, now);
            if (before == after) continue;
            if (after is null) _shown.TryRemove(user, out _);
            else _shown[user] = after;
            changes.Add(new PresenceChange(user, before, after));
        }

        _changed.Clear();
        return changes;
    }

    private IEnumerable<Presence> Among(IEnumerable<UserId> users, ViewRoot root, UserId viewer)
    {
        foreach (var user in users)
        {
            if (Of(root, viewer, user) is { } presence) yield return presence;
        }
    }

    private bool IsVisible(UserId user) => _shown.TryGetValue(user, out var shown) && shown.Public is not null;

    private Person PersonOf(UserId user)
    {
        if (!_people.TryGetValue(user, out var person)) _people[user] = person = new Person();
        return person;
    }

    private void Settle(UserId user, Person person)
    {
        // Without a wish what was chosen last holds on.
        var wishes = person.Sessions.Values.Where(session => session.Wish is not null).Select(session => session.Wish!.Value).ToList();
        if (wishes.Count > 0) person.Chosen = person.Chosen with { Status = wishes.Max() };

        DateTimeOffset? due = null;
        foreach (var session in person.Sessions.Values)
        {
            if (session.Connection is null) due = Earlier(due, session.GoneAt + grace);
        }

        if (person.Sessions.Count > 0 && person.Chosen.Custom?.ExpiresAt is { } expiry) due = Earlier(due, expiry);
        if (person.Due != due)
        {
            if (person.Due is { } old) _due.Remove((old, user));
            if (due is { } next) _due.Add((next, user));
            person.Due = due;
        }

        _changed.Add(user);
        if (person.Sessions.Count == 0 && person.Chosen == ChosenStatus.Default) _people.Remove(user);
    }

    private ShownPresence? Shown(UserId user, DateTimeOffset now)
    {
        if (!_people.TryGetValue(user, out var person) || person.Sessions.Count == 0) return null;
        var own = new Presence(user, Word(person.Chosen.Status), person.Chosen.Custom?.ExpiresAt <= now ? null : person.Chosen.Custom);
        return new ShownPresence(own, person.Chosen.Status == UserStatus.Invisible ? null : own);
    }

    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) => one < other ? one.Value : other;

    private sealed class Person
    {
        /// <summary>By gateway session.</summary>
        public Dictionary<Guid, Session> Sessions { get; } = [];

        public ChosenStatus Chosen { get; set; } = ChosenStatus.Default;

        /// <summary>Their entry among what is due.</summary>
        public DateTimeOffset? Due { get; set; }
    }

    /// <param name="Connection">Null while it counts as there although its connection is gone.</param>
    /// <param name="Wish">Null when it has never said.</param>
    private sealed record Session(Connection? Connection, UserStatus? Wish, DateTimeOffset GoneAt);
}
