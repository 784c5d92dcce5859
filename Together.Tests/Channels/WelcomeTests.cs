using System.Text.Json;
using Together.Host.Configuration;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Channels;

public sealed class WelcomeTests(PostgresFixture postgres) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private ReactorCursor _welcomes = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _welcomes = await ReactorCursor.OfWelcomesAsync(_database);
    }

    public async ValueTask DisposeAsync()
    {
        if (_welcomes is not null) await _welcomes.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    [Fact]
    public async Task joining_is_said_in_the_first_text_channel_that_the_newcomer_sees()
    {
        await using var host = await StartAsync();
        var club = await Community.FoundAsync(host);
        await club.OverwriteAsync(club.General, deny: Permissions.ViewChannel);
        var category = await club.ChannelAsync("Games", "category");
        await club.ChannelAsync("blitz", category: category);
        var lobby = await club.ChannelAsync("lobby");
        await using var socket = await GatewayClient.IdentifiedAsync(host, club.Owner);
        var bob = await club.MemberAsync("bob");

        var said = (await socket.UntilAsync(frame => frame.Is("MESSAGE_CREATE")))[^1].D;
        Assert.Equal(
            ("member_join", lobby, "", bob.Id),
            (said.GetProperty("type").GetString(), said.GetProperty("channel_id").GetString(), said.GetProperty("content").GetString(), said.GetProperty("author").GetProperty("id").GetString()));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (said.GetProperty("nonce").ValueKind, said.GetProperty("reply_to").ValueKind));
        Assert.True(JsonElement.DeepEquals(said, Assert.Single((await bob.GetAsync($"channels/{lobby}/messages")).Expect(200).Items)));
        (await bob.PatchAsync($"channels/{lobby}/messages/{said.GetProperty("id").GetString()}", """{"content":"hi"}""")).ExpectRefusal(409, "conflict");
    }

    [Fact]
    public async Task joining_again_is_said_again()
    {
        await using var host = await StartAsync();
        var club = await Community.FoundAsync(host);
        var bob = await club.MemberAsync("bob");
        await _welcomes.CaughtUpAsync();
        (await bob.DeleteAsync($"servers/{club.Id}/members/@me")).Expect(204);
        await club.AdmitAsync(bob);
        await _welcomes.CaughtUpAsync();
        Assert.Equal(["member_join", "member_join"], await TypesAsync(club.Owner, club.General));
    }

    [Fact]
    public async Task host_that_stops_in_between_says_it_once_when_it_is_back()
    {
        await using var first = await StartAsync();
        var club = await Community.FoundAsync(first);
        await using (var cursors = await HeldTable.TakeAsync(_database, "reactors"))
        {
            await club.MemberAsync("bob");
            // Whoever waits for the cursor has heard of the joining and said nothing yet.
            await cursors.WantedAsync();
            await first.DisposeAsync();
        }

        Assert.Equal(0, await CountAsync());
        await using (var host = await StartAsync())
        {
            await _welcomes.CaughtUpAsync();
            Assert.Equal(["member_join"], await TypesAsync(At(host, club.Owner), club.General));
        }

        // Stopped between saying it and remembering that: the same work is done again, and finds it done.
        await _database.ExecuteAsync("update reactors set position = 0 where name = 'welcome'");
        await using (var host = await StartAsync())
        {
            await _welcomes.CaughtUpAsync();
            Assert.Equal(["member_join"], await TypesAsync(At(host, club.Owner), club.General));
        }
    }

    [Fact]
    public async Task nothing_is_said_where_the_newcomer_sees_no_text_channel()
    {
        await using var host = await StartAsync();
        var club = await Community.FoundAsync(host);
        await club.OverwriteAsync(club.General, deny: Permissions.ViewChannel);
        await club.MemberAsync("bob");
        await _welcomes.CaughtUpAsync();
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task nothing_is_said_when_it_is_switched_off_nor_later()
    {
        Community club;
        await using (var host = await StartAsync(says: false))
        {
            club = await Community.FoundAsync(host);
            await club.MemberAsync("bob");
            await _welcomes.CaughtUpAsync();
        }

        await using var later = await StartAsync();
        var owner = At(later, club.Owner);
        var invite = (await owner.PostAsync($"servers/{club.Id}/invites", "{}")).Expect(201)["code"].GetString();
        var carol = await later.PersonAsync("carol");
        (await carol.PostAsync($"invites/{invite}")).Expect(200);
        await _welcomes.CaughtUpAsync();
        var said = Assert.Single((await owner.GetAsync($"channels/{club.General}/messages")).Expect(200).Items);
        Assert.Equal(carol.Id, said.GetProperty("author").GetProperty("id").GetString());
    }

    private Task<TestHost> StartAsync(bool says = true) => TestHost.StartAsync(postgres, options => options with { Channels = new ChannelsOptions { Welcome = says } }, _database);

    /// <summary>The same login, at another host of the same database.</summary>
    private static Person At(TestHost host, Person person) => new(host, person.Id, person.Username, person.SessionId, person.Token);

    private Task<long> CountAsync() => _database.ScalarAsync<long>("select count(*) from messages");

    private static async Task<List<string>> TypesAsync(Person reader, string channel) =>
        [.. (await reader.GetAsync($"channels/{channel}/messages")).Expect(200).Items.Select(message => message.GetProperty("type").GetString()!)];
}
