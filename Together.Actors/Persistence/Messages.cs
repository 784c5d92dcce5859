using System.Collections.Immutable;
using System.Text.Json;
using Npgsql;
using Together.Actors.Channels;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Persistence;

/// <summary>Which page of a channel's history, newest first. Without a mark, the newest.</summary>
/// <param name="Limit">Messages at most.</param>
/// <param name="Before">The page next below this mark, exclusive.</param>
/// <param name="After">The page next above this mark, exclusive.</param>
/// <param name="UpTo">The page from this mark downwards, inclusive.</param>
public readonly record struct HistoryPage(int Limit, Guid? Before = null, Guid? After = null, Guid? UpTo = null);

/// <summary>A message whose time is over.</summary>
public readonly record struct ExpiredMessage(ChannelId Channel, ServerId? Server, MessageId Id);

/// <summary>Reads the messages' tables. Any thread.</summary>
public sealed class Messages(NpgsqlDataSource source)
{
    internal const string Columns =
        "id, channel_id, server_id, author_id, content, nonce, edited_at, mention_ids, mention_role_ids, mention_everyone, type, reply_to, pinned_at is not null, attachments::text";

    /// <summary>The message without what others added to it, unless it does not exist or was deleted.</summary>
    public async Task<MessageDetail?> FindAsync(ChannelId channel, MessageId id)
    {
        await using var command = source.CreateCommand($"select {Columns} from messages where channel_id = $1 and id = $2 and deleted_at is null");
        Add(command, channel.Value, id.Value);
        return (await ReadAsync(command)) is [var message] ? message : null;
    }

