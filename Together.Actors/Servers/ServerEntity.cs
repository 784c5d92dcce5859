using System.Collections.Immutable;
using Together.Actors.Persistence;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Servers;

/// <summary>What a server decides, and what its events do to it. Pure.</summary>
public static class ServerEntity
{
    /// <param name="server">Null before its creation and after its deletion.</param>
    /// <param name="command">Its actor is authenticated, nothing else is checked yet.</param>
    /// <param name="now">The time of the decision.</param>
    /// <param name="ids">For the things that a command creates beside the one it names.</param>
    public static Decision Decide(ServerState? server, ServerCommand command, DateTimeOffset now, IdSource ids)
    {
        if (command is CreateServer create) return server is null ? Create(create, now, ids) : Decision.Answer(server);
        if (server is null) return Decision.Refuse(ErrorCode.NotFound);
        if (command is JoinServer join) return Join(server, join, now);
        if (!server.Members.ContainsKey(command.Actor)) return Decision.Refuse(ErrorCode.NotFound);
        return command switch
        {
            RenameServer c => Rename(server, c),
            DeleteServer c => Delete(server, c),
            CreateChannel c => CreateChannel(server, c),
            UpdateChannel c => Update(server, c),
            MoveChannels c => Move(server, c),
            DeleteChannel c => Delete(server, c),
            SetOverwrite c => Set(server, c),
            DeleteOverwrite c => Delete(server, c),
            UpdateRolePermissions c => Update(server, c),
            CreateInvite c => Create(server, c, now),
            DeleteInvite c => Delete(server, c),
            RemoveMember c => Remove(server, c),
            _ => throw new InvalidOperationException($"no decision for {command.GetType().Name}"),
        };
    }

    public static ServerState? Apply(ServerState? server, ServerEvent happened) => happened switch
    {
        ServerCreated e => new ServerState(
            e.Server,
            e.Channels.ToImmutableDictionary(channel => channel.Id),
            ImmutableDictionary<RoleId, RoleRecord>.Empty.Add(e.Everyone.Id, e.Everyone),
            ImmutableDictionary<UserId, MemberRecord>.Empty.Add(e.Owner.UserId, e.Owner),
            ImmutableDictionary<string, InviteRecord>.Empty),
        ServerDeleted => null,
        _ when server is null => throw new InvalidOperationException($"{happened.GetType().Name} without a server"),
        ServerUpdated e => server with { Record = e.Server },
        ChannelCreated e => server with { Channels = server.Channels.SetItem(e.Channel.Id, e.Channel) },
        ChannelUpdated e => server with { Channels = server.Channels.SetItem(e.Channel.Id, e.Channel) },
        ChannelDeleted e => server with { Channels = server.Channels.Remove(e.Channel.Id) },
        RoleUpdated e => server with { Roles = server.Roles.SetItem(e.Role.Id, e.Role) },
        InviteCreated e => server with { Invites = server.Invites.SetItem(e.Invite.Code, e.Invite) },
        InviteDeleted e => server with { Invites = server.Invites.Remove(e.Invite.Code) },
        MemberJoined e => server with
        {
            Members = server.Members.SetItem(e.Member.UserId, e.Member),
            Invites = server.Invites.SetItem(e.Invite.Code, e.Invite),
        },
        MemberRemoved e => server with { Members = server.Members.Remove(e.UserId) },
        _ => throw new InvalidOperationException($"no fold for {happened.GetType().Name}"),
    };

    private static Decision Create(CreateServer c, DateTimeOffset now, IdSource ids)
    {
        var everyone = new RoleRecord(RoleId.Everyone(c.Id), c.Id, "@everyone", 0, false, false, 0, Permissions.EveryoneDefault, now);
        var text = new ChannelRecord(ids.Next<ChannelId>(), c.Id, ChannelType.Text, "general", null, null, 0, []);
        var voice = new ChannelRecord(ids.Next<ChannelId>(), c.Id, ChannelType.Voice, "General", null, null, 1, []);
        var created = new ServerCreated(c.Id, c.Actor, new ServerRecord(c.Id, c.Name, c.Actor, now), everyone, [text, voice], new MemberRecord(c.Actor, [], now));
        return Decision.Persist(Apply(null, created), created);
    }

