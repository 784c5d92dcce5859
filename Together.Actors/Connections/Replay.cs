using System.Collections.Immutable;
using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Users;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Servers;

namespace Together.Actors.Connections;

/// <summary>
/// What a client that resumes has missed. Old events are rendered with today's rights, which is right only while nothing in
/// the gap changed what the user may see: any such event refuses the RESUME. Pure.
/// </summary>
internal static class Replay
{
    /// <summary>The log scopes the user reads: the instance, themselves, their servers and their private channels.</summary>
    public static HashSet<Guid> Scopes(ViewRoot root, UserId user) =>
    [
        DomainEvent.InstanceScope,
        user.Value,
        .. root.ServersOf(user).Select(server => server.Id.Value),
        .. root.PrivateChannelsOfUser.GetValueOrDefault(user, []).Select(channel => channel.Value),
    ];

    /// <summary>Whether the event is of the user's scopes or about them, and not of a channel hidden from them.</summary>
    public static bool Concerns(LogEntry entry, HashSet<Guid> scopes, ViewRoot root, UserId user) =>
        (scopes.Contains(entry.Event.Scope) || entry.Event.Subject == user.Value)
        && entry.Event switch
        {
            InviteCreated or InviteDeleted or MessagesErased => false,
            ServerDeleted e => e.MemberIds.Contains(user),
            ProfileChanged e => root.Knows(user, e.UserId),
            RelationshipChanged e => e.Before.Of(user) != e.After.Of(user),
            ChannelMessageEvent e => root.FindChannel(e.ChannelId) is { } channel && (channel.Private?.IsOpenFor(user) ?? channel.CanView(user)),
            _ => true,
        };

    /// <summary>The messages that those of the gap refer to.</summary>
    public static IEnumerable<(ChannelId Channel, MessageId Id)> References(IEnumerable<LogEntry> gap) => gap.SelectMany(entry => Message(entry.Event) is { ReplyTo: { } id } message
        ? [(message.ChannelId, id)]
        : Array.Empty<(ChannelId, MessageId)>());

    /// <summary>The same gap, with what its messages refer to as it is now: what was deleted meanwhile is not shown again.</summary>
    public static List<LogEntry> WithReferences(List<LogEntry> gap, IReadOnlyDictionary<MessageId, MessageDetail> referenced) =>
    [
        .. gap.Select(entry => Message(entry.Event) is not { ReplyTo: { } id } ? entry : entry with
        {
            Event = entry.Event switch
            {
                MessagePosted e => e with { Referenced = referenced.GetValueOrDefault(id) },
                MessageEdited e => e with { Referenced = referenced.GetValueOrDefault(id) },
                _ => entry.Event,
            },
        }),
    ];

    private static MessageRecord? Message(DomainEvent happened) => happened switch
    {
        MessagePosted e => e.Message,
        MessageEdited e => e.Message,
        _ => null,
    };

    /// <summary>
    /// Whether any event of the gap changed which servers or channels the user sees. Goes back from the root at the gap's end,
    /// event by event, so that each is judged by the rights of its moment.
    /// </summary>
    /// <param name="gap">All that concerns the user, in order.</param>
    /// <param name="root">At the gap's end.</param>
    /// <param name="user">Who resumes.</param>
    /// <param name="start">The root before the gap: exact in what decides about the user's sight, and only in that.</param>
    public static bool ChangesWhatIsSeen(IReadOnlyList<LogEntry> gap, ViewRoot root, UserId user, out ViewRoot start)
    {
        start = root;
        for (var i = gap.Count - 1; i >= 0; i--)
        {
            if (gap[i].Event is PrivateChannelEvent conversation && ChangesList(conversation, user)) return true;
            if (gap[i].Event is not ServerEvent happened) continue;
            var after = start;
            start = Undo(happened, after);
            if (ChangesWhatIsSeen(happened, start, after, user)) return true;
        }

        return false;
    }

    private static bool ChangesList(PrivateChannelEvent happened, UserId user) => happened switch
    {
        PrivateChannelCreated e => e.Channel.IsOpenFor(user),
        PrivateChannelUpdated e => e.Before.IsOpenFor(user) != e.Channel.IsOpenFor(user),
        PrivateChannelDeleted e => e.Channel.IsOpenFor(user),
        _ => throw new InvalidOperationException($"no view of {happened.GetType().Name}"),
    };

    private static bool ChangesWhatIsSeen(ServerEvent happened, ViewRoot before, ViewRoot after, UserId user)
    {
        return happened switch
        {
            ServerCreated or MemberJoined or MemberRemoved or MemberBanned => happened.Subject == user.Value,
            ServerDeleted e => e.MemberIds.Contains(user),
            ChannelCreated e => Sees(after, e.Channel.Id),
            ChannelUpdated e => Sees(before, e.Channel.Id) != Sees(after, e.Channel.Id),
            ChannelDeleted e => Sees(before, e.Channel.Id),
            ServerUpdated e => e.Before.OwnerId != e.Server.OwnerId && SeesOthers(),
            RoleUpdated e => ((e.Before.Permissions ^ e.Role.Permissions) & Dispatches.DecidesView) != 0 && SeesOthers(),
            RoleDeleted e => e.MemberIds.Contains(user) && SeesOthers(),
            MemberUpdated e => e.Member.UserId == user && !e.Before.RoleIds.SequenceEqual(e.Member.RoleIds) && SeesOthers(),
            _ => false,
        };

        bool Sees(ViewRoot root, ChannelId id) => root.Server(happened.ServerId) is { } server && server.Channels.TryGetValue(id, out var channel) && server.CanView(user, channel);

        bool SeesOthers() => after.Server(happened.ServerId) is { } server && server.Channels.Keys.Any(id => Sees(before, id) != Sees(after, id));
    }

