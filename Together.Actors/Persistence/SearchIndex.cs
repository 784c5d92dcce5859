using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using Together.Actors.Channels;
using Together.Actors.Servers;
using Together.Protocol;

namespace Together.Actors.Persistence;

/// <summary>
/// Fills <c>message_search</c> behind the writer, so that nobody who posts waits for it: what an event has touched is read from the tables a
/// moment later and indexed as it is by then. A durable cursor says how far that has come; all of it can be repeated. One loop.
/// </summary>
public sealed partial class SearchIndex : IAsyncDisposable
{
    /// <summary>Messages that wait, about 1 MB. Beyond that they are read from the journal, where they are too.</summary>
    private const int WaitingMax = 20_000;

    /// <summary>Messages in one transaction: about 50 ms, which is what a statement waits that needs the same rows.</summary>
    private const int BatchMessages = 500;

    /// <summary>Rows of a channel or server that is gone, in one transaction.</summary>
    private const int BatchRemoved = 2000;

    private const int JournalPage = 500;

    /// <summary>Messages from before that are looked up together, at most.</summary>
    private const int WindowMax = 4000;

    /// <summary>Between two transactions with new messages: more of them in one cost less, and nobody searches for what was said just now.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    /// <summary>A channel that is gone has messages for some minutes; they are not to be found by then.</summary>
    private static readonly string Upsert = $"""
        with touched as materialized (select distinct * from unnest($2::uuid[], $3::uuid[]) as t(channel_id, message_id)),
        there as materialized (
            select m.channel_id, m.id as message_id, m.server_id, {SearchText.Vector("m", "$1")} as tsv
            from touched t join messages m on m.channel_id = t.channel_id and m.id = t.message_id
            where m.deleted_at is null and m.type < 2
                and (exists (select from channels c where c.id = m.channel_id) or exists (select from private_channels p where p.id = m.channel_id))),
        gone as (
            delete from message_search s using touched t
            where s.channel_id = t.channel_id and s.message_id = t.message_id and not exists (select from there where there.message_id = t.message_id and there.channel_id = t.channel_id))
        insert into message_search (channel_id, message_id, server_id, tsv) select * from there
        on conflict (channel_id, message_id) do update set tsv = excluded.tsv where message_search.tsv <> excluded.tsv
        """;

    private readonly NpgsqlDataSource _source;
    private readonly Journal _journal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<bool> _wake = System.Threading.Channels.Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private Touched _waiting = new();
    private Dictionary<Guid, long> _removed = [];
    private long _told;
    private bool _isBehind;
    private bool _mustRead;
    private long? _waitingSince;
    private long? _storingSince;
    private long _position;
    /// <summary>Of the messages from before: those from this one on are in; null when all are.</summary>
    private Guid? _filled;
    private TimeSpan _window = TimeSpan.FromHours(1);
    private Task _loop = Task.CompletedTask;

    /// <param name="source">Of the connections for searches.</param>
    /// <param name="journal">What was missed is read from it.</param>
    /// <param name="configuration">One of <see cref="ConfigurationsAsync"/>.</param>
    /// <param name="time">For pauses and the lag.</param>
    /// <param name="logger">Told when the database is away.</param>
    public SearchIndex(NpgsqlDataSource source, Journal journal, string configuration, TimeProvider time, ILogger<SearchIndex> logger) =>
        (_source, _journal, Configuration, _time, _logger) = (source, journal, configuration, time, logger);

    /// <summary>PostgreSQL's text search configuration, which makes words of texts and of queries.</summary>
    public string Configuration { get; }

    /// <summary>How long the oldest change that is not in the index has been waiting for it; zero when none is.</summary>
    public TimeSpan Lag
    {
        get
        {
            lock (_lock) return (_storingSince ?? _waitingSince) is { } since ? _time.GetElapsedTime(since) : TimeSpan.Zero;
        }
    }

    /// <summary>
    /// Messages that were deleted and that the index may still have; null when it is so far behind that nobody knows. An answered deletion is
    /// among them or out of the index. To be asked before the index is read.
    /// </summary>
    public Guid[]? Removed
    {
        get
        {
            lock (_lock) return _isBehind ? null : [.. _removed.Keys];
        }
    }