    private static Decision Rename(ServerState server, RenameServer c)
    {
        if (!server.Allows(c.Actor, Permissions.ManageServer)) return Decision.Refuse(ErrorCode.MissingPermissions);
        var renamed = server.Record with { Name = c.Name };
        return renamed == server.Record
            ? Decision.Answer(server)
            : Decision.Persist(server with { Record = renamed }, new ServerUpdated(server.Id, c.Actor, server.Record, renamed));
    }

    private static Decision Delete(ServerState server, DeleteServer c) => server.OwnerId == c.Actor
        ? Decision.Persist(null, new ServerDeleted(server.Id, c.Actor, [.. server.Members.Keys]))
        : Decision.Refuse(ErrorCode.MissingPermissions, "only the owner may delete a server");

    private static Decision CreateChannel(ServerState server, CreateChannel c)
    {
        if (!server.Allows(c.Actor, Permissions.ManageChannels)) return Decision.Refuse(ErrorCode.MissingPermissions);
        if (server.Channels.TryGetValue(c.Id, out var existing)) return Decision.Answer(existing);
        if (server.Channels.Count >= Limits.ChannelsPerServer)
            return Decision.Refuse(ErrorCode.LimitReached, $"a server holds {Limits.ChannelsPerServer} channels");
        if (RefuseCategory(server, c.Actor, c.Type, c.CategoryId) is { } refusal) return refusal;

        var overwrites = c.CategoryId is { } category ? server.Channels[category].Overwrites : [];
        var position = c.Position ?? NextPosition(server, c.CategoryId);
        var channel = new ChannelRecord(c.Id, server.Id, c.Type, c.Name, c.Topic, c.CategoryId, position, overwrites);
        return Decision.Persist(channel, new ChannelCreated(server.Id, c.Actor, channel));
    }

    private static Decision Update(ServerState server, UpdateChannel c)
    {
        if (Channel(server, c.Actor, c.Id, Permissions.ManageChannels, out var channel) is { } refusal) return refusal;
        if (c.SetsCategory && RefuseCategory(server, c.Actor, channel.Type, c.CategoryId) is { } badCategory) return badCategory;

        var updated = channel with
        {
            Name = c.Name ?? channel.Name,
            Topic = c.SetsTopic ? c.Topic : channel.Topic,
            CategoryId = c.SetsCategory ? c.CategoryId : channel.CategoryId,
            Position = c.Position ?? channel.Position,
        };
        return updated == channel ? Decision.Answer(channel) : Decision.Persist(updated, new ChannelUpdated(server.Id, c.Actor, channel, updated));
    }

    private static Decision Move(ServerState server, MoveChannels c)
    {
        if (!server.Allows(c.Actor, Permissions.ManageChannels)) return Decision.Refuse(ErrorCode.MissingPermissions);
        var events = new List<DomainEvent>();
        foreach (var place in c.Places)
        {
            if (Channel(server, c.Actor, place.Id, Permissions.ManageChannels, out var channel) is { } refusal) return refusal;
            if (place.SetsCategory && RefuseCategory(server, c.Actor, channel.Type, place.CategoryId) is { } badCategory) return badCategory;
            var moved = channel with { Position = place.Position, CategoryId = place.SetsCategory ? place.CategoryId : channel.CategoryId };
            if (moved != channel) events.Add(new ChannelUpdated(server.Id, c.Actor, channel, moved));
        }

        return Decision.Persist(null, [.. events]);
    }

    private static Decision Delete(ServerState server, DeleteChannel c)
    {
        if (Channel(server, c.Actor, c.Id, Permissions.ManageChannels, out var channel) is { } refusal) return refusal;
        var orphans = server.Channels.Values.Where(child => child.CategoryId == channel.Id).OrderBy(child => child.Position)
            .Select(child => new ChannelUpdated(server.Id, c.Actor, child, child with { CategoryId = null }));
        return Decision.Persist(null, [.. orphans, new ChannelDeleted(server.Id, c.Actor, channel)]);
    }

