namespace Together.Actors.Runtime;

/// <summary>
/// State with one reader: messages are handled one at a time, in the order they were told. The instance lives from
/// <see cref="StartAsync"/> until it fails or its cell stops; a failure discards it and a new one starts after a back-off.
/// </summary>
public abstract class Actor
{
    /// <summary>Recovers the state before the first message. A failure here fails what waits in the mailbox.</summary>
    protected internal virtual ValueTask StartAsync() => ValueTask.CompletedTask;

    protected internal abstract ValueTask ReceiveAsync(object message);

    /// <summary>
    /// Gives back what the instance took from others. Called once, after its last message or its failed start; must not fail.
    /// </summary>
    protected internal virtual void PostStop()
    {
    }

    /// <summary>False while work is under way that a next incarnation must not overtake.</summary>
    protected internal virtual bool CanPassivate => true;
}

/// <summary>What <see cref="ActorCell.Tell"/> did with a message.</summary>
public enum TellResult
{
    Accepted,

    /// <summary>The mailbox is full: the sender must slow down or refuse.</summary>
    Full,

    /// <summary>The actor has stopped: the message was not taken.</summary>
    Stopped,
}
