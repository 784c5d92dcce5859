using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Views;
using Together.Protocol;

namespace Together.Actors.Connections;

/// <summary>
/// What a client that resumes has missed. Old events are rendered with today's rights, which is right only while nothing in
/// the gap changed what the user may see: any such event refuses the RESUME. Pure.
/// </summary>
internal static class Replay
{
    /// <summary>The log scopes the user reads: the instance, themselves, and their servers.</summary>
    public static HashSet<Guid> Scopes(ViewRoot root, UserId user) =>
        [DomainEvent.InstanceScope, user.Value, .. root.ServersOf(user).Select(server => server.Id.Value)];

    /// <summary>Whether the event is of the user's scopes or about them, and not of a channel hidden from them.</summary>
    public static bool Concerns(LogEntry entry, HashSet<Guid> scopes, ViewRoot root, UserId user) =>
        (scopes.Contains(entry.Event.Scope) || entry.Event.Subject == user.Value)
        && (entry.Event is not ChannelMessageEvent e
            || (root.Server(e.ServerId) is { } server && server.Channels.TryGetValue(e.ChannelId, out var channel) && server.CanView(user, channel)));

    /// <summary>True when the event changed which servers or channels the user may see.</summary>
    public static bool ChangesWhatIsSeen(LogEntry entry, ViewRoot root, UserId user)
    {
        return entry.Event switch
        {
            ServerCreated or MemberJoined or MemberRemoved when entry.Event.Subject == user.Value => true,
            ServerDeleted e => e.MemberIds.Contains(user),
            ChannelCreated e => CanView(e.ServerId, e.Channel),
            ChannelDeleted e => CanView(e.ServerId, e.Channel),
            ChannelUpdated e => CanView(e.ServerId, e.Before) != CanView(e.ServerId, e.Channel),
            RoleUpdated e => ((e.Before.Permissions ^ e.Role.Permissions) & (Permissions.ViewChannel | Permissions.Administrator)) != 0 && Has(e.Role),
            _ => false,
        };

        bool CanView(ServerId id, ChannelRecord channel) => root.Server(id) is { } server && server.CanView(user, channel);

        bool Has(RoleRecord role) =>
            root.Server(role.ServerId) is { } server && server.OwnerId != user && server.Members.TryGetValue(user, out var member)
            && (role.Id == RoleId.Everyone(server.Id) || member.RoleIds.Contains(role.Id));
    }

    /// <summary>Whether one user may get several frames of the event, which then share its position.</summary>
    public static bool SendsSeveral(LogEntry entry) => entry.Event is RoleUpdated e && e.Before.Permissions != e.Role.Permissions;

    /// <summary>Today's root, but for what an event that <see cref="SendsSeveral"/> changed.</summary>
    public static ViewRoot Before(LogEntry entry, ViewRoot root) =>
        entry.Event is RoleUpdated e && root.Server(e.ServerId) is { } server
            ? root with { Servers = root.Servers.SetItem(server.Id, server with { Roles = server.Roles.SetItem(e.Role.Id, e.Before) }) }
            : root;

    /// <summary>
    /// The frames of the gap for this user, in order. What was said about a message that is gone by now comes not at all, but
    /// for the deletion of one that was known before.
    /// </summary>
    /// <param name="gap">What happened after the client's position.</param>
    /// <param name="shared">What happened at it, when that has to be repeated.</param>
    /// <param name="root">Today's.</param>
    /// <param name="user">Who resumes.</param>
    public static IEnumerable<Frame> Frames(IReadOnlyList<LogEntry> gap, LogEntry? shared, ViewRoot root, UserId user)
    {
        var deleted = gap.Select(entry => entry.Event).OfType<MessageDeleted>().Select(e => e.MessageId).ToHashSet();
        var unknown = gap.Select(entry => entry.Event).OfType<MessagePosted>().Select(e => e.Message.Id).Where(deleted.Contains).ToHashSet();
        var audience = new One(user);
        if (shared is not null)
        {
            Dispatches.Describe(shared, Before(shared, root), root, audience);
            foreach (var frame in audience.Take()) yield return frame;
        }

        foreach (var entry in gap)
        {
            var isGone = entry.Event switch
            {
                MessagePosted e => deleted.Contains(e.Message.Id),
                MessageEdited e => deleted.Contains(e.Message.Id),
                MessageDeleted e => unknown.Contains(e.MessageId),
                _ => false,
            };
            if (isGone) continue;
            Dispatches.Describe(entry, root, root, audience);
            foreach (var frame in audience.Take()) yield return frame;
        }
    }

    /// <summary>An audience of one.</summary>
    private sealed class One(UserId user) : IAudience
    {
        private readonly List<Frame> _frames = [];

        public List<Frame> Take()
        {
            var taken = _frames.ToList();
            _frames.Clear();
            return taken;
        }

        public IEnumerable<UserId> Members(ServerState server) => server.Members.ContainsKey(user) ? [user] : [];

        public void ToChannel(ServerState server, ChannelRecord channel, Func<Frame> frame)
        {
            if (server.CanView(user, channel)) _frames.Add(frame());
        }

        public void ToServer(ServerState server, Func<Frame> frame)
        {
            if (server.Members.ContainsKey(user)) _frames.Add(frame());
        }

        public void ToUser(UserId to, Func<Frame> frame)
        {
            if (to == user) _frames.Add(frame());
        }
    }
}
