using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using Together.Actors.Runtime;
using Together.Protocol;

namespace Together.Actors.Persistence;

/// <summary>
/// The one writer of a node. Drains the pending appends of all entities into one transaction and one round trip: table rows
/// first, then the journal rows with the next positions. <see cref="TryAppend"/> from any thread; the rest is one loop.
/// It holds the database's guard lock on the very session that writes, so two hosts never write to one database.
/// </summary>
public sealed partial class JournalWriter : IAsyncDisposable
{
    /// <summary>"TGTR": the class of the advisory locks (two-integer form).</summary>
    internal const int LockClass = 0x54475452;

    internal const int GuardLock = 0;

    private const string Savepoint = "part";

    private const string InsertJournal = """
        insert into journal (position, persistence_id, sequence_nr, manifest, payload, scope, subject, batch_id, created_at)
        select p, i, n, m, b, s, u, $8, t
        from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bytea[], $6::uuid[], $7::uuid[], $9::timestamptz[]) as x(p, i, n, m, b, s, u, t)
        """;

    /// <summary>A host that was killed leaves its session to the server for a moment.</summary>
    private static readonly TimeSpan GuardPatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(250);

    private readonly NpgsqlDataSource _source;
    private readonly EventLog _log;
    private readonly IProjection _projection;
    private readonly IdSource _ids;
    private readonly JournalSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Append> _queue;
    private readonly CancellationTokenSource _stop = new();

    private long _queuedBytes;
    private volatile bool _available;
    private volatile bool _closed;
    private NpgsqlConnection? _session;
    private int _backend;
    private long _position;
    private Task _loop = Task.CompletedTask;

