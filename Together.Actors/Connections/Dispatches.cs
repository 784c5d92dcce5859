using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Users;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Gateway;
using Together.Protocol.Servers;

namespace Together.Actors.Connections;

/// <summary>Whom frames can be handed to: everybody connected, or the one who resumes.</summary>
internal interface IAudience
{
    /// <summary>The members of the server who are listening.</summary>
    IEnumerable<UserId> Members(ServerState server);

    /// <summary>Everybody who is listening.</summary>
    IEnumerable<UserId> Users { get; }

    /// <summary>To those who may see the channel.</summary>
    /// <param name="server">Its server.</param>
    /// <param name="channel">Which.</param>
    /// <param name="frame">Made once, for all.</param>
    /// <param name="own">For who gets a frame of their own instead; null from it is the shared one.</param>
    void ToChannel(ServerState server, ChannelRecord channel, Func<Frame> frame, Func<UserId, Frame?>? own = null);

    void ToServer(ServerState server, Func<Frame> frame);

    void ToUser(UserId user, Func<Frame> frame);

    /// <summary>The server as somebody is shown it, with who is there.</summary>
    ServerSnapshot WithPresences(ServerSnapshot server, ViewRoot root, UserId viewer);
}

/// <summary>
/// Which frames an event becomes, and for whom: the audience follows from the views before and after it. The one place where
/// this is decided, for live delivery and for RESUME alike. Pure but for the audience.
/// </summary>
internal static class Dispatches
{
    /// <summary>The bits of a role that decide which channels its members see.</summary>
    public const Permissions DecidesView = Permissions.ViewChannel | Permissions.Administrator;

