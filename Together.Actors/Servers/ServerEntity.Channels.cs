using System.Collections.Immutable;
using Together.Actors.Persistence;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Servers;

/// <summary>Channels, categories and their overwrites.</summary>
public static partial class ServerEntity
{
    private static Decision Create(ServerState server, CreateChannel c, DateTimeOffset now)
    {
        if (!server.Allows(c.Actor, Permissions.ManageChannels, now)) return Decision.Refuse(ErrorCode.MissingPermissions);
        if (server.Channels.TryGetValue(c.Id, out var existing)) return Decision.Answer(existing);
        if (server.Channels.Count >= Limits.ChannelsPerServer)
            return Decision.Refuse(ErrorCode.LimitReached, $"a server holds {Limits.ChannelsPerServer} channels");
        if (RefuseCategory(server, c.Actor, c.Type, c.CategoryId, now) is { } refusal) return refusal;

        var inherited = c.CategoryId is { } category ? server.Channels[category].Overwrites : [];
        if (c.Overwrites is { } own && RefuseOverwrites(server, c.Actor, own, now) is { } badOverwrite) return badOverwrite;
        var overwrites = c.Overwrites ?? inherited;
        if (server.Channels.Values.Sum(each => each.Overwrites.Length) + overwrites.Length > Limits.OverwritesPerServer) return TooManyOverwrites();
        var position = c.Position ?? NextPosition(server, c.CategoryId);
        var channel = new ChannelRecord(c.Id, server.Id, c.Type, c.Name, c.Topic, c.CategoryId, position, overwrites, c.SlowModeSeconds, c.UserLimit);
        return Decision.Persist(channel, new ChannelCreated(server.Id, c.Actor, channel));
    }

    private static Decision Update(ServerState server, UpdateChannel c, DateTimeOffset now)
    {
        if (Channel(server, c.Actor, c.Id, Permissions.ManageChannels, now, out var channel) is { } refusal) return refusal;
        if (c.SetsCategory && RefuseCategory(server, c.Actor, channel.Type, c.CategoryId, now) is { } badCategory) return badCategory;

        var updated = channel with
        {
            Name = c.Name ?? channel.Name,
            Topic = c.SetsTopic ? c.Topic : channel.Topic,
            CategoryId = c.SetsCategory ? c.CategoryId : channel.CategoryId,
            Position = c.Position ?? channel.Position,
            SlowModeSeconds = c.SlowModeSeconds ?? channel.SlowModeSeconds,
            UserLimit = c.UserLimit ?? channel.UserLimit,
        };
        return updated == channel ? Decision.Answer(channel) : Decision.Persist(updated, new ChannelUpdated(server.Id, c.Actor, channel, updated));
    }

    private static Decision Move(ServerState server, MoveChannels c, DateTimeOffset now)
    {
        if (!server.Allows(c.Actor, Permissions.ManageChannels, now)) return Decision.Refuse(ErrorCode.MissingPermissions);
        var events = new List<DomainEvent>();
        foreach (var place in c.Places)
        {
            if (Channel(server, c.Actor, place.Id, Permissions.ManageChannels, now, out var channel) is { } refusal) return refusal;
            if (place.SetsCategory && RefuseCategory(server, c.Actor, channel.Type, place.CategoryId, now) is { } badCategory) return badCategory;
            var moved = channel with { Position = place.Position, CategoryId = place.SetsCategory ? place.CategoryId : channel.CategoryId };
            if (moved != channel) events.Add(new ChannelUpdated(server.Id, c.Actor, channel, moved));
        }

        return Decision.Persist(null, [.. events]);
    }

    private static Decision Delete(ServerState server, DeleteChannel c, DateTimeOffset now)
    {
        if (Channel(server, c.Actor, c.Id, Permissions.ManageChannels, now, out var channel) is { } refusal) return refusal;
        var orphans = server.Channels.Values.Where(child => child.CategoryId == channel.Id).OrderBy(child => child.Position)
            .Select(child => new ChannelUpdated(server.Id, c.Actor, child, child with { CategoryId = null }));
        return Decision.Persist(null, [.. orphans, new ChannelDeleted(server.Id, c.Actor, channel)]);
    }

    private static Decision Set(ServerState server, SetOverwrite c, DateTimeOffset now)
    {
        if (Channel(server, c.Actor, c.Id, Permissions.ManageChannels | Permissions.ManageRoles, now, out var channel) is { } refusal) return refusal;
        var overwrite = c.Overwrite;
        var before = channel.Overwrites.FirstOrDefault(o => o.Id == overwrite.Id);
        if (RefuseOverwriteTarget(server, c.Actor, overwrite.Id, overwrite.Type) is { } badTarget) return badTarget;
        if (LacksBits(server, c.Actor, channel, before, overwrite, now)) return Decision.Refuse(ErrorCode.MissingPermissions, "you may not set a permission that you lack");
        if (before == overwrite) return Decision.Answer(null);
        if (before is null && server.Channels.Values.Sum(each => each.Overwrites.Length) >= Limits.OverwritesPerServer)
            return TooManyOverwrites();

        var updated = channel with { Overwrites = [.. channel.Overwrites.Where(o => o.Id != overwrite.Id), overwrite] };
        return Decision.Persist(null, new ChannelUpdated(server.Id, c.Actor, channel, updated));
    }

