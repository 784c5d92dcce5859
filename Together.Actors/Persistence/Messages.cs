using Npgsql;
using Together.Actors.Channels;
using Together.Protocol;

namespace Together.Actors.Persistence;

/// <summary>Which page of a channel's history, newest first. Without a mark, the newest.</summary>
/// <param name="Limit">Messages at most.</param>
/// <param name="Before">The page next below this mark, exclusive.</param>
/// <param name="After">The page next above this mark, exclusive.</param>
/// <param name="UpTo">The page from this mark downwards, inclusive.</param>
public readonly record struct HistoryPage(int Limit, Guid? Before = null, Guid? After = null, Guid? UpTo = null);

/// <summary>Reads the messages table. Any thread.</summary>
public sealed class Messages(NpgsqlDataSource source)
{
    private const string Columns = "id, channel_id, server_id, author_id, content, nonce, edited_at, mention_ids, mention_role_ids, mention_everyone";

    /// <summary>The message, unless it does not exist or was deleted.</summary>
    public async Task<MessageRecord?> FindAsync(ChannelId channel, MessageId id)
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
        return (await ReadAsync(command)) is [var message] ? message : null;
    }

    public async Task<MessageId?> LastIdAsync(ChannelId channel)
    {
        await using var command = source.CreateCommand("select id from messages where channel_id = $1 order by id desc limit 1");
        Add(command, channel.Value);
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

    /// <summary>When the author last posted since a time; deleted messages count.</summary>
    public async Task<DateTimeOffset?> LastPostAsync(ChannelId channel, UserId author, DateTimeOffset since)
    {
        await using var command = source.CreateCommand("select id from messages where channel_id = $1 and id >= $2 and author_id = $3 order by id desc limit 1");
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
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<MessageId>();
        while (await reader.ReadAsync()) ids.Add(new MessageId(reader.GetGuid(0)));
        return ids;
    }

    public async Task<List<MessageRecord>> HistoryAsync(ChannelId channel, HistoryPage page)
    {
        if (page.After is { } after)
        {
            await using var next = source.CreateCommand($"select {Columns} from messages where channel_id = $1 and id > $2 and deleted_at is null order by id limit $3");
            Add(next, channel.Value, after);
            next.Parameters.Add(new NpgsqlParameter<int> { TypedValue = page.Limit });
            var ascending = await ReadAsync(next);
            ascending.Reverse();
            return ascending;
        }

        var below = page.Before is null ? "<=" : "<";
        await using var command = source.CreateCommand($"select {Columns} from messages where channel_id = $1 and id {below} $2 and deleted_at is null order by id desc limit $3");
        Add(command, channel.Value, page.Before ?? page.UpTo ?? Guid.AllBitsSet);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = page.Limit });
        return await ReadAsync(command);
    }

    private static void Add(NpgsqlCommand command, params ReadOnlySpan<Guid> ids)
    {
        foreach (var id in ids) command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
    }

    private static async Task<List<MessageRecord>> ReadAsync(NpgsqlCommand command)
    {
        await using var row = await command.ExecuteReaderAsync();
        var messages = new List<MessageRecord>();
        while (await row.ReadAsync())
        {
            messages.Add(new MessageRecord(
                new MessageId(row.GetGuid(0)),
                new ChannelId(row.GetGuid(1)),
                new ServerId(row.GetGuid(2)),
                new UserId(row.GetGuid(3)),
                row.GetString(4),
                row.IsDBNull(5) ? null : row.GetString(5),
                row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
                [.. row.GetFieldValue<Guid[]>(7).Select(UserId.From)],
                [.. row.GetFieldValue<Guid[]>(8).Select(RoleId.From)],
                row.GetBoolean(9)));
        }

        return messages;
    }
}