    private static Decision Set(ServerState server, SetOverwrite c)
    {
        if (Channel(server, c.Actor, c.Id, Permissions.ManageChannels | Permissions.ManageRoles, out var channel) is { } refusal) return refusal;
        var overwrite = c.Overwrite;
        var before = channel.Overwrites.FirstOrDefault(o => o.Id == overwrite.Id);
        if (RefuseOverwriteTarget(server, c.Actor, overwrite.Id, overwrite.Type) is { } badTarget) return badTarget;
        if (LacksBits(server, c.Actor, channel, before, overwrite)) return Decision.Refuse(ErrorCode.MissingPermissions, "you may not set a permission that you lack");
        if (before == overwrite) return Decision.Answer(null);
        if (before is null && server.Channels.Values.Sum(each => each.Overwrites.Length) >= Limits.OverwritesPerServer)
            return Decision.Refuse(ErrorCode.LimitReached, $"a server holds {Limits.OverwritesPerServer} overwrites");

        var updated = channel with { Overwrites = [.. channel.Overwrites.Where(o => o.Id != overwrite.Id), overwrite] };
        return Decision.Persist(null, new ChannelUpdated(server.Id, c.Actor, channel, updated));
    }

    private static Decision Delete(ServerState server, DeleteOverwrite c)
    {
        if (Channel(server, c.Actor, c.Id, Permissions.ManageChannels | Permissions.ManageRoles, out var channel) is { } refusal) return refusal;
        var before = channel.Overwrites.FirstOrDefault(o => o.Id == c.TargetId);
        if (before is null) return Decision.Refuse(ErrorCode.NotFound);
        // The overwrite of a role or member that is gone may be cleared by anybody who may write here.
        if (before.Type == OverwriteType.Role && server.Roles.ContainsKey(new RoleId(before.Id)) && RefuseOverwriteTarget(server, c.Actor, before.Id, before.Type) is { } above) return above;
        if (LacksBits(server, c.Actor, channel, before, null)) return Decision.Refuse(ErrorCode.MissingPermissions, "you may not change a permission that you lack");
        var updated = channel with { Overwrites = channel.Overwrites.Remove(before) };
        return Decision.Persist(null, new ChannelUpdated(server.Id, c.Actor, channel, updated));
    }

    private static Decision Update(ServerState server, UpdateRolePermissions c)
    {
        if (!server.Allows(c.Actor, Permissions.ManageRoles)) return Decision.Refuse(ErrorCode.MissingPermissions);
        if (!server.Roles.TryGetValue(c.Id, out var role)) return Decision.Refuse(ErrorCode.NotFound);
        var isEveryone = role.Id == RoleId.Everyone(server.Id);
        if (!isEveryone && server.Rank(c.Actor) <= role.Position) return Decision.Refuse(ErrorCode.MissingPermissions, "the role is not below yours");
        if (((role.Permissions ^ c.Permissions) & ~server.Of(c.Actor)) != 0)
            return Decision.Refuse(ErrorCode.MissingPermissions, "you may not change a permission that you lack");
        var updated = role with { Permissions = c.Permissions };
        return updated == role ? Decision.Answer(role) : Decision.Persist(updated, new RoleUpdated(server.Id, c.Actor, role, updated));
    }

    private static Decision Create(ServerState server, CreateInvite c, DateTimeOffset now)
    {
        if (!server.Allows(c.Actor, Permissions.CreateInvite)) return Decision.Refuse(ErrorCode.MissingPermissions);
        if (server.Invites.Count >= Limits.InvitesPerServer)
            return Decision.Refuse(ErrorCode.LimitReached, $"a server holds {Limits.InvitesPerServer} invites; delete some first");
        var invite = new InviteRecord(c.Code, server.Id, c.Actor, 0, c.MaxUses, c.MaxAge is { } age ? now + age : null, now);
        return Decision.Persist(invite, new InviteCreated(server.Id, c.Actor, invite));
    }