    /// <summary>Whether one user may get several frames of the event, which then share its position.</summary>
    public static bool SendsSeveral(LogEntry entry) => entry.Event switch
    {
        RoleUpdated e => ((e.Before.Permissions ^ e.Role.Permissions) & Dispatches.DecidesView) != 0,
        MemberUpdated e => !e.Before.RoleIds.SequenceEqual(e.Member.RoleIds),
        ServerUpdated e => e.Before.OwnerId != e.Server.OwnerId,
        RoleDeleted or MemberBanned or ReactionsCleared => true,
        _ => false,
    };

    /// <summary>The root without what an event did to channels, roles, members and the owner.</summary>
    public static ViewRoot Undo(ServerEvent happened, ViewRoot root)
    {
        if (root.Server(happened.ServerId) is not { } server) return root;
        var before = happened switch
        {
            ServerUpdated e => server with { Record = e.Before },
            ChannelCreated e => server with { Channels = server.Channels.Remove(e.Channel.Id) },
            ChannelUpdated e => server with { Channels = server.Channels.SetItem(e.Channel.Id, e.Before) },
            ChannelDeleted e => server with { Channels = server.Channels.SetItem(e.Channel.Id, e.Channel) },
            RoleCreated e => server with { Roles = server.Roles.Remove(e.Role.Id) },
            RoleUpdated e => server with { Roles = server.Roles.SetItem(e.Role.Id, e.Before) },
            RoleDeleted e => server with
            {
                Roles = server.Roles.SetItem(e.Role.Id, e.Role),
                Members = server.Members.SetItems(e.MemberIds.Where(server.Members.ContainsKey).Select(id =>
                    KeyValuePair.Create(id, server.Members[id] with { RoleIds = server.Members[id].RoleIds.Add(e.Role.Id) }))),
                Channels = server.Channels.SetItems(e.Overwrites.Where(gone => server.Channels.ContainsKey(gone.ChannelId)).Select(gone =>
                    KeyValuePair.Create(gone.ChannelId, server.Channels[gone.ChannelId] with { Overwrites = [.. server.Channels[gone.ChannelId].Overwrites, gone.Overwrite] }))),
            },
            MemberJoined e => server with { Members = server.Members.Remove(e.Member.UserId) },
            MemberUpdated e => server with { Members = server.Members.SetItem(e.Member.UserId, e.Before) },
            MemberRemoved { Member: { } member } => server with { Members = server.Members.SetItem(member.UserId, member) },
            MemberBanned { Member: { } member } => server with { Members = server.Members.SetItem(member.UserId, member) },
            _ => server,
        };
        return ReferenceEquals(before, server) ? root : root with { Servers = root.Servers.SetItem(server.Id, before) };
    }

    /// <summary>
    /// The frames of the gap for this user, in order. What was said about a message that is gone by now comes not at all, but
    /// for the deletion of one that was known before.
    /// </summary>
    /// <param name="gap">What happened after the client's position.</param>
    /// <param name="shared">What happened at it, when that has to be repeated.</param>
    /// <param name="start">The root before the gap.</param>
    /// <param name="root">The root at its end.</param>
    /// <param name="user">Who resumes.</param>
    public static IEnumerable<Frame> Frames(IReadOnlyList<LogEntry> gap, LogEntry? shared, ViewRoot start, ViewRoot root, UserId user)
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
            Dispatches.Describe(shared, shared.Event is ServerEvent e ? Undo(e, start) : start, start, audience);
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
                ReactionAdded e => deleted.Contains(e.MessageId),
                ReactionRemoved e => deleted.Contains(e.MessageId),
                ReactionsCleared e => deleted.Contains(e.MessageId),
                MessagePinned e => deleted.Contains(e.MessageId),
                MessageUnpinned e => deleted.Contains(e.MessageId),
                _ => false,
            };
            if (isGone) continue;
            var told = entry.Event switch
            {
                MessagesBulkDeleted e => entry with { Event = e with { MessageIds = e.MessageIds.RemoveAll(unknown.Contains) } },
                MessagePosted { Referenced: { } referenced } e when deleted.Contains(referenced.Message.Id) => entry with { Event = e with { Referenced = null } },
                MessageEdited { Referenced: { } referenced } e when deleted.Contains(referenced.Message.Id) => entry with { Event = e with { Referenced = null } },
                _ => entry,
            };
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

        public IEnumerable<UserId> Users => [user];

        public void ToChannel(ServerState server, ChannelRecord channel, Func<Frame> frame, Func<UserId, Frame?>? own)
        {
            if (server.CanView(user, channel)) _frames.Add(own?.Invoke(user) ?? frame());
        }

        public void ToServer(ServerState server, Func<Frame> frame)
        {
            if (server.Members.ContainsKey(user)) _frames.Add(frame());
        }

        public void ToUser(UserId to, Func<Frame> frame)
        {
            if (to == user) _frames.Add(frame());
        }

        /// <summary>RESUMED brings them.</summary>
        public ServerSnapshot WithPresences(ServerSnapshot server, ViewRoot root, UserId viewer) => server;
    }
}
