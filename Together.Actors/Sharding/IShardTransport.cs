using Together.Actors.Runtime;

namespace Together.Actors.Sharding;

/// <summary>
/// The way a command takes to the node that owns an entity, and its answer back. At most once within the deadline;
/// past it, or when the entity's mailbox is full, the answer is a refusal (<c>unavailable</c>, <c>overloaded</c>), never an exception.
/// After a refusal <c>unavailable</c> the command may still have been carried out.
/// </summary>
public interface IShardTransport
{
    Task<Reply> AskAsync(EntityRef entity, object command, DateTimeOffset deadline);
}
