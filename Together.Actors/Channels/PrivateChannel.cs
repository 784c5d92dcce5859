using System.Collections.Immutable;
using Together.Actors.Persistence;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Channels;

/// <summary>A conversation of two, or a group.</summary>
/// <param name="Name">A group's; null for none.</param>
/// <param name="OwnerId">Who may remove people from a group; of two people, who began.</param>
/// <param name="MemberIds">In the order they came.</param>
/// <param name="ClosedFor">Members who have closed it: it is not in their list until somebody writes.</param>
public sealed record PrivateChannelRecord(
    ChannelId Id, ChannelType Type, string? Name, UserId OwnerId, ImmutableArray<UserId> MemberIds, ImmutableArray<UserId> ClosedFor, DateTimeOffset CreatedAt)
{
    /// <summary>Whether it is in the user's list.</summary>
    public bool IsOpenFor(UserId user) => MemberIds.Contains(user) && !ClosedFor.Contains(user);
}

public abstract record PrivateChannelEvent(ChannelId ChannelId, UserId ActorId) : ChannelEvent(ChannelId)
{
    public override Guid Scope => ChannelId.Value;
}

public sealed record PrivateChannelCreated(ChannelId ChannelId, UserId ActorId, PrivateChannelRecord Channel) : PrivateChannelEvent(ChannelId, ActorId);

/// <param name="UserId">Whose own list it changes; null when it changes nobody's membership.</param>
public sealed record PrivateChannelUpdated(ChannelId ChannelId, UserId ActorId, PrivateChannelRecord Before, PrivateChannelRecord Channel, UserId? UserId) : PrivateChannelEvent(ChannelId, ActorId)
{
    public override Guid? Subject => UserId?.Value;
}

/// <summary>The last one has left.</summary>
/// <param name="Channel">As it last was.</param>
public sealed record PrivateChannelDeleted(ChannelId ChannelId, UserId ActorId, PrivateChannelRecord Channel) : PrivateChannelEvent(ChannelId, ActorId)
{
    public override Guid? Subject => ActorId.Value;
}

/// <summary>Answers <see cref="PrivateChannelOpened"/>. Who may talk to whom is checked before.</summary>
/// <param name="Others">One for a conversation of two, which is found again; up to nine for a new group.</param>
public sealed record OpenPrivateChannel(UserId Actor, ImmutableArray<UserId> Others) : ChannelCommand(Actor);

/// <param name="IsNew">False when it was found.</param>
public sealed record PrivateChannelOpened(PrivateChannelRecord Channel, bool IsNew);

/// <summary>Answers <see cref="PrivateChannelRecord"/>. Any member of a group.</summary>
public sealed record RenameGroup(UserId Actor, string? Name) : ChannelCommand(Actor);

/// <summary>Any member of a group. Who may talk to whom is checked before.</summary>
public sealed record AddRecipient(UserId Actor, UserId User) : ChannelCommand(Actor);

/// <summary>The owner of a group.</summary>
public sealed record RemoveRecipient(UserId Actor, UserId User) : ChannelCommand(Actor);

/// <summary>Leaves a group; a conversation of two leaves the actor's list.</summary>
public sealed record ClosePrivateChannel(UserId Actor) : ChannelCommand(Actor);

/// <summary>Who is in a private channel. Pure.</summary>
public static class PrivateChannelEntity
{
    /// <param name="channel">Null before its creation, and when the last one has left.</param>
    /// <param name="command">Its actor is authenticated, nothing else is checked yet.</param>
    /// <param name="id">This channel.</param>
    /// <param name="now">The time of the decision.</param>
    public static Decision Decide(PrivateChannelRecord? channel, ChannelCommand command, ChannelId id, DateTimeOffset now)
    {
        if (command is OpenPrivateChannel open) return Open(channel, open, id, now);
        if (channel is null || !channel.MemberIds.Contains(command.Actor)) return Decision.Refuse(ErrorCode.NotFound);
        if (command is ClosePrivateChannel) return Close(channel, command.Actor);
        if (channel.Type != ChannelType.GroupDm) return Decision.Refuse(ErrorCode.Conflict, "a conversation of two has no name and no other members");
        return command switch
        {
            RenameGroup c => c.Name == channel.Name ? Decision.Answer(channel) : Update(channel, c.Actor, channel with { Name = c.Name }),
            AddRecipient c => Add(channel, c),
            RemoveRecipient c => Remove(channel, c),
            _ => throw new InvalidOperationException($"no decision for {command.GetType().Name}"),
        };
    }

