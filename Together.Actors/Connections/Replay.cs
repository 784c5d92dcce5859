using System.Collections.Immutable;
using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Channels;

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
        && entry.Event is not (InviteCreated or InviteDeleted)
        && (entry.Event is not ServerDeleted deleted || deleted.MemberIds.Contains(user))
        && (entry.Event is not ChannelMessageEvent e
            || (root.Server(e.ServerId) is { } server && server.Channels.TryGetValue(e.ChannelId, out var channel) && server.CanView(user, channel)));

    /// <summary>True when the event changed which servers or channels the user may see.</summary>
    public static bool ChangesWhatIsSeen(LogEntry entry, ViewRoot root, UserId user)
    {
        return entry.Event switch
        {
            ServerCreated or MemberJoined or MemberRemoved or MemberBanned when entry.Event.Subject == user.Value => true,
            ServerDeleted e => e.MemberIds.Contains(user),
            ServerUpdated e => e.Before.OwnerId != e.Server.OwnerId && (e.Before.OwnerId == user || e.Server.OwnerId == user),
            ChannelCreated e => CanView(e.ServerId, e.Channel),
            ChannelDeleted e => CanView(e.ServerId, e.Channel),
            ChannelUpdated e => CanView(e.ServerId, e.Before) != CanView(e.ServerId, e.Channel),
            RoleUpdated e => ((e.Before.Permissions ^ e.Role.Permissions) & Dispatches.DecidesView) != 0 && Has(e.Role),
            RoleDeleted e => e.MemberIds.Contains(user) && !IsOwner(e.ServerId)
                && ((e.Role.Permissions & Dispatches.DecidesView) != 0 || e.Overwrites.Any(gone => Decides(gone.Overwrite))),
            MemberUpdated e when e.Member.UserId == user => !IsOwner(e.ServerId)
                && e.Before.RoleIds.Except(e.Member.RoleIds).Concat(e.Member.RoleIds.Except(e.Before.RoleIds)).Any(role => RoleDecides(e.ServerId, role)),
            _ => false,
        };

        bool CanView(ServerId id, ChannelRecord channel) => root.Server(id) is { } server && server.CanView(user, channel);

        bool IsOwner(ServerId id) => root.Server(id)?.OwnerId == user;

        bool Has(RoleRecord role) =>
            root.Server(role.ServerId) is { } server && server.OwnerId != user && server.Members.TryGetValue(user, out var member)
            && (role.IsEveryone || member.RoleIds.Contains(role.Id));

        // What a role that is gone by now decided, nobody knows.
        bool RoleDecides(ServerId id, RoleId role) =>
            root.Server(id) is not { } server || !server.Roles.TryGetValue(role, out var record) || (record.Permissions & Dispatches.DecidesView) != 0
            || server.Channels.Values.Any(channel => channel.Overwrites.Any(overwrite => overwrite.Id == role.Value && Decides(overwrite)));

        static bool Decides(Overwrite overwrite) => ((overwrite.Allow | overwrite.Deny) & Permissions.ViewChannel) != 0;
    }

    /// <summary>Whether one user may get several frames of the event, which then share its position.</summary>
    public static bool SendsSeveral(LogEntry entry) => entry.Event switch
    {
        RoleUpdated e => ((e.Before.Permissions ^ e.Role.Permissions) & Dispatches.DecidesView) != 0,
        MemberUpdated e => !e.Before.RoleIds.SequenceEqual(e.Member.RoleIds),
        ServerUpdated e => e.Before.OwnerId != e.Server.OwnerId,
        RoleDeleted or MemberBanned => true,
        _ => false,
    };

    /// <summary>Today's root, but for what an event that <see cref="SendsSeveral"/> changed.</summary>
    public static ViewRoot Before(LogEntry entry, ViewRoot root)
    {
        if (entry.Event is not ServerEvent happened || root.Server(happened.ServerId) is not { } server) return root;
        var before = happened switch
        {
            RoleUpdated e => server with { Roles = server.Roles.SetItem(e.Role.Id, e.Before) },
            MemberUpdated e => server with { Members = server.Members.SetItem(e.Member.UserId, e.Before) },
            ServerUpdated e => server with { Record = e.Before },
            RoleDeleted e => server with
            {
                Roles = server.Roles.SetItem(e.Role.Id, e.Role),
                Members = server.Members.SetItems(e.MemberIds.Where(server.Members.ContainsKey).Select(id =>
                    KeyValuePair.Create(id, server.Members[id] with { RoleIds = server.Members[id].RoleIds.Add(e.Role.Id) }))),
                Channels = server.Channels.SetItems(e.Overwrites.Where(gone => server.Channels.ContainsKey(gone.ChannelId)).Select(gone =>
                    KeyValuePair.Create(gone.ChannelId, server.Channels[gone.ChannelId] with { Overwrites = [.. server.Channels[gone.ChannelId].Overwrites, gone.Overwrite] }))),
            },
            _ => server,
        };
        return root with { Servers = root.Servers.SetItem(server.Id, before) };
    }

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
        var deleted = gap.SelectMany(entry => entry.Event switch
        {
            MessageDeleted e => [e.MessageId],
            MessagesBulkDeleted e => e.MessageIds,
            _ => ImmutableArray<MessageId>.Empty,
        }).ToHashSet();
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
                MessagesBulkDeleted e => e.MessageIds.All(unknown.Contains),
                _ => false,
            };
            if (isGone) continue;
            var told = entry.Event is MessagesBulkDeleted bulk ? entry with { Event = bulk with { MessageIds = bulk.MessageIds.RemoveAll(unknown.Contains) } } : entry;
            Dispatches.Describe(told, root, root, audience);
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
