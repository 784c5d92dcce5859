using Together.Actors.Persistence;
using Together.Actors.Sharding;
using Together.Protocol;

namespace Together.Actors.Servers;

/// <summary>One server: every member-visible change of a community is decided here.</summary>
public sealed class ServerActor(EntityRef entity, EntityContext context, IdSource ids, ServerGates gates)
    : EntityActor<ServerState, ServerCommand, ServerEvent>(entity, context)
{
    private readonly ServerGate _gate = gates.Of(new ServerId(entity.Id));

    protected override ValueTask<Decision> DecideAsync(ServerState? state, ServerCommand command) =>
        new(ServerEntity.Decide(state, command, Now, ids));

    protected override ServerState? Apply(ServerState? state, ServerEvent happened) => ServerEntity.Apply(state, happened);

    protected override bool TryEnqueue(Append append, ServerState? after)
    {
        _gate.Advance(after, append, Enqueue);
        return true;
    }
}
