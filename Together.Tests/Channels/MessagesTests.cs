using System.Text;
using System.Text.Json;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Channels;

public sealed class MessagesTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task posted_message_has_every_field_of_the_contract()
    {
        var club = await Community.FoundAsync(_host);
        var message = await club.Owner.SayAsync(club.General, "  **hello** 👋 \n", "n1");
        Assert.Equal(
            ["attachments", "author", "channel_id", "content", "created_at", "edited_at", "embeds", "id", "mention_everyone", "mention_role_ids", "mentions", "nonce", "pinned", "reactions", "referenced_message", "reply_to", "server_id", "type"],
            message.Body.EnumerateObject().Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.Equal("**hello** 👋", message["content"].GetString());
        Assert.Equal(club.General, message["channel_id"].GetString());
        Assert.Equal(club.Id, message["server_id"].GetString());
        Assert.Equal(club.Owner.Id, message["author"].GetProperty("id").GetString());
        Assert.Equal("n1", message["nonce"].GetString());
        Assert.Equal("default", message["type"].GetString());
        Assert.Equal(JsonValueKind.Null, message["edited_at"].ValueKind);
        Assert.False(message["pinned"].GetBoolean());
        Assert.Equal(UuidV7.Time(Guid.Parse(message.Id)), message["created_at"].GetDateTimeOffset());

        var got = (await club.Owner.GetAsync($"channels/{club.General}/messages/{message.Id}")).Expect(200);
        Assert.True(JsonElement.DeepEquals(message.Body, got.Body), got.Body.GetRawText());
        Assert.True(JsonElement.DeepEquals(message.Body, Assert.Single((await club.Owner.GetAsync($"channels/{club.General}/messages")).Items)));
    }

    [Fact]
    public async Task voice_channel_takes_text_too()
    {
        var club = await Community.FoundAsync(_host);
        await club.Owner.SayAsync(club.Voice, "can you hear me?");
        Assert.Equal(["can you hear me?"], await club.Owner.HistoryAsync(club.Voice));
    }

    [Theory]
    [InlineData("{}", "content")]
    [InlineData("""{"content":null}""", "content")]
    [InlineData("""{"content":""}""", "content")]
    [InlineData("""{"content":" \n\t "}""", "content")]
    [InlineData("""{"content":7}""", "content")]
    [InlineData("""{"content":{"text":"x"}}""", "content")]
    [InlineData("""{"content":"a\u0000b"}""", "content")]
    [InlineData("""{"content":"\ud800"}""", "content")]
    [InlineData("""{"content":"\udc00\ud800"}""", "content")]
    [InlineData("""{"content":"x","nonce":7}""", "nonce")]
    [InlineData("""{"content":"x","nonce":""}""", "nonce")]
    [InlineData("""{"content":"x","nonce":"a\u0000"}""", "nonce")]
    public async Task bad_message_is_refused_by_the_name_of_the_field(string body, string field)
    {
        var club = await Community.FoundAsync(_host);
        var answer = await club.Owner.PostAsync($"channels/{club.General}/messages", body);
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal([field], answer.Fields);
        Assert.Empty(await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task content_is_1_to_4000_characters_after_trimming()
    {
        var club = await Community.FoundAsync(_host);
        var longest = new string('x', 4000);
        await club.Owner.SayAsync(club.General, "x");
        Assert.Equal(longest, (await club.Owner.SayAsync(club.General, $"  {longest}  "))["content"].GetString());
        (await club.Owner.PostAsync($"channels/{club.General}/messages", $$"""{"content":"{{longest}}x"}""")).ExpectRefusal(400, "invalid_body");
    }

    [Fact]
    public async Task marks_that_tower_over_other_lines_are_refused()
    {
        var club = await Community.FoundAsync(_host);
        var path = $"channels/{club.General}/messages";
        var message = await club.Owner.SayAsync(club.General, $"a{new string('\u0301', 30)}");
        foreach (var answer in (Answer[])
        [
            await club.Owner.PostAsync(path, $$"""{"content":"a{{new string('\u0301', 31)}}"}"""),
            // A joiner does not begin anew.
            await club.Owner.PostAsync(path, $$"""{"content":"a{{new string('\u0301', 20)}}\u200d{{new string('\u0301', 11)}}"}"""),
            await club.Owner.PatchAsync($"{path}/{message.Id}", $$"""{"content":"a{{new string('\u0301', 31)}}"}"""),
        ])
        {
            answer.ExpectRefusal(400, "invalid_body");
            Assert.Equal(["content"], answer.Fields);
        }
    }

    [Theory]
    [InlineData("exe.\u202egpj\u202c.doc")]
    [InlineData("\u0645\u0631\u062d\u0628\u0627 \u200f(hi)")]
    [InlineData("line\r\n\tand tab")]
    [InlineData("\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \u0928\u093f e\u0301 \ue000 \ufffd")]
    public async Task text_stays_as_it_was_sent(string text)
    {
        var club = await Community.FoundAsync(_host);
        Assert.Equal(text, (await club.Owner.SayAsync(club.General, text))["content"].GetString());
        Assert.Equal([text], await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task nonce_of_64_characters_is_the_longest()
    {
        var club = await Community.FoundAsync(_host);
        await club.Owner.SayAsync(club.General, "x", new string('n', 64));
        var answer = await club.Owner.PostAsync($"channels/{club.General}/messages", $$"""{"content":"x","nonce":"{{new string('n', 65)}}"}""");
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal(["nonce"], answer.Fields);
    }

    [Fact]
    public async Task body_that_is_not_utf8_or_too_large_is_refused()
    {
        var club = await Community.FoundAsync(_host);
        var path = $"channels/{club.General}/messages";
        byte[] notUtf8 = [.. """{"content":"""u8, (byte)'"', 0xff, (byte)'"', (byte)'}'];
        (await club.Owner.SendBytesAsync(HttpMethod.Post, path, notUtf8)).ExpectRefusal(400, "invalid_body");
        (await club.Owner.SendBytesAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes($$"""{"content":"x","more":"{{new string(' ', 1024 * 1024)}}"}"""))).ExpectRefusal(413, "payload_too_large");
        Assert.Empty(await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task posting_needs_send_messages_and_history_needs_read_message_history()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var message = await bob.SayAsync(club.General, "hello");
        await club.WithholdAsync(Permissions.SendMessages);
        (await bob.PostAsync($"channels/{club.General}/messages", """{"content":"x"}""")).ExpectRefusal(403, "missing_permissions");
        (await bob.PatchAsync($"channels/{club.General}/messages/{message.Id}", """{"content":"x"}""")).ExpectRefusal(403, "missing_permissions");
        (await bob.PatchAsync($"channels/{club.General}/messages/{message.Id}", "{")).ExpectRefusal(403, "missing_permissions");
        Assert.Equal(["hello"], await bob.HistoryAsync(club.General));

        await club.WithholdAsync(Permissions.ReadMessageHistory);
        (await bob.GetAsync($"channels/{club.General}/messages")).ExpectRefusal(403, "missing_permissions");
        (await bob.GetAsync($"channels/{club.General}/messages/{message.Id}")).ExpectRefusal(403, "missing_permissions");
        await bob.SayAsync(club.General, "blind");
    }

    [Fact]
    public async Task same_nonce_answers_the_first_message_again()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var other = await club.ChannelAsync("other");
        var first = await club.Owner.SayAsync(club.General, "once", "n");
        var again = (await club.Owner.PostAsync($"channels/{club.General}/messages", """{"content":"twice","nonce":"n"}""")).Expect(200);
        Assert.True(JsonElement.DeepEquals(first.Body, again.Body), again.Body.GetRawText());

        // Another author, another channel, another nonce and no nonce are other messages.
        await bob.SayAsync(club.General, "bob's", "n");
        await club.Owner.SayAsync(other, "elsewhere", "n");
        await club.Owner.SayAsync(club.General, "n2", "n2");
        await club.Owner.SayAsync(club.General, "none");
        await club.Owner.SayAsync(club.General, "none");
        Assert.Equal(["none", "none", "n2", "bob's", "once"], await bob.HistoryAsync(club.General));
    }

    [Fact]
    public async Task same_nonce_at_the_same_time_is_stored_once()
    {
        var club = await Community.FoundAsync(_host);
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            club.Owner.PostAsync($"channels/{club.General}/messages", $$"""{"content":"{{i}}","nonce":"race"}""")));
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.Equal(15, answers.Count(answer => answer.Status == 200));
        Assert.Single(answers.Select(answer => answer.Id).Distinct());
        Assert.Single(await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task same_nonce_after_a_restart_is_stored_once()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var club = await Community.FoundAsync(host);
        var first = await club.Owner.SayAsync(club.General, "once", "n");
        await host.RestartAsync();
        Assert.Equal(first.Id, (await club.Owner.PostAsync($"channels/{club.General}/messages", """{"content":"once","nonce":"n"}""")).Expect(200).Id);
        Assert.Equal(["once"], await club.Owner.HistoryAsync(club.General));
        await club.Owner.SayAsync(club.General, "twice", "n2");
    }

    [Fact]
    public async Task nonce_is_remembered_for_ten_minutes_and_not_for_an_hour()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, options => options with { Auth = options.Auth with { AccessTokenLifetime = TimeSpan.FromHours(3) } }, time: clock);
        var club = await Community.FoundAsync(host);
        var first = await club.Owner.SayAsync(club.General, "once", "n");
        clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal(first.Id, (await club.Owner.PostAsync($"channels/{club.General}/messages", """{"content":"again","nonce":"n"}""")).Expect(200).Id);
        clock.Advance(TimeSpan.FromHours(1));
        await club.Owner.SayAsync(club.General, "new", "n");
        Assert.Equal(["new", "once"], await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task repeated_nonce_does_not_bring_a_deleted_message_back()
    {
        var club = await Community.FoundAsync(_host);
        var first = await club.Owner.SayAsync(club.General, "oops", "n");
        (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{first.Id}")).Expect(204);
        Assert.Equal(first.Id, (await club.Owner.PostAsync($"channels/{club.General}/messages", """{"content":"oops","nonce":"n"}""")).Expect(200).Id);
        Assert.Empty(await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task history_is_paged_newest_first_by_id()
    {
        var club = await Community.FoundAsync(_host);
        var ids = new List<string>();
        for (var i = 0; i < 12; i++) ids.Add((await club.Owner.SayAsync(club.General, $"{i}")).Id);
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);

        await Expect("", 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        await Expect("?limit=3", 11, 10, 9);
        await Expect($"?limit=3&before={ids[6]}", 5, 4, 3);
        await Expect($"?limit=3&before={ids[1]}", 0);
        await Expect($"?before={ids[0]}");
        // The page next to the mark, still newest first.
        await Expect($"?limit=3&after={ids[6]}", 9, 8, 7);
        await Expect($"?limit=3&after={ids[10]}", 11);
        await Expect($"?after={ids[11]}");
        await Expect($"?limit=5&around={ids[6]}", 8, 7, 6, 5, 4);
        await Expect($"?limit=4&around={ids[6]}", 8, 7, 6, 5);
        await Expect($"?limit=1&around={ids[6]}", 6);
        await Expect($"?limit=4&around={ids[11]}", 11, 10, 9, 8);

        async Task Expect(string query, params int[] expected) =>
            Assert.Equal(expected.Select(i => $"{i}"), await club.Owner.HistoryAsync(club.General, query));
    }

    [Fact]
    public async Task history_around_a_deleted_message_shows_its_neighbours()
    {
        var club = await Community.FoundAsync(_host);
        var ids = new List<string>();
        for (var i = 0; i < 5; i++) ids.Add((await club.Owner.SayAsync(club.General, $"{i}")).Id);
        (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{ids[2]}")).Expect(204);
        Assert.Equal(["3", "1"], await club.Owner.HistoryAsync(club.General, $"?limit=2&around={ids[2]}"));
    }

    [Fact]
    public async Task history_is_paged_by_time()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, time: clock);
        var club = await Community.FoundAsync(host);
        var times = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            times.Add((await club.Owner.SayAsync(club.General, $"{i}"))["created_at"].GetString()!);
        }

        Assert.Equal(["1", "0"], await club.Owner.HistoryAsync(club.General, $"?before={times[2]}"));
        Assert.Equal(["3"], await club.Owner.HistoryAsync(club.General, $"?after={times[2]}"));
        // An offset names the same moment; its plus has to be escaped, and is understood when it was not.
        var offset = DateTimeOffset.Parse(times[2], System.Globalization.CultureInfo.InvariantCulture).ToOffset(TimeSpan.FromHours(2)).ToString("yyyy-MM-ddTHH:mm:ss.fffzzz", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(["1", "0"], await club.Owner.HistoryAsync(club.General, $"?before={Uri.EscapeDataString(offset)}"));
        Assert.Equal(["1", "0"], await club.Owner.HistoryAsync(club.General, $"?before={offset}"));
        Assert.Empty(await club.Owner.HistoryAsync(club.General, "?before=2001-01-01T00:00:00Z"));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("before=yesterday", "before")]
    [InlineData("after=7", "after")]
    [InlineData("around=2026-01-01T00:00:00Z", "around")]
    [InlineData("before=0192a0c0-0000-7000-8000-000000000000&after=0192a0c0-0000-7000-8000-000000000000", "after,before")]
    public async Task bad_history_query_is_refused_by_name(string query, string fields)
    {
        var club = await Community.FoundAsync(_host);
        var answer = await club.Owner.GetAsync($"channels/{club.General}/messages?{query}");
        answer.ExpectRefusal(400, "invalid_query");
        Assert.Equal(fields.Split(','), answer.Fields);
    }

    [Fact]
    public async Task hundred_messages_are_the_largest_page_and_fifty_the_usual_one()
    {
        var club = await Community.FoundAsync(_host);
        await Task.WhenAll(Enumerable.Range(0, 101).Select(i => club.Owner.SayAsync(club.General, $"{i}")));
        Assert.Equal(50, (await club.Owner.HistoryAsync(club.General)).Count);
        Assert.Equal(100, (await club.Owner.HistoryAsync(club.General, "?limit=100")).Count);
    }

    [Fact]
    public async Task only_its_author_edits_a_message()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var message = await bob.SayAsync(club.General, "helo", "n");
        var path = $"channels/{club.General}/messages/{message.Id}";
        (await club.Owner.PatchAsync(path, """{"content":"I was wrong"}""")).ExpectRefusal(403, "missing_permissions");
        var edited = (await bob.PatchAsync(path, """{"content":" hello "}""")).Expect(200);
        Assert.Equal(("hello", message.Id, "n"), (edited["content"].GetString(), edited.Id, edited["nonce"].GetString()));
        Assert.Equal(message["created_at"].GetString(), edited["created_at"].GetString());
        Assert.Equal(JsonValueKind.String, edited["edited_at"].ValueKind);
        Assert.True(JsonElement.DeepEquals(edited.Body, (await bob.GetAsync(path)).Expect(200).Body));

        var bad = await bob.PatchAsync(path, """{"content":""}""");
        bad.ExpectRefusal(400, "invalid_body");
        Assert.Equal(["content"], bad.Fields);
        Assert.Equal("hello", (await bob.GetAsync(path))["content"].GetString());
    }

    [Fact]
    public async Task message_of_another_channel_is_not_found_here()
    {
        var club = await Community.FoundAsync(_host);
        var other = await club.ChannelAsync("other");
        var message = await club.Owner.SayAsync(club.General, "here");
        var path = $"channels/{other}/messages/{message.Id}";
        (await club.Owner.GetAsync(path)).ExpectRefusal(404, "not_found");
        (await club.Owner.PatchAsync(path, """{"content":"x"}""")).ExpectRefusal(404, "not_found");
        (await club.Owner.DeleteAsync(path)).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task own_message_is_deleted_and_anothers_with_manage_messages()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var (first, second) = (await bob.SayAsync(club.General, "first"), await bob.SayAsync(club.General, "second"));
        (await carol.DeleteAsync($"channels/{club.General}/messages/{first.Id}")).ExpectRefusal(403, "missing_permissions");
        (await bob.DeleteAsync($"channels/{club.General}/messages/{first.Id}")).Expect(204);
        await club.OverwriteAsync(club.General, carol, allow: Permissions.ManageMessages);
        (await carol.DeleteAsync($"channels/{club.General}/messages/{second.Id}")).Expect(204);

        foreach (var gone in (Answer[])[first, second])
        {
            var path = $"channels/{club.General}/messages/{gone.Id}";
            (await bob.GetAsync(path)).ExpectRefusal(404, "not_found");
            (await bob.PatchAsync(path, """{"content":"x"}""")).ExpectRefusal(404, "not_found");
            (await bob.DeleteAsync(path)).ExpectRefusal(404, "not_found");
        }

        Assert.Empty(await bob.HistoryAsync(club.General));
    }

    [Fact]
    public async Task message_names_members_and_nobody_else()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, stranger) = (await club.MemberAsync("bob"), await _host.PersonAsync());
        var message = await club.Owner.SayAsync(club.General, $"<@{bob.Id}> <@{bob.Id}> and <@{stranger.Id}>, not <@nobody> or {club.Owner.Id}");
        Assert.Equal([bob.Id], message["mentions"].EnumerateArray().Select(user => user.GetProperty("id").GetString()));

        var edited = (await club.Owner.PatchAsync($"channels/{club.General}/messages/{message.Id}", $$"""{"content":"<@{{club.Owner.Id}}>"}""")).Expect(200);
        Assert.Equal([club.Owner.Id], edited["mentions"].EnumerateArray().Select(user => user.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task roles_and_everyone_are_mentioned_with_mention_everyone_only()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var text = $"@everyone @here <@&{club.Id}>";
        var plain = await bob.SayAsync(club.General, text);
        Assert.Equal((false, 0, text), (plain["mention_everyone"].GetBoolean(), plain["mention_role_ids"].GetArrayLength(), plain["content"].GetString()));

        await club.GrantAsync(Permissions.MentionEveryone);
        Assert.True((await bob.SayAsync(club.General, "@everyone look"))["mention_everyone"].GetBoolean());
        Assert.True((await bob.SayAsync(club.General, "@here look"))["mention_everyone"].GetBoolean());
        Assert.False((await bob.SayAsync(club.General, "everyone, @everyone_else"))["mention_everyone"].GetBoolean());
        Assert.Equal([club.Id], (await bob.SayAsync(club.General, $"<@&{club.Id}>"))["mention_role_ids"].EnumerateArray().Select(id => id.GetString()));
    }

    [Fact]
    public async Task everything_posted_is_there_after_a_restart()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var club = await Community.FoundAsync(host);
        var bob = await club.MemberAsync("bob");
        var category = await club.ChannelAsync("Games", "category");
        var blitz = await club.ChannelAsync("blitz", category: category);
        await club.OverwriteAsync(blitz, bob, deny: Permissions.SendMessages);
        await club.Owner.SayAsync(blitz, $"hello <@{bob.Id}>");
        var edited = await bob.SayAsync(club.General, "helo");
        (await bob.PatchAsync($"channels/{club.General}/messages/{edited.Id}", """{"content":"hello"}""")).Expect(200);
        (await bob.DeleteAsync($"channels/{club.General}/messages/{(await bob.SayAsync(club.General, "oops")).Id}")).Expect(204);

        string[] paths =
        [
            "servers", $"servers/{club.Id}", $"servers/{club.Id}/channels", $"servers/{club.Id}/roles", $"servers/{club.Id}/members", $"servers/{club.Id}/invites",
            $"channels/{club.General}/messages", $"channels/{blitz}/messages",
        ];
        var before = await Task.WhenAll(paths.Select(club.Owner.GetAsync));
        await host.RestartAsync();
        var after = await Task.WhenAll(paths.Select(club.Owner.GetAsync));
        for (var i = 0; i < paths.Length; i++) Assert.Equal(before[i].Expect(200).Body.GetRawText(), after[i].Expect(200).Body.GetRawText());
        (await bob.PostAsync($"channels/{blitz}/messages", """{"content":"x"}""")).ExpectRefusal(403, "missing_permissions");
    }
}