    /// <summary>The text search configurations that a database has.</summary>
    public static async Task<List<string>> ConfigurationsAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select cfgname::text from pg_ts_config where pg_ts_config_is_visible(oid) order by cfgname");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var names = new List<string>();
        while (await row.ReadAsync(cancellation)) names.Add(row.GetString(0));
        return names;
    }

    /// <summary>Takes up what an earlier run left, and all messages anew when it was made otherwise.</summary>
    /// <param name="position">The log's: everything after it is told.</param>
    /// <param name="cancellation">Of the start.</param>
    public async Task StartAsync(long position, CancellationToken cancellation)
    {
        await LoadAsync(position, cancellation);
        lock (_lock)
        {
            _told = position;
            _isBehind = _mustRead = _position < position;
            if (_isBehind) _waitingSince = _time.GetTimestamp();
        }

        _wake.Writer.TryWrite(true);
        _loop = RunAsync();
    }

    /// <summary>An event is stored, and its asker has no answer yet. The log's loop only; never waits.</summary>
    public void Tell(LogEntry entry)
    {
        lock (_lock)
        {
            _told = entry.Position;
            if (_mustRead || !_waiting.Add(entry.Event, id => _removed[id] = entry.Position)) return;
            _waitingSince ??= _time.GetTimestamp();
            if (_waiting.Messages.Count > WaitingMax) FallBehind();
        }

        _wake.Writer.TryWrite(true);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private void FallBehind()
    {
        (_isBehind, _mustRead) = (true, true);
        _waiting = new Touched();
        _removed = [];
        _waitingSince = _storingSince ?? _waitingSince ?? _time.GetTimestamp();
        _storingSince = null;
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                if (_filled is null) await _wake.Reader.ReadAsync(_stop.Token);
                if (!await TryIndexAsync()) await Task.Delay(RetryPause, _time, _stop.Token);
                else if (_filled is null) await Task.Delay(Pause, _time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What is left is there at the next start.
        }
    }

    private async Task<bool> TryIndexAsync()
    {
        try
        {
            await FollowAsync();
            if (_filled is not null) await FillAsync();
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException and not OutOfMemoryException)
        {
            LogFailure(_logger, failure);
            lock (_lock) FallBehind();
            _wake.Writer.TryWrite(true);
            return false;
        }
    }

    /// <summary>Indexes what has happened.</summary>
    private async Task FollowAsync()
    {
        Touched touched;
        long to;
        bool mustRead;
        lock (_lock)
        {
            (touched, to, mustRead) = (_waiting, _told, _mustRead);
            (_waiting, _mustRead) = (new Touched(), false);
            (_storingSince, _waitingSince) = (_waitingSince, null);
        }

        if (mustRead)
        {
            while (_position < to)
            {
                var page = await PageAsync(to);
                var missed = new Touched();
                foreach (var entry in page) missed.Add(entry.Event, _ => { });
                await StoreAsync(missed, page.Count == 0 ? to : page[^1].Position);
            }
        }
        else if (!touched.IsEmpty)
        {
            await StoreAsync(touched, to);
        }

        lock (_lock)
        {
            foreach (var (id, position) in _removed)
            {
                if (position <= to) _removed.Remove(id);
            }

            _storingSince = null;
            _isBehind = _mustRead;
        }
    }

    private async Task<List<LogEntry>> PageAsync(long to)
    {
        await using var connection = await _source.OpenConnectionAsync(_stop.Token);
        return [.. (await _journal.PageAsync(connection, _position, JournalPage)).TakeWhile(entry => entry.Position <= to)];
    }

    private async Task StoreAsync(Touched touched, long position)
    {
        foreach (var (column, id) in touched.Places) await RemoveAsync(column, id);
        // The cursor moves with the last of them.
        var chunks = touched.Messages.Chunk(BatchMessages).ToList();
        for (var i = 0; i < chunks.Count - 1; i++) await StoreAsync(chunks[i], _position, _filled);
        await StoreAsync(chunks.Count == 0 ? [] : chunks[^1], position, _filled);
    }

    /// <summary>
    /// Indexes the next older messages of all channels together, so that what was said at one time lies together and the newest can be found first.
    /// </summary>
    private async Task FillAsync()
    {
        var below = _filled!.Value;
        if (await FoundAsync(1, Guid.Empty, below) is not [var newest])
        {
            await StoreAsync([], _position, null);
            LogFilled(_logger);
            return;
        }

        var from = UuidV7.Time(newest.Message) - _window;
        var found = await FoundAsync(WindowMax, UuidV7.Floor(from > DateTimeOffset.UnixEpoch ? from : DateTimeOffset.UnixEpoch), below);
        if (found.Count > WindowMax / 2) _window /= 2;
        else if (found.Count < WindowMax / 8 && _window < TimeSpan.FromDays(3650)) _window *= 2;
        foreach (var chunk in found.Chunk(BatchMessages)) await StoreAsync(chunk, _position, chunk[^1].Message);
    }

    /// <summary>The newest messages between two, newest first.</summary>
    private async Task<List<(Guid Channel, Guid Message)>> FoundAsync(int limit, Guid from, Guid below)
    {
        await using var command = _source.CreateCommand("""
            select c.id, m.id from (select id from channels union all select id from private_channels) c
            cross join lateral (select id from messages where channel_id = c.id and id >= $1 and id < $2 order by id desc limit $3) m
            order by m.id desc limit $3
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = from });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = below });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        var found = new List<(Guid Channel, Guid Message)>();
        await using var row = await command.ExecuteReaderAsync(_stop.Token);
        while (await row.ReadAsync(_stop.Token)) found.Add((row.GetGuid(0), row.GetGuid(1)));
        return found;
    }

    /// <summary>Indexes messages as they are now, and moves the cursors with them.</summary>
    private async Task StoreAsync((Guid Channel, Guid Message)[] messages, long position, Guid? filled)
    {
        await using var connection = await _source.OpenConnectionAsync(_stop.Token);
        await using var transaction = await connection.BeginTransactionAsync(_stop.Token);
        // First: whoever else indexes waits for this row and then reads what is current.
        await using (var move = new NpgsqlCommand("update search_state set position = $1, filled_from = $2, is_filled = $3", connection))
        {
            move.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
            move.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = filled ?? Guid.Empty });
            move.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = filled is null });
            await move.ExecuteNonQueryAsync(_stop.Token);
        }

        if (messages.Length > 0)
        {
            await using var upsert = new NpgsqlCommand(Upsert, connection);
            upsert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Configuration });
            upsert.Parameters.Add(Sql.Array(messages, message => message.Channel));
            upsert.Parameters.Add(Sql.Array(messages, message => message.Message));
            await upsert.ExecuteNonQueryAsync(_stop.Token);
        }

        await transaction.CommitAsync(_stop.Token);
        (_position, _filled) = (position, filled);
    }

    private async Task RemoveAsync(string column, Guid id)
    {
        int removed;
        do
        {
            await using var command = _source.CreateCommand($"""
                delete from message_search s using (select channel_id, message_id from message_search where {column} = $1 limit {BatchRemoved}) g
                where s.channel_id = g.channel_id and s.message_id = g.message_id
                """);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
            removed = await command.ExecuteNonQueryAsync(_stop.Token);
        }
        while (removed == BatchRemoved);
    }

    private async Task LoadAsync(long position, CancellationToken cancellation)
    {
        var fingerprint = SearchText.Fingerprint(Configuration);
        await using (var command = _source.CreateCommand("select position, filled_from, is_filled from search_state where configuration = $1 and position <= $2"))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = fingerprint });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
            await using var row = await command.ExecuteReaderAsync(cancellation);
            if (await row.ReadAsync(cancellation))
            {
                (_position, _filled) = (row.GetInt64(0), row.GetBoolean(2) ? null : row.GetGuid(1));
                return;
            }
        }

        LogRefill(_logger, Configuration);
        await using var batch = _source.CreateBatch();
        batch.BatchCommands.Add(Sql.Command("truncate message_search"));
        batch.BatchCommands.Add(Sql.Command("delete from search_state"));
        batch.BatchCommands.Add(Sql.Command(
            "insert into search_state (configuration, position, filled_from, is_filled) values ($1, $2, $3, false)",
            new NpgsqlParameter<string> { TypedValue = fingerprint },
            new NpgsqlParameter<long> { TypedValue = position },
            new NpgsqlParameter<Guid> { TypedValue = Guid.AllBitsSet }));
        await batch.ExecuteNonQueryAsync(cancellation);
        (_position, _filled) = (position, Guid.AllBitsSet);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "All messages are indexed for search anew, with the text configuration {Configuration}")]
    private static partial void LogRefill(ILogger logger, string configuration);

    [LoggerMessage(Level = LogLevel.Information, Message = "All messages are indexed for search")]
    private static partial void LogFilled(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Indexing messages for search waits: the database cannot be reached, or refuses them")]
    private static partial void LogFailure(ILogger logger, Exception failure);

    /// <summary>What events have changed. Not for several threads.</summary>
    private sealed class Touched
    {
        public HashSet<(Guid Channel, Guid Message)> Messages { get; } = [];

        /// <summary>Channels and servers that are gone, by the column with their ID.</summary>
        public List<(string Column, Guid Id)> Places { get; } = [];

        public bool IsEmpty => Messages.Count == 0 && Places.Count == 0;

        /// <summary>False when the event changes nothing that can be searched.</summary>
        public bool Add(DomainEvent happened, Action<Guid> remove)
        {
            switch (happened)
            {
                case MessagePosted e:
                    return Messages.Add((e.ChannelId.Value, e.Message.Id.Value));
                case MessageEdited e:
                    Messages.Add((e.ChannelId.Value, e.Message.Id.Value));
                    return true;
                case MessageDeleted e:
                    Remove(e.ChannelId.Value, e.MessageId.Value);
                    return true;
                case MessagesBulkDeleted e:
                    foreach (var id in e.MessageIds) Remove(e.ChannelId.Value, id.Value);
                    return true;
                case MessagesErased e:
                    foreach (var id in e.MessageIds) Remove(e.ChannelId.Value, id.Value);
                    return true;
                case ChannelDeleted e:
                    Places.Add(("channel_id", e.Channel.Id.Value));
                    return true;
                case PrivateChannelDeleted e:
                    Places.Add(("channel_id", e.ChannelId.Value));
                    return true;
                case ServerDeleted e:
                    Places.Add(("server_id", e.ServerId.Value));
                    return true;
                default:
                    return false;
            }

            void Remove(Guid channel, Guid message)
            {
                Messages.Add((channel, message));
                remove(message);
            }
        }
    }
}
