using Npgsql;
using Together.Actors.Persistence;
using Together.Actors.Runtime;
using Together.Actors.Sharding;
using Together.Bench.Load;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Persistence;

public sealed class JournalWriterTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await NotebookNode.CreateDatabaseAsync(postgres);

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task positions_have_no_gaps_and_are_in_commit_order_and_numbers_ascend_per_entity()
    {
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        EntityRef[] notebooks = [.. Enumerable.Range(0, 5).Select(_ => node.NewNotebook())];
        var replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => node.WriteAsync(notebooks[i % 5], $"{i} a", $"{i} b")));
        Assert.All(replies, reply => Assert.Null(reply.Error));

        await AssertStoredOnceAsync(node, 400);
        // Rows of one transaction share xmin; a later transaction never has a lower position.
        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from journal a join journal b on b.position = a.position + 1 where b.xmin::text::bigint < a.xmin::text::bigint"));
        Assert.Equal(0L, await _database.ScalarAsync<long>("""
            select count(*) from (select sequence_nr, row_number() over (partition by persistence_id order by position) as nr from journal) x where sequence_nr <> nr
            """));
        foreach (var notebook in notebooks)
            Assert.Equal(await node.NotesAsync(notebook), node.Reader.Folded.Where(entry => entry.PersistenceId == notebook.PersistenceId).Select(entry => ((NoteWritten)entry.Event).Note));
    }

    [Fact]
    public async Task a_reply_comes_after_the_fold_and_before_the_dispatch()
    {
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        var append = NewAppend(node, 1, out var ask, "a", "b");
        node.Reader.OnFold = entry => Note(node, ask, $"folding {entry.Position}");
        node.Reader.OnDispatch = entry => Note(node, ask, $"dispatching {entry.Position}");
        Assert.True(node.Writer.TryAppend(append));
        Assert.True(await append.Done.WaitAsync(Patience));
        await node.HandledAsync();
        Assert.Equal(
            ["fold 1", "folding 1: open", "dispatch 1", "dispatching 1: open", "fold 2", "folding 2: open", "dispatch 2", "dispatching 2: answered"],
            node.Reader.Steps);

        static void Note(NotebookNode node, Ask ask, string step) => node.Reader.Steps.Enqueue($"{step}: {(ask.Answer.IsCompleted ? "answered" : "open")}");
    }

    [Theory]
    [InlineData("poison")]
    [InlineData("NUL \0")]
    [InlineData("half a surrogate pair")]
    public async Task a_poisoned_append_under_load_fails_alone(string poison)
    {
        // A test's argument cannot be one.
        if (poison == "half a surrogate pair") poison = "\ud800";
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        EntityRef[] healthy = [.. Enumerable.Range(0, 10).Select(_ => node.NewNotebook())];
        var sick = node.NewNotebook();
        await node.WriteAsync(sick, "before");

        Task<Reply>[] others;
        Task<Reply> poisoned, after;
        // Held up, so that all of it is pending at once.
        await using (await HoldAsync("notes"))
        {
            var first = node.WriteAsync(healthy[0], "first");
            await WriterWaitsAsync();
            others = [.. Enumerable.Range(0, 100).Select(i => node.WriteAsync(healthy[i % 10], $"{i}"))];
            poisoned = node.WriteAsync(sick, poison);
            after = node.WriteAsync(sick, "decided on what is not there");
            await Task.WhenAll([node.CaughtUpAsync(sick), .. healthy.Select(node.CaughtUpAsync)]);
            others = [first, .. others];
        }

        Assert.Equal(ErrorCode.Unavailable, (await poisoned.WaitAsync(Patience)).Error);
        Assert.Equal(ErrorCode.Unavailable, (await after.WaitAsync(Patience)).Error);
        Assert.All(await Task.WhenAll(others).WaitAsync(Patience), reply => Assert.Null(reply.Error));
        // It recovers by itself, and its numbers go on without a gap.
        Assert.Equal(2, (await node.WriteAsync(sick, "well again")).Value);
        Assert.Equal(["before", "well again"], await node.NotesAsync(sick));
        Assert.Equal(2L, await node.Journal.LastSequenceNrAsync(sick.PersistenceId));
        await AssertStoredOnceAsync(node, 1 + 1 + 100 + 1);
        // "before", "first", all that was pending beside the poison, and "well again".
        Assert.Equal(4L, await _database.ScalarAsync<long>("select count(distinct batch_id) from journal"));
    }

    [Fact]
    public async Task several_poisoned_appends_fail_alone_wherever_they_stand()
    {
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        Append[] appends;
        await using (await HoldAsync("notes"))
        {
            Assert.True(node.Writer.TryAppend(NewAppend(node, 1, out _, "first")));
            await WriterWaitsAsync();
            appends = [.. Enumerable.Range(0, 13).Select(i => NewAppend(node, 1, out _, i is 0 or 5 or 6 or 12 ? "poison" : $"{i}"))];
            foreach (var append in appends) Assert.True(node.Writer.TryAppend(append));
        }

        var stored = await Task.WhenAll(appends.Select(append => append.Done)).WaitAsync(Patience);
        Assert.Equal([0, 5, 6, 12], Enumerable.Range(0, 13).Where(i => !stored[i]));
        await AssertStoredOnceAsync(node, 1 + 9);
    }

    [Fact]
    public async Task a_batch_with_poison_whose_answer_was_lost_after_commit_is_found_without_the_poison()
    {
        // The commit, and only that, waits for the gate.
        await _database.ExecuteAsync("""
            create table gate ();
            create function pass() returns trigger language plpgsql as $$ begin lock table gate in access share mode; return null; end $$;
            create constraint trigger pass after insert on notes deferrable initially deferred for each row execute function pass();
            """);
        await using var proxy = new PostgresProxy(_database.ConnectionString);
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString, proxy.ConnectionString);
        var (before, poison, after) = (NewAppend(node, 1, out _, "before"), NewAppend(node, 1, out _, "poison"), NewAppend(node, 1, out _, "after"));
        await using (await HoldAsync("gate"))
        {
            await using (await HoldAsync("notes"))
            {
                Assert.True(node.Writer.TryAppend(NewAppend(node, 1, out _, "poison")));
                await WriterWaitsAsync();
                foreach (var append in (Append[])[before, poison, after]) Assert.True(node.Writer.TryAppend(append));
            }

            Assert.False(await poison.Done.WaitAsync(Patience));
            await WriterWaitsAsync();
            proxy.FreezeAnswers();
        }

        await UntilAsync("select exists (select from notes where note = 'after')");
        Assert.False(before.Done.IsCompleted);
        proxy.Cut();
        Assert.True(await before.Done.WaitAsync(Patience));
        Assert.True(await after.Done.WaitAsync(Patience));
        await AssertStoredOnceAsync(node, 2);
    }

    [Theory]
    [InlineData("healthy")]
    [InlineData("poison")]
    public async Task a_batch_whose_commit_is_refused_fails_whole_and_the_next_is_stored(string beside)
    {
        await _database.ExecuteAsync("""
            create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not now' using errcode = 'read_only_sql_transaction'; end $$;
            create constraint trigger refuse after insert on notes deferrable initially deferred for each row execute function refuse();
            """);
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        Append[] appends = [NewAppend(node, 1, out var ask, "one"), NewAppend(node, 1, out _, beside), NewAppend(node, 1, out _, "three")];
        await using (await HoldAsync("notes"))
        {
            Assert.True(node.Writer.TryAppend(NewAppend(node, 1, out _, "first")));
            await WriterWaitsAsync();
            foreach (var append in appends) Assert.True(node.Writer.TryAppend(append));
        }

        Assert.All(await Task.WhenAll(appends.Select(append => append.Done)).WaitAsync(Patience), Assert.False);
        Assert.Equal(Reply.Unavailable, await ask.Answer);
        Assert.True(node.Writer.IsAvailable);

        await _database.ExecuteAsync("drop trigger refuse on notes");
        var next = NewAppend(node, 1, out _, "next");
        Assert.True(node.Writer.TryAppend(next));
        Assert.True(await next.Done.WaitAsync(Patience));
        await AssertStoredOnceAsync(node, 1);
    }

    [Fact]
    public async Task an_append_with_a_stale_sequence_number_conflicts_and_the_entity_reloads()
    {
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        var notebook = node.NewNotebook();
        await node.WriteAsync(notebook, "one");
        await _database.ExecuteAsync($$"""
            insert into journal values (1000, '{{notebook.PersistenceId}}', 2, 'test.note_written.v1', '{"notebook_id": "{{notebook.Id}}", "note": "behind"}', '{{notebook.Id}}', null, gen_random_uuid(), now())
            """);
        Assert.Equal(ErrorCode.Unavailable, (await node.WriteAsync(notebook, "two")).Error);
        Assert.Equal(["one", "behind"], await node.NotesAsync(notebook));
        Assert.Equal(3, (await node.WriteAsync(notebook, "three")).Value);
        Assert.Equal(["one", "three"], node.Reader.Folded.Select(entry => ((NoteWritten)entry.Event).Note));
    }

    [Fact]
    public async Task a_batch_whose_backend_is_ended_before_commit_is_refused_and_not_stored()
    {
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        var notebook = node.NewNotebook();
        await node.WriteAsync(notebook, "before");
        Task<Reply> lost, queued;
        await using (await HoldAsync("notes"))
        {
            lost = node.WriteAsync(notebook, "lost");
            await WriterWaitsAsync();
            queued = node.WriteAsync(notebook, "queued");
            await node.CaughtUpAsync(notebook);
            await TerminateWriterAsync();
            // The same session ends with the backend; nothing waits for the lock any more.
            Assert.Equal(ErrorCode.Unavailable, (await lost.WaitAsync(Patience)).Error);
            Assert.Equal(ErrorCode.Unavailable, (await queued.WaitAsync(Patience)).Error);
        }

        Assert.Equal(2, (await node.WriteAsync(notebook, "after")).Value);
        Assert.Equal(["before", "after"], await node.NotesAsync(notebook));
        await AssertStoredOnceAsync(node, 2);
    }

    [Fact]
    public async Task a_batch_whose_answer_was_lost_after_commit_is_found_by_its_id()
    {
        await using var proxy = new PostgresProxy(_database.ConnectionString);
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString, proxy.ConnectionString);
        var notebook = node.NewNotebook();
        await node.WriteAsync(notebook, "before");
        var lost = node.Logger.Logged("the outcome of");
        var found = node.Logger.Logged("were found stored");

        proxy.FreezeAnswers();
        var committed = node.WriteAsync(notebook, "committed");
        await UntilAsync("select exists (select from notes where note = 'committed')");
        // Decided on it, and never sent.
        var queued = node.WriteAsync(notebook, "queued");
        await node.CaughtUpAsync(notebook);
        Assert.False(committed.IsCompleted);
        Assert.Single(node.Reader.Folded);
        proxy.Cut();

        Assert.Equal(2, (await committed.WaitAsync(Patience)).Value);
        await lost;
        await found;
        Assert.Equal(ErrorCode.Unavailable, (await queued.WaitAsync(Patience)).Error);
        Assert.Equal(3, (await node.WriteAsync(notebook, "after")).Value);
        Assert.Equal(["before", "committed", "after"], await node.NotesAsync(notebook));
        await AssertStoredOnceAsync(node, 3);
    }

    [Fact]
    public async Task an_entity_does_not_reload_before_the_outcome_of_its_appends_is_known()
    {
        await using var proxy = new PostgresProxy(_database.ConnectionString);
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString, proxy.ConnectionString, NotebookNode.Settings with { QueueBytes = 300 });
        var notebook = node.NewNotebook();
        proxy.FreezeAnswers();
        var committed = node.WriteAsync(notebook, "committed");
        await UntilAsync("select exists (select from notes where note = 'committed')");
        Assert.Equal(Reply.Overloaded, await node.WriteAsync(notebook, new string('x', 300)));

        var foldedWhenRead = node.NotesAsync(notebook).ContinueWith(
            read => (node.Reader.Folded.Count, read.GetAwaiter().GetResult()), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        proxy.Cut();
        var (folded, notes) = await foldedWhenRead.WaitAsync(Patience);
        Assert.Equal((1, "committed"), (folded, Assert.Single(notes)));
        Assert.Equal(1, (await committed).Value);
    }

    [Fact]
    public async Task while_the_database_is_away_an_entity_with_an_append_of_unknown_outcome_refuses_at_once()
    {
        await using var proxy = new PostgresProxy(_database.ConnectionString);
        // On a clock that stands nobody is refused because they have waited long enough.
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString, proxy.ConnectionString, time: new FakeTime());
        var notebook = node.NewNotebook();
        proxy.FreezeAnswers();
        var committed = node.WriteAsync(notebook, "committed");
        await UntilAsync("select exists (select from notes where note = 'committed')");
        var away = node.Logger.Logged("The database is away");
        proxy.GoAway();
        await away;
        Assert.Equal(ErrorCode.Unavailable, (await node.WriteAsync(notebook, "refused by the writer").WaitAsync(Patience)).Error);
        Assert.Equal(ErrorCode.Unavailable, (await node.WriteAsync(notebook, "refused by the entity").WaitAsync(Patience)).Error);
        Assert.False(committed.IsCompleted);

        proxy.ComeBack();
        Assert.Equal(1, (await committed.WaitAsync(Patience)).Value);
        Assert.Equal(2, (await node.WriteAsync(notebook, "after")).Value);
    }

    [Fact]
    public async Task a_full_disk_is_tried_again_after_a_pause_and_until_then_appends_are_refused_at_once()
    {
        await _database.ExecuteAsync("""
            create function fill() returns trigger language plpgsql as $$ begin raise exception 'no space' using errcode = 'disk_full'; end $$;
            create trigger fill before insert on notes execute function fill();
            """);
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        var (lost, back) = (node.Logger.Logged("the outcome of"), node.Logger.Logged("The database is back"));
        var since = TimeProvider.System.GetTimestamp();
        var refused = NewAppend(node, 1, out _, "refused");
        Assert.True(node.Writer.TryAppend(refused));
        await lost;
        Assert.False(node.Writer.IsAvailable);
        Assert.False(await refused.Done.WaitAsync(Patience));
        await back;
        Assert.True(TimeProvider.System.GetElapsedTime(since) >= TimeSpan.FromMilliseconds(250));

        await _database.ExecuteAsync("drop trigger fill on notes");
        var next = NewAppend(node, 1, out _, "next");
        Assert.True(node.Writer.TryAppend(next));
        Assert.True(await next.Done.WaitAsync(Patience));
        await AssertStoredOnceAsync(node, 1);
    }

    [Fact]
    public async Task while_the_database_is_away_appends_are_refused_at_once_and_afterwards_stored_again()
    {
        await using var proxy = new PostgresProxy(_database.ConnectionString);
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString, proxy.ConnectionString);
        var notebook = node.NewNotebook();
        await node.WriteAsync(notebook, "before");
        var away = node.Logger.Logged("The database is away");
        proxy.GoAway();
        var lost = node.WriteAsync(notebook, "lost");
        await away;
        Assert.False(node.Writer.IsAvailable);

        var append = NewAppend(node, 1, out var ask, "refused");
        Assert.False(node.Writer.TryAppend(append));
        Assert.True(ask.Answer.IsCompleted);
        Assert.Equal(Reply.Unavailable, await ask.Answer);

        var back = node.Logger.Logged("The database is back");
        proxy.ComeBack();
        await back;
        Assert.True(node.Writer.IsAvailable);
        Assert.Equal(ErrorCode.Unavailable, (await lost.WaitAsync(Patience)).Error);
        Assert.Equal(2, (await node.WriteAsync(notebook, "after")).Value);
        await AssertStoredOnceAsync(node, 2);
    }

    [Fact]
    public async Task a_writer_ends_while_the_database_is_away()
    {
        await using var proxy = new PostgresProxy(_database.ConnectionString);
        var node = await NotebookNode.StartAsync(_database.ConnectionString, proxy.ConnectionString);
        var away = node.Logger.Logged("The database is away");
        proxy.GoAway();
        var refused = node.WriteAsync(node.NewNotebook(), "lost");
        await away;
        await node.DisposeAsync().AsTask().WaitAsync(Patience);
        Assert.Equal(ErrorCode.Unavailable, (await refused).Error);
    }

    [Fact]
    public async Task a_second_writer_on_the_same_database_is_refused()
    {
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        var refused = await Assert.ThrowsAsync<DatabaseInUseException>(() => NotebookNode.StartAsync(_database.ConnectionString));
        Assert.Contains("another Together host", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await node.WriteAsync(node.NewNotebook(), "still mine")).Value);
    }

    [Fact]
    public async Task the_next_writer_goes_on_where_the_last_one_ended()
    {
        EntityRef notebook;
        await using (var first = await NotebookNode.StartAsync(_database.ConnectionString))
        {
            notebook = first.NewNotebook();
            await first.WriteAsync(notebook, "one", "two");
        }

        await using var second = await NotebookNode.StartAsync(_database.ConnectionString);
        Assert.Equal(2, second.Log.Position);
        Assert.Equal(3, (await second.WriteAsync(notebook, "three")).Value);
        Assert.Equal([3L], second.Reader.Folded.Select(entry => entry.Position));
    }

    [Fact]
    public async Task a_full_queue_answers_overloaded_and_stores_what_it_took()
    {
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString, settings: NotebookNode.Settings with { QueueBytes = 300 });
        var notebook = node.NewNotebook();
        Task<Reply> first, second, third;
        Append pending;
        await using (await HoldAsync("notes"))
        {
            first = node.WriteAsync(notebook, "first");
            await WriterWaitsAsync();
            second = node.WriteAsync(notebook, "second");
            third = node.WriteAsync(notebook, new string('x', 300));
            Assert.Equal(Reply.Overloaded, await third.WaitAsync(Patience));
            pending = NewAppend(node, 1, out _, "another's");
            Assert.True(node.Writer.TryAppend(pending));
        }

        Assert.Equal(1, (await first.WaitAsync(Patience)).Value);
        // Of the same incarnation as the refused one, and not yet sent.
        Assert.Equal(ErrorCode.Unavailable, (await second.WaitAsync(Patience)).Error);
        Assert.True(await pending.Done.WaitAsync(Patience));
        Assert.Equal(["first"], await node.NotesAsync(notebook));
        Assert.Equal(2, (await node.WriteAsync(notebook, "next")).Value);
        await AssertStoredOnceAsync(node, 3);
    }

    [Fact]
    public async Task ending_stores_what_is_queued()
    {
        var node = await NotebookNode.StartAsync(_database.ConnectionString);
        Append[] appends = [.. Enumerable.Range(0, 50).Select(i => NewAppend(node, 1, out _, $"{i}"))];
        foreach (var append in appends) Assert.True(node.Writer.TryAppend(append));
        await node.DisposeAsync();
        Assert.All(appends, append => Assert.True(append.Done.IsCompletedSuccessfully));
        Assert.False(node.Writer.TryAppend(NewAppend(node, 1, out var late, "late")));
        Assert.Equal(Reply.Unavailable, await late.Answer);
        Assert.Equal(50L, await _database.ScalarAsync<long>("select count(*) from journal"));
    }

    [Fact]
    public async Task killed_under_load_it_has_stored_every_acknowledged_event_once()
    {
        using var writer = NotebookProcess.Start(_database.ConnectionString);
        var acknowledged = new List<string>();
        while (acknowledged.Count < 500 && await writer.ReadLineAsync() is { } line) acknowledged.Add(line);
        writer.Kill();
        while (await writer.ReadLineAsync() is { } line) acknowledged.Add(line);

        // The first thing the next writer does is to wait for the last one's session to end.
        await using var node = await NotebookNode.StartAsync(_database.ConnectionString);
        Assert.True(acknowledged.Count >= 500);
        await using var rows = _database.DataSource.CreateCommand("select notebook || ' ' || note from notes");
        await using var reader = await rows.ExecuteReaderAsync();
        var stored = new List<string>();
        while (await reader.ReadAsync()) stored.Add(reader.GetString(0));
        Assert.Equal(stored.Count, stored.Distinct().Count());
        // A last line cut in the middle was not an acknowledgement yet.
        Assert.Empty(acknowledged.Where(line => line.Split(' ') is [{ Length: 36 }, ['n', .., '.']]).Except(stored));
        await AssertTablesEqualJournalAsync(stored.Count);
    }

    [Fact]
    public async Task a_host_whose_journal_another_one_wrote_to_meanwhile_ends()
    {
        using var writer = NotebookProcess.Start(_database.ConnectionString);
        await writer.ReadLineAsync();
        await using (var hold = await HoldAsync("journal"))
        {
            await WriterWaitsAsync();
            await TerminateWriterAsync();
            await hold.ExecuteAsync("""
                insert into journal select max(position) + 1, 'another', 1, 'test.note_written.v1', '{}', gen_random_uuid(), null, gen_random_uuid(), now() from journal
                """);
            await hold.CommitAsync();
        }

        Assert.NotEqual(0, await writer.ExitAsync());
        Assert.Contains("The journal ends at", await writer.ErrorsAsync(), StringComparison.Ordinal);
    }

    private static Append NewAppend(NotebookNode node, long firstSequenceNr, out Ask ask, params string[] notes)
    {
        var notebook = node.NewNotebook();
        ask = new Ask("append", DateTimeOffset.MaxValue);
        return new Append(
            new Incarnation(notebook.PersistenceId), firstSequenceNr, [.. notes.Select(note => new NoteWritten(notebook.Id, note))],
            NotebookManifests.Catalog, TimeProvider.System.GetUtcMilliseconds(), ask, new Reply("stored"));
    }

    /// <summary>Each event has its row, its one place in the journal, and was folded once.</summary>
    private async Task AssertStoredOnceAsync(NotebookNode node, int count)
    {
        await AssertTablesEqualJournalAsync(count);
        Assert.Equal(Enumerable.Range(1, count).Select(position => (long)position), node.Reader.Folded.Select(entry => entry.Position));
    }

    private async Task AssertTablesEqualJournalAsync(int count)
    {
        Assert.Equal($"{count} 1 {count}", await _database.ScalarAsync<string>("select concat_ws(' ', count(*), min(position), max(position)) from journal"));
        Assert.Equal(0L, await _database.ScalarAsync<long>("""
            select count(*) from (select convert_from(payload, 'UTF8')::jsonb as e from journal) j
            full join notes n on n.notebook = (e->>'notebook_id')::uuid and n.note = e->>'note'
            where e is null or n.note is null
            """));
    }

    /// <summary>Keeps the writer from a table until disposed.</summary>
    private async Task<Hold> HoldAsync(string table)
    {
        var connection = await _database.DataSource.OpenConnectionAsync();
        var hold = new Hold(connection, await connection.BeginTransactionAsync());
        await hold.ExecuteAsync($"lock table {table} in access exclusive mode");
        return hold;
    }

    private Task WriterWaitsAsync() =>
        UntilAsync("select exists (select from pg_stat_activity where datname = current_database() and application_name = 'together writer' and wait_event_type = 'Lock')");

    private Task<int> TerminateWriterAsync() =>
        _database.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'together writer'");

    private async Task UntilAsync(string sql)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await _database.ScalarAsync<bool>(sql))
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, $"waited in vain for: {sql}");
    }

    private sealed class Hold(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await command.ExecuteNonQueryAsync();
        }

        public Task CommitAsync() => transaction.CommitAsync();

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
