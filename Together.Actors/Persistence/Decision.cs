using Together.Actors.Runtime;
using Together.Protocol;

namespace Together.Actors.Persistence;

/// <summary>What an entity makes of a command: events to store and an answer, an answer alone, or a refusal.</summary>
public readonly record struct Decision(IReadOnlyList<DomainEvent> Events, Reply Reply)
{
    /// <summary>Stores the events, then answers with the value.</summary>
    public static Decision Persist(object? answer, params DomainEvent[] events) => new(events, new Reply(answer));

    /// <summary>Nothing changes.</summary>
    public static Decision Answer(object? answer) => new([], new Reply(answer));

    public static Decision Refuse(ErrorCode error, string? detail = null, string? field = null) => new([], Reply.Refuse(error, detail, field));
}
