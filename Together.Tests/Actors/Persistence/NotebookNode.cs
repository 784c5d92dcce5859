using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Together.Actors.Persistence;
using Together.Actors.Runtime;
using Together.Actors.Sharding;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Persistence;

/// <summary>The engine of one node with notebooks in it: region, entities, writer, log. Owns all but the database. Any thread.</summary>
internal sealed class NotebookNode : IAsyncDisposable
{
    public static readonly JournalSettings Settings = new(BatchEvents: 200, BatchBytes: 1 << 20, QueueBytes: 1 << 20, TailEvents: 64);

    private readonly NpgsqlDataSource _reads;

    private NotebookNode(string writerConnection, string readConnection, JournalSettings settings, int snapshotEvery, TimeProvider time)
    {
        _reads = NpgsqlDataSource.Create(readConnection);
        Ids = new IdSource(TimeProvider.System);
        Log = new EventLog(settings, NullLogger<EventLog>.Instance);
        Log.Attach(Reader);
        Writer = new JournalWriter(writerConnection, Log, new NotebookProjection(), Ids, settings, TimeProvider.System, Logger.As<JournalWriter>());
        Journal = new Journal(_reads, NotebookManifests.Catalog);
        var context = new EntityContext(Writer, Journal, NotebookManifests.Catalog, time, snapshotEvery, NullLogger<EntityContext>.Instance);
        Region = new ShardRegion(
            entity => new NotebookActor(entity, context),
            new ShardRegionSettings(MailboxCapacity: 256, AskTimeout: TimeSpan.FromSeconds(30), PassivateAfter: TimeSpan.FromHours(1)),
            time,
            Logger.As<ShardRegion>());
        Context = context;
    }

    public RecordingLogger Logger { get; } = new();

    public RecordingLogReader Reader { get; } = new();

    public IdSource Ids { get; }

    public EventLog Log { get; }

    public JournalWriter Writer { get; }

    public Journal Journal { get; }

    public EntityContext Context { get; }

    public ShardRegion Region { get; }

    /// <param name="connectionString">A database that has the notebooks' table.</param>
    /// <param name="writerConnection">How the writer gets there, when not directly.</param>
    /// <param name="settings">Null for <see cref="Settings"/>.</param>
    /// <param name="snapshotEvery">Events between two snapshots.</param>
    /// <param name="time">The entities' clock; null for the system's.</param>
    public static async Task<NotebookNode> StartAsync(
        string connectionString, string? writerConnection = null, JournalSettings? settings = null, int snapshotEvery = 1000, TimeProvider? time = null)
    {
        var node = new NotebookNode(writerConnection ?? connectionString, connectionString, settings ?? Settings, snapshotEvery, time ?? TimeProvider.System);
        try
        {
            await node.Writer.StartAsync(() => Task.CompletedTask, CancellationToken.None);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>A database of one's own with the journal and the notebooks' table.</summary>
    public static async Task<TestDatabase> CreateDatabaseAsync(PostgresFixture postgres)
    {
        var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(NotebookProjection.Table);
        return database;
    }

    public EntityRef NewNotebook() => EntityRef.User(Ids.Next<UserId>());

    public Task<Reply> AskAsync(EntityRef notebook, NotebookCommand command) => Region.AskAsync(notebook, command);

    public Task<Reply> WriteAsync(EntityRef notebook, params string[] notes) => AskAsync(notebook, new WriteNotes(notes));

    public async Task<ImmutableList<string>> NotesAsync(EntityRef notebook)
    {
        var reply = await AskAsync(notebook, new ReadNotes());
        Assert.Null(reply.Error);
        return (ImmutableList<string>)reply.Value!;
    }

    /// <summary>The entity has decided everything it was asked before.</summary>
    public async Task CaughtUpAsync(EntityRef notebook)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = AskAsync(notebook, new HoldTurn(begun, Task.CompletedTask));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>The log has handled everything that was committed before.</summary>
    public async Task HandledAsync()
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Log.TurnAsync(_ => turn.SetResult());
        await turn.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        await Region.DisposeAsync();
        await Writer.DisposeAsync();
        await Log.DisposeAsync();
        await _reads.DisposeAsync();
    }
}

/// <summary>Keeps what the log told it, in order, with a place for a test's own look at a fold. The log's loop writes, any thread reads.</summary>
internal sealed class RecordingLogReader : ILogReader
{
    private readonly ConcurrentQueue<LogEntry> _folded = new();
    private readonly ConcurrentQueue<string> _steps = new();

    public IReadOnlyCollection<LogEntry> Folded => _folded;

    /// <summary>"fold 1", "dispatch 1", and what a test adds.</summary>
    public ConcurrentQueue<string> Steps => _steps;

    public Action<LogEntry> OnFold { get; set; } = _ => { };

    public Action<LogEntry> OnDispatch { get; set; } = _ => { };

    public void Fold(LogEntry entry)
    {
        _folded.Enqueue(entry);
        _steps.Enqueue($"fold {entry.Position}");
        OnFold(entry);
    }

    public void Dispatch(LogEntry entry)
    {
        _steps.Enqueue($"dispatch {entry.Position}");
        OnDispatch(entry);
    }
}
