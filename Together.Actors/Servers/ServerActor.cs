using Together.Actors.Persistence;
using Together.Actors.Sharding;
using Together.Protocol;

namespace Together.Actors.Servers;

/// <summary>One server: every member-visible change of a community is decided here.</summary>
public sealed class ServerActor(EntityRef entity, EntityContext context, IdSource ids)
    : EntityActor<ServerState, ServerCommand, ServerEvent>(entity, context)
{
    protected override ValueTask<Decision> DecideAsync(ServerState? state, ServerCommand command) =>
        new(ServerEntity.Decide(state, command, Now, ids));

    protected override ServerState? Apply(ServerState? state, ServerEvent happened) => ServerEntity.Apply(state, happened);
}
