using Npgsql;
using Together.Actors.Runtime;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Persistence;

/// <summary>Marks that come while others are stored share a statement. On a whole node, without its HTTP.</summary>
public sealed class ReadStatesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private CommunityStory _community = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _community = await CommunityStory.StartAsync(_database);
        await _community.TellStoryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _community.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task last_good_mark_of_a_batch_wins_and_each_has_its_own_answer()
    {
        var channel = new ChannelId(await _database.ScalarAsync<Guid>("select channel_id from messages where channel_id in (select id from channels) group by channel_id having count(*) > 2"));
        var messages = await MessagesAsync(channel);
        var (alice, bob) = (_community.Node.Ids.Next<UserId>(), _community.Node.Ids.Next<UserId>());
        Task<Reply>[] marks;
        await using (var table = await HeldTable.TakeAsync(_database, "read_states"))
        {
            // Being stored; what follows waits for it.
            var first = _community.Node.ReadStates.MarkAsync(bob, channel, messages[2]);
            await table.WantedAsync();
            marks =
            [
                first,
                MarkAsync(alice, messages[1]),
                MarkAsync(bob, messages[1]),
                MarkAsync(alice, messages[0]),
                MarkAsync(alice, new MessageId(channel.Value)),
                MarkAsync(bob, null),
            ];
        }

        var replies = await Task.WhenAll(marks);
        Assert.Equal([null, null, null, null, ErrorCode.InvalidBody, null], replies.Select(reply => reply.Error));
        Assert.Equal("message_id", replies[4].Field);
        Assert.Equal(messages[0].Value, await _database.ScalarAsync<Guid>($"select last_read_message_id from read_states where user_id = '{alice}'"));
        Assert.True(await _database.ScalarAsync<bool>($"select last_read_message_id is null from read_states where user_id = '{bob}'"));

        Task<Reply> MarkAsync(UserId user, MessageId? message) => _community.Node.ReadStates.MarkAsync(user, channel, message);
    }

    [Fact]
    public async Task marks_beyond_what_may_wait_are_refused_and_the_others_are_stored()
    {
        var (user, channel) = (_community.Node.Ids.Next<UserId>(), _community.Node.Ids.Next<ChannelId>());
        var marks = new List<Task<Reply>>();
        await using (var table = await HeldTable.TakeAsync(_database, "read_states"))
        {
            marks.Add(_community.Node.ReadStates.MarkAsync(user, channel, null));
            await table.WantedAsync();
            do marks.Add(_community.Node.ReadStates.MarkAsync(user, channel, null));
            while (!marks[^1].IsCompleted);
        }

        var replies = await Task.WhenAll(marks);
        Assert.Equal(ErrorCode.Overloaded, replies[^1].Error);
        Assert.All(replies[..^1], reply => Assert.Null(reply.Error));
    }

    private async Task<List<MessageId>> MessagesAsync(ChannelId channel)
    {
        await using var command = _database.DataSource.CreateCommand("select id from messages where channel_id = $1 order by id");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = channel.Value });
        await using var reader = await command.ExecuteReaderAsync();
        var messages = new List<MessageId>();
        while (await reader.ReadAsync()) messages.Add(new MessageId(reader.GetGuid(0)));
        return messages;
    }
}
