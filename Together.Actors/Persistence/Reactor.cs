using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Together.Actors.Persistence;

/// <param name="Source">Where the cursors are.</param>
public sealed record ReactorContext(NpgsqlDataSource Source, Journal Journal, EventLog Log, EventCatalog Catalog, TimeProvider Time, ILogger<Reactor> Logger);

/// <summary>
/// Work that follows events of one kind after they are stored, and that crosses entities. Reads the journal behind a durable cursor: what a
/// crash interrupts is taken up again, so the work must be one that can be repeated. One loop.
/// </summary>
public sealed partial class Reactor : IAsyncDisposable
{
    private const int Page = 100;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly string _name;
    private readonly Type _event;
    private readonly Func<LogEntry, CancellationToken, Task<bool>> _handle;
    private readonly ReactorContext _context;
    private Task _loop = Task.CompletedTask;
    private long _told;

    private Reactor(string name, Type type, Func<LogEntry, CancellationToken, Task<bool>> handle, ReactorContext context) => (_name, _event, _handle, _context) = (name, type, handle, context);

    /// <param name="name">Of its cursor, for ever.</param>
    /// <param name="handle">False when it cannot be done now: it is tried again later. What follows waits.</param>
    /// <param name="context">Shared.</param>
    /// <typeparam name="T">The kind of event. The journal needs a partial index on its manifest.</typeparam>
    public static Reactor To<T>(string name, Func<T, LogEntry, CancellationToken, Task<bool>> handle, ReactorContext context) where T : DomainEvent =>
        new(name, typeof(T), (entry, cancellation) => handle((T)entry.Event, entry, cancellation), context);

    /// <summary>Starts with what an earlier run left.</summary>
    public void Start()
    {
        _wake.Writer.TryWrite(true);
        _loop = RunAsync();
    }

    /// <summary>An event has been stored. The log's loop only; never waits.</summary>
    public void Tell(LogEntry entry)
    {
        if (entry.Event.GetType() != _event) return;
        // The log itself only says so once everybody is told: whoever is woken now must not miss it.
        Volatile.Write(ref _told, entry.Position);
        _wake.Writer.TryWrite(true);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var _ in _wake.Reader.ReadAllAsync(_stop.Token))
            {
                while (!await TryCatchUpAsync()) await Task.Delay(RetryPause, _context.Time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What is left is there at the next start.
        }
    }

    private async Task<bool> TryCatchUpAsync()
    {
        try
        {
            while (true)
            {
                var entries = await _context.Journal.OfManifestAsync(_context.Catalog.Manifest(_event), await CursorAsync(), Math.Max(_context.Log.Position, Volatile.Read(ref _told)), Page);
                if (entries.Count == 0) return true;
                foreach (var entry in entries)
                {
                    if (!await _handle(entry, _stop.Token)) return false;
                    await MoveCursorAsync(entry.Position);
                }
            }
        }
        catch (NpgsqlException failure)
        {
            LogFailure(_context.Logger, failure, _name);
            return false;
        }
    }

    private async Task<long> CursorAsync()
    {
        await using var command = _context.Source.CreateCommand("select position from reactors where name = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _name });
        return await command.ExecuteScalarAsync(_stop.Token) is long position ? position : 0;
    }

    private async Task MoveCursorAsync(long position)
    {
        await using var command = _context.Source.CreateCommand("insert into reactors (name, position) values ($1, $2) on conflict (name) do update set position = excluded.position");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _name });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        await command.ExecuteNonQueryAsync(_stop.Token);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The work of {Reactor} waits: the database cannot be reached")]
    private static partial void LogFailure(ILogger logger, Exception failure, string reactor);
}
