using System.Text.Json.Serialization;

namespace Together.Actors.Persistence;

/// <summary>Something that happened, in the past tense and complete: applying it needs nothing but the state before it.</summary>
public abstract record DomainEvent
{
    /// <summary>The scope of events that concern the whole instance: every gateway session reads it on RESUME.</summary>
    public static readonly Guid InstanceScope = Guid.Empty;

    /// <summary>Whose log it belongs to: a server, else a private channel, else a user, else <see cref="InstanceScope"/>.</summary>
    [JsonIgnore]
    public abstract Guid Scope { get; }

    /// <summary>The user whose own view of the world it changes (joined, left, kicked …), also when the scope is lost to them by it.</summary>
    [JsonIgnore]
    public virtual Guid? Subject => null;
}