    private static Decision Delete(ServerState server, DeleteOverwrite c, DateTimeOffset now)
    {
        if (Channel(server, c.Actor, c.Id, Permissions.ManageChannels | Permissions.ManageRoles, now, out var channel) is { } refusal) return refusal;
        var before = channel.Overwrites.FirstOrDefault(o => o.Id == c.TargetId);
        if (before is null) return Decision.Refuse(ErrorCode.NotFound);
        // The overwrite of a member who is gone may be cleared by anybody who may write here.
        var isGone = before.Type == OverwriteType.Member && !server.Members.ContainsKey(new UserId(before.Id));
        if (!isGone && RefuseOverwriteTarget(server, c.Actor, before.Id, before.Type) is { } above) return above;
        if (LacksBits(server, c.Actor, channel, before, null, now)) return Decision.Refuse(ErrorCode.MissingPermissions, "you may not change a permission that you lack");
        return Decision.Persist(null, new ChannelUpdated(server.Id, c.Actor, channel, channel.Without(before.Id)));
    }

    /// <summary>A channel the actor may not see answers 404, one they may see but not change 403.</summary>
    private static Decision? Channel(ServerState server, UserId actor, ChannelId id, Permissions needed, DateTimeOffset now, out ChannelRecord channel)
    {
        if (!server.Channels.TryGetValue(id, out channel!) || !server.CanView(actor, channel)) return Decision.Refuse(ErrorCode.NotFound);
        return server.Allows(actor, channel, needed, now) ? null : Decision.Refuse(ErrorCode.MissingPermissions);
    }

    private static Decision? RefuseCategory(ServerState server, UserId actor, ChannelType type, ChannelId? category, DateTimeOffset now)
    {
        if (category is null) return null;
        if (type == ChannelType.Category) return Decision.Refuse(ErrorCode.InvalidBody, "a category has no category", "category_id");
        if (!server.Channels.TryGetValue(category.Value, out var found) || found.Type != ChannelType.Category || !server.CanView(actor, found))
            return Decision.Refuse(ErrorCode.InvalidBody, "no such category in this server", "category_id");
        return server.Allows(actor, found, Permissions.ManageChannels, now) ? null : Decision.Refuse(ErrorCode.MissingPermissions, "you may not manage this category");
    }

    private static Decision? RefuseOverwriteTarget(ServerState server, UserId actor, Guid id, OverwriteType type)
    {
        if (type == OverwriteType.Role)
        {
            if (!server.Roles.TryGetValue(new RoleId(id), out var role)) return Decision.Refuse(ErrorCode.NotFound, "no such role in this server");
            return role.IsEveryone || server.Outranks(actor, role) ? null : Decision.Refuse(ErrorCode.MissingPermissions, "the role is not below yours");
        }

        var user = new UserId(id);
        if (!server.Members.ContainsKey(user)) return Decision.Refuse(ErrorCode.NotFound, "no such member in this server");
        return user == actor || server.Outranks(actor, user) ? null : Decision.Refuse(ErrorCode.MissingPermissions, "the member's highest role is not below yours");
    }

    /// <summary>For a channel that starts with overwrites of its own.</summary>
    private static Decision? RefuseOverwrites(ServerState server, UserId actor, ImmutableArray<Overwrite> overwrites, DateTimeOffset now)
    {
        var granted = server.Of(actor, now);
        if (!granted.HasFlag(Permissions.ManageRoles)) return Decision.Refuse(ErrorCode.MissingPermissions);
        foreach (var overwrite in overwrites)
        {
            if (RefuseOverwriteTarget(server, actor, overwrite.Id, overwrite.Type) is { } badTarget) return badTarget;
            if (((overwrite.Allow | overwrite.Deny) & ~granted) != 0) return Decision.Refuse(ErrorCode.MissingPermissions, "you may not set a permission that you lack");
        }

        return null;
    }

    private static Decision TooManyOverwrites() => Decision.Refuse(ErrorCode.LimitReached, $"a server holds {Limits.OverwritesPerServer} overwrites");

    private static bool LacksBits(ServerState server, UserId actor, ChannelRecord channel, Overwrite? before, Overwrite? after, DateTimeOffset now)
    {
        var changed = ((before?.Allow ?? 0) ^ (after?.Allow ?? 0)) | ((before?.Deny ?? 0) ^ (after?.Deny ?? 0));
        return (changed & ~server.Of(actor, channel, now)) != 0;
    }

    private static int NextPosition(ServerState server, ChannelId? category) =>
        server.Channels.Values.Where(channel => channel.CategoryId == category).Select(channel => channel.Position + 1).DefaultIfEmpty(0).Max();
}
