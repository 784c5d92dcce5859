using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Views;
using Together.Protocol;

namespace Together.Actors.Channels;

/// <summary>One channel: the life of its messages. Knows the last ID, the recent nonces and, in slow mode, who posted when; not the history.</summary>
public sealed class ChannelActor(EntityRef entity, EntityContext context, Messages messages, CommunityViews views, ServerGates gates, NonceBudget nonces)
    : EntityActor<ChannelState, ChannelCommand, ChannelMessageEvent>(entity, context)
{
    /// <summary>Authors remembered in slow mode; those beyond are looked up.</summary>
    private const int AuthorsMax = 1000;

    private readonly ChannelId _id = new(entity.Id);
    private readonly Journal _journal = context.Journal;
    private readonly NonceWindow _nonces = new(context.Time, nonces);
    private readonly ServerGate _gate = gates.Of(new ServerId(entity.ShardKey));
    private readonly Dictionary<UserId, DateTimeOffset?> _lastPosts = [];
    private int _slowMode;
    private long _gateVersion;

    protected override bool KeepsSnapshots => false;

    /// <summary>The table and the journal's last number say all there is to know; nothing has to be folded.</summary>
    protected internal override async ValueTask StartAsync()
    {
        _lastPosts.Clear();
        SequenceNr = await _journal.LastSequenceNrAsync(Entity.PersistenceId);
        State = new ChannelState(await messages.LastIdAsync(_id) ?? default);
        foreach (var (author, nonce) in await messages.NoncesAsync(_id, Now - NonceWindow.Length)) _nonces.Add(author, nonce);
    }

    protected internal override void PostStop() => _nonces.Clear();

    protected override async ValueTask<Decision> DecideAsync(ChannelState? state, ChannelCommand command)
    {
        var found = command switch
        {
            EditMessage c => new Found(await FindAsync(c.Id), null, []),
            DeleteMessage c => new Found(await FindAsync(c.Id), null, []),
            PostMessage c => new Found(c.Nonce is { } nonce && _nonces.MayContain(c.Actor, nonce) ? await FindAsync(c.Actor, nonce) : null, await LastPostAsync(c.Actor), []),
            DeleteMessagesOfBanned c => new Found(null, null, [.. await FindAsync(c)]),
            _ => default,
        };
        (_gateVersion, var pending) = _gate.Read();
        var decision = ChannelEntity.Decide(state!, command, _id, views.Root.ServerOf(_id), found, Now);
        // What the server is about to lose is lost already; what it is about to get is not there yet.
        if (pending is null || decision.Reply.Error is not null) return decision;
        var strict = ChannelEntity.Decide(state!, command, _id, pending.Server, found, Now);
        return strict.Reply.Error is null ? decision : strict;
    }

    protected override bool TryEnqueue(Append append, ChannelState? after)
    {
        if (!_gate.TryPass(_gateVersion, append, Enqueue)) return false;
        foreach (var posted in append.Events.OfType<MessagePosted>())
        {
            if (posted.Message.Nonce is { } nonce) _nonces.Add(posted.Message.AuthorId, nonce);
            if (_lastPosts.ContainsKey(posted.Message.AuthorId)) _lastPosts[posted.Message.AuthorId] = posted.Message.Id.CreatedAt;
        }

        return true;
    }

    protected override ChannelState? Apply(ChannelState? state, ChannelMessageEvent happened) => ChannelEntity.Apply(state!, happened);

    private async ValueTask<MessageRecord?> FindAsync(MessageId id)
    {
        await FlushAsync();
        return await messages.FindAsync(_id, id);
    }

    private async ValueTask<MessageRecord?> FindAsync(UserId author, string nonce)
    {
        await FlushAsync();
        return await messages.FindAsync(_id, author, nonce, Now - NonceWindow.Length * 2);
    }

    private async ValueTask<List<MessageId>> FindAsync(DeleteMessagesOfBanned c)
    {
        await FlushAsync();
        return await messages.IdsAsync(_id, c.Author, c.From, c.Until, Limits.BulkDeleteMax);
    }

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
