namespace Together.Actors.Persistence;

/// <param name="BatchEvents">Events in one transaction; throughput is flat above 200.</param>
/// <param name="BatchBytes">Payload bytes in one transaction.</param>
/// <param name="QueueBytes">Payload bytes waiting; beyond it appends are refused <c>overloaded</c>.</param>
/// <param name="TailEvents">Events kept in memory for RESUME.</param>
public sealed record JournalSettings(int BatchEvents, int BatchBytes, long QueueBytes, int TailEvents);
