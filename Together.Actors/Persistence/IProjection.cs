using Npgsql;

namespace Together.Actors.Persistence;

/// <summary>
/// Turns events into table rows, a batch at a time. Used by one writer: add the events in order, take the commands, clear.
/// Every command is one statement over arrays, collapsed per key, so that a batch costs as many statements as it touches tables.
/// </summary>
public interface IProjection
{
    void Add(LogEntry entry);

    void WriteCommands(NpgsqlBatch batch);

    void Clear();
}
