using System.Collections.Immutable;
using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Users;
using Together.Protocol;
using Together.Protocol.Channels;
using Together.Protocol.Users;

namespace Together.Actors.Views;

/// <summary>
/// The structure of the whole instance at one position of the log. Immutable: whoever took one keeps a consistent picture.
/// Permission checks, READY and fan-out read it and never the database.
/// </summary>
public sealed record ViewRoot(
    long Position,
    ImmutableDictionary<UserId, UserRecord> Users,
    ImmutableDictionary<ServerId, ServerState> Servers,
    ImmutableDictionary<UserId, ImmutableSortedSet<ServerId>> ServersOfUser,
    ImmutableDictionary<ChannelId, ServerId> ServerOfChannel,
    ImmutableDictionary<string, ServerId> ServerOfInvite,
    ImmutableDictionary<ChannelId, MessageId> LastMessages,
    ImmutableDictionary<SessionId, DateTimeOffset> RevokedSessions)
{
    /// <summary>Conversations of two and groups.</summary>
    public ImmutableDictionary<ChannelId, PrivateChannelRecord> PrivateChannels { get; init; } = ImmutableDictionary<ChannelId, PrivateChannelRecord>.Empty;

    /// <summary>Those a user is in, open or closed.</summary>
    public ImmutableDictionary<UserId, ImmutableSortedSet<ChannelId>> PrivateChannelsOfUser { get; init; } = ImmutableDictionary<UserId, ImmutableSortedSet<ChannelId>>.Empty;

    /// <summary>By user and the other: what is between them, in both directions under both.</summary>
    public ImmutableDictionary<UserId, ImmutableDictionary<UserId, RelationshipRecord>> Relationships { get; init; } =
        ImmutableDictionary<UserId, ImmutableDictionary<UserId, RelationshipRecord>>.Empty;

    /// <summary>Of those who have changed theirs.</summary>
    public ImmutableDictionary<UserId, UserSettings> Settings { get; init; } = ImmutableDictionary<UserId, UserSettings>.Empty;

    /// <summary>Makes the links to files.</summary>
    public FileLinks Links { get; init; } = FileLinks.Nowhere;

    /// <summary>Longer than any access token lives: after it a revoked session has no token left to refuse.</summary>
    public static readonly TimeSpan RevocationMemory = TimeSpan.FromHours(1);

    public static ViewRoot Empty { get; } = new(
        0,
        ImmutableDictionary<UserId, UserRecord>.Empty,
        ImmutableDictionary<ServerId, ServerState>.Empty,
        ImmutableDictionary<UserId, ImmutableSortedSet<ServerId>>.Empty,
        ImmutableDictionary<ChannelId, ServerId>.Empty,
        ImmutableDictionary<string, ServerId>.Empty,
        ImmutableDictionary<ChannelId, MessageId>.Empty,
        ImmutableDictionary<SessionId, DateTimeOffset>.Empty);

    public ServerState? Server(ServerId id) => Servers.GetValueOrDefault(id);

    public ServerState? ServerOf(ChannelId id) => ServerOfChannel.TryGetValue(id, out var server) ? Servers.GetValueOrDefault(server) : null;

    /// <summary>In the order they were created.</summary>
    public IEnumerable<ServerState> ServersOf(UserId user) =>
        ServersOfUser.TryGetValue(user, out var servers) ? servers.Select(id => Servers[id]) : [];

    /// <summary>A channel of a server or a private one; null when it is gone.</summary>
    public AnyChannel? FindChannel(ChannelId id)
    {
        if (PrivateChannels.TryGetValue(id, out var conversation)) return new AnyChannel(conversation, IsSilenced(conversation));
        return ServerOf(id) is { } server && server.Channels.TryGetValue(id, out var channel) ? new AnyChannel(server, channel) : null;
    }

    /// <summary>The private channels in the user's list.</summary>
    public IEnumerable<PrivateChannelRecord> OpenChannelsOf(UserId user) =>
        PrivateChannelsOfUser.TryGetValue(user, out var channels) ? channels.Select(id => PrivateChannels[id]).Where(channel => channel.IsOpenFor(user)) : [];

    /// <summary>How it stands for one user with another; null for nothing.</summary>
    public Standing? RelationOf(UserId user, UserId other) =>
        Relationships.TryGetValue(user, out var relationships) && relationships.TryGetValue(other, out var record) ? record.Of(user) : null;

    public bool HasBlocked(UserId user, UserId other) => RelationOf(user, other)?.Type == RelationshipType.Blocked;

    public bool AreFriends(UserId user, UserId other) => RelationOf(user, other)?.Type == RelationshipType.Friend;

    public IEnumerable<UserId> FriendsOf(UserId user) => RelatedTo(user, RelationshipType.Friend);

    public IEnumerable<UserId> BlockedBy(UserId user) => RelatedTo(user, RelationshipType.Blocked);

    /// <summary>Who has blocked the user; null for nobody.</summary>
    public IReadOnlySet<UserId>? BlockersOf(UserId user)
    {
        if (!Relationships.TryGetValue(user, out var relationships)) return null;
        return relationships.Where(pair => pair.Value.Of(pair.Key)?.Type == RelationshipType.Blocked).Select(pair => pair.Key).ToHashSet();
    }

    /// <summary>Whether a conversation of two is over for now: one has blocked the other, or is gone.</summary>
    public bool IsSilenced(PrivateChannelRecord channel) =>
        channel.Type == ChannelType.Dm
        && channel.MemberIds is [var one, var other]
        && (!Users.ContainsKey(one) || !Users.ContainsKey(other) || HasBlocked(one, other) || HasBlocked(other, one));

    /// <summary>Whether they are in a server together.</summary>
    public bool ShareServer(UserId user, UserId other) =>
        ServersOfUser.TryGetValue(user, out var servers) && ServersOfUser.TryGetValue(other, out var others) && servers.Overlaps(others);

    /// <summary>Whether a user may know another: by a server, a private channel, or a relationship they have themselves.</summary>
    public bool Knows(UserId user, UserId other) =>
        user == other
        || ShareServer(user, other)
        || RelationOf(user, other) is not null
        || (PrivateChannelsOfUser.TryGetValue(user, out var channels) && PrivateChannelsOfUser.TryGetValue(other, out var others) && channels.Overlaps(others));

    /// <summary>Whether one may begin to talk to the other in private: they share a server or are friends, and none has blocked the other.</summary>
    public bool MayWrite(UserId user, UserId other) =>
        Users.ContainsKey(other) && (ShareServer(user, other) || AreFriends(user, other)) && !HasBlocked(user, other) && !HasBlocked(other, user);

    /// <summary>The root after an event, folded by the same Apply as the actors'.</summary>
    public ViewRoot Fold(LogEntry entry) => (entry.Event switch
    {
        ServerEvent e => FoldServer(e),
        MessagePosted e when ServerOfChannel.ContainsKey(e.ChannelId) || PrivateChannels.ContainsKey(e.ChannelId) => this with { LastMessages = LastMessages.SetItem(e.ChannelId, e.Message.Id) },
        MessagesErased e when LastMessages.ContainsKey(e.ChannelId) =>
            this with { LastMessages = e.LastMessageId is { } last ? LastMessages.SetItem(e.ChannelId, last) : LastMessages.Remove(e.ChannelId) },
        ChannelMessageEvent => this,
        PrivateChannelEvent e => FoldPrivate(e),
        RelationshipChanged e => this with { Relationships = With(With(Relationships, e.After.LowId, e.After), e.After.HighId, e.After) },
        ProfileChanged e => this with { Users = Users.SetItem(e.UserId, e.User) },
        SettingsChanged e => this with { Settings = Settings.SetItem(e.UserId, e.Settings) },
        UserRegistered e => this with { Users = Users.SetItem(e.UserId, e.User) },
        UserDeleted e => this with { Users = Users.Remove(e.UserId), Settings = Settings.Remove(e.UserId) },
        SessionsRevoked e => this with { RevokedSessions = Remember(e, entry.At) },
        _ => throw new InvalidOperationException($"no view folds {entry.Event.GetType().Name}"),
    }) with
    { Position = entry.Position };

    /// <summary>A root of rows that were read at one position.</summary>
    public static ViewRoot Of(long position, IEnumerable<UserRecord> users, IEnumerable<ServerState> servers, IEnumerable<(ChannelId, MessageId)> lastMessages, IEnumerable<(SessionId, DateTimeOffset)> revoked,
        IEnumerable<PrivateChannelRecord> privateChannels, IEnumerable<RelationshipRecord> relationships, IEnumerable<(UserId, UserSettings)> settings)
    {
        var conversations = privateChannels.ToImmutableDictionary(channel => channel.Id);
        var byServer = servers.ToImmutableDictionary(server => server.Id);
        return new ViewRoot(
            position,
            users.ToImmutableDictionary(user => user.Id),
            byServer,
            byServer.Values.SelectMany(server => server.Members.Keys.Select(user => (user, server.Id)))
                .GroupBy(pair => pair.user)
                .ToImmutableDictionary(group => group.Key, group => group.Select(pair => pair.Id).ToImmutableSortedSet()),
            byServer.Values.SelectMany(server => server.Channels.Keys.Select(channel => (channel, server.Id))).ToImmutableDictionary(pair => pair.channel, pair => pair.Id),
            byServer.Values.SelectMany(server => server.Invites.Keys.Select(code => (code, server.Id))).ToImmutableDictionary(pair => pair.code, pair => pair.Id),
            lastMessages.ToImmutableDictionary(pair => pair.Item1, pair => pair.Item2),
            revoked.ToImmutableDictionary(pair => pair.Item1, pair => pair.Item2))
        {
            PrivateChannels = conversations,
            PrivateChannelsOfUser = conversations.Values.SelectMany(channel => channel.MemberIds.Select(user => (user, channel.Id)))
                .GroupBy(pair => pair.user)
                .ToImmutableDictionary(group => group.Key, group => group.Select(pair => pair.Id).ToImmutableSortedSet()),
            Relationships = relationships.SelectMany(record => new[] { (User: record.LowId, Record: record), (User: record.HighId, Record: record) })
                .GroupBy(pair => pair.User)
                .ToImmutableDictionary(group => group.Key, group => group.ToImmutableDictionary(pair => pair.Record.Other(group.Key), pair => pair.Record)),
            Settings = settings.ToImmutableDictionary(pair => pair.Item1, pair => pair.Item2),
        };
    }

    private ViewRoot FoldPrivate(PrivateChannelEvent happened)
    {
        var before = PrivateChannels.GetValueOrDefault(happened.ChannelId);
        var after = PrivateChannelEntity.Apply(happened);
        var index = PrivateChannelsOfUser;
        foreach (var user in (before?.MemberIds ?? []).Except(after?.MemberIds ?? []))
        {
            var left = index.GetValueOrDefault(user, []).Remove(happened.ChannelId);
            index = left.IsEmpty ? index.Remove(user) : index.SetItem(user, left);
        }

        foreach (var user in (after?.MemberIds ?? []).Except(before?.MemberIds ?? [])) index = index.SetItem(user, index.GetValueOrDefault(user, []).Add(happened.ChannelId));
        return this with
        {
            PrivateChannels = after is null ? PrivateChannels.Remove(happened.ChannelId) : PrivateChannels.SetItem(happened.ChannelId, after),
            PrivateChannelsOfUser = index,
            LastMessages = after is null ? LastMessages.Remove(happened.ChannelId) : LastMessages,
        };
    }

    private static ImmutableDictionary<UserId, ImmutableDictionary<UserId, RelationshipRecord>> With(
        ImmutableDictionary<UserId, ImmutableDictionary<UserId, RelationshipRecord>> all, UserId user, RelationshipRecord record)
    {
        var own = all.GetValueOrDefault(user, ImmutableDictionary<UserId, RelationshipRecord>.Empty);
        own = record.IsNothing ? own.Remove(record.Other(user)) : own.SetItem(record.Other(user), record);
        return own.IsEmpty ? all.Remove(user) : all.SetItem(user, own);
    }

    private IEnumerable<UserId> RelatedTo(UserId user, RelationshipType type) =>
        Relationships.TryGetValue(user, out var relationships) ? relationships.Where(pair => pair.Value.Of(user)?.Type == type).Select(pair => pair.Key) : [];

    private ViewRoot FoldServer(ServerEvent happened)
    {
        var before = Servers.GetValueOrDefault(happened.ServerId);
        var after = ServerEntity.Apply(before, happened);
        var root = this with { Servers = after is null ? Servers.Remove(happened.ServerId) : Servers.SetItem(happened.ServerId, after) };
        return happened switch
        {
            ServerCreated e => root with
            {
                ServersOfUser = With(e.Owner.UserId, e.ServerId),
                ServerOfChannel = ServerOfChannel.SetItems(e.Channels.Select(channel => KeyValuePair.Create(channel.Id, e.ServerId))),
            },
            ServerDeleted e => root with
            {
                ServersOfUser = e.MemberIds.Aggregate(ServersOfUser, (index, user) => Without(index, user, e.ServerId)),
                ServerOfChannel = ServerOfChannel.RemoveRange(before!.Channels.Keys),
                ServerOfInvite = ServerOfInvite.RemoveRange(before.Invites.Keys),
                LastMessages = LastMessages.RemoveRange(before.Channels.Keys),
            },
            ChannelCreated e => root with { ServerOfChannel = ServerOfChannel.SetItem(e.Channel.Id, e.ServerId) },
            ChannelDeleted e => root with { ServerOfChannel = ServerOfChannel.Remove(e.Channel.Id), LastMessages = LastMessages.Remove(e.Channel.Id) },
            InviteCreated e => root with { ServerOfInvite = ServerOfInvite.SetItem(e.Invite.Code, e.ServerId) },
            InviteDeleted e => root with { ServerOfInvite = ServerOfInvite.Remove(e.Invite.Code) },
            MemberJoined e => root with { ServersOfUser = With(e.Member.UserId, e.ServerId) },
            MemberRemoved e => root with { ServersOfUser = Without(ServersOfUser, e.UserId, e.ServerId) },
            MemberBanned e => root with { ServersOfUser = Without(ServersOfUser, e.Ban.UserId, e.ServerId) },
            _ => root,
        };
    }

    private ImmutableDictionary<UserId, ImmutableSortedSet<ServerId>> With(UserId user, ServerId server) =>
        ServersOfUser.SetItem(user, ServersOfUser.GetValueOrDefault(user, []).Add(server));

    private static ImmutableDictionary<UserId, ImmutableSortedSet<ServerId>> Without(ImmutableDictionary<UserId, ImmutableSortedSet<ServerId>> index, UserId user, ServerId server)
    {
        var left = index.GetValueOrDefault(user, []).Remove(server);
        return left.IsEmpty ? index.Remove(user) : index.SetItem(user, left);
    }

    private ImmutableDictionary<SessionId, DateTimeOffset> Remember(SessionsRevoked e, DateTimeOffset at) =>
        RevokedSessions
            .RemoveRange(RevokedSessions.Where(pair => pair.Value < at - RevocationMemory).Select(pair => pair.Key))
            .SetItems(e.SessionIds.Select(id => KeyValuePair.Create(id, at)));
}
