using System.Collections.Immutable;
using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Users;
using Together.Protocol;

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

    /// <summary>The root after an event, folded by the same Apply as the actors'.</summary>
    public ViewRoot Fold(LogEntry entry) => (entry.Event switch
    {
        ServerEvent e => FoldServer(e),
        MessagePosted e when ServerOfChannel.ContainsKey(e.ChannelId) => this with { LastMessages = LastMessages.SetItem(e.ChannelId, e.Message.Id) },
        ChannelMessageEvent => this,
        UserRegistered e => this with { Users = Users.SetItem(e.UserId, e.User) },
        UserDeleted e => this with { Users = Users.Remove(e.UserId) },
        SessionsRevoked e => this with { RevokedSessions = Remember(e, entry.At) },
        _ => throw new InvalidOperationException($"no view folds {entry.Event.GetType().Name}"),
    }) with
    { Position = entry.Position };

    /// <summary>A root of rows that were read at one position.</summary>
    public static ViewRoot Of(long position, IEnumerable<UserRecord> users, IEnumerable<ServerState> servers, IEnumerable<(ChannelId, MessageId)> lastMessages, IEnumerable<(SessionId, DateTimeOffset)> revoked)
    {
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
            revoked.ToImmutableDictionary(pair => pair.Item1, pair => pair.Item2));
    }

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
