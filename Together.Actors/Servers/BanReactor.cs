using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Sharding;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Servers;

/// <summary>
/// Deletes the messages that a ban takes along, channel by channel, after the ban is stored. Reads the journal behind a durable
/// cursor: what a crash interrupts is taken up again, and what is deleted already is not found a second time. One loop.
/// </summary>
public sealed partial class BanReactor(
    NpgsqlDataSource source, Journal journal, ShardRegion region, CommunityViews views, EventLog log, TimeProvider time, ILogger<BanReactor> logger) : IAsyncDisposable
{
    private const string Name = "ban-messages";
    private const string Manifest = "server.member_banned.v1";
    private const int Page = 100;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _wake = System.Threading.Channels.Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>Starts with what an earlier run left.</summary>
    public void Start()
    {
        Wake();
        _loop = RunAsync();
    }

    /// <summary>A ban has been stored. Any thread; never waits.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

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
                while (!await TryCatchUpAsync()) await Task.Delay(RetryPause, time, _stop.Token);
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
                var bans = await journal.OfManifestAsync(Manifest, await CursorAsync(), log.Position, Page);
                if (bans.Count == 0) return true;
                foreach (var entry in bans)
                {
                    if (!await HandleAsync((MemberBanned)entry.Event)) return false;
                    await MoveCursorAsync(entry.Position);
                }
            }
        }
        catch (NpgsqlException failure)
        {
            LogFailure(logger, failure);
            return false;
        }
    }

    /// <summary>False when the node cannot store now.</summary>
    private async Task<bool> HandleAsync(MemberBanned banned)
    {
        if (banned.DeleteMessageSeconds == 0 || views.Root.Server(banned.ServerId) is not { } server) return true;
        var command = new DeleteMessagesOfBanned(banned.ActorId, banned.Ban.UserId, banned.Ban.CreatedAt.AddSeconds(-banned.DeleteMessageSeconds), banned.Ban.CreatedAt)
        {
            Reason = banned.Reason ?? banned.Ban.Reason,
        };
        foreach (var channel in server.Channels.Values.Where(channel => channel.Type != ChannelType.Category))
        {
            while (true)
            {
                _stop.Token.ThrowIfCancellationRequested();
                var reply = await region.AskAsync(EntityRef.Channel(channel.Id, server.Id), command);
                // A channel that is gone meanwhile took its messages along.
                if (reply.Error == ErrorCode.NotFound || reply.Value is int and < Limits.BulkDeleteMax) break;
                if (reply.Error is not null) return false;
            }
        }

        return true;
    }

    private async Task<long> CursorAsync()
    {
        await using var command = source.CreateCommand("select position from reactors where name = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Name });
        return await command.ExecuteScalarAsync(_stop.Token) is long position ? position : 0;
    }

    private async Task MoveCursorAsync(long position)
    {
        await using var command = source.CreateCommand("insert into reactors (name, position) values ($1, $2) on conflict (name) do update set position = excluded.position");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Name });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        await command.ExecuteNonQueryAsync(_stop.Token);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Messages of a banned user wait to be deleted: the database cannot be reached")]
    private static partial void LogFailure(ILogger logger, Exception failure);
}