    private static Decision Delete(ServerState server, DeleteInvite c)
    {
        if (!server.Invites.TryGetValue(c.Code, out var invite)) return Decision.Refuse(ErrorCode.NotFound);
        return invite.InviterId == c.Actor || server.Allows(c.Actor, Permissions.ManageServer)
            ? Decision.Persist(null, new InviteDeleted(server.Id, c.Actor, invite))
            : Decision.Refuse(ErrorCode.MissingPermissions);
    }

    private static Decision Join(ServerState server, JoinServer c, DateTimeOffset now)
    {
        if (!server.Invites.TryGetValue(c.Code, out var invite)) return Decision.Refuse(ErrorCode.NotFound);
        // First of all: who repeats a join may have used the invite up themselves.
        if (server.Members.ContainsKey(c.Actor)) return Decision.Answer(server);
        if (!invite.IsUsable(now)) return Decision.Refuse(ErrorCode.NotFound);
        var joined = new MemberJoined(server.Id, c.Actor, new MemberRecord(c.Actor, [], now), invite with { Uses = invite.Uses + 1 });
        return Decision.Persist(Apply(server, joined), joined);
    }

    private static Decision Remove(ServerState server, RemoveMember c)
    {
        if (c.Target == c.Actor)
        {
            return server.OwnerId == c.Actor
                ? Decision.Refuse(ErrorCode.Conflict, "the owner cannot leave: transfer or delete the server first")
                : Decision.Persist(null, new MemberRemoved(server.Id, c.Actor, c.Actor));
        }

        if (!server.Members.ContainsKey(c.Target)) return Decision.Refuse(ErrorCode.NotFound);
        if (!server.Allows(c.Actor, Permissions.KickMembers)) return Decision.Refuse(ErrorCode.MissingPermissions);
        return server.Rank(c.Actor) > server.Rank(c.Target)
            ? Decision.Persist(null, new MemberRemoved(server.Id, c.Actor, c.Target))
            : Decision.Refuse(ErrorCode.MissingPermissions, "the member's highest role is not below yours");
    }

    /// <summary>A channel the actor may not see answers 404, one they may see but not change 403.</summary>
    private static Decision? Channel(ServerState server, UserId actor, ChannelId id, Permissions needed, out ChannelRecord channel)
    {
        if (!server.Channels.TryGetValue(id, out channel!) || !server.CanView(actor, channel)) return Decision.Refuse(ErrorCode.NotFound);
        return server.Allows(actor, channel, needed) ? null : Decision.Refuse(ErrorCode.MissingPermissions);
    }

    private static Decision? RefuseCategory(ServerState server, UserId actor, ChannelType type, ChannelId? category)
    {
        if (category is null) return null;
        if (type == ChannelType.Category) return Decision.Refuse(ErrorCode.InvalidBody, "a category has no category", "category_id");
        return server.Channels.TryGetValue(category.Value, out var found) && found.Type == ChannelType.Category && server.CanView(actor, found)
            ? null
            : Decision.Refuse(ErrorCode.InvalidBody, "no such category in this server", "category_id");
    }

    private static Decision? RefuseOverwriteTarget(ServerState server, UserId actor, Guid id, OverwriteType type)
    {
        if (type == OverwriteType.Role)
        {
            if (!server.Roles.TryGetValue(new RoleId(id), out var role)) return Decision.Refuse(ErrorCode.NotFound, "no such role in this server");
            return role.Position == 0 || server.Rank(actor) > role.Position
                ? null
                : Decision.Refuse(ErrorCode.MissingPermissions, "the role is not below yours");
        }

        return server.Members.ContainsKey(new UserId(id)) ? null : Decision.Refuse(ErrorCode.NotFound, "no such member in this server");
    }

    private static bool LacksBits(ServerState server, UserId actor, ChannelRecord channel, Overwrite? before, Overwrite? after)
    {
        var changed = ((before?.Allow ?? 0) ^ (after?.Allow ?? 0)) | ((before?.Deny ?? 0) ^ (after?.Deny ?? 0));
        return (changed & ~server.Of(actor, channel)) != 0;
    }

    private static int NextPosition(ServerState server, ChannelId? category) =>
        server.Channels.Values.Where(channel => channel.CategoryId == category).Select(channel => channel.Position + 1).DefaultIfEmpty(0).Max();
}