    public static PrivateChannelRecord? Apply(PrivateChannelEvent happened) => happened switch
    {
        PrivateChannelCreated e => e.Channel,
        PrivateChannelUpdated e => e.Channel,
        PrivateChannelDeleted => null,
        _ => throw new InvalidOperationException($"no fold for {happened.GetType().Name}"),
    };

    private static Decision Open(PrivateChannelRecord? channel, OpenPrivateChannel c, ChannelId id, DateTimeOffset now)
    {
        if (channel is null)
        {
            var type = c.Others.Length == 1 ? ChannelType.Dm : ChannelType.GroupDm;
            var created = new PrivateChannelRecord(id, type, null, c.Actor, [c.Actor, .. c.Others], [], now);
            return Decision.Persist(new PrivateChannelOpened(created, IsNew: true), new PrivateChannelCreated(id, c.Actor, created));
        }

        if (!channel.ClosedFor.Contains(c.Actor)) return Decision.Answer(new PrivateChannelOpened(channel, IsNew: false));
        var opened = channel with { ClosedFor = channel.ClosedFor.Remove(c.Actor) };
        return Decision.Persist(new PrivateChannelOpened(opened, IsNew: false), new PrivateChannelUpdated(id, c.Actor, channel, opened, c.Actor));
    }

    private static Decision Close(PrivateChannelRecord channel, UserId actor)
    {
        if (channel.Type == ChannelType.GroupDm) return Leave(channel, actor, actor);
        return channel.ClosedFor.Contains(actor)
            ? Decision.Answer(null)
            : Decision.Persist(null, new PrivateChannelUpdated(channel.Id, actor, channel, channel with { ClosedFor = channel.ClosedFor.Add(actor) }, actor));
    }

    private static Decision Add(PrivateChannelRecord channel, AddRecipient c)
    {
        if (channel.MemberIds.Contains(c.User)) return Decision.Answer(null);
        return channel.MemberIds.Length >= Limits.GroupMax
            ? Decision.Refuse(ErrorCode.LimitReached, $"a group holds {Limits.GroupMax} people")
            : Decision.Persist(null, new PrivateChannelUpdated(channel.Id, c.Actor, channel, channel with { MemberIds = channel.MemberIds.Add(c.User) }, c.User));
    }

    private static Decision Remove(PrivateChannelRecord channel, RemoveRecipient c)
    {
        if (channel.OwnerId != c.Actor && c.User != c.Actor) return Decision.Refuse(ErrorCode.MissingPermissions, "only the owner removes people from a group");
        return channel.MemberIds.Contains(c.User) ? Leave(channel, c.Actor, c.User) : Decision.Refuse(ErrorCode.NotFound);
    }

    /// <summary>The one who has been there longest owns it then.</summary>
    private static Decision Leave(PrivateChannelRecord channel, UserId actor, UserId user)
    {
        var left = channel.MemberIds.Remove(user);
        if (left.IsEmpty) return Decision.Persist(null, new PrivateChannelDeleted(channel.Id, actor, channel));
        var without = channel with { MemberIds = left, ClosedFor = channel.ClosedFor.Remove(user), OwnerId = channel.OwnerId == user ? left[0] : channel.OwnerId };
        return Decision.Persist(null, new PrivateChannelUpdated(channel.Id, actor, channel, without, user));
    }

    private static Decision Update(PrivateChannelRecord before, UserId actor, PrivateChannelRecord after) =>
        Decision.Persist(after, new PrivateChannelUpdated(before.Id, actor, before, after, null));
}