    public static void Describe(LogEntry entry, ViewRoot before, ViewRoot after, IAudience audience)
    {
        switch (entry.Event)
        {
            case MessagePosted { Referenced: null } e:
                ToChannel(e, () => Posted(e, null));
                break;
            case MessagePosted e:
                Tell(e, (_, referenced) => Posted(e, referenced), e.Referenced, null);
                break;
            case MessageEdited { Referenced: null, Reactions: null } e:
                ToChannel(e, () => Edited(e, null, null));
                break;
            case MessageEdited e:
                Tell(e, (reader, referenced) => Edited(e, reader, referenced), e.Referenced, e.Reactions?.SelectMany(kind => kind.UserIds).ToHashSet());
                break;
            case MessageDeleted e:
                ToChannel(e, () => Frame.Dispatch(entry.Position, GatewayEvents.MessageDelete, new MessageDelete(e.MessageId, e.ChannelId, e.ServerId)));
                break;
            case MessagesBulkDeleted e:
                ToChannel(e, () => Frame.Dispatch(entry.Position, GatewayEvents.MessageDeleteBulk, new MessageDeleteBulk(e.MessageIds, e.ChannelId, e.ServerId)));
                break;
            case ReactionAdded e:
                ToChannel(e, () => Reacted(GatewayEvents.MessageReactionAdd, e, e.MessageId, e.UserId, e.Emoji));
                break;
            case ReactionRemoved e:
                ToChannel(e, () => Reacted(GatewayEvents.MessageReactionRemove, e, e.MessageId, e.UserId, e.Emoji));
                break;
            case ReactionsCleared e:
                foreach (var user in e.UserIds) ToChannel(e, () => Reacted(GatewayEvents.MessageReactionRemove, e, e.MessageId, user, e.Emoji));
                break;
            case MessagePinned e:
                ToChannel(e, () => Pinned(e, e.MessageId, true));
                break;
            case MessageUnpinned e:
                ToChannel(e, () => Pinned(e, e.MessageId, false));
                break;
            case MessagesErased:
                // They were deleted before everybody's eyes long ago.
                break;
            case PrivateChannelCreated e:
                Compare(entry, null, e.Channel, after, audience);
                break;
            case PrivateChannelUpdated e:
                Compare(entry, e.Before, e.Channel, after, audience);
                break;
            case PrivateChannelDeleted e:
                Compare(entry, e.Channel, null, after, audience);
                break;
            case RelationshipChanged e:
                Describe(entry, e, e.After.LowId, after, audience);
                Describe(entry, e, e.After.HighId, after, audience);
                break;
            case ProfileChanged e:
                // As of now, like all names: whoever resumes may know them only since a later one, and not what they were called before.
                if (!after.Users.TryGetValue(e.UserId, out var record)) break;
                var profile = new Lazy<Frame>(() => Frame.Dispatch(entry.Position, GatewayEvents.UserUpdate, record.ToProfile()));
                foreach (var user in audience.Users)
                {
                    if (after.Knows(user, e.UserId)) audience.ToUser(user, () => profile.Value);
                }

                break;
            case SettingsChanged e:
                audience.ToUser(e.UserId, () => Frame.Dispatch(entry.Position, GatewayEvents.UserSettingsUpdate, e.Settings));
                break;
            case ServerEvent e:
                Describe(entry, e, before.Server(e.ServerId), after.Server(e.ServerId), after, audience);
                break;
            case UserEvent:
                // Nobody sees a new account before it joins something; revocation acts on connections, not on clients' state.
                break;
            default:
                throw new InvalidOperationException($"no dispatch for {entry.Event.GetType().Name}");
        }

        void ToChannel(ChannelMessageEvent e, Func<Frame> frame, Func<UserId, Frame?>? own = null)
        {
            if (after.FindChannel(e.ChannelId) is { } channel) Dispatches.ToChannel(channel, audience, frame, own);
        }

        // Whoever has reacted sees it marked. What is referred to may be older than anything that somebody without the history has seen.
        void Tell(ChannelMessageEvent e, Func<UserId?, MessageDetail?, Frame> frame, MessageDetail? referenced, HashSet<UserId>? reacted)
        {
            if (after.FindChannel(e.ChannelId) is not { } channel) return;
            var bare = new Lazy<Frame>(() => frame(null, null));
            Dispatches.ToChannel(channel, audience, () => frame(null, referenced), user =>
            {
                var mayRead = referenced is null || channel.Allows(user, Permissions.ReadMessageHistory, entry.At);
                return reacted?.Contains(user) == true ? frame(user, mayRead ? referenced : null) : mayRead ? null : bare.Value;
            });
        }

        Frame Posted(MessagePosted e, MessageDetail? referenced) =>
            Frame.Dispatch(entry.Position, GatewayEvents.MessageCreate, after.Message(e.Message, false, [], referenced));

        Frame Edited(MessageEdited e, UserId? reader, MessageDetail? referenced) => Frame.Dispatch(
            entry.Position,
            GatewayEvents.MessageUpdate,
            after.Message(e.Message, e.IsPinned, e.ReactionsFor(reader), referenced));

        Frame Reacted(GatewayEvent<MessageReaction> type, ChannelMessageEvent e, MessageId message, UserId user, string emoji) =>
            Frame.Dispatch(entry.Position, type, new MessageReaction(e.ChannelId, e.ServerId, message, user, emoji));

        Frame Pinned(ChannelMessageEvent e, MessageId message, bool isPinned) =>
            Frame.Dispatch(entry.Position, GatewayEvents.ChannelPinsUpdate, new ChannelPinsUpdate(e.ChannelId, e.ServerId, message, isPinned));
    }

    /// <summary>To those who may see the channel and have it in their list.</summary>
    public static void ToChannel(AnyChannel channel, IAudience audience, Func<Frame> frame, Func<UserId, Frame?>? own = null)
    {
        if (channel.Private is not { } conversation)
        {
            audience.ToChannel(channel.Server!, channel.Channel!, frame, own);
            return;
        }

        var shared = new Lazy<Frame>(frame);
        foreach (var user in conversation.MemberIds)
        {
            if (conversation.IsOpenFor(user)) audience.ToUser(user, () => own?.Invoke(user) ?? shared.Value);
        }
    }

