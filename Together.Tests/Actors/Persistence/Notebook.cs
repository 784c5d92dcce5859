using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Npgsql;
using Together.Actors.Persistence;
using Together.Actors.Sharding;
using Together.Protocol;

namespace Together.Tests.Actors.Persistence;

internal sealed record NotebookState(ImmutableList<string> Notes);

internal sealed record NoteWritten(Guid NotebookId, string Note) : DomainEvent
{
    public override Guid Scope => NotebookId;
}

internal abstract record NotebookCommand;

/// <summary>One event each; answers how many there are then.</summary>
internal sealed record WriteNotes(params string[] Notes) : NotebookCommand;

/// <summary>Answers the notes and stores nothing.</summary>
internal sealed record ReadNotes : NotebookCommand;

/// <summary>Refused <c>conflict</c>; the detail is how many there are.</summary>
internal sealed record RefuseNotes : NotebookCommand;

/// <summary>A bug in a decision.</summary>
internal sealed record FailDeciding : NotebookCommand;

/// <summary>Holds the turn: tells that it has begun, and ends when it may.</summary>
internal sealed record HoldTurn(TaskCompletionSource Begun, Task End) : NotebookCommand;

/// <summary>The smallest entity there is, for tests of what is around entities.</summary>
internal sealed class NotebookActor(EntityRef entity, EntityContext context) : EntityActor<NotebookState, NotebookCommand, NoteWritten>(entity, context)
{
    protected override async ValueTask<Decision> DecideAsync(NotebookState? state, NotebookCommand command)
    {
        var notes = state?.Notes ?? [];
        switch (command)
        {
            case WriteNotes c:
                return Decision.Persist(notes.Count + c.Notes.Length, [.. c.Notes.Select(note => new NoteWritten(Entity.Id, note))]);
            case ReadNotes:
                return Decision.Answer(notes);
            case RefuseNotes:
                return Decision.Refuse(ErrorCode.Conflict, $"{notes.Count}");
            case HoldTurn c:
                c.Begun.SetResult();
                await c.End;
                return Decision.Answer(null);
            default:
                throw new InvalidOperationException("a bug");
        }
    }

    protected override NotebookState? Apply(NotebookState? state, NoteWritten happened) => new((state?.Notes ?? []).Add(happened.Note));
}

/// <summary>One row per note; written twice it fails the batch, and so does the word "poison".</summary>
internal sealed class NotebookProjection : IProjection
{
    public const string Table = "create table notes (notebook uuid not null, note text not null check (note <> 'poison'), unique (notebook, note))";

    private readonly List<NoteWritten> _notes = [];

    public void Add(LogEntry entry) => _notes.Add((NoteWritten)entry.Event);

    public void WriteCommands(NpgsqlBatch batch) => batch.BatchCommands.Add(Sql.Command(
        "insert into notes select * from unnest($1::uuid[], $2::text[])",
        Sql.Array(_notes, note => note.NotebookId),
        Sql.Array(_notes, note => note.Note)));

    public void Clear() => _notes.Clear();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(NotebookState))]
[JsonSerializable(typeof(NoteWritten))]
internal sealed partial class NotebookJson : JsonSerializerContext;

internal static class NotebookManifests
{
    public static EventCatalog Catalog { get; } = new EventCatalog()
        .Add("test.notebook_snapshot.v1", NotebookJson.Default.NotebookState)
        .Add("test.note_written.v1", NotebookJson.Default.NoteWritten);
}
