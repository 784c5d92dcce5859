using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using Together.Actors.Channels;
using Together.Actors.Connections;
using Together.Actors.Runtime;
using Together.Actors.Servers;
using Together.Actors.Views;
using Together.Protocol;
using Together.Protocol.Channels;
using Together.Protocol.Gateway;

namespace Together.Actors.Persistence;

/// <summary>
/// What every user has read, and how often they were mentioned behind that. Rows, not events: only the newest mark counts. Any
/// thread; one loop stores what has come while it stored the last, in one statement, and tells the user's connections.
/// </summary>
public sealed partial class ReadStates : IAsyncDisposable
{
    /// <summary>Marks that wait: about a second of what batches can store.</summary>
    private const int QueueCapacity = 16_384;

    /// <summary>Marks in one statement: it lasts milliseconds, and so does the turn of the log's loop that tells about them.</summary>
    private const int BatchMarks = 256;

    /// <summary>READYs that ask the database at the same time. They come in storms, and other reads need connections of the pool too.</summary>
    private const int ReadersMax = 4;

    /// <summary>Longer than that an asker does not wait for an entity either.</summary>
    private const int CommandSeconds = 10;

    /// <summary>
    /// A mark that names no message of its channel is answered so and changes nothing; of several of one user for one channel the
    /// last one is stored. All is counted in one snapshot, as of a position that it is sure to have.
    /// </summary>
    private const string Mark = """
        with asked as materialized (
            select a.*, a.message_id is null or exists (select from messages m where m.channel_id = a.channel_id and m.id = a.message_id) as is_known
            from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[]) with ordinality as a(user_id, channel_id, message_id, floor, targets, blocked, n)),
        newest as materialized (
            select distinct on (user_id, channel_id) * from asked where is_known order by user_id, channel_id, n desc),
        stored as (
            insert into read_states (user_id, channel_id, last_read_message_id) select user_id, channel_id, message_id from newest
            on conflict (user_id, channel_id) do update set last_read_message_id = excluded.last_read_message_id)
        select a.n::integer, a.is_known, case when newest.n is not null then (
            select count(distinct m.message_id)::integer from mentions m
            where m.target = any(string_to_array(a.targets, ',')::uuid[]) and m.channel_id = a.channel_id and m.message_id > greatest(a.floor, a.message_id)
                and m.position <= $7 and m.author_id <> a.user_id and m.author_id <> all(string_to_array(a.blocked, ',')::uuid[])) end
        from asked a left join newest on newest.n = a.n
        order by a.n
        """;

    /// <summary>A channel whose last message is read has no mentions to count, which are most of them.</summary>
    private const string ReadAll = """
        with seen as (
            select c.channel_id, c.last_id, t.targets, s.user_id is not null as is_marked, s.last_read_message_id, greatest(c.floor, s.last_read_message_id) as floor
            from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[]) as c(channel_id, place_id, floor, last_id)
            join unnest($6::uuid[], $7::text[]) as t(place_id, targets) on t.place_id = c.place_id
            left join read_states s on s.user_id = $1 and s.channel_id = c.channel_id)
        select seen.channel_id, seen.last_read_message_id, c.mentions::integer
        from seen
        cross join lateral (
            select count(distinct m.message_id) as mentions from mentions m
            where seen.last_id > seen.floor
                and m.target = any(string_to_array(seen.targets, ',')::uuid[]) and m.channel_id = seen.channel_id and m.message_id > seen.floor
                and m.position <= $8 and m.author_id <> $1 and m.author_id <> all($9)) c
        where seen.is_marked or c.mentions > 0
        """;

    private readonly NpgsqlDataSource _source;
    private readonly EventLog _log;
    private readonly CommunityViews _views;
    private readonly ConnectionRegistry _registry;
    private readonly ILogger _logger;
    private readonly Channel<Request> _queue = System.Threading.Channels.Channel.CreateBounded<Request>(new BoundedChannelOptions(QueueCapacity) { SingleReader = true });
    private readonly SemaphoreSlim _readers = new(ReadersMax);
    private readonly Task _loop;

    public ReadStates(NpgsqlDataSource source, EventLog log, CommunityViews views, ConnectionRegistry registry, ILogger<ReadStates> logger)
    {
        (_source, _log, _views, _registry, _logger) = (source, log, views, registry, logger);
        _loop = RunAsync();
    }

