using Together.Actors.Persistence;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Persistence;

public sealed class EventLogTests : IAsyncDisposable
{
    private static readonly Guid Notebook = Guid.Parse("00000000-0000-7000-8000-000000000001");

    private readonly RecordingLogger _logger = new();
    private readonly RecordingLogReader _reader = new();
    private readonly EventLog _log;
    private long _committed;

    public EventLogTests()
    {
        _log = new EventLog(NotebookNode.Settings with { TailEvents = 4 }, _logger.As<EventLog>());
        _log.Attach(_reader);
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    [Fact]
    public async Task the_tail_reaches_back_to_the_start()
    {
        Start(10);
        Assert.NotNull(Tail(10, 100));
        Assert.Null(Tail(9, 100));
        await CommitAsync(3);
        Assert.NotNull(Tail(10, 100));
        Assert.Null(Tail(9, 100));
        Assert.Equal([11, 12, 13], Tail(10, 13)!);
        Assert.Equal([12], Tail(11, 12)!);
        Assert.Empty(Tail(13, 13)!);
    }

    [Fact]
    public async Task the_tail_holds_as_many_events_as_it_has_places()
    {
        Start(0);
        await CommitAsync(6);
        Assert.NotNull(Tail(2, 100));
        Assert.Null(Tail(1, 100));
        Assert.Equal([3, 4, 5, 6], Tail(2, 6)!);
        // What has not happened is not there yet.
        Assert.Equal([6], Tail(5, 100)!);
        Assert.Empty(Tail(6, 100)!);
    }

    [Fact]
    public async Task only_what_passes_is_answered()
    {
        Start(0);
        await CommitAsync(4);
        Assert.Equal([2, 4], _log.Tail(0, 4, entry => entry.Position % 2 == 0)!.Select(entry => entry.Position));
    }

    [Fact]
    public async Task turns_have_their_place_between_events()
    {
        Start(0);
        var commits = new List<Task>();
        for (var i = 1; i <= 20; i++)
        {
            var before = i - 1;
            await _log.TurnAsync(position => _reader.Steps.Enqueue($"turn at {position}, expected {before}"));
            commits.Add(CommitAsync(1));
        }

        await Task.WhenAll(commits);
        await HandledAsync();
        Assert.Equal(
            Enumerable.Range(1, 20).SelectMany(i => (string[])[$"turn at {i - 1}, expected {i - 1}", $"fold {i}", $"dispatch {i}"]),
            _reader.Steps);
    }

    [Fact]
    public async Task a_turn_that_fails_does_not_stop_the_log()
    {
        Start(0);
        var logged = _logger.Logged("turn of the event log failed");
        await _log.TurnAsync(_ => throw new InvalidOperationException("a bug"));
        await CommitAsync(1);
        await logged;
        Assert.Equal(1, _log.Position);
    }

    [Fact]
    public async Task a_log_that_ends_handles_what_it_has()
    {
        Start(0);
        for (var i = 0; i < 10; i++) await CommitWithoutWaitingAsync(2);
        await _log.DisposeAsync();
        Assert.Equal(20, _log.Position);
        Assert.Equal(Enumerable.Range(1, 20), _reader.Folded.Select(entry => (int)entry.Position));
    }

    private void Start(long position)
    {
        _committed = position;
        _log.Start(position);
    }

    private IEnumerable<long>? Tail(long after, long to) => _log.Tail(after, to, _ => true)?.Select(entry => entry.Position);

    private async Task CommitAsync(int count)
    {
        Assert.True(await (await CommitWithoutWaitingAsync(count)).Done.WaitAsync(TimeSpan.FromSeconds(30)));
        await HandledAsync();
    }

    private async Task<Append> CommitWithoutWaitingAsync(int count)
    {
        var first = _committed + 1;
        _committed += count;
        NoteWritten[] notes = [.. Enumerable.Range(0, count).Select(i => new NoteWritten(Notebook, $"{first + i}"))];
        var append = new Append(new Incarnation("notebook"), first, notes, NotebookManifests.Catalog, default, null, default);
        await _log.CommittedAsync(new CommittedBatch([.. notes.Select((note, i) => new LogEntry(first + i, "notebook", first + i, note, default))], [append]));
        return append;
    }

    private async Task HandledAsync()
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _log.TurnAsync(_ => turn.SetResult());
        await turn.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
