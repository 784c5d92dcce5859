using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Together.Actors.Runtime;

namespace Together.Actors.Sharding;

/// <summary>
/// The entities that live on this node: starts one at its first message, passivates it when idle, and starts the next
/// incarnation only after the last one stopped. Any thread.
/// </summary>
public sealed class ShardRegion : IShardTransport, IAsyncDisposable
{
    private readonly ConcurrentDictionary<EntityRef, ActorCell> _cells = new();
    private readonly Func<EntityRef, Actor> _factory;
    private readonly ShardRegionSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _sweep;
    private volatile bool _closed;

    public ShardRegion(Func<EntityRef, Actor> factory, ShardRegionSettings settings, TimeProvider time, ILogger<ShardRegion> logger)
    {
        _factory = factory;
        _settings = settings;
        _time = time;
        _logger = logger;
        // Four looks per idle time: an entity leaves at most a quarter later than it could.
        var period = settings.PassivateAfter / 4;
        _sweep = time.CreateTimer(_ => Sweep(), null, period, period);
    }

    /// <summary>Entities in memory now.</summary>
    public int Count => _cells.Count;

    public Task<Reply> AskAsync(EntityRef entity, object command) =>
        AskAsync(entity, command, _time.GetUtcNow() + _settings.AskTimeout);

    public async Task<Reply> AskAsync(EntityRef entity, object command, DateTimeOffset deadline)
    {
        var remaining = deadline - _time.GetUtcNow();
        if (_closed || remaining <= TimeSpan.Zero) return Reply.Unavailable;

        var ask = new Ask(command, deadline);
        while (true)
        {
            var cell = _cells.GetOrAdd(entity, Start);
            switch (cell.Tell(ask))
            {
                case TellResult.Full:
                    return Reply.Overloaded;
                case TellResult.Stopped:
                    // Its last turn is over; whoever comes first puts the next incarnation in its place.
                    _cells.TryRemove(new(entity, cell));
                    continue;
            }

            try
            {
                return await ask.Answer.WaitAsync(remaining, _time);
            }
            catch (TimeoutException)
            {
                return Reply.Unavailable;
            }
        }
    }

    /// <summary>Takes no further command; what is in the mailboxes is still handled.</summary>
    public void Close() => _closed = true;

    public async ValueTask DisposeAsync()
    {
        Close();
        await _sweep.DisposeAsync();
    }

    private ActorCell Start(EntityRef entity) =>
        new(entity.ToString(), () => _factory(entity), _settings.MailboxCapacity, _time, _logger, cell => _cells.TryRemove(new(entity, cell)));

    private void Sweep()
    {
        foreach (var (_, cell) in _cells)
        {
            if (cell.IdleFor >= _settings.PassivateAfter) cell.Passivate();
        }
    }
}

/// <param name="MailboxCapacity">Messages waiting for one entity; the next is refused <c>overloaded</c>.</param>
/// <param name="AskTimeout">How long an asker waits before the answer is <c>unavailable</c>.</param>
/// <param name="PassivateAfter">How long an entity stays in memory without a message.</param>
public sealed record ShardRegionSettings(int MailboxCapacity, TimeSpan AskTimeout, TimeSpan PassivateAfter);