    /// <summary>Opening or closing a private channel, being added or removed, shows as its coming or going.</summary>
    private static void Compare(LogEntry entry, PrivateChannelRecord? before, PrivateChannelRecord? after, ViewRoot root, IAudience audience)
    {
        var isChanged = before is null || after is null || before.Name != after.Name || before.OwnerId != after.OwnerId || !before.MemberIds.SequenceEqual(after.MemberIds);
        foreach (var user in (before?.MemberIds ?? []).Union(after?.MemberIds ?? []))
        {
            var could = before?.IsOpenFor(user) == true;
            var can = after?.IsOpenFor(user) == true;
            if (could && !can) audience.ToUser(user, () => Frame.Dispatch(entry.Position, GatewayEvents.ChannelDelete, new ChannelDelete(before!.Id, null)));
            else if (!could && can) audience.ToUser(user, () => Frame.Dispatch(entry.Position, GatewayEvents.ChannelCreate, root.Channel(after!, user)));
            else if (can && isChanged) audience.ToUser(user, () => Frame.Dispatch(entry.Position, GatewayEvents.ChannelUpdate, root.Channel(after!, user)));
        }
    }

    private static void Describe(LogEntry entry, RelationshipChanged happened, UserId user, ViewRoot root, IAudience audience)
    {
        if (happened.Before.Of(user) == happened.After.Of(user)) return;
        audience.ToUser(user, () => happened.After.Of(user) is null
            ? Frame.Dispatch(entry.Position, GatewayEvents.RelationshipRemove, new RelationshipRemove(happened.After.Other(user)))
            : Frame.Dispatch(entry.Position, GatewayEvents.RelationshipAdd, root.Relationship(happened.After, user)));
    }

