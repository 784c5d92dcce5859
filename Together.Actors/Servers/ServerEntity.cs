using System.Collections.Immutable;
using Together.Actors.Persistence;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Servers;

/// <summary>What a server decides, and what its events do to it. Pure.</summary>
public static partial class ServerEntity
{
    /// <param name="server">Null before its creation and after its deletion.</param>
    /// <param name="command">Its actor is authenticated, nothing else is checked yet.</param>
    /// <param name="now">The time of the decision.</param>
    /// <param name="ids">For the things that a command creates beside the one it names.</param>
    public static Decision Decide(ServerState? server, ServerCommand command, DateTimeOffset now, IdSource ids)
    {
        var decision = DecideOn(server, command, now, ids);
        return command.Reason is null ? decision : decision with { Events = [.. decision.Events.Select(happened => ((ServerEvent)happened) with { Reason = command.Reason })] };
    }

    public static ServerState? Apply(ServerState? server, ServerEvent happened) => happened switch
    {
        ServerCreated e => new ServerState(
            e.Server,
            e.Channels.ToImmutableDictionary(channel => channel.Id),
            ImmutableDictionary<RoleId, RoleRecord>.Empty.Add(e.Everyone.Id, e.Everyone),
            ImmutableSortedDictionary<UserId, MemberRecord>.Empty.Add(e.Owner.UserId, e.Owner),
            ImmutableSortedDictionary<UserId, BanRecord>.Empty,
            ImmutableDictionary<UserId, Sanctions>.Empty,
            ImmutableDictionary<string, InviteRecord>.Empty),
        ServerDeleted => null,
        _ when server is null => throw new InvalidOperationException($"{happened.GetType().Name} without a server"),
        ServerUpdated e => server with { Record = e.Server },
        ChannelCreated e => server with { Channels = server.Channels.SetItem(e.Channel.Id, e.Channel) },
        ChannelUpdated e => server with { Channels = server.Channels.SetItem(e.Channel.Id, e.Channel) },
        ChannelDeleted e => server with { Channels = server.Channels.Remove(e.Channel.Id) },
        RoleCreated e => server with { Roles = server.Roles.SetItem(e.Role.Id, e.Role) },
        RoleUpdated e => server with { Roles = server.Roles.SetItem(e.Role.Id, e.Role) },
        RoleDeleted e => server with
        {
            Roles = server.Roles.Remove(e.Role.Id),
            Members = server.Members.SetItems(e.MemberIds.Select(id => KeyValuePair.Create(id, server.Members[id].Without(e.Role.Id)))),
            Channels = server.Channels.SetItems(e.Overwrites.Select(gone => KeyValuePair.Create(gone.ChannelId, server.Channels[gone.ChannelId].Without(gone.Overwrite.Id)))),
        },
        InviteCreated e => server with { Invites = server.Invites.SetItem(e.Invite.Code, e.Invite) },
        InviteDeleted e => server with { Invites = server.Invites.Remove(e.Invite.Code) },
        MemberJoined e => server with
        {
            Members = server.Members.SetItem(e.Member.UserId, e.Member),
            SanctionsOfAbsent = server.SanctionsOfAbsent.Remove(e.Member.UserId),
            Invites = server.Invites.SetItem(e.Invite.Code, e.Invite),
        },
        MemberUpdated e => server with { Members = server.Members.SetItem(e.Member.UserId, e.Member) },
        MemberRemoved e => server.Without(e.UserId, e.Member),
        MemberBanned e => server.Without(e.Ban.UserId, e.Member) with { Bans = server.Bans.SetItem(e.Ban.UserId, e.Ban) },
        MemberUnbanned e => server with { Bans = server.Bans.Remove(e.Ban.UserId) },
        _ => throw new InvalidOperationException($"no fold for {happened.GetType().Name}"),
    };

    private static Decision DecideOn(ServerState? server, ServerCommand command, DateTimeOffset now, IdSource ids)
    {
        if (command is CreateServer create) return server is null ? Create(create, now, ids) : Decision.Answer(server);
        if (server is null) return Decision.Refuse(ErrorCode.NotFound);
        if (command is JoinServer join) return Join(server, join, now);
        if (!server.Members.ContainsKey(command.Actor)) return Decision.Refuse(ErrorCode.NotFound);
        return command switch
        {
            RenameServer c => Manage(server, c, server.Record with { Name = c.Name }, now),
            ChangeIcon c => Manage(server, c, server.Record with { Icon = c.Icon }, now),
            DeleteServer c => Delete(server, c),
            TransferServer c => Transfer(server, c),
            CreateChannel c => Create(server, c, now),
            UpdateChannel c => Update(server, c, now),
            MoveChannels c => Move(server, c, now),
            DeleteChannel c => Delete(server, c, now),
            SetOverwrite c => Set(server, c, now),
            DeleteOverwrite c => Delete(server, c, now),
            CreateRole c => Create(server, c, now),
            UpdateRole c => Update(server, c, now),
            MoveRoles c => Move(server, c, now),
            DeleteRole c => Delete(server, c, now),
            SetMemberRole c => Set(server, c, now),
            CreateInvite c => Create(server, c, now),
            DeleteInvite c => Delete(server, c, now),
            UpdateMember c => Update(server, c, now),
            RemoveMember c => Remove(server, c, now),
            BanMember c => Ban(server, c, now),
            UnbanMember c => Unban(server, c, now),
            _ => throw new InvalidOperationException($"no decision for {command.GetType().Name}"),
        };
    }

