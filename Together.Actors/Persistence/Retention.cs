using Microsoft.Extensions.Logging;
using Npgsql;
using Together.Actors.Channels;
using Together.Actors.Sharding;

namespace Together.Actors.Persistence;

/// <summary>
/// Removes for good what was deleted long enough ago, and the messages of channels that are gone: from the tables by an event of the channel's,
/// from the journal and this node's memory behind it. One loop.
/// </summary>
/// <param name="deletedMessages">How long moderators can look at what was deleted; zero for not at all.</param>
public sealed partial class Retention(NpgsqlDataSource source, Messages messages, EventLog log, ShardRegion region, TimeSpan deletedMessages, TimeProvider time, ILogger<Retention> logger)
    : IAsyncDisposable
{
    /// <summary>As much as the writer stores beside everything else without anybody waiting for it.</summary>
    private const int Chunk = 100;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = RunAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    /// <summary>Removes all that is due now. Answers how many messages.</summary>
    public async Task<int> SweepAsync()
    {
        var erased = 0;
        while (true)
        {
            _stop.Token.ThrowIfCancellationRequested();
            var due = await messages.ExpiredAsync(time.GetUtcNow() - deletedMessages, Chunk);
            if (due.Count == 0) due = await messages.OrphansAsync(Chunk);
            var done = 0;
            foreach (var channel in due.GroupBy(message => (message.Channel, message.Server)))
            {
                var (id, server) = channel.Key;
                var entity = server is null ? EntityRef.PrivateChannel(id) : EntityRef.Channel(id, server.Value);
                var reply = await region.AskAsync(entity, new EraseMessages(server, [.. channel.Select(message => message.Id)]));
                if (reply.Value is int count) done += count;
            }

            erased += done;
            // Nothing could be removed, now: there is a next time.
            if (done == 0) return erased;
        }
    }

    /// <summary>Takes the texts out of the journal and of the tail in memory, once the tables have let go of them. Can be repeated.</summary>
    public async Task<bool> RedactAsync(MessagesErased erased, LogEntry entry, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            update journal set payload = convert_to(jsonb_set(convert_from(payload, 'UTF8')::jsonb #- '{message,attachments}', '{message,content}', '""')::text, 'UTF8') where position = any($1)
            """);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. erased.Positions] });
        await command.ExecuteNonQueryAsync(cancellation);
        var ids = erased.MessageIds.ToHashSet();
        log.Rewrite(held => held.Event switch
        {
            MessagePosted e when ids.Contains(e.Message.Id) => held with { Event = e with { Message = e.Message with { Content = "", Attachments = null } } },
            MessageEdited e when ids.Contains(e.Message.Id) => held with { Event = e with { Message = e.Message with { Content = "", Attachments = null } } },
            MessagePosted { Referenced: { } referenced } e when ids.Contains(referenced.Message.Id) => held with { Event = e with { Referenced = null } },
            MessageEdited { Referenced: { } referenced } e when ids.Contains(referenced.Message.Id) => held with { Event = e with { Referenced = null } },
            _ => held,
        });
        return true;
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                try
                {
                    var erased = await SweepAsync();
                    if (erased > 0) LogErased(logger, erased);
                }
                catch (NpgsqlException failure)
                {
                    LogFailure(logger, failure);
                }
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What is left is due at the next start too.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} deleted messages were removed for good")]
    private static partial void LogErased(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Deleted messages wait to be removed for good: the database cannot be reached")]
    private static partial void LogFailure(ILogger logger, Exception failure);
}