    private static void Describe(LogEntry entry, ServerEvent happened, ServerState? before, ServerState? after, ViewRoot root, IAudience audience)
    {
        var position = entry.Position;
        switch (happened)
        {
            case ServerCreated:
                audience.ToUser(happened.ActorId, () => Create(happened.ActorId));
                break;
            case ServerUpdated e:
                audience.ToServer(after!, () => Frame.Dispatch(position, GatewayEvents.ServerUpdate, after!.ToServer()));
                if (e.Before.OwnerId != e.Server.OwnerId) CompareAll(user => user == e.Before.OwnerId || user == e.Server.OwnerId);
                break;
            case ServerDeleted e:
                var deleted = new Lazy<Frame>(() => Frame.Dispatch(position, GatewayEvents.ServerDelete, new ServerDelete(e.ServerId)));
                foreach (var user in e.MemberIds) audience.ToUser(user, () => deleted.Value);
                break;
            case ChannelCreated e:
                audience.ToChannel(after!, e.Channel, () => Frame.Dispatch(position, GatewayEvents.ChannelCreate, root.Channel(e.Channel)));
                break;
            case ChannelUpdated e:
                Compare(e.Before, e.Channel, _ => true);
                break;
            case ChannelDeleted e:
                audience.ToChannel(before!, e.Channel, () => Frame.Dispatch(position, GatewayEvents.ChannelDelete, new ChannelDelete(e.Channel.Id, e.ServerId)));
                break;
            case RoleCreated e:
                audience.ToServer(after!, () => Frame.Dispatch(position, GatewayEvents.ServerRoleCreate, new ServerRole(e.ServerId, e.Role.ToRole())));
                break;
            case RoleUpdated e:
                audience.ToServer(after!, () => Frame.Dispatch(position, GatewayEvents.ServerRoleUpdate, new ServerRole(e.ServerId, e.Role.ToRole())));
                if (((e.Before.Permissions ^ e.Role.Permissions) & DecidesView) != 0)
                    CompareAll(user => e.Role.IsEveryone || after!.Members[user].RoleIds.Contains(e.Role.Id));
                break;
            case RoleDeleted e:
                audience.ToServer(after!, () => Frame.Dispatch(position, GatewayEvents.ServerRoleDelete, new ServerRoleDelete(e.ServerId, e.Role.Id)));
                var overwritten = e.Overwrites.ToDictionary(gone => gone.ChannelId, gone => gone.Overwrite);
                var members = e.MemberIds.ToHashSet();
                foreach (var channel in after!.Channels.Values)
                {
                    if (overwritten.TryGetValue(channel.Id, out var overwrite)) Compare(channel with { Overwrites = [.. channel.Overwrites, overwrite] }, channel, _ => true);
                    else if ((e.Role.Permissions & DecidesView) != 0) Compare(channel, channel, members.Contains);
                }

                break;
            case MemberJoined e:
                var added = new Lazy<Frame>(() => Frame.Dispatch(position, GatewayEvents.ServerMemberAdd, new ServerMember(e.ServerId, root.Member(e.Member))));
                foreach (var user in audience.Members(after!))
                    audience.ToUser(user, user == e.Member.UserId ? () => Create(user) : () => added.Value);
                break;
            case MemberUpdated e:
                audience.ToServer(after!, () => Frame.Dispatch(position, GatewayEvents.ServerMemberUpdate, new ServerMember(e.ServerId, root.Member(e.Member))));
                if (!e.Before.RoleIds.SequenceEqual(e.Member.RoleIds)) CompareAll(user => user == e.Member.UserId);
                break;
            case MemberRemoved e:
                Remove(e.UserId);
                break;
            case MemberBanned e:
                if (e.Member is not null) Remove(e.Ban.UserId);
                ToModerators(GatewayEvents.ServerBanAdd, e.Ban.UserId);
                break;
            case MemberUnbanned e:
                ToModerators(GatewayEvents.ServerBanRemove, e.Ban.UserId);
                break;
            case InviteCreated or InviteDeleted:
                break;
            default:
                throw new InvalidOperationException($"no dispatch for {happened.GetType().Name}");
        }

        Frame Create(UserId user) => Frame.Dispatch(position, GatewayEvents.ServerCreate, audience.WithPresences(root.Snapshot(after!, user), root, user));

        void Remove(UserId user)
        {
            audience.ToUser(user, () => Frame.Dispatch(position, GatewayEvents.ServerDelete, new ServerDelete(happened.ServerId)));
            audience.ToServer(after!, () => Frame.Dispatch(position, GatewayEvents.ServerMemberRemove, new ServerMemberRemove(happened.ServerId, user)));
        }

        void ToModerators(GatewayEvent<ServerBan> type, UserId target)
        {
            var frame = new Lazy<Frame>(() => Frame.Dispatch(position, type, new ServerBan(happened.ServerId, target)));
            foreach (var user in audience.Members(after!))
            {
                if (after!.Allows(user, Permissions.BanMembers, entry.At)) audience.ToUser(user, () => frame.Value);
            }
        }

        void CompareAll(Func<UserId, bool> affects)
        {
            foreach (var channel in after!.Channels.Values) Compare(channel, channel, affects);
        }

        // Gaining or losing VIEW_CHANNEL shows as the channel's coming or going.
        void Compare(ChannelRecord channelBefore, ChannelRecord channelAfter, Func<UserId, bool> affects)
        {
            var created = new Lazy<Frame>(() => Frame.Dispatch(position, GatewayEvents.ChannelCreate, root.Channel(channelAfter)));
            var updated = new Lazy<Frame>(() => Frame.Dispatch(position, GatewayEvents.ChannelUpdate, root.Channel(channelAfter)));
            var deleted = new Lazy<Frame>(() => Frame.Dispatch(position, GatewayEvents.ChannelDelete, new ChannelDelete(channelAfter.Id, after!.Id)));
            foreach (var user in audience.Members(after!))
            {
                if (!affects(user)) continue;
                var could = before!.CanView(user, channelBefore);
                var can = after!.CanView(user, channelAfter);
                if (could && !can) audience.ToUser(user, () => deleted.Value);
                else if (!could && can) audience.ToUser(user, () => created.Value);
                else if (can && channelBefore != channelAfter) audience.ToUser(user, () => updated.Value);
            }
        }
    }
}