    private static Decision Create(CreateServer c, DateTimeOffset now, IdSource ids)
    {
        var everyone = new RoleRecord(RoleId.Everyone(c.Id), c.Id, "@everyone", 0, false, false, 0, Permissions.EveryoneDefault, now);
        var text = new ChannelRecord(ids.Next<ChannelId>(), c.Id, ChannelType.Text, "general", null, null, 0, []);
        var voice = new ChannelRecord(ids.Next<ChannelId>(), c.Id, ChannelType.Voice, "General", null, null, 1, []);
        var created = new ServerCreated(c.Id, c.Actor, new ServerRecord(c.Id, c.Name, c.Actor, now), everyone, [text, voice], new MemberRecord(c.Actor, [], now));
        return Decision.Persist(Apply(null, created), created);
    }

    private static Decision Manage(ServerState server, ServerCommand c, ServerRecord updated, DateTimeOffset now) =>
        server.Allows(c.Actor, Permissions.ManageServer, now) ? Update(server, c.Actor, updated) : Decision.Refuse(ErrorCode.MissingPermissions);

    private static Decision Transfer(ServerState server, TransferServer c)
    {
        if (server.OwnerId != c.Actor) return Decision.Refuse(ErrorCode.MissingPermissions, "only the owner may transfer a server");
        return server.Members.ContainsKey(c.To)
            ? Update(server, c.Actor, server.Record with { OwnerId = c.To })
            : Decision.Refuse(ErrorCode.InvalidBody, "is not a member of this server", "user_id");
    }

    private static Decision Update(ServerState server, UserId actor, ServerRecord updated) => updated == server.Record
        ? Decision.Answer(server)
        : Decision.Persist(server with { Record = updated }, new ServerUpdated(server.Id, actor, server.Record, updated));

    private static Decision Delete(ServerState server, DeleteServer c) => server.OwnerId == c.Actor
        ? Decision.Persist(null, new ServerDeleted(server.Id, c.Actor, [.. server.Members.Keys]))
        : Decision.Refuse(ErrorCode.MissingPermissions, "only the owner may delete a server");

    private static Decision Create(ServerState server, CreateInvite c, DateTimeOffset now)
    {
        if (!server.Allows(c.Actor, Permissions.CreateInvite, now)) return Decision.Refuse(ErrorCode.MissingPermissions);
        if (server.Invites.Count >= Limits.InvitesPerServer)
            return Decision.Refuse(ErrorCode.LimitReached, $"a server holds {Limits.InvitesPerServer} invites; delete some first");
        var invite = new InviteRecord(c.Code, server.Id, c.Actor, 0, c.MaxUses, c.MaxAge is { } age ? now + age : null, now);
        return Decision.Persist(invite, new InviteCreated(server.Id, c.Actor, invite));
    }

    private static Decision Delete(ServerState server, DeleteInvite c, DateTimeOffset now)
    {
        if (!server.Invites.TryGetValue(c.Code, out var invite)) return Decision.Refuse(ErrorCode.NotFound);
        return invite.InviterId == c.Actor || server.Allows(c.Actor, Permissions.ManageServer, now)
            ? Decision.Persist(null, new InviteDeleted(server.Id, c.Actor, invite))
            : Decision.Refuse(ErrorCode.MissingPermissions);
    }

    private static MemberRecord Without(this MemberRecord member, RoleId role) => member with { RoleIds = member.RoleIds.Remove(role) };

    private static ChannelRecord Without(this ChannelRecord channel, Guid target) =>
        channel with { Overwrites = [.. channel.Overwrites.Where(overwrite => overwrite.Id != target)] };

    private static ServerState Without(this ServerState server, UserId user, MemberRecord? member) => server with
    {
        Members = server.Members.Remove(user),
        SanctionsOfAbsent = member?.Sanctions.IsAny == true ? server.SanctionsOfAbsent.SetItem(user, member.Sanctions) : server.SanctionsOfAbsent,
    };
}
