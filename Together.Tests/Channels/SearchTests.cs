using System.Text.Json;
using Together.Actors.Persistence;
using Together.Host.Database;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Channels;

/// <summary>What a search finds, in one channel and in all of a server.</summary>
public sealed class SearchTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Unknown = "018f0000-0000-7000-8000-000000000000";

    private TestDatabase _database = null!;
    private SearchCursor _index = null!;
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _index = await SearchCursor.WatchAsync(_database);
        _host = await TestHost.StartAsync(postgres, database: _database);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        if (_index is not null) await _index.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    [Fact]
    public async Task words_all_have_to_be_there()
    {
        var club = await Community.FoundAsync(_host);
        string[] said =
        [
            "The Queen's gambit: declined", "the gambit of a queen", "Königsgambit, früh um 8", "Ферзевый гамбит", "mail bob@chess.example.org about <b>tags</b>",
            "https://chess.example.org/openings?page=7#top", "snake_case and kebab-case", "e\u0301tude", "🍎 apple", "C++ & C#",
        ];
        foreach (var text in said) await club.Owner.SayAsync(club.General, text);
        await _index.CaughtUpAsync();

        await FindsAsync("gambit queen", said[1], said[0]);
        await FindsAsync("GAMBIT QUEEN S", said[0]);
        await FindsAsync("\"gambit queen\"");
        await FindsAsync("\"queen's gambit\"", said[0]);
        await FindsAsync("queen's", said[0]);
        await FindsAsync("gambit -declined", said[1]);
        await FindsAsync("gambit -\"queen s\"", said[1]);
        await FindsAsync("gam* the", said[1], said[0]);
        await FindsAsync("gam");
        await FindsAsync("KÖNIGS* 8", said[2]);
        await FindsAsync("гамбит", said[3]);
        await FindsAsync("bob@chess.example.org", said[4]);
        await FindsAsync("tags", said[4]);
        await FindsAsync("b", said[4]);
        await FindsAsync("example.org", said[5], said[4]);
        await FindsAsync("openings page 7", said[5]);
        await FindsAsync("case", said[6]);
        await FindsAsync("snake_case", said[6]);
        await FindsAsync("\u00e9tude", said[7]);
        await FindsAsync("E\u0301TUDE", said[7]);
        await FindsAsync("c", said[9]);
        foreach (var rubbish in (string[])["\"*-", "&|!()", "\"\"x\"", "🍎", ":*", "'", "\\", "<->", "\u0001a", "a:*b & !", "''::tsquery", "-- ' \\ :*"])
            (await club.Owner.GetAsync(Url(club.General, $"q={Uri.EscapeDataString(rubbish)}"))).Expect(200);
        foreach (var nothing in (string[])["\"*-", "&|!()", "🍎", "-gambit", "' or 1=1 --"]) await FindsAsync(nothing);

        async Task FindsAsync(string typed, params string[] expected) =>
            Assert.Equal(expected, Contents((await club.Owner.GetAsync(Url(club.General, $"q={Uri.EscapeDataString(typed)}"))).Expect(200)));
    }

    [Fact]
    public async Task every_sign_separates_words()
    {
        var club = await Community.FoundAsync(_host);
        var signs = Enumerable.Range(1, 127).Select(code => (char)code).Where(c => !char.IsAsciiLetterOrDigit(c)).ToList();
        // Between letters, between digits, and where a tag, an address, a path or an entity would begin or end.
        var message = await club.Owner.SayAsync(club.General, string.Join('x', signs.Select((sign, i) => $" la{i}{sign}lb{i} {i}1{sign}{i}2 {sign}lc{i}{sign} {sign}{sign}ld{i};")));
        await _index.CaughtUpAsync();
        for (var i = 0; i < signs.Count; i++)
        {
            foreach (var typed in (string[])[$"\"la{i} lb{i}\"", $"\"{i}1 {i}2\"", $"lc{i} ld{i}", $"la{i}{signs[i]}lb{i}"])
            {
                var found = (await club.Owner.GetAsync(Url(club.General, $"q={Uri.EscapeDataString(typed)}"))).Expect(200);
                Assert.True(Ids(found) is [var id] && id == message.Id, $"U+{(int)signs[i]:X4}: {typed} is not found");
                // The text is highlighted, so all of it came back.
                Assert.NotEmpty(found["highlights"].EnumerateArray());
            }
        }
    }

    [Fact]
    public async Task filters_narrow_what_is_found()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var openings = await club.ChannelAsync("openings");
        var first = await club.Owner.SayAsync(club.General, "e4 one", files: [(await club.Owner.UploadAsync("notes"u8.ToArray())).Expect(201)]);
        var second = await bob.SayAsync(openings, $"e4 two <@{club.Owner.Id}> https://example.org");
        var third = await bob.SayAsync(club.General, $"e4 three <@{bob.Id}>", files: [(await bob.UploadAsync("notes"u8.ToArray())).Expect(201), (await bob.UploadAsync(People.Png)).Expect(201)]);
        var fourth = await club.Owner.SayAsync(openings, "d4 four http://example.org/a.png");
        await _index.CaughtUpAsync();

        await FindsAsync("q=e4", third, second, first);
        await FindsAsync($"author_id={bob.Id}", third, second);
        await FindsAsync($"q=e4&author_id={club.Owner.Id}", first);
        await FindsAsync($"mentions={club.Owner.Id}", second);
        await FindsAsync($"mentions={bob.Id}&author_id={club.Owner.Id}");
        await FindsAsync("has=link", fourth, second);
        await FindsAsync("has=file", third, first);
        await FindsAsync("has=image", third);
        await FindsAsync("has=file,image", third);
        await FindsAsync("has=file&has=link");
        await FindsAsync($"channel_id={openings}", fourth, second);
        await FindsAsync($"q=e4&channel_id={openings}", second);
        await FindsAsync($"before={third.Id}&q=e4", second, first);
        await FindsAsync($"after={second.Id}", fourth, third);
        await FindsAsync($"after={first.Id}&before={fourth.Id}", third, second);
        await FindsAsync("after=2020-01-01T00:00:00Z&before=2020-02-01T00:00:00Z");
        await FindsAsync("after=ffffffff-ffff-ffff-ffff-ffffffffffff");
        await FindsAsync("before=2100-01-01T00:00:00Z&q=four", fourth);
        await FindsAsync($"q=e4&author_id={Unknown}");

        async Task FindsAsync(string query, params Answer[] expected) =>
            Assert.Equal(expected.Select(message => message.Id), Ids((await bob.GetAsync($"servers/{club.Id}/messages/search?{query}")).Expect(200)));
    }

    [Fact]
    public async Task found_message_looks_as_in_the_history()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var question = await bob.SayAsync(club.General, "e4 or d4?");
        var reply = (await club.Owner.PostAsync($"channels/{club.General}/messages", $$"""{"content":"neither <@{{bob.Id}}>","reply_to":"{{question.Id}}","nonce":"n"}""")).Expect(201);
        (await bob.PutAsync($"channels/{club.General}/messages/{reply.Id}/reactions/{Uri.EscapeDataString("🍎")}/@me")).Expect(204);
        (await club.Owner.PutAsync($"channels/{club.General}/pins/{reply.Id}")).Expect(204);
        await _index.CaughtUpAsync();
        foreach (var reader in (Person[])[bob, club.Owner])
        {
            var expected = (await reader.GetAsync($"channels/{club.General}/messages/{reply.Id}")).Expect(200).Body.GetRawText();
            Assert.Equal(expected, (await reader.GetAsync(Url(club.General, "q=neither"))).Expect(200)["messages"][0].GetRawText());
            Assert.Equal(expected, (await reader.GetAsync($"servers/{club.Id}/messages/search?q=neither")).Expect(200)["messages"][0].GetRawText());
        }

        // What the host says is nothing that somebody said.
        Assert.Equal([reply.Id], Ids(await bob.GetAsync(Url(club.General, $"author_id={club.Owner.Id}"))));
    }

    [Fact]
    public async Task highlights_are_ranges_of_the_content()
    {
        var club = await Community.FoundAsync(_host);
        string[] said = ["🍎🍎 knight, KNIGHT <knight> \"the knight\"!", "no\u0001\u0002 knights", new string('x', 3000) + " knight", "馬 knight\n\tend"];
        foreach (var text in said) await club.Owner.SayAsync(club.General, text);
        await _index.CaughtUpAsync();
        var answer = (await club.Owner.GetAsync(Url(club.General, "q=knight*"))).Expect(200);
        var marked = answer["highlights"].EnumerateArray().ToDictionary(
            highlight => highlight.GetProperty("message_id").GetString()!, highlight => highlight.GetProperty("ranges").EnumerateArray().Select(range => (range[0].GetInt32(), range[1].GetInt32())).ToList());
        var words = answer["messages"].EnumerateArray().Reverse().Select(message =>
            marked.TryGetValue(message.GetProperty("id").GetString()!, out var ranges) ? string.Join(' ', ranges.Select(range => message.GetProperty("content").GetString()![range.Item1..range.Item2])) : "").ToList();
        // A word of 3,000 letters is left out of the index and of what is highlighted.
        Assert.Equal(["knight KNIGHT knight knight", "knights", "", "knight"], words);
        Assert.Equal([(5, 11), (13, 19), (21, 27), (34, 40)], marked[answer["messages"].EnumerateArray().Last().GetProperty("id").GetString()!]);
        Assert.Empty((await club.Owner.GetAsync(Url(club.General, $"author_id={club.Owner.Id}"))).Expect(200)["highlights"].EnumerateArray());
    }

    [Fact]
    public async Task deleted_message_is_found_by_nobody_at_once()
    {
        var club = await Community.FoundAsync(_host);
        List<Answer> said = [];
        for (var i = 0; i < 4; i++) said.Add(await club.Owner.SayAsync(club.General, $"secret {i}"));
        await _index.CaughtUpAsync();
        await using (var held = await HeldTable.TakeAsync(_database, "search_state"))
        {
            (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{said[0].Id}")).Expect(204);
            (await club.Owner.PostAsync($"channels/{club.General}/messages/bulk-delete", $$"""{"ids":["{{said[1].Id}}"]}""")).Expect(204);
            // The index still has them.
            Assert.Equal(4, await IndexedAsync());
            Assert.Equal([said[3].Id, said[2].Id], Ids(await club.Owner.GetAsync(Url(club.General, "q=secret"))));
            Assert.Equal(2, (await club.Owner.GetAsync($"servers/{club.Id}/messages/search?q=secret"))["total"].GetInt32());
        }

        await _index.CaughtUpAsync();
        Assert.Equal(2, await IndexedAsync());
        Assert.Equal(0, await _database.ScalarAsync<long>($"select count(*) from message_search where message_id in ('{said[0].Id}', '{said[1].Id}')"));
        (await club.Owner.PatchAsync($"channels/{club.General}/messages/{said[2].Id}", """{"content":"nothing"}""")).Expect(200);
        await _index.CaughtUpAsync();
        Assert.Equal([said[3].Id], Ids(await club.Owner.GetAsync(Url(club.General, "q=secret"))));
        Assert.Equal([said[2].Id], Ids(await club.Owner.GetAsync(Url(club.General, "q=nothing"))));
    }

    [Fact]
    public async Task what_is_gone_leaves_the_index()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var other = await club.ChannelAsync("other");
        var group = (await club.Owner.PostAsync("users/@me/channels", $$"""{"recipient_ids":["{{bob.Id}}","{{carol.Id}}"]}""")).Expect(201).Id;
        foreach (var channel in (string[])[club.General, other, group]) await club.Owner.SayAsync(channel, "secret");
        await _index.CaughtUpAsync();
        Assert.Equal(3, await IndexedAsync());
        (await club.Owner.DeleteAsync($"channels/{other}")).Expect(204);
        await _index.CaughtUpAsync();
        Assert.Equal(2, await IndexedAsync());
        foreach (var member in (Person[])[club.Owner, bob, carol]) (await member.DeleteAsync($"channels/{group}")).Expect(204);
        await _index.CaughtUpAsync();
        Assert.Equal(1, await IndexedAsync());
        (await club.Owner.DeleteAsync($"servers/{club.Id}")).Expect(204);
        await _index.CaughtUpAsync();
        Assert.Equal(0, await IndexedAsync());
    }

    [Fact]
    public async Task search_of_a_server_is_of_what_the_caller_may_read()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var (hidden, forgetful) = (await club.ChannelAsync("hidden"), await club.ChannelAsync("forgetful"));
        await club.OverwriteAsync(hidden, deny: Permissions.ViewChannel);
        await club.OverwriteAsync(forgetful, deny: Permissions.ReadMessageHistory);
        var elsewhere = await Community.FoundAsync(_host);
        foreach (var channel in (string[])[club.General, hidden, forgetful]) await club.Owner.SayAsync(channel, "secret");
        await elsewhere.Owner.SayAsync(elsewhere.General, "secret");
        await _index.CaughtUpAsync();

        Assert.Equal((3, 1), (await TotalAsync(club.Owner, ""), await TotalAsync(bob, "")));
        var nobody = (await bob.GetAsync($"servers/{club.Id}/messages/search?q=secret&channel_id={Unknown}")).Expect(200).Body.GetRawText();
        foreach (var channel in (string[])[hidden, forgetful, elsewhere.General])
            Assert.Equal(nobody, (await bob.GetAsync($"servers/{club.Id}/messages/search?q=secret&channel_id={channel}")).Expect(200).Body.GetRawText());
        Assert.Equal(0, await TotalAsync(club.Owner, $"&channel_id={elsewhere.General}"));
        (await bob.GetAsync(Url(hidden, "q="))).ExpectRefusal(404, "not_found");
        (await bob.GetAsync(Url(forgetful, "q="))).ExpectRefusal(403, "missing_permissions");
        (await elsewhere.Owner.GetAsync($"servers/{club.Id}/messages/search?limit=x")).ExpectRefusal(404, "not_found");

        await club.OverwriteAsync(hidden, bob, allow: Permissions.ViewChannel);
        Assert.Equal(2, await TotalAsync(bob, ""));

        async Task<int> TotalAsync(Person reader, string filter) => (await reader.GetAsync($"servers/{club.Id}/messages/search?q=secret{filter}")).Expect(200)["total"].GetInt32();
    }

    [Fact]
    public async Task private_channels_are_searched_by_those_in_them()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var dm = (await club.Owner.PostAsync("users/@me/channels", $$"""{"recipient_ids":["{{bob.Id}}"]}""")).Expect(201).Id;
        var message = await club.Owner.SayAsync(dm, "secret");
        await _index.CaughtUpAsync();
        Assert.Equal([message.Id], Ids(await bob.GetAsync(Url(dm, "q=secret"))));
        (await carol.GetAsync(Url(dm, "q=secret"))).ExpectRefusal(404, "not_found");
        Assert.Empty(Ids(await bob.GetAsync($"servers/{club.Id}/messages/search?q=secret")));
    }

    [Fact]
    public async Task pages_do_not_move_when_more_is_said()
    {
        var club = await Community.FoundAsync(_host);
        List<string> said = [];
        for (var i = 0; i < 7; i++) said.Insert(0, (await club.Owner.SayAsync(club.General, $"move {i}")).Id);
        await _index.CaughtUpAsync();
        List<string> read = [];
        var (mark, hasMore) = ("", true);
        while (hasMore)
        {
            var page = (await club.Owner.GetAsync(Url(club.General, $"q=move&limit=2{mark}"))).Expect(200);
            Assert.Equal(said.Count - read.Count, page["total"].GetInt32());
            read.AddRange(Ids(page));
            (mark, hasMore) = ($"&before={read[^1]}", page["has_more"].GetBoolean());
            await club.Owner.SayAsync(club.General, "move on");
            await _index.CaughtUpAsync();
        }

        Assert.Equal(said, read);
        var third = (await club.Owner.GetAsync(Url(club.General, $"q=move&limit=2&offset=4&before={said[0]}"))).Expect(200);
        Assert.Equal((said[5], false, 6), (Ids(third)[0], third["has_more"].GetBoolean(), third["total"].GetInt32()));
    }

    [Fact]
    public async Task relevance_puts_what_says_it_most_first()
    {
        var club = await Community.FoundAsync(_host);
        var much = await club.Owner.SayAsync(club.General, "rook rook rook rook");
        var some = await club.Owner.SayAsync(club.General, "rook and rook");
        var little = await club.Owner.SayAsync(club.General, "a rook among many other words that are said about anything else");
        var again = await club.Owner.SayAsync(club.General, "a rook among many other words that are said about anything else");
        await _index.CaughtUpAsync();
        Assert.Equal([again.Id, little.Id, some.Id, much.Id], Ids(await club.Owner.GetAsync(Url(club.General, "q=rook"))));
        Assert.Equal([much.Id, some.Id, again.Id, little.Id], Ids(await club.Owner.GetAsync(Url(club.General, "q=rook&sort=relevance"))));
        var second = (await club.Owner.GetAsync(Url(club.General, "q=rook&sort=relevance&offset=1&limit=2"))).Expect(200);
        Assert.Equal([some.Id, again.Id], Ids(second));
        Assert.True(second["has_more"].GetBoolean());
    }

    [Theory]
    [InlineData("", "q")]
    [InlineData("q=%20%20", "q")]
    [InlineData("q=%00a", "q")]
    [InlineData("q=a&q=b", "q")]
    [InlineData("limit=10&offset=0", "q")]
    [InlineData("q=a&limit=0", "limit")]
    [InlineData("q=a&limit=101", "limit")]
    [InlineData("q=a&offset=-1", "offset")]
    [InlineData("q=a&offset=1001", "offset")]
    [InlineData("q=a&author_id=me", "author_id")]
    [InlineData("q=a&mentions=me", "mentions")]
    [InlineData("q=a&has=video", "has")]
    [InlineData("q=a&has=link&has=file,x", "has")]
    [InlineData("q=a&before=yesterday", "before")]
    [InlineData("q=a&after=1", "after")]
    [InlineData("q=a&sort=oldest", "sort")]
    public async Task bad_query_is_refused_by_its_field(string query, string field)
    {
        var club = await Community.FoundAsync(_host);
        foreach (var path in (string[])[$"channels/{club.General}", $"servers/{club.Id}"])
        {
            var answer = await club.Owner.GetAsync($"{path}/messages/search?{query}");
            answer.ExpectRefusal(400, "invalid_query");
            Assert.Equal([field], answer.Fields);
        }
    }

    [Fact]
    public async Task query_has_a_longest_length_and_so_many_words()
    {
        var club = await Community.FoundAsync(_host);
        await club.Owner.SayAsync(club.General, string.Join(' ', Enumerable.Range(0, 21)));
        await _index.CaughtUpAsync();
        Assert.Single(Ids((await club.Owner.GetAsync(Url(club.General, $"q={string.Join('+', Enumerable.Range(0, 20))}"))).Expect(200)));
        (await club.Owner.GetAsync(Url(club.General, $"q={new string('x', 256)}"))).Expect(200);
        Assert.Equal(["q"], (await club.Owner.GetAsync(Url(club.General, $"q={string.Join('+', Enumerable.Range(0, 21))}"))).Expect(400).Fields);
        Assert.Equal(["q"], (await club.Owner.GetAsync(Url(club.General, $"q={new string('x', 257)}"))).Expect(400).Fields);
        Assert.Equal(["channel_id"], (await club.Owner.GetAsync($"servers/{club.Id}/messages/search?q=a&channel_id=x")).Expect(400).Fields);
    }

    [Fact]
    public async Task what_was_stored_before_a_crash_is_indexed_after_it()
    {
        var club = await Community.FoundAsync(_host);
        var kept = await club.Owner.SayAsync(club.General, "secret kept");
        var deleted = await club.Owner.SayAsync(club.General, "secret deleted");
        await _index.CaughtUpAsync();
        await using (var held = await HeldTable.TakeAsync(_database, "search_state"))
        {
            var late = await club.Owner.SayAsync(club.General, "secret late");
            await held.WantedAsync();
            (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{deleted.Id}")).Expect(204);
            await _host.DisposeAsync();
            Assert.Equal(2, await IndexedAsync());
            await held.ReleaseAsync();
            _host = await TestHost.StartAsync(postgres, database: _database);
            // Whoever searches before the index has caught up is not shown what is gone.
            var reader = await LoggedInAsync(club.Owner);
            Assert.DoesNotContain(deleted.Id, Ids(await reader.GetAsync(Url(club.General, "q=secret"))));
            await _index.CaughtUpAsync();
            Assert.Equal([late.Id, kept.Id], Ids(await reader.GetAsync(Url(club.General, "q=secret"))));
        }
    }

    [Fact]
    public async Task index_that_failed_reads_what_it_missed()
    {
        var club = await Community.FoundAsync(_host);
        var deleted = await club.Owner.SayAsync(club.General, "secret deleted");
        var kept = await club.Owner.SayAsync(club.General, "secret kept");
        await _index.CaughtUpAsync();
        Answer late;
        await using (var held = await HeldTable.TakeAsync(_database, "search_state"))
        {
            late = await club.Owner.SayAsync(club.General, "secret late");
            (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{deleted.Id}")).Expect(204);
            await held.WantedAsync();
            Assert.Equal(1, await _database.ScalarAsync<long>("select count(pg_terminate_backend(pid)) from pg_locks where relation = 'search_state'::regclass and not granted"));
            // It knows no more what it has not done, and still nobody finds what is deleted.
            await held.WantedAsync();
            var found = await club.Owner.GetAsync(Url(club.General, "q=secret"));
            Assert.Equal([kept.Id], Ids(found));
            Assert.Equal(1, found["total"].GetInt32());
        }

        await _index.CaughtUpAsync();
        Assert.Equal([late.Id, kept.Id], Ids(await club.Owner.GetAsync(Url(club.General, "q=secret"))));
    }

    [Fact]
    public async Task search_that_takes_too_long_is_given_up_and_the_others_go_on()
    {
        var club = await Community.FoundAsync(_host);
        await club.Owner.SayAsync(club.General, "secret");
        await _index.CaughtUpAsync();
        await using (var held = await HeldTable.TakeAsync(_database, "message_search"))
        {
            var searches = Enumerable.Range(0, MessageSearch.Parallel).Select(_ => club.Owner.GetAsync(Url(club.General, "q=secret"))).ToList();
            await held.WantedAsync();
            // Meanwhile the history is read and written.
            Assert.Equal(["secret"], await club.Owner.HistoryAsync(club.General));
            await club.Owner.SayAsync(club.General, "more");
            foreach (var search in searches)
            {
                (await search).ExpectRefusal(503, "unavailable");
                Assert.Contains("took too long", (await search)["detail"].GetString(), StringComparison.Ordinal);
            }
        }

        Assert.Single(Ids(await club.Owner.GetAsync(Url(club.General, "q=secret"))));
    }

    [Fact]
    public async Task too_many_searches_at_once_are_refused()
    {
        var club = await Community.FoundAsync(_host);
        await club.Owner.SayAsync(club.General, "secret");
        await _index.CaughtUpAsync();
        List<Task<Answer>> searches = [];
        await using (var held = await HeldTable.TakeAsync(_database, "message_search"))
        {
            // All that run and wait, and one more: refused while none of the others can be answered.
            for (var i = 0; i < MessageSearch.Parallel + MessageSearch.QueueMax + 1; i++) searches.Add(club.Owner.GetAsync(Url(club.General, "q=secret")));
            var first = await Task.WhenAny(searches);
            (await first).ExpectRefusal(503, "overloaded");
            searches.Remove(first);
        }

        foreach (var search in searches) Assert.Single(Ids(await search));
    }

    [Fact]
    public async Task another_text_configuration_indexes_everything_anew()
    {
        var club = await Community.FoundAsync(_host);
        var message = await club.Owner.SayAsync(club.General, "the knights are jumping");
        await _index.CaughtUpAsync();
        Assert.Empty(Ids(await club.Owner.GetAsync(Url(club.General, "q=knight+jumps"))));
        await _host.DisposeAsync();
        _host = await TestHost.StartAsync(postgres, options => options with { Search = new() { TextConfiguration = "english" } }, _database);
        await _index.CaughtUpAsync();
        var reader = await LoggedInAsync(club.Owner);
        var found = (await reader.GetAsync(Url(club.General, "q=knight+jumps+the"))).Expect(200);
        Assert.Equal([message.Id], Ids(found));
        Assert.Equal("[[4,11],[16,23]]", found["highlights"][0].GetProperty("ranges").GetRawText());
        // A word that English leaves out is no word.
        Assert.Empty(Ids(await reader.GetAsync(Url(club.General, "q=the"))));
    }

    [Fact]
    public async Task unknown_text_configuration_is_refused_at_the_start()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var refused = await Assert.ThrowsAsync<DatabaseRefusedException>(
            () => TestHost.StartAsync(postgres, options => options with { Search = new() { TextConfiguration = "klingon" } }, database));
        Assert.Contains("together.search.text-configuration: this database has no text search configuration klingon; it has arabic,", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task rebuilt_tables_are_indexed_anew()
    {
        var club = await Community.FoundAsync(_host);
        var message = await club.Owner.SayAsync(club.General, "secret");
        await _index.CaughtUpAsync();
        await _host.DisposeAsync();
        // A session ends a moment after its socket, and with it the lock of the host.
        while (await _database.ScalarAsync<long>("select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())") > 0) await Task.Yield();
        await _database.ExecuteAsync("update message_search set tsv = ''");
        await JournalReplay.RebuildAsync(_database.DataSource, new Progress<long>(), TestContext.Current.CancellationToken);
        _host = await TestHost.StartAsync(postgres, database: _database);
        await _index.CaughtUpAsync();
        Assert.Equal([message.Id], Ids(await (await LoggedInAsync(club.Owner)).GetAsync(Url(club.General, "q=secret"))));
    }

    private async Task<Person> LoggedInAsync(Person person)
    {
        var answer = (await Person.Stranger(_host).PostAsync("auth/login", $$"""{"username":"{{person.Username}}","password":"correct horse"}""")).Expect(200);
        return new Person(_host, person.Id, person.Username, "", answer["access_token"].GetString());
    }

    private Task<long> IndexedAsync() => _database.ScalarAsync<long>("select count(*) from message_search where tsv @@ 'secret'");

    private static string Url(string channel, string query) => $"channels/{channel}/messages/search?{query}";

    private static List<string> Ids(Answer answer) => [.. Messages(answer).Select(message => message.GetProperty("id").GetString()!)];

    private static List<string> Contents(Answer answer) => [.. Messages(answer).Select(message => message.GetProperty("content").GetString()!)];

    private static List<JsonElement> Messages(Answer answer) => [.. answer.Expect(200)["messages"].EnumerateArray()];
}
