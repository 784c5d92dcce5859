using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Users;
using Together.Host;
using Together.Host.Cli;
using Together.Host.Configuration;
using Together.Protocol;
using Together.Protocol.Channels;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Persistence;

/// <summary>What is left of a message when its time is over: nothing, in no table, in no text of the journal, in no memory.</summary>
public sealed class RetentionTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Secret = "xylophone";

    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    private readonly ManualClock _clock = new();
    private TestDatabase _database = null!;
    private ReactorCursor _redaction = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _redaction = await ReactorCursor.OfRedactionAsync(_database);
    }

    public async ValueTask DisposeAsync()
    {
        if (_redaction is not null) await _redaction.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    [Fact]
    public async Task deleted_message_is_gone_after_thirty_days()
    {
        await using var node = await StartAsync(Month);
        var start = node.Log.Position;
        var garden = await Garden.PlantAsync(node);
        var kept = await garden.SayAsync("kept");
        var message = await garden.SayAsync($"<@{garden.Owner}> {Secret} one");
        await garden.AskAsync(new EditMessage(garden.Owner, message.Id, $"<@{garden.Owner}> {Secret} two"));
        await garden.AskAsync(new EditMessage(garden.Owner, message.Id, $"<@{garden.Owner}> {Secret} three"));
        await garden.AskAsync(new AddReaction(garden.Owner, message.Id, "🍎"));
        await garden.AskAsync(new PostMessage(garden.Owner, "a reply that quotes it", null, message.Id));
        await garden.AskAsync(new PinMessage(garden.Owner, message.Id));
        await garden.AskAsync(new DeleteMessage(garden.Owner, message.Id));
        var last = await garden.SayAsync("last");
        await garden.AskAsync(new DeleteMessage(garden.Owner, last.Id));
        // Posted, edited and edited; and where others refer to it, in memory alone.
        Assert.Equal((3, 5), (await JournalAsync(Secret), Tail(node, start)));

        _clock.Advance(Month - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await node.Retention.SweepAsync());
        Assert.Equal((2, 2, 1), await CountAsync(message.Id));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, await node.Retention.SweepAsync());
        Assert.Equal(0, await node.Retention.SweepAsync());
        await _redaction.CaughtUpAsync();

        Assert.Equal((0, 0, 0), await CountAsync(message.Id));
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from mentions"));
        Assert.Equal(0, await JournalAsync(Secret));
        Assert.Equal(0, Tail(node, start));
        Assert.Equal(["", "a reply that quotes it", "kept"], await garden.HistoryAsync());
        Assert.Empty(await node.Messages.DeletedAsync(garden.Channel, null, 10));
        Assert.NotEqual(last.Id, node.Views.Root.LastMessages[garden.Channel]);
        Assert.Equal(0, await VerifyAsync());

        // The next one is above everything there ever was.
        Assert.True((await garden.SayAsync("next")).Id.CompareTo(last.Id) > 0);
        Assert.True(kept.Id.CompareTo(last.Id) < 0);
        Assert.Equal(0, await VerifyAsync());
    }

    [Theory]
    [InlineData("channel")]
    [InlineData("server")]
    [InlineData("group")]
    public async Task messages_go_with_what_they_were_in(string what)
    {
        await using var node = await StartAsync(Month);
        var start = node.Log.Position;
        var garden = await Garden.PlantAsync(node);
        var others = new[] { await Garden.UserAsync(node, "one"), await Garden.UserAsync(node, "two") };
        var group = EntityRef.PrivateChannel(node.Ids.Next<ChannelId>());
        await garden.AskAsync(group, new OpenPrivateChannel(garden.Owner, [.. others]));
        // More than are removed at once.
        for (var i = 0; i < 101; i++) await garden.AskAsync(what == "group" ? group : garden.Entity, new PostMessage(garden.Owner, $"{Secret} {i}", null));
        await garden.AskAsync(what == "group" ? garden.Entity : group, new PostMessage(garden.Owner, "elsewhere", null));
        Assert.Equal(0, await node.Retention.SweepAsync());

        if (what == "channel") await garden.AskAsync(EntityRef.Server(garden.Id), new DeleteChannel(garden.Owner, garden.Channel));
        else if (what == "server") await garden.AskAsync(EntityRef.Server(garden.Id), new DeleteServer(garden.Owner));
        else foreach (var user in (UserId[])[garden.Owner, .. others]) await garden.AskAsync(group, new ClosePrivateChannel(user));
        Assert.Equal(101, await node.Retention.SweepAsync());
        await _redaction.CaughtUpAsync();
        Assert.Equal("elsewhere", await _database.ScalarAsync<string>("select string_agg(content, ' ') from messages"));
        Assert.Equal((0, 0), (await JournalAsync(Secret), Tail(node, start)));
        Assert.Equal(1, await JournalAsync("elsewhere"));
        Assert.Equal(0, await VerifyAsync());
    }

    [Fact]
    public async Task deleted_message_is_not_kept_at_all_when_it_is_to_be_kept_for_no_time()
    {
        await using var node = await StartAsync(TimeSpan.Zero);
        var garden = await Garden.PlantAsync(node);
        await garden.SayAsync("kept");
        await garden.AskAsync(new DeleteMessage(garden.Owner, (await garden.SayAsync(Secret)).Id));
        Assert.Equal(1, await node.Retention.SweepAsync());
        await _redaction.CaughtUpAsync();
        Assert.Equal((1, 0), (await _database.ScalarAsync<long>("select count(*) from messages"), await JournalAsync(Secret)));
    }

    [Fact]
    public async Task text_that_a_crash_left_in_the_journal_goes_at_the_next_start()
    {
        var node = await StartAsync(Month);
        var garden = await Garden.PlantAsync(node);
        var message = await garden.SayAsync(Secret);
        await garden.AskAsync(new EditMessage(garden.Owner, message.Id, $"{Secret}!"));
        await garden.AskAsync(new DeleteMessage(garden.Owner, message.Id));
        _clock.Advance(Month);
        await using (var cursors = await HeldTable.TakeAsync(_database, "reactors"))
        {
            Assert.Equal(1, await node.Retention.SweepAsync());
            // Whoever waits for the cursor has heard of the event and done nothing about it yet.
            await cursors.WantedAsync();
            await node.DisposeAsync();
        }

        Assert.Equal((0, 2), (await _database.ScalarAsync<long>("select count(*) from messages"), await JournalAsync(Secret)));
        await using (await StartAsync(Month))
        {
            await _redaction.CaughtUpAsync();
            Assert.Equal(0, await JournalAsync(Secret));
            Assert.Equal(0, await VerifyAsync());
        }
    }

    private Task<Node> StartAsync(TimeSpan kept)
    {
        var options = TogetherOptions.Load(CommunityStory.Environment(_database));
        options = options with { Channels = new ChannelsOptions { Welcome = false }, Retention = new RetentionOptions { DeletedMessages = kept } };
        return Node.StartAsync(options, _clock, new RecordingLogger().AsFactory(), CancellationToken.None);
    }

    /// <summary>How many events of the journal hold a text.</summary>
    private Task<long> JournalAsync(string text) => _database.ScalarAsync<long>($"select count(*) from journal where convert_from(payload, 'UTF8') like '%{text}%'");

    /// <summary>How many events in memory hold the secret.</summary>
    private static int Tail(Node node, long start) => node.Log.Tail(start, node.Log.Position, _ => true)!.Count(entry => entry.ToString().Contains(Secret, StringComparison.Ordinal));

    /// <summary>Deleted messages, and of one message the edits and reactions.</summary>
    private async Task<(long Deleted, long Edits, long Reactions)> CountAsync(MessageId id) => (
        await _database.ScalarAsync<long>("select count(*) from messages where deleted_at is not null"),
        await _database.ScalarAsync<long>($"select count(*) from message_edits where message_id = '{id}'"),
        await _database.ScalarAsync<long>($"select count(*) from reactions where message_id = '{id}'"));

    private async Task<int> VerifyAsync()
    {
        using var output = new StringWriter();
        return await TogetherCommand.InvokeAsync(["journal", "verify"], CommunityStory.Environment(_database), output, output);
    }

    /// <summary>One server with a text channel. One test.</summary>
    private sealed class Garden(Node node, UserId owner, ServerId id, ChannelId channel)
    {
        public UserId Owner { get; } = owner;

        public ServerId Id { get; } = id;

        public ChannelId Channel { get; } = channel;

        public EntityRef Entity => EntityRef.Channel(Channel, Id);

        public static async Task<Garden> PlantAsync(Node node)
        {
            var id = node.Ids.Next<ServerId>();
            var owner = await UserAsync(node, "owner");
            var server = (ServerState)(await AskAsync(node, EntityRef.Server(id), new CreateServer(owner, id, "Garden")))!;
            return new Garden(node, owner, id, server.Channels.Values.Single(channel => channel.Type == ChannelType.Text).Id);
        }

        public static async Task<UserId> UserAsync(Node node, string name)
        {
            var user = node.Ids.Next<UserId>();
            await AskAsync(node, EntityRef.User(user), new RegisterUser(new UserRecord(user, name, node.Time.GetUtcMilliseconds())));
            return user;
        }

        public async Task<MessageRecord> SayAsync(string content) => ((Posted)(await AskAsync(new PostMessage(Owner, content, null)))!).Message;

        public Task<object?> AskAsync(ChannelCommand command) => AskAsync(Entity, command);

        public Task<object?> AskAsync(EntityRef entity, object command) => AskAsync(node, entity, command);

        private static async Task<object?> AskAsync(Node node, EntityRef entity, object command)
        {
            var reply = await node.Region.AskAsync(entity, command);
            Assert.True(reply.Error is null, $"{command}: {reply.Error} {reply.Detail}");
            return reply.Value;
        }

        public async Task<List<string>> HistoryAsync() => [.. (await node.Messages.HistoryAsync(Channel, new HistoryPage(10), Owner)).Select(detail => detail.Message.Content)];
    }
}