    /// <param name="connectionString">A direct connection; its session holds the guard lock for the host's lifetime.</param>
    public JournalWriter(string connectionString, EventLog log, IProjection projection, IdSource ids, JournalSettings settings, TimeProvider time, ILogger<JournalWriter> logger)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(connectionString);
        builder.ConnectionStringBuilder.Pooling = false;
        builder.ConnectionStringBuilder.ApplicationName = "together writer";
        builder.ConnectionStringBuilder.MaxAutoPrepare = 50;
        builder.ConnectionStringBuilder.AutoPrepareMinUsages = 2;
        builder.ConnectionStringBuilder.KeepAlive = 5;
        builder.ConnectionStringBuilder.Timeout = 5;
        // Longer than any asker waits; a server that does not answer by then is treated as lost.
        builder.ConnectionStringBuilder.CommandTimeout = 15;
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        _source = builder.Build();
        _log = log;
        _projection = projection;
        _ids = ids;
        _settings = settings;
        _time = time;
        _logger = logger;
        // The bound that matters is QueueBytes; this one keeps tiny events from adding up.
        _queue = Channel.CreateBounded<Append>(new BoundedChannelOptions(65_536) { SingleReader = true });
    }

    /// <summary>False while the database cannot be reached or cannot store: appends are refused at once.</summary>
    public bool IsAvailable => _available;

    /// <param name="load">Loads the views, while the guard lock is held and nothing is appended yet.</param>
    /// <exception cref="DatabaseInUseException">Another host writes to this database.</exception>
    public async Task StartAsync(Func<Task> load, CancellationToken cancellation)
    {
        var head = await OpenSessionAsync(cancellation);
        Volatile.Write(ref _position, head);
        await load();
        _log.Start(head);
        _available = true;
        _loop = RunAsync();
    }

    /// <summary>Takes an append, or says at once why not; then the append's asker has been answered.</summary>
    public bool TryAppend(Append append)
    {
        if (!_available || _closed)
        {
            append.Fail(Reply.Unavailable);
            return false;
        }

        if (Interlocked.Add(ref _queuedBytes, append.Bytes) > _settings.QueueBytes || !_queue.Writer.TryWrite(append))
        {
            Interlocked.Add(ref _queuedBytes, -append.Bytes);
            append.Fail(_closed ? Reply.Unavailable : Reply.Overloaded);
            return false;
        }

        return true;
    }

    /// <summary>Stores what is queued, then ends the session.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed = true;
        _queue.Writer.TryComplete();
        try
        {
            await _loop;
        }
        finally
        {
            await _stop.CancelAsync();
            if (_session is not null) await _session.DisposeAsync();
            await _source.DisposeAsync();
            _stop.Dispose();
        }
    }

    private async Task RunAsync()
    {
        var appends = new List<Append>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            var (events, bytes) = (0, 0);
            while (events < _settings.BatchEvents && bytes < _settings.BatchBytes && _queue.Reader.TryRead(out var append))
            {
                Interlocked.Add(ref _queuedBytes, -append.Bytes);
                events += append.Events.Count;
                bytes += append.Bytes;
                appends.Add(append);
            }

            await StoreAsync(appends);
            appends.Clear();
        }
    }

    /// <summary>
    /// Stores in one transaction whatever can be stored of these appends. What the database refuses for its rows is halved until the
    /// append at fault is alone: only that one fails. Whether a transaction whose connection broke was stored is found out by its batch ID.
    /// </summary>
    private async Task StoreAsync(List<Append> appends)
    {
        var batch = new Batch(_ids.Next(), _position);
        try
        {
            await WriteAsync(appends, batch);
        }
        catch (Exception failure) when (IsAnswered(failure))
        {
            // The transaction is rolled back for certain.
            LogRefused(_logger, failure.Message, appends.Count);
            foreach (var append in appends) append.Fail(Reply.Unavailable);
            return;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _available = false;
            LogLost(_logger, failure, appends.Count);
            // Npgsql leaves a server that says it has no space or is ending. It will say so again: not as often as somebody asks, which would fill the log.
            if (failure is PostgresException) await Task.Delay(ReconnectPause, _time, _stop.Token);
            var stored = await FindAfterLossAsync(batch);
            _available = true;
            if (!_closed) LogBack(_logger);
            if (!stored)
            {
                foreach (var append in appends) append.Fail(Reply.Unavailable);
                return;
            }

            LogFound(_logger, batch.Appends.Count);
        }

        if (batch.Appends.Count == 0) return;
        Volatile.Write(ref _position, batch.End);
        await _log.CommittedAsync(new CommittedBatch(batch.Entries, batch.Appends));
    }

    private async Task WriteAsync(List<Append> appends, Batch batch)
    {
        // Almost always all there is to do: without an explicit BEGIN it is one implicit transaction and one round trip.
        if (await TryWriteAsync(appends, batch) is not { } refusal) return;
        if (appends.Count == 1)
        {
            FailPoisoned(appends[0], refusal);
            return;
        }

        // Each part a savepoint and all of them one commit: on a slow disk commits of their own would hold up everything behind them.
        await using var transaction = await _session!.BeginTransactionAsync(_stop.Token);
        await WriteHalvesAsync(transaction, appends, batch);
        await transaction.CommitAsync(_stop.Token);
    }

    /// <param name="transaction">In which nothing of them is yet.</param>
    /// <param name="appends">More than one, of which one at least is refused.</param>
    /// <param name="batch">Of the transaction.</param>
    private async Task WriteHalvesAsync(NpgsqlTransaction transaction, List<Append> appends, Batch batch)
    {
        var middle = appends.Count / 2;
        var isFirstWritten = await WritePartAsync(transaction, appends[..middle], batch);
        var second = appends[middle..];
        // What is at fault must be in it then: asking for all of it would be a round trip in vain.
        if (isFirstWritten && second.Count > 1) await WriteHalvesAsync(transaction, second, batch);
        else await WritePartAsync(transaction, second, batch);
    }

    /// <summary>False when not all of it could be written.</summary>
    private async Task<bool> WritePartAsync(NpgsqlTransaction transaction, List<Append> appends, Batch batch)
    {
        await transaction.SaveAsync(Savepoint, _stop.Token);
        if (await TryWriteAsync(appends, batch) is not { } refusal) return true;
        await transaction.RollbackAsync(Savepoint, _stop.Token);
        if (appends.Count == 1) FailPoisoned(appends[0], refusal);
        else await WriteHalvesAsync(transaction, appends, batch);
        return false;
    }

    /// <summary>Adds to the batch those appends whose entity has not failed, and answers null; or the refusal, when their rows are at fault.</summary>
    private async Task<Exception?> TryWriteAsync(List<Append> appends, Batch batch)
    {
        appends.RemoveAll(append =>
        {
            if (append.Incarnation.HasFailed) append.Fail(Reply.Unavailable);
            return append.Incarnation.HasFailed;
        });
        if (appends.Count == 0) return null;

        var entries = Number(appends, batch.End);
        // Added before the outcome is known: a broken connection asks for all that may have been stored.
        batch.Add(entries, appends);
        try
        {
            await ExecuteAsync(entries, appends, batch.Id);
            return null;
        }
        catch (Exception refusal) when (IsAnswered(refusal) && IsCausedByRows(refusal))
        {
            batch.RemoveLast(entries, appends);
            return refusal;
        }
    }

    private void FailPoisoned(Append append, Exception refusal)
    {
        LogPoisoned(_logger, refusal, append.Incarnation.PersistenceId, append.FirstSequenceNr);
        append.Fail(Reply.Unavailable);
    }

    private static List<LogEntry> Number(List<Append> appends, long position)
    {
        var entries = new List<LogEntry>();
        foreach (var append in appends)
        {
            for (var i = 0; i < append.Events.Count; i++)
                entries.Add(new LogEntry(++position, append.Incarnation.PersistenceId, append.FirstSequenceNr + i, append.Events[i], append.At));
        }

        return entries;
    }

    private async Task ExecuteAsync(List<LogEntry> entries, List<Append> appends, Guid batchId)
    {
        var count = entries.Count;
        var (positions, ids, numbers) = (new long[count], new string[count], new long[count]);
        var (manifests, payloads) = (new string[count], new byte[count][]);
        var (scopes, subjects, times) = (new Guid[count], new Guid?[count], new DateTime[count]);
        var row = 0;
        foreach (var append in appends)
        {
            for (var i = 0; i < append.Events.Count; i++, row++)
            {
                var entry = entries[row];
                (positions[row], ids[row], numbers[row]) = (entry.Position, entry.PersistenceId, entry.SequenceNr);
                (manifests[row], payloads[row]) = (append.Manifests[i], append.Payloads[i]);
                (scopes[row], subjects[row], times[row]) = (entry.Event.Scope, entry.Event.Subject, entry.At.UtcDateTime);
            }
        }

        await using var commands = new NpgsqlBatch(_session);
        _projection.Clear();
        foreach (var entry in entries) _projection.Add(entry);
        _projection.WriteCommands(commands);
        commands.BatchCommands.Add(new NpgsqlBatchCommand(InsertJournal)
        {
            Parameters =
            {
                new NpgsqlParameter<long[]> { TypedValue = positions },
                new NpgsqlParameter<string[]> { TypedValue = ids },
                new NpgsqlParameter<long[]> { TypedValue = numbers },
                new NpgsqlParameter<string[]> { TypedValue = manifests },
                new NpgsqlParameter<byte[][]> { TypedValue = payloads },
                new NpgsqlParameter<Guid[]> { TypedValue = scopes },
                new NpgsqlParameter<Guid?[]> { TypedValue = subjects },
                new NpgsqlParameter<Guid> { TypedValue = batchId },
                new NpgsqlParameter<DateTime[]> { TypedValue = times },
            },
        });
        await commands.ExecuteNonQueryAsync(_stop.Token);
    }

    /// <summary>
    /// Data exceptions, constraint violations and program limits lie in the rows (classes 22, 23, 54), as does what fails before it
    /// is sent; a full disk (53), a read-only or ending server (25, 57, 58) lies in the database and would refuse every part alike.
    /// </summary>
    private static bool IsCausedByRows(Exception refusal) => refusal is not PostgresException { SqlState: var state } || state[..2] is "22" or "23" or "54";

    /// <summary>The session still works, so the server has answered this very batch, or the failure came before anything was sent.</summary>
    private bool IsAnswered(Exception failure) =>
        failure is not (OutOfMemoryException or OperationCanceledException)
        && (failure is PostgresException || failure is not NpgsqlException)
        && _session?.FullState == System.Data.ConnectionState.Open;

    /// <summary>Opens a new session, which ends the lost one, and asks it whether the batch is there. Never guessed from sequence numbers.</summary>
    private async Task<bool> FindAfterLossAsync(Batch batch)
    {
        while (true)
        {
            FailQueued();
            try
            {
                if (_session is not null) await _session.DisposeAsync();
                var head = await OpenSessionAsync(_stop.Token);
                await using var command = new NpgsqlCommand("select exists (select from journal where position > $1 and batch_id = $2)", _session)
                {
                    Parameters = { new NpgsqlParameter<long> { TypedValue = _position }, new NpgsqlParameter<Guid> { TypedValue = batch.Id } },
                };
                var stored = (bool)(await command.ExecuteScalarAsync(_stop.Token))!;
                var expected = stored ? batch.End : _position;
                // Another host wrote while this one had no session, or the database was restored: the views here are of another log.
                if (head != expected) Environment.FailFast($"The journal ends at {head} instead of {expected}; the host must start again from its tables.");
                return stored;
            }
            catch (Exception failure) when (failure is NpgsqlException or IOException or TimeoutException or DatabaseInUseException or InvalidOperationException)
            {
                LogAway(_logger, failure.Message);
                // Nobody is told any more, and the next start finds what is there.
                if (_closed) return false;
                await Task.Delay(ReconnectPause, _time, _stop.Token);
            }
        }
    }

    /// <summary>Answers the journal's last position.</summary>
    private async Task<long> OpenSessionAsync(CancellationToken cancellation)
    {
        _session = await _source.OpenConnectionAsync(cancellation);
        var since = _time.GetTimestamp();
        while (!await TryLockAsync(cancellation))
        {
            if (_time.GetElapsedTime(since) > GuardPatience) throw new DatabaseInUseException();
            await Task.Delay(ReconnectPause, _time, cancellation);
        }

        await using var command = new NpgsqlCommand("select coalesce(max(position), 0), pg_backend_pid() from journal", _session);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        _backend = reader.GetInt32(1);
        return reader.GetInt64(0);
    }

    private async Task<bool> TryLockAsync(CancellationToken cancellation)
    {
        // A backend of ours that still works on the lost batch must end first: then its outcome is decided.
        await using var command = new NpgsqlCommand("""
            select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and pid <> pg_backend_pid() and application_name = 'together writer' and usename = current_user
            """, _session)
        {
            Parameters = { new NpgsqlParameter<int> { TypedValue = _backend } },
        };
        if (_backend != 0) await command.ExecuteNonQueryAsync(cancellation);
        await using var guard = new NpgsqlCommand($"select pg_try_advisory_lock({LockClass}, {GuardLock})", _session);
        return (bool)(await guard.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>What waits was never sent: it is refused now instead of timing out.</summary>
    private void FailQueued()
    {
        while (_queue.Reader.TryRead(out var append))
        {
            Interlocked.Add(ref _queuedBytes, -append.Bytes);
            append.Fail(Reply.Unavailable);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database refused a batch of {Count} appends: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "The append of {Entity} at {SequenceNr} cannot be stored")]
    private static partial void LogPoisoned(ILogger logger, Exception failure, string entity, long sequenceNr);

    [LoggerMessage(Level = LogLevel.Error, Message = "The database connection broke; the outcome of {Count} appends is being found out")]
    private static partial void LogLost(ILogger logger, Exception failure, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} appends of unknown outcome were found stored")]
    private static partial void LogFound(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The database is back")]
    private static partial void LogBack(ILogger logger);

    /// <summary>What one transaction stores, in order.</summary>
    /// <param name="id">In each of its journal rows.</param>
    /// <param name="start">The journal's last position before it.</param>
    private sealed class Batch(Guid id, long start)
    {
        public Guid Id => id;

        public long End => Entries.Count == 0 ? start : Entries[^1].Position;

        public List<LogEntry> Entries { get; } = [];

        public List<Append> Appends { get; } = [];

        public void Add(List<LogEntry> entries, List<Append> appends)
        {
            Entries.AddRange(entries);
            Appends.AddRange(appends);
        }

        public void RemoveLast(List<LogEntry> entries, List<Append> appends)
        {
            Entries.RemoveRange(Entries.Count - entries.Count, entries.Count);
            Appends.RemoveRange(Appends.Count - appends.Count, appends.Count);
        }
    }
}

public sealed class DatabaseInUseException() : Exception(
    "another Together host runs on this database; stop it first, or give this one a database of its own (TOGETHER_DATABASE_URL)");
