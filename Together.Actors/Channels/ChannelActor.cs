using Together.Actors.Persistence;
using Together.Actors.Sharding;
using Together.Actors.Views;
using Together.Protocol;

namespace Together.Actors.Channels;

/// <summary>One channel: the life of its messages. Knows the last ID and the recent nonces, not the history.</summary>
public sealed class ChannelActor(EntityRef entity, EntityContext context, Messages messages, CommunityViews views)
    : EntityActor<ChannelState, ChannelCommand, ChannelMessageEvent>(entity, context)
{
    private readonly ChannelId _id = new(entity.Id);
    private readonly Journal _journal = context.Journal;
    private readonly NonceWindow _nonces = new(context.Time);

    protected override bool KeepsSnapshots => false;

    /// <summary>The table and the journal's last number say all there is to know; nothing has to be folded.</summary>
    protected internal override async ValueTask StartAsync()
    {
        SequenceNr = await _journal.LastSequenceNrAsync(Entity.PersistenceId);
        State = new ChannelState(await messages.LastIdAsync(_id) ?? default);
        foreach (var (author, nonce) in await messages.NoncesAsync(_id, Now - NonceWindow.Length)) _nonces.Add(author, nonce);
    }

    protected override async ValueTask<Decision> DecideAsync(ChannelState? state, ChannelCommand command)
    {
        var found = command switch
        {
            EditMessage c => await FindAsync(c.Id),
            DeleteMessage c => await FindAsync(c.Id),
            PostMessage { Nonce: { } nonce } c when _nonces.MayContain(c.Actor, nonce) => await FindAsync(c.Actor, nonce),
            _ => null,
        };
        var decision = ChannelEntity.Decide(state!, command, _id, views.Root.ServerOf(_id), found, Now);
        if (decision.Events is [MessagePosted { Message: { Nonce: { } used } message }]) _nonces.Add(message.AuthorId, used);
        return decision;
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
}
