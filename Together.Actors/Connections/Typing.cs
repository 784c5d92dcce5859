using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Gateway;

namespace Together.Actors.Connections;

/// <summary>Shows who is typing where. <see cref="StartAsync"/> from any thread; the rest in turns of the event log's loop.</summary>
public sealed class Typing(EventLog log, CommunityViews views, ConnectionRegistry registry, TimeProvider time)
{
    /// <summary>Clients show it for 10 s and repeat it while somebody types on: with two seconds for the way it never goes out in between.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(8);

    /// <summary>People typing at the same time, at some 100 bytes each; beyond that it is not shown any more.</summary>
    private const int ShownMax = 65_536;

    private readonly Dictionary<(UserId User, ChannelId Channel), long> _shown = [];
    private int _sweepAt = 1024;

    public ValueTask StartAsync(UserId user, ChannelId channel) => log.TurnAsync(_ => Start(user, channel));

    /// <summary>Who has posted may be seen typing again at once.</summary>
    public void Follow(DomainEvent happened, ViewRoot before, ViewRoot after)
    {
        if (happened is MessagePosted { Message: var message }) _shown.Remove((message.AuthorId, message.ChannelId));
    }

    private void Start(UserId user, ChannelId id)
    {
        if (views.Root.FindChannel(id) is not { } channel || !channel.Allows(user, Permissions.SendMessages, time.GetUtcNow())) return;
        if (_shown.TryGetValue((user, id), out var since) && time.GetElapsedTime(since) < Pause) return;
        if (_shown.Count >= _sweepAt) Sweep();
        if (_shown.Count >= ShownMax) return;
        _shown[(user, id)] = time.GetTimestamp();
        Dispatches.ToChannel(
            channel, registry, () => Frame.Dispatch(null, GatewayEvents.TypingStart, new TypingStart(id, channel.ServerId, user, time.GetUtcMilliseconds())));
    }

    private void Sweep()
    {
        foreach (var (key, since) in _shown)
        {
            if (time.GetElapsedTime(since) >= Pause) _shown.Remove(key);
        }

        // Twice what is left, so that looking at all of them costs each one little.
        _sweepAt = Math.Clamp(_shown.Count * 2, 1024, ShownMax);
    }
}
