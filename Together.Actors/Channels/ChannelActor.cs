using System.Collections.Immutable;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Views;
using Together.Protocol;

namespace Together.Actors.Channels;

/// <summary>
/// One channel: the life of its messages, and of a private one its members. Knows the last ID, the recent nonces and, in slow mode, who
/// posted when; not the history.
/// </summary>
public sealed class ChannelActor(EntityRef entity, EntityContext context, Messages messages, Uploads uploads, CommunityViews views, ServerGates gates, NonceBudget nonces)
    : EntityActor<ChannelState, ChannelCommand, ChannelEvent>(entity, context)
{
    /// <summary>Authors remembered in slow mode; those beyond are looked up.</summary>
    private const int AuthorsMax = 1000;

    private readonly ChannelId _id = new(entity.Id);
    private readonly Journal _journal = context.Journal;
    private readonly NonceWindow _nonces = new(context.Time, nonces);
    private readonly ServerGate? _gate = entity.ShardKey == entity.Id ? null : gates.Of(new ServerId(entity.ShardKey));
    private readonly Dictionary<UserId, DateTimeOffset?> _lastPosts = [];
    private int _slowMode;
    private long _gateVersion;

    protected override bool KeepsSnapshots => false;

    /// <summary>The tables and the journal's last number say all there is to know; nothing has to be folded.</summary>
    protected internal override async ValueTask StartAsync()
    {
        _lastPosts.Clear();
        SequenceNr = await _journal.LastSequenceNrAsync(Entity.PersistenceId);
        State = new ChannelState(await messages.LastIdAsync(_id, []) ?? default, _gate is null ? await messages.PrivateChannelAsync(_id) : null);
        foreach (var (author, nonce) in await messages.NoncesAsync(_id, Now - NonceWindow.Length)) _nonces.Add(author, nonce);
    }

    protected internal override void PostStop() => _nonces.Clear();

    protected override async ValueTask<Decision> DecideAsync(ChannelState? state, ChannelCommand command)
    {
        var found = await FindAsync(command);
        var decision = Decide(state, command, found);
        // Refused here, the files can be posted elsewhere.
        if (decision.Reply.Error is not null && found.Attachments is { } reserved) await uploads.ReleaseAsync(_id, reserved);
        return decision;
    }

    private Decision Decide(ChannelState? state, ChannelCommand command, Found found)
    {
        if (state!.Private is { } conversation) found = found with { IsSilenced = views.Root.IsSilenced(conversation) };
        if (_gate is null) return ChannelEntity.Decide(state, command, _id, null, found, Now);

        (_gateVersion, var pending) = _gate.Read();
        var decision = ChannelEntity.Decide(state, command, _id, views.Root.ServerOf(_id), found, Now);
        // What the server is about to lose is lost already; what it is about to get is not there yet.
        if (pending is null || decision.Reply.Error is not null) return decision;
        var strict = ChannelEntity.Decide(state, command, _id, pending.Server, found, Now);
        return strict.Reply.Error is null ? decision : strict;
    }

    protected override bool TryEnqueue(Append append, ChannelState? after)
    {
        if (_gate is null) Enqueue(append);
        else if (!_gate.TryPass(_gateVersion, append, Enqueue)) return false;

        foreach (var posted in append.Events.OfType<MessagePosted>())
        {
            if (posted.Message.Nonce is { } nonce) _nonces.Add(posted.Message.AuthorId, nonce);
            if (_lastPosts.ContainsKey(posted.Message.AuthorId) && posted.Message.IsWritten) _lastPosts[posted.Message.AuthorId] = posted.Message.Id.CreatedAt;
        }

        return true;
    }

    protected override ChannelState? Apply(ChannelState? state, ChannelEvent happened) => ChannelEntity.Apply(state!, happened);

    private async ValueTask<Found> FindAsync(ChannelCommand command)
    {
        switch (command)
        {
            case PostMessage c:
                var repeated = c.Nonce is { } nonce && _nonces.MayContain(c.Actor, nonce) ? await FindAsync(c.Actor, nonce, Now - NonceWindow.Length * 2) : null;
                return new Found(repeated, await LastPostAsync(c.Actor), [])
                {
                    Attachments = repeated is null ? await ReserveAsync(c) : null,
                    Referenced = c.ReplyTo is { } replyTo ? await FindDetailAsync(replyTo) : null,
                    BlockedBy = BlockedBy(c.Actor, c.Content),
                };
            case WelcomeMember c:
                return new Found(await FindAsync(c.Actor, ChannelEntity.NonceOf(c), c.At), null, []);
            case EditMessage c when await FindDetailAsync(c.Id) is { } edited:
                return new Found(edited.Message, null, [])
                {
                    IsPinned = edited.IsPinned,
                    Reactions = await messages.ReactionsAsync(_id, c.Id),
                    Referenced = edited.Message.ReplyTo is { } reference ? await FindDetailAsync(reference) : null,
                    BlockedBy = BlockedBy(c.Actor, c.Content),
                };
            case AddReaction or RemoveReaction or ClearReactions:
                var reactedTo = ((MessageCommand)command).Id;
                return await FindDetailAsync(reactedTo) is { } reacted ? new Found(reacted.Message, null, []) { Reactions = await messages.ReactionsAsync(_id, reactedTo) } : default;
            case PinMessage c when await FindDetailAsync(c.Id) is { } pinned:
                return new Found(pinned.Message, null, []) { IsPinned = pinned.IsPinned, Pins = await messages.PinCountAsync(_id) };
            case MessageCommand c when await FindDetailAsync(c.Id) is { } detail:
                return new Found(detail.Message, null, []) { IsPinned = detail.IsPinned };
            case DeleteMessages c:
                await FlushAsync();
                return new Found(null, null, [.. await messages.IdsAsync(_id, [.. c.Ids.Select(id => id.Value)])]);
            case DeleteMessagesOfBanned c:
                await FlushAsync();
                return new Found(null, null, [.. await messages.IdsAsync(_id, c.Author, c.From, c.Until, Limits.BulkDeleteMax)]);
            case EraseMessages c:
                await FlushAsync();
                var (ids, positions) = await messages.ErasableAsync(_id, [.. c.Ids.Select(id => id.Value)], IsGone);
                return new Found(null, null, [.. ids]) { Positions = [.. positions], LastMessageId = await messages.LastIdAsync(_id, [.. ids.Select(id => id.Value)]) };
            default:
                return default;
        }
    }

    private bool IsGone => _gate is null ? State!.Private is null : views.Root.ServerOf(_id) is null;

    private async ValueTask<MessageDetail?> FindDetailAsync(MessageId id)
    {
        await FlushAsync();
        return await messages.FindAsync(_id, id);
    }

    private async ValueTask<MessageRecord?> FindAsync(UserId author, string nonce, DateTimeOffset since)
    {
        await FlushAsync();
        return await messages.FindAsync(_id, author, nonce, since);
    }

    /// <summary>The command's files, from here on of this channel alone; null when there are none, or not all of them.</summary>
    private async ValueTask<ImmutableArray<AttachmentRecord>?> ReserveAsync(PostMessage c)
    {
        if (c.AttachmentIds.IsEmpty) return null;
        await FlushAsync();
        return await uploads.ReserveAsync(_id, c.Actor, c.AttachmentIds, Now);
    }

    /// <summary>Only what has a mention in it needs to know.</summary>
    private IReadOnlySet<UserId>? BlockedBy(UserId author, string content) => content.Contains('@', StringComparison.Ordinal) ? views.Root.BlockersOf(author) : null;

    /// <summary>In slow mode, when the author last posted; null when that does not matter.</summary>
    private async ValueTask<DateTimeOffset?> LastPostAsync(UserId author)
    {
        var slowMode = views.Root.ServerOf(_id)?.Channels[_id].SlowModeSeconds ?? 0;
        if (slowMode != _slowMode)
        {
            // Without it nothing is remembered, and with another one something else would have been found.
            _lastPosts.Clear();
            _slowMode = slowMode;
        }

        if (slowMode == 0) return null;
        if (_lastPosts.TryGetValue(author, out var known)) return known;
        if (_lastPosts.Count >= AuthorsMax) _lastPosts.Clear();
        await FlushAsync();
        return _lastPosts[author] = await messages.LastPostAsync(_id, author, Now.AddSeconds(-slowMode));
    }
}
