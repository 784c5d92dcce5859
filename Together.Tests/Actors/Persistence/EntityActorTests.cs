using Together.Actors.Runtime;
using Together.Actors.Sharding;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Persistence;

public sealed class EntityActorTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await NotebookNode.CreateDatabaseAsync(postgres);

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task a_reply_means_that_the_views_show_it()
    {
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        var notebook = node.NewNotebook();
        for (var i = 1; i <= 50; i++)
        {
            await node.WriteAsync(notebook, $"{i}");
            Assert.Equal(i, node.Reader.Folded.Count);
        }
    }

    [Fact]
    public async Task answers_and_refusals_wait_for_the_events_they_were_decided_on()
    {
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        var notebook = node.NewNotebook();
        var release = HoldFold(node);
        var written = node.WriteAsync(notebook, "a", "b");
        var read = node.AskAsync(notebook, new ReadNotes());
        var refused = node.AskAsync(notebook, new RefuseNotes());
        await node.CaughtUpAsync(notebook);

        Assert.False(written.IsCompleted || read.IsCompleted || refused.IsCompleted);
        release.Set();
        Assert.Equal(2, (await written.WaitAsync(Patience)).Value);
        Assert.Equal(["a", "b"], (IEnumerable<string>)(await read.WaitAsync(Patience)).Value!);
        Assert.Equal(Reply.Refuse(ErrorCode.Conflict, "2"), await refused.WaitAsync(Patience));
    }

    [Fact]
    public async Task a_refusal_decided_on_events_that_fail_is_unavailable()
    {
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        var notebook = node.NewNotebook();
        await using (var connection = await _database.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using (var hold = connection.CreateCommand())
            {
                hold.CommandText = "lock table notes in access exclusive mode";
                await hold.ExecuteNonQueryAsync();
            }

            var poisoned = node.WriteAsync(notebook, "poison");
            var refused = node.AskAsync(notebook, new RefuseNotes());
            await node.CaughtUpAsync(notebook);
            Assert.False(refused.IsCompleted);
            await transaction.CommitAsync();
            Assert.Equal(ErrorCode.Unavailable, (await poisoned.WaitAsync(Patience)).Error);
            Assert.Equal(ErrorCode.Unavailable, (await refused.WaitAsync(Patience)).Error);
        }

        Assert.Equal(Reply.Refuse(ErrorCode.Conflict, "0"), await node.AskAsync(notebook, new RefuseNotes()));
    }

    [Fact]
    public async Task a_bug_in_a_decision_restarts_the_entity_behind_its_pending_events()
    {
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        var notebook = node.NewNotebook();
        var release = HoldFold(node);
        var written = node.WriteAsync(notebook, "a");
        await node.CaughtUpAsync(notebook);
        var failing = node.AskAsync(notebook, new FailDeciding());
        var next = node.WriteAsync(notebook, "b");
        var writtenWhenFailed = failing.ContinueWith(_ => written.IsCompleted, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        release.Set();

        Assert.Equal(1, (await written.WaitAsync(Patience)).Value);
        Assert.Equal(Reply.Unavailable, await failing.WaitAsync(Patience));
        Assert.True(await writtenWhenFailed);
        Assert.Equal(2, (await next.WaitAsync(Patience)).Value);
    }

    [Fact]
    public async Task an_expired_ask_is_not_executed()
    {
        var time = new FakeTime();
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString, time: time);
        var notebook = node.NewNotebook();
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        var held = node.AskAsync(notebook, new HoldTurn(begun, end.Task));
        await begun.Task.WaitAsync(Patience);
        var expired = node.Region.AskAsync(notebook, new WriteNotes("too late"), time.GetUtcNow() + TimeSpan.FromSeconds(5));
        var patient = node.Region.AskAsync(notebook, new WriteNotes("in time"), time.GetUtcNow() + TimeSpan.FromSeconds(6));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(Reply.Unavailable, await expired.WaitAsync(Patience));
        end.SetResult();
        Assert.Null((await held.WaitAsync(Patience)).Error);
        Assert.Equal(1, (await patient.WaitAsync(Patience)).Value);
        Assert.Equal(["in time"], await node.NotesAsync(notebook));
    }

    [Fact]
    public async Task an_entity_with_a_pending_append_does_not_passivate()
    {
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        var actor = new NotebookActor(node.NewNotebook(), node.Context);
        await actor.StartAsync();
        Assert.True(actor.CanPassivate);
        var release = HoldFold(node);
        var ask = new Ask(new WriteNotes("a"), DateTimeOffset.MaxValue);
        await actor.ReceiveAsync(ask);
        Assert.False(actor.CanPassivate);
        release.Set();
        await ask.Answer.WaitAsync(Patience);
        Assert.True(actor.CanPassivate);
    }

    [Fact]
    public async Task snapshots_are_used_and_without_them_nothing_is_different()
    {
        EntityRef notebook;
        await using (var node = await NotebookNode.StartAsync(_database.ConnectionString, snapshotEvery: 3))
        {
            notebook = node.NewNotebook();
            for (var i = 1; i <= 10; i++) await node.WriteAsync(notebook, $"{i}");
        }

        string[] all = [.. Enumerable.Range(1, 10).Select(i => $"{i}")];
        Assert.Equal(9L, await _database.ScalarAsync<long>("select sequence_nr from snapshots"));
        Assert.Equal(all, await NotesOfFreshNodeAsync());

        await _database.ExecuteAsync("update snapshots set payload = '{\"notes\": [\"from the snapshot\"]}'");
        Assert.Equal(["from the snapshot", "10"], await NotesOfFreshNodeAsync());
        await _database.ExecuteAsync("update snapshots set payload = '{\"notes\": 7}'");
        Assert.Equal(all, await NotesOfFreshNodeAsync());
        await _database.ExecuteAsync("update snapshots set manifest = 'test.notebook_snapshot.v99'");
        Assert.Equal(all, await NotesOfFreshNodeAsync());
        await _database.ExecuteAsync("delete from snapshots");
        Assert.Equal(all, await NotesOfFreshNodeAsync());

        async Task<IEnumerable<string>> NotesOfFreshNodeAsync()
        {
            await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
            return await node.NotesAsync(notebook);
        }
    }

    [Fact]
    public async Task an_event_of_a_newer_version_keeps_its_entity_from_starting()
    {
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        var notebook = node.NewNotebook();
        await _database.ExecuteAsync($"insert into journal values (1000, '{notebook.PersistenceId}', 1, 'test.note_written.v99', '', '{notebook.Id}', null, gen_random_uuid(), now())");
        Assert.Equal(Reply.Unavailable, await node.AskAsync(notebook, new ReadNotes()));
        Assert.Null((await node.WriteAsync(node.NewNotebook(), "others are well")).Error);
    }

    /// <summary>Stops the log before its next event until set: what is committed stays unanswered.</summary>
    private static ManualResetEventSlim HoldFold(NotebookNode node)
    {
        var release = new ManualResetEventSlim();
        node.Reader.OnFold = _ => Assert.True(release.Wait(Patience));
        return release;
    }
}