    /// <summary>
    /// The message that this author posted with this nonce since a time. Deleted ones count: repeating a nonce must not bring
    /// the message back.
    /// </summary>
    public async Task<MessageRecord?> FindAsync(ChannelId channel, UserId author, string nonce, DateTimeOffset since)
    {
        await using var command = source.CreateCommand($"select {Columns} from messages where channel_id = $1 and id >= $2 and author_id = $3 and nonce = $4 order by id limit 1");
        Add(command, channel.Value, UuidV7.Floor(since), author.Value);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = nonce });
        return (await ReadAsync(command)) is [var message] ? message.Message : null;
    }

    /// <summary>The channel's last message, deleted or not, but for some.</summary>
    public async Task<MessageId?> LastIdAsync(ChannelId channel, Guid[] without)
    {
        await using var command = source.CreateCommand("select id from messages where channel_id = $1 and id <> all($2) order by id desc limit 1");
        Add(command, channel.Value);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = without });
        return await command.ExecuteScalarAsync() is Guid id ? new MessageId(id) : null;
    }

    public async Task<List<(UserId Author, string Nonce)>> NoncesAsync(ChannelId channel, DateTimeOffset since)
    {
        await using var command = source.CreateCommand("select author_id, nonce from messages where channel_id = $1 and id >= $2 and nonce is not null");
        Add(command, channel.Value, UuidV7.Floor(since));
        await using var reader = await command.ExecuteReaderAsync();
        var nonces = new List<(UserId, string)>();
        while (await reader.ReadAsync()) nonces.Add((new UserId(reader.GetGuid(0)), reader.GetString(1)));
        return nonces;
    }

    /// <summary>When the author last wrote something since a time; deleted messages count.</summary>
    public async Task<DateTimeOffset?> LastPostAsync(ChannelId channel, UserId author, DateTimeOffset since)
    {
        await using var command = source.CreateCommand("select id from messages where channel_id = $1 and id >= $2 and author_id = $3 and type < 2 order by id desc limit 1");
        Add(command, channel.Value, UuidV7.Floor(since), author.Value);
        return await command.ExecuteScalarAsync() is Guid id ? UuidV7.Time(id) : null;
    }

    /// <summary>The author's messages from one time until another, both inclusive, oldest first.</summary>
    public async Task<List<MessageId>> IdsAsync(ChannelId channel, UserId author, DateTimeOffset from, DateTimeOffset until, int limit)
    {
        await using var command = source.CreateCommand(
            "select id from messages where channel_id = $1 and id >= $2 and id < $3 and author_id = $4 and deleted_at is null order by id limit $5");
        Add(command, channel.Value, UuidV7.Floor(from), UuidV7.Floor(until.AddMilliseconds(1)), author.Value);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await IdsAsync(command);
    }

    /// <summary>Those of the messages that are there and not deleted, oldest first.</summary>
    public async Task<List<MessageId>> IdsAsync(ChannelId channel, Guid[] ids)
    {
        await using var command = source.CreateCommand("select id from messages where channel_id = $1 and id = any($2) and deleted_at is null order by id");
        Add(command, channel.Value);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        return await IdsAsync(command);
    }

    /// <summary>Those of the messages that may be removed for good, and where the journal holds their texts.</summary>
    /// <param name="channel">Theirs.</param>
    /// <param name="ids">All of this channel.</param>
    /// <param name="isGone">The channel is: its messages need not be deleted one by one.</param>
    public async Task<(List<MessageId> Ids, List<long> Positions)> ErasableAsync(ChannelId channel, Guid[] ids, bool isGone)
    {
        await using var command = source.CreateCommand("""
            select m.id, m.position, e.position from messages m left join message_edits e on e.channel_id = m.channel_id and e.message_id = m.id
            where m.channel_id = $1 and m.id = any($2) and (m.deleted_at is not null or $3) order by m.id, e.position
            """);
        Add(command, channel.Value);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = isGone });
        await using var row = await command.ExecuteReaderAsync();
        var (found, positions) = (new List<MessageId>(), new List<long>());
        while (await row.ReadAsync())
        {
            if (found.Count == 0 || found[^1].Value != row.GetGuid(0))
            {
                found.Add(new MessageId(row.GetGuid(0)));
                positions.Add(row.GetInt64(1));
            }

            if (!row.IsDBNull(2)) positions.Add(row.GetInt64(2));
        }

        return (found, positions);
    }

    /// <summary>Messages that were deleted before a time, the oldest deletion first.</summary>
    public async Task<List<ExpiredMessage>> ExpiredAsync(DateTimeOffset deletedBefore, int limit)
    {
        await using var command = source.CreateCommand("select channel_id, server_id, id from messages where deleted_at <= $1 order by deleted_at limit $2");
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = deletedBefore.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ExpiredAsync(command);
    }

    /// <summary>Messages of one channel that is gone.</summary>
    public async Task<List<ExpiredMessage>> OrphansAsync(int limit)
    {
        // The channels there are messages of, by steps through the index: not by reading every message.
        await using var command = source.CreateCommand("""
            with recursive used as (
                (select channel_id from messages order by channel_id limit 1)
                union all
                select (select m.channel_id from messages m where m.channel_id > u.channel_id order by m.channel_id limit 1) from used u where u.channel_id is not null),
            gone as (
                select channel_id from used u where channel_id is not null
                and not exists (select from channels c where c.id = u.channel_id) and not exists (select from private_channels p where p.id = u.channel_id) limit 1)
            select m.channel_id, m.server_id, m.id from messages m where m.channel_id = (select channel_id from gone) order by m.id limit $1
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ExpiredAsync(command);
    }

    public async Task<List<MessageDetail>> HistoryAsync(ChannelId channel, HistoryPage page, UserId reader)
    {
        if (page.After is { } after)
        {
            await using var next = source.CreateCommand($"select {Columns} from messages where channel_id = $1 and id > $2 and deleted_at is null order by id limit $3");
            Add(next, channel.Value, after);
            next.Parameters.Add(new NpgsqlParameter<int> { TypedValue = page.Limit });
            var ascending = await ReadAsync(next);
            ascending.Reverse();
            return await CompleteAsync(channel, ascending, reader);
        }

        var below = page.Before is null ? "<=" : "<";
        await using var command = source.CreateCommand($"select {Columns} from messages where channel_id = $1 and id {below} $2 and deleted_at is null order by id desc limit $3");
        Add(command, channel.Value, page.Before ?? page.UpTo ?? Guid.AllBitsSet);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = page.Limit });
        return await CompleteAsync(channel, await ReadAsync(command), reader);
    }

    /// <summary>All pins, the last one pinned first.</summary>
    public async Task<List<MessageDetail>> PinsAsync(ChannelId channel, UserId reader)
    {
        await using var command = source.CreateCommand(
            $"select {Columns} from messages where channel_id = $1 and pinned_at is not null and deleted_at is null order by pinned_at desc, id desc limit {Limits.PinsMax}");
        Add(command, channel.Value);
        return await CompleteAsync(channel, await ReadAsync(command), reader);
    }

    public async Task<int> PinCountAsync(ChannelId channel)
    {
        await using var command = source.CreateCommand("select count(*)::int from messages where channel_id = $1 and pinned_at is not null");
        Add(command, channel.Value);
        return (int)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Deleted messages that are not removed yet, newest first.</summary>
    /// <param name="channel">Whose.</param>
    /// <param name="before">Below this message, exclusive; null from the newest.</param>
    /// <param name="limit">At most so many.</param>
    public async Task<List<DeletedMessageRecord>> DeletedAsync(ChannelId channel, MessageId? before, int limit)
    {
        await using var command = source.CreateCommand($"select {Columns}, deleted_at, deleted_by from messages where channel_id = $1 and id < $2 and deleted_at is not null order by id desc limit $3");
        Add(command, channel.Value, before?.Value ?? Guid.AllBitsSet);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var row = await command.ExecuteReaderAsync();
        var messages = new List<DeletedMessageRecord>();
        while (await row.ReadAsync()) messages.Add(new DeletedMessageRecord(Read(row), row.GetFieldValue<DateTimeOffset>(14), new UserId(row.GetGuid(15))));
        return messages;
    }

    /// <summary>Who reacted to a message, the oldest kind first.</summary>
    public async Task<ImmutableArray<ReactionRecord>> ReactionsAsync(ChannelId channel, MessageId id)
    {
        await using var command = source.CreateCommand("select emoji, user_id from reactions where channel_id = $1 and message_id = $2 order by position");
        Add(command, channel.Value, id.Value);
        await using var row = await command.ExecuteReaderAsync();
        var kinds = new List<(string Emoji, ImmutableArray<UserId>.Builder Users)>();
        while (await row.ReadAsync())
        {
            var emoji = row.GetString(0);
            var index = kinds.FindIndex(kind => kind.Emoji == emoji);
            if (index < 0)
            {
                index = kinds.Count;
                kinds.Add((emoji, ImmutableArray.CreateBuilder<UserId>()));
            }

            kinds[index].Users.Add(new UserId(row.GetGuid(1)));
        }

        return [.. kinds.Select(kind => new ReactionRecord(kind.Emoji, kind.Users.ToImmutable()))];
    }

    /// <summary>A page of those who reacted with an emoji, by ID.</summary>
    public async Task<List<UserId>> ReactorsAsync(ChannelId channel, MessageId id, string emoji, UserId? after, int limit)
    {
        await using var command = source.CreateCommand("select user_id from reactions where channel_id = $1 and message_id = $2 and emoji = $3 and user_id > $4 order by user_id limit $5");
        Add(command, channel.Value, id.Value);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = emoji });
        Add(command, after?.Value ?? Guid.Empty);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var row = await command.ExecuteReaderAsync();
        var users = new List<UserId>();
        while (await row.ReadAsync()) users.Add(new UserId(row.GetGuid(0)));
        return users;
    }

    /// <summary>What messages refer to, as far as it is not deleted.</summary>
    public async Task<Dictionary<MessageId, MessageDetail>> ReferencedAsync(Guid[] channels, Guid[] ids)
    {
        await using var command = source.CreateCommand($"""
            select {Columns} from messages m join (select distinct * from unnest($1::uuid[], $2::uuid[]) as x(c, i)) x on m.channel_id = x.c and m.id = x.i where deleted_at is null
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = channels });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        return (await ReadAsync(command)).ToDictionary(message => message.Message.Id);
    }

    /// <summary>A private channel, or null when there is none.</summary>
    public async Task<PrivateChannelRecord?> PrivateChannelAsync(ChannelId id)
    {
        await using var command = source.CreateCommand($"select {PrivateChannelColumns} from private_channels where id = $1");
        Add(command, id.Value);
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync() ? PrivateChannel(row) : null;
    }

    internal const string PrivateChannelColumns = "id, type, name, owner_id, member_ids, closed_for, created_at";

    internal static PrivateChannelRecord PrivateChannel(NpgsqlDataReader row) => new(
        new ChannelId(row.GetGuid(0)),
        (ChannelType)row.GetInt16(1),
        row.IsDBNull(2) ? null : row.GetString(2),
        new UserId(row.GetGuid(3)),
        [.. row.GetFieldValue<Guid[]>(4).Select(UserId.From)],
        [.. row.GetFieldValue<Guid[]>(5).Select(UserId.From)],
        row.GetFieldValue<DateTimeOffset>(6));

    /// <summary>Adds reactions and what is referred to, in one round trip for the whole page.</summary>
    public async Task<List<MessageDetail>> CompleteAsync(ChannelId channel, List<MessageDetail> page, UserId reader)
    {
        if (page.Count == 0) return page;
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(Sql.Command(
            """
            select message_id, emoji, count(*)::int, bool_or(user_id = $3) from reactions
            where channel_id = $1 and message_id = any($2) group by message_id, emoji order by message_id, min(position)
            """,
            new NpgsqlParameter<Guid> { TypedValue = channel.Value },
            new NpgsqlParameter<Guid[]> { TypedValue = [.. page.Select(detail => detail.Message.Id.Value)] },
            new NpgsqlParameter<Guid> { TypedValue = reader.Value }));
        Guid[] references = [.. page.Select(detail => detail.Message.ReplyTo?.Value).OfType<Guid>().Distinct()];
        if (references.Length > 0)
        {
            batch.BatchCommands.Add(Sql.Command(
                $"select {Columns} from messages where channel_id = $1 and id = any($2) and deleted_at is null",
                new NpgsqlParameter<Guid> { TypedValue = channel.Value },
                new NpgsqlParameter<Guid[]> { TypedValue = references }));
        }

        await using var row = await batch.ExecuteReaderAsync();
        var reactions = new Dictionary<MessageId, List<Reaction>>();
        while (await row.ReadAsync())
        {
            var id = new MessageId(row.GetGuid(0));
            if (!reactions.TryGetValue(id, out var kinds)) reactions[id] = kinds = [];
            kinds.Add(new Reaction(row.GetString(1), row.GetInt32(2), row.GetBoolean(3)));
        }

        var referenced = new Dictionary<MessageId, MessageDetail>();
        if (await row.NextResultAsync())
        {
            while (await row.ReadAsync())
            {
                var detail = Read(row);
                referenced[detail.Message.Id] = detail;
            }
        }

        if (reactions.Count == 0 && referenced.Count == 0) return page;
        return
        [
            .. page.Select(detail => detail with
            {
                Reactions = reactions.TryGetValue(detail.Message.Id, out var kinds) ? kinds : detail.Reactions,
                Referenced = detail.Message.ReplyTo is { } replyTo ? referenced.GetValueOrDefault(replyTo) : null,
            }),
        ];
    }

    private static void Add(NpgsqlCommand command, params ReadOnlySpan<Guid> ids)
    {
        foreach (var id in ids) command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
    }

    private static async Task<List<MessageId>> IdsAsync(NpgsqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<MessageId>();
        while (await reader.ReadAsync()) ids.Add(new MessageId(reader.GetGuid(0)));
        return ids;
    }

    private static async Task<List<ExpiredMessage>> ExpiredAsync(NpgsqlCommand command)
    {
        await using var row = await command.ExecuteReaderAsync();
        var messages = new List<ExpiredMessage>();
        while (await row.ReadAsync()) messages.Add(new ExpiredMessage(new ChannelId(row.GetGuid(0)), row.IsDBNull(1) ? null : new ServerId(row.GetGuid(1)), new MessageId(row.GetGuid(2))));
        return messages;
    }

    private static async Task<List<MessageDetail>> ReadAsync(NpgsqlCommand command)
    {
        await using var row = await command.ExecuteReaderAsync();
        var messages = new List<MessageDetail>();
        while (await row.ReadAsync()) messages.Add(Read(row));
        return messages;
    }

    internal static MessageDetail Read(NpgsqlDataReader row) => new(
        new MessageRecord(
            new MessageId(row.GetGuid(0)),
            new ChannelId(row.GetGuid(1)),
            row.IsDBNull(2) ? null : new ServerId(row.GetGuid(2)),
            new UserId(row.GetGuid(3)),
            row.GetString(4),
            row.IsDBNull(5) ? null : row.GetString(5),
            row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
            [.. row.GetFieldValue<Guid[]>(7).Select(UserId.From)],
            [.. row.GetFieldValue<Guid[]>(8).Select(RoleId.From)],
            row.GetBoolean(9),
            (MessageType)row.GetInt16(10),
            row.IsDBNull(11) ? null : new MessageId(row.GetGuid(11)),
            row.IsDBNull(13) ? null : JsonSerializer.Deserialize(row.GetString(13), EventJson.Default.ImmutableArrayAttachmentRecord)),
        row.GetBoolean(12),
        []);
}
