using Microsoft.Extensions.Logging;
using Together.Actors.Runtime;
using Together.Actors.Sharding;
using Together.Protocol;

namespace Together.Actors.Persistence;

/// <summary>What every entity of a node shares.</summary>
public sealed record EntityContext(JournalWriter Writer, Journal Journal, EventCatalog Catalog, TimeProvider Time, int SnapshotEvery, ILogger<EntityContext> Logger);

/// <summary>
/// The thin shell around an entity's pure Decide and Apply: recovers the state, decides one command after the other on the
/// newest state, and hands the events to the writer without waiting for them. Every answer, also a refusal, waits for the
/// events it was decided on; when those fail, the incarnation ends and a next one recovers from the journal.
/// </summary>
public abstract partial class EntityActor<TState, TCommand, TEvent>(EntityRef entity, EntityContext context) : Actor
    where TState : class
    where TCommand : class
    where TEvent : DomainEvent
{
    // In order; an earlier one may be under way when a later one has been refused.
    private readonly Queue<Append> _pending = new();
    private Incarnation _incarnation = new(entity.PersistenceId);
    private Append? _last;
    private long _snapshotNr;

    protected EntityRef Entity => entity;

    protected DateTimeOffset Now => context.Time.GetUtcMilliseconds();

    /// <summary>The newest state, stored or about to be; null until the entity's first event.</summary>
    protected TState? State { get; set; }

    /// <summary>The sequence number of the last event in <see cref="State"/>.</summary>
    protected long SequenceNr { get; set; }

    /// <summary>False for an entity that recovers faster from the tables than from events.</summary>
    protected virtual bool KeepsSnapshots => true;

    protected internal override bool CanPassivate => _pending.All(append => append.Done.IsCompleted);

    protected abstract ValueTask<Decision> DecideAsync(TState? state, TCommand command);

    protected abstract TState? Apply(TState? state, TEvent happened);

    protected internal override async ValueTask StartAsync()
    {
        if (await context.Journal.SnapshotAsync(entity.PersistenceId) is { } snapshot)
            (State, SequenceNr, _snapshotNr) = ((TState)snapshot.State, snapshot.SequenceNr, snapshot.SequenceNr);

        await foreach (var entry in context.Journal.EntityAsync(entity.PersistenceId, SequenceNr))
        {
            State = Apply(State, (TEvent)entry.Event);
            SequenceNr = entry.SequenceNr;
        }
    }

    protected internal sealed override async ValueTask ReceiveAsync(object message)
    {
        var ask = (Ask)message;
        if (_incarnation.HasFailed)
        {
            if (!context.Writer.IsAvailable)
            {
                // Nothing can be stored, and an unknown outcome stays unknown until the database is back.
                ask.Complete(Reply.Unavailable);
                return;
            }

            // What was decided since the failed append stands on events that do not exist. Once the writer has let go of
            // all of it, a fresh incarnation recovers; when that fails too, supervision backs off.
            await FlushAsync();
            (State, SequenceNr, _snapshotNr, _last, _incarnation) = (null, 0, 0, null, new Incarnation(entity.PersistenceId));
            await StartAsync();
        }

        var now = Now;
        if (now >= ask.Deadline)
        {
            ask.Complete(Reply.Unavailable);
            return;
        }

        while (true)
        {
            Decision decision;
            try
            {
                decision = await DecideAsync(State, (TCommand)ask.Command);
            }
            catch
            {
                // The next incarnation must not read the journal before the writer has let go of this one's events.
                await FlushAsync();
                throw;
            }

            if (decision.Events.Count == 0)
            {
                AnswerBehindPending(ask, decision.Reply);
                return;
            }

            var append = new Append(_incarnation, SequenceNr + 1, decision.Events, context.Catalog, now, ask, decision.Reply);
            var after = State;
            foreach (var happened in decision.Events) after = Apply(after, (TEvent)happened);
            if (!TryEnqueue(append, after)) continue;

            State = after;
            SequenceNr += decision.Events.Count;
            while (_pending.TryPeek(out var first) && first.Done.IsCompleted) _pending.Dequeue();
            _pending.Enqueue(append);
            _last = append;
            break;
        }

        if (KeepsSnapshots && SequenceNr - _snapshotNr >= context.SnapshotEvery) await SnapshotAsync();
    }

    /// <summary>
    /// Hands events to the writer. False, and nothing is handed over, when what they were decided on has changed meanwhile: the
    /// command is decided again.
    /// </summary>
    /// <param name="append">The events.</param>
    /// <param name="after">The state with them.</param>
    protected virtual bool TryEnqueue(Append append, TState? after)
    {
        Enqueue(append);
        return true;
    }

    /// <summary>A refusal fails the incarnation and has answered the asker.</summary>
    protected void Enqueue(Append append) => context.Writer.TryAppend(append);

    /// <summary>Waits until everything decided so far is stored and shown, or has failed.</summary>
    protected async ValueTask FlushAsync()
    {
        while (_pending.TryPeek(out var first))
        {
            await first.Done;
            _pending.Dequeue();
        }
    }

    private void AnswerBehindPending(Ask ask, Reply reply)
    {
        if (_last is null || _last.Done.IsCompleted)
        {
            ask.Complete(_incarnation.HasFailed ? Reply.Unavailable : reply);
            return;
        }

        _ = AnswerAfterAsync(_last, ask, reply);

        static async Task AnswerAfterAsync(Append pending, Ask ask, Reply reply) =>
            ask.Complete(await pending.Done ? reply : Reply.Unavailable);
    }

    /// <summary>A snapshot is of stored events only, and losing one loses nothing but time at the next start.</summary>
    private async ValueTask SnapshotAsync()
    {
        await FlushAsync();
        if (_incarnation.HasFailed || State is null) return;
        _snapshotNr = SequenceNr;
        try
        {
            await context.Journal.SaveSnapshotAsync(entity.PersistenceId, SequenceNr, State, Now);
        }
        catch (Npgsql.NpgsqlException failure)
        {
            LogSnapshotFailed(context.Logger, failure, entity.PersistenceId);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No snapshot of {Entity} could be saved")]
    private static partial void LogSnapshotFailed(ILogger logger, Exception failure, string entity);
}