    /// <summary>
    /// Sets what a user has read of a channel that they see, forwards or back, and answers when it is stored and on its way to all
    /// of their connections. A message that is not of the channel is refused by the name of the field.
    /// </summary>
    /// <param name="user">Whose mark.</param>
    /// <param name="channel">Where.</param>
    /// <param name="message">The last one that is read, deleted ones too; null for none.</param>
    public Task<Reply> MarkAsync(UserId user, ChannelId channel, MessageId? message)
    {
        var request = new Request(user, channel, message);
        return _queue.Writer.TryWrite(request) ? request.Answer.Task : Task.FromResult(Reply.Overloaded);
    }

    /// <summary>
    /// What the user has read as of a root: each channel they see that has a mark or mentions. Later mentions are not counted: the
    /// client hears of them by itself.
    /// </summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async ValueTask<IReadOnlyList<ReadState>> OfAsync(UserId user, ViewRoot root)
    {
        List<(ChannelId Channel, Guid Place, Guid Floor, Guid Last)> seen = [];
        List<(Guid Place, string Targets)> places = [];
        foreach (var server in root.ServersOf(user))
        {
            var member = server.Members[user];
            places.Add((server.Id.Value, string.Join(',', MentionTargets.Of(server, member))));
            foreach (var channel in server.Channels.Values)
            {
                if (channel.Type != ChannelType.Category && server.CanView(user, channel)) seen.Add((channel.Id, server.Id.Value, UuidV7.Floor(member.JoinedAt), LastIn(channel.Id)));
            }
        }

        if (root.PrivateChannelsOfUser.TryGetValue(user, out var conversations))
        {
            // One place: they name people only.
            places.Add((Guid.Empty, user.ToString()));
            seen.AddRange(conversations.Select(id => (id, Guid.Empty, Guid.Empty, LastIn(id))));
        }

        if (seen.Count == 0) return [];
        await _readers.WaitAsync();
        try
        {
            await using var command = _source.CreateCommand(ReadAll);
            command.CommandTimeout = CommandSeconds;
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user.Value });
            command.Parameters.Add(Sql.Array(seen, row => row.Channel.Value));
            command.Parameters.Add(Sql.Array(seen, row => row.Place));
            command.Parameters.Add(Sql.Array(seen, row => row.Floor));
            command.Parameters.Add(Sql.Array(seen, row => row.Last));
            command.Parameters.Add(Sql.Array(places, row => row.Place));
            command.Parameters.Add(Sql.Array(places, row => row.Targets));
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = root.Position });
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. root.BlockedBy(user).Select(blocked => blocked.Value)] });
            await using var reader = await command.ExecuteReaderAsync();
            var states = new List<ReadState>();
            while (await reader.ReadAsync())
                states.Add(new ReadState(new ChannelId(reader.GetGuid(0)), reader.IsDBNull(1) ? null : new MessageId(reader.GetGuid(1)), reader.GetInt32(2)));
            return states;
        }
        finally
        {
            _readers.Release();
        }

        Guid LastIn(ChannelId channel) => root.LastMessages.TryGetValue(channel, out var last) ? last.Value : Guid.Empty;
    }

    /// <summary>Stores what is queued.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        _readers.Dispose();
    }

    private async Task RunAsync()
    {
        var requests = new List<Request>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (requests.Count < BatchMarks && _queue.Reader.TryRead(out var request)) requests.Add(request);
            try
            {
                await FlushAsync(requests);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                LogFailed(_logger, failure, requests.Count);
                foreach (var request in requests) request.Answer.TrySetResult(Reply.Unavailable);
            }

            requests.Clear();
        }
    }

    private async Task FlushAsync(List<Request> requests)
    {
        var isTold = false;
        while (!isTold)
        {
            // Read before the statement's snapshot: all up to it is in there, and what comes behind it the log still knows.
            var position = _log.Position;
            var outcomes = await StoreAsync(requests, position);
            // Not when the log has moved on by all that it remembers meanwhile: then it is counted anew.
            await _log.RunAsync(head => isTold = TryTell(outcomes, position, head));
        }
    }

    private async Task<List<Outcome>> StoreAsync(List<Request> requests, long position)
    {
        var root = _views.Root;
        var seen = requests.ConvertAll(request => Seen.By(request, root));
        await using var command = _source.CreateCommand(Mark);
        command.CommandTimeout = CommandSeconds;
        command.Parameters.Add(Sql.Array(requests, request => request.User.Value));
        command.Parameters.Add(Sql.Array(requests, request => request.Channel.Value));
        command.Parameters.Add(Sql.Array(requests, request => request.Message?.Value));
        command.Parameters.Add(Sql.Array(seen, row => row.Floor));
        command.Parameters.Add(Sql.Array(seen, row => string.Join(',', row.Targets)));
        command.Parameters.Add(Sql.Array(seen, row => string.Join(',', row.Blocked)));
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        await using var reader = await command.ExecuteReaderAsync();
        var outcomes = new List<Outcome>();
        while (await reader.ReadAsync())
        {
            var i = reader.GetInt32(0) - 1;
            outcomes.Add(new Outcome(requests[i], seen[i], reader.GetBoolean(1), reader.IsDBNull(2) ? null : reader.GetInt32(2)));
        }

        return outcomes;
    }

    /// <summary>Answers the askers, then sends their states as of the head of the log. In a turn of its loop; false when it cannot know.</summary>
    private bool TryTell(List<Outcome> outcomes, long position, long head)
    {
        if (_log.Tail(position, head, entry => entry.Event is ChannelMessageEvent) is not { } tail) return false;
        var recent = new Dictionary<ChannelId, Dictionary<MessageId, MessageRecord>>();
        foreach (var entry in tail) Follow(recent, (ChannelMessageEvent)entry.Event);

        var root = _views.Root;
        foreach (var (request, seen, isKnown, mentions) in outcomes)
        {
            request.Answer.TrySetResult(isKnown ? new Reply(null) : Reply.Refuse(ErrorCode.InvalidBody, "must be a message of this channel", "message_id"));
            // Without a number a later one of the same batch has taken its place. Sight may have been lost meanwhile.
            if (mentions is null || !isKnown || root.FindChannel(request.Channel)?.CanView(request.User) != true) continue;
            var more = recent.TryGetValue(request.Channel, out var messages) ? messages.Values.Count(message => seen.IsMentionedBy(message, request)) : 0;
            var frame = default(Frame);
            foreach (var connection in _registry.Of(request.User))
            {
                frame ??= Frame.Dispatch(null, GatewayEvents.ReadStateUpdate, new ReadState(request.Channel, request.Message, mentions.Value + more));
                connection.Enqueue(frame);
            }
        }

        return true;
    }

    /// <summary>What was posted and is still there, with what an edit has left of its mentions.</summary>
    private static void Follow(Dictionary<ChannelId, Dictionary<MessageId, MessageRecord>> recent, ChannelMessageEvent happened)
    {
        if (!recent.TryGetValue(happened.ChannelId, out var messages)) recent[happened.ChannelId] = messages = [];
        switch (happened)
        {
            case MessagePosted e:
                messages[e.Message.Id] = e.Message;
                break;
            case MessageEdited e when messages.TryGetValue(e.Message.Id, out var before):
                messages[e.Message.Id] = before with
                {
                    MentionIds = [.. before.MentionIds.Intersect(e.Message.MentionIds)],
                    MentionRoleIds = [.. before.MentionRoleIds.Intersect(e.Message.MentionRoleIds)],
                    MentionEveryone = before.MentionEveryone && e.Message.MentionEveryone,
                };
                break;
            case MessageDeleted e:
                messages.Remove(e.MessageId);
                break;
            case MessagesBulkDeleted e:
                foreach (var id in e.MessageIds) messages.Remove(id);
                break;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} marks of what was read could not be stored")]
    private static partial void LogFailed(ILogger logger, Exception failure, int count);

    private sealed record Request(UserId User, ChannelId Channel, MessageId? Message)
    {
        public TaskCompletionSource<Reply> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <param name="Floor">What is below it was said before they came.</param>
    /// <param name="Targets">What names them here; nothing when they have just left.</param>
    /// <param name="Blocked">Whose mentions are none.</param>
    private sealed record Seen(Guid Floor, Guid[] Targets, UserId[] Blocked)
    {
        public static Seen By(Request request, ViewRoot root)
        {
            var channel = root.FindChannel(request.Channel);
            var joined = channel?.Server?.Members.GetValueOrDefault(request.User)?.JoinedAt;
            return new Seen(joined is null ? Guid.Empty : UuidV7.Floor(joined.Value), channel is null ? [] : MentionTargets.Of(channel, request.User), [.. root.BlockedBy(request.User)]);
        }

        public bool IsMentionedBy(MessageRecord message, Request request) =>
            message.AuthorId != request.User && !Blocked.Contains(message.AuthorId) && message.Id.Value.CompareTo(Floor) > 0 && (request.Message is not { } read || message.Id.CompareTo(read) > 0)
            && MentionTargets.Of(message).Overlaps(Targets);
    }

    /// <param name="Mentions">Null when a later request of the batch counts.</param>
    private sealed record Outcome(Request Request, Seen Seen, bool IsKnown, int? Mentions);
}
