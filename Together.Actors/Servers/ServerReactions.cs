using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Sharding;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Servers;

/// <summary>What follows a server's events in its channels. Each can be repeated.</summary>
/// <param name="welcomes">Whether it is said who has joined.</param>
public sealed class ServerReactions(ShardRegion region, CommunityViews views, bool welcomes)
{
    /// <summary>Deletes the messages that a ban takes along, channel by channel: what is deleted already is not found a second time.</summary>
    public async Task<bool> DeleteMessagesAsync(MemberBanned banned, LogEntry entry, CancellationToken cancellation)
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
                cancellation.ThrowIfCancellationRequested();
                var reply = await region.AskAsync(EntityRef.Channel(channel.Id, server.Id), command);
                // A channel that is gone meanwhile took its messages along.
                if (reply.Error == ErrorCode.NotFound || reply.Value is int and < Limits.BulkDeleteMax) break;
                if (reply.Error is not null) return false;
            }
        }

        return true;
    }

    /// <summary>Says who has joined, in the first text channel of the list that they see.</summary>
    public async Task<bool> WelcomeAsync(MemberJoined joined, LogEntry entry, CancellationToken cancellation)
    {
        var user = joined.Member.UserId;
        if (!welcomes || views.Root.Server(joined.ServerId) is not { } server || !server.Members.ContainsKey(user)) return true;
        var first = server.Channels.Values
            .Where(channel => channel.Type == ChannelType.Text && server.CanView(user, channel))
            .OrderBy(channel => channel.CategoryId is { } category && server.Channels.TryGetValue(category, out var above) ? above.Position : -1)
            .ThenBy(channel => channel.Position)
            .ThenBy(channel => channel.Id)
            .FirstOrDefault();
        if (first is null) return true;
        var reply = await region.AskAsync(EntityRef.Channel(first.Id, server.Id), new WelcomeMember(user, entry.Position, entry.At));
        return reply.Error is null or ErrorCode.NotFound;
    }
}
