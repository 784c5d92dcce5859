using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Gateway;

/// <summary>
/// RESUME over what becomes of messages: replies, edits, deletions, reactions and pins, from the log's tail and after a restart
/// from the journal. After each, what the client knows is what a new one is told.
/// </summary>
public sealed class ResumeConversationTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    private const string Up = "👍";
    private const string Heart = "❤️";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task reply_to_what_was_deleted_in_the_gap_comes_without_its_text(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        var known = await stage.Owner.SayAsync(stage.General, "secret, known");
        var earlier = await stage.ReplyAsync(stage.Owner, "earlier", known.Id);
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);

        var frames = await follower.MissAsync(
            async () =>
            {
                await stage.ReplyAsync(stage.Owner, "reply to known", known.Id);
                await stage.EditAsync(stage.Owner, earlier, "earlier, edited");
                var passing = await stage.Owner.SayAsync(stage.General, "secret, passing");
                await stage.ReplyAsync(stage.Bob, "reply to passing", passing.Id);
                await stage.DeleteAsync(known.Id);
                await stage.DeleteAsync(passing.Id);
            },
            restarted);

        Assert.Equal(
            [("MESSAGE_CREATE", "reply to known"), ("MESSAGE_UPDATE", "earlier, edited"), ("MESSAGE_CREATE", "reply to passing"), ("MESSAGE_DELETE", null)],
            frames.Select(frame => (frame.T!, frame.Content)));
        Assert.DoesNotContain(frames, frame => frame.D.GetRawText().Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task reply_that_is_edited_after_its_original_was_deleted_comes_without_it(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        var original = await stage.Owner.SayAsync(stage.General, "secret");
        var reply = await stage.ReplyAsync(stage.Owner, "reply", original.Id);
        await stage.DeleteAsync(original.Id);
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);

        var frames = await follower.MissAsync(() => stage.EditAsync(stage.Owner, reply, "edited"), restarted);

        Assert.DoesNotContain("secret", Assert.Single(frames).D.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task reply_shows_its_original_as_it_is_now(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        var original = await stage.Owner.SayAsync(stage.General, "helo");
        await stage.ReplyAsync(stage.Bob, "known reply", original.Id);
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);

        var frames = await follower.MissAsync(
            async () =>
            {
                var reply = await stage.ReplyAsync(stage.Bob, "reply", original.Id);
                await stage.EditAsync(stage.Owner, original.Id, "hello");
                await stage.PinAsync(original.Id);
                await stage.ReplyAsync(stage.Owner, "reply to the reply", reply);
                await stage.EditAsync(stage.Bob, reply, "reply, edited");
            },
            restarted);

        Assert.Equal(["MESSAGE_CREATE", "MESSAGE_UPDATE", "CHANNEL_PINS_UPDATE", "MESSAGE_CREATE", "MESSAGE_CREATE", "MESSAGE_UPDATE"], frames.Select(frame => frame.T));
        Assert.Equal("hello", frames[^1].D.GetProperty("referenced_message").GetProperty("content").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task reactions_come_one_by_one(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        var known = (await stage.Owner.SayAsync(stage.General, "known")).Id;
        await stage.ReactAsync(stage.Bob, known, Up);
        await stage.ReactAsync(stage.Owner, known, Heart);
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);

        var frames = await follower.MissAsync(
            async () =>
            {
                await stage.ReactAsync(stage.Owner, known, Up);
                await stage.ReactAsync(stage.Bob, known, Heart);
                await stage.UnreactAsync(stage.Owner, known, Heart);
                await stage.UnreactAsync(stage.Bob, known, Up);
                await stage.ReactAsync(stage.Owner, (await stage.Bob.SayAsync(stage.General, "new")).Id, Heart);
            },
            restarted);

        Assert.Equal(
            ["MESSAGE_REACTION_ADD", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "MESSAGE_REACTION_REMOVE", "MESSAGE_CREATE", "MESSAGE_REACTION_ADD"], frames.Select(frame => frame.T));
        Assert.Equal([stage.Owner.Id, stage.Bob.Id, stage.Owner.Id, stage.Bob.Id], frames.Take(4).Select(frame => frame.D.GetProperty("user_id").GetString()!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task edit_comes_with_the_reactions_and_the_pin_of_its_moment(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        var known = (await stage.Owner.SayAsync(stage.General, "known")).Id;
        await stage.ReactAsync(stage.Bob, known, Up);
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);

        var frames = await follower.MissAsync(
            async () =>
            {
                await stage.ReactAsync(stage.Owner, known, Up);
                await stage.ReactAsync(stage.Owner, known, Heart);
                await stage.PinAsync(known);
                await stage.EditAsync(stage.Owner, known, "edited");
                await stage.UnreactAsync(stage.Bob, known, Up);
                await stage.UnpinAsync(known);
            },
            restarted);

        var edited = Assert.Single(frames, frame => frame.Is("MESSAGE_UPDATE")).D;
        Assert.True(edited.GetProperty("pinned").GetBoolean());
        Assert.Equal(
            [(Up, 2, true), (Heart, 1, false)],
            edited.GetProperty("reactions").EnumerateArray().Select(kind => (kind.GetProperty("emoji").GetString()!, kind.GetProperty("count").GetInt32(), kind.GetProperty("me").GetBoolean())));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task what_was_done_to_a_message_that_is_deleted_does_not_come(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        var known = (await stage.Owner.SayAsync(stage.General, "known")).Id;
        await stage.ReactAsync(stage.Bob, known, Up);
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);

        var frames = await follower.MissAsync(
            async () =>
            {
                var passing = (await stage.Owner.SayAsync(stage.General, "secret")).Id;
                foreach (var id in (string[])[known, passing])
                {
                    await stage.ReactAsync(stage.Owner, id, Up);
                    await stage.ReactAsync(stage.Owner, id, Heart);
                    await stage.UnreactAsync(stage.Owner, id, Up);
                    (await stage.Owner.DeleteAsync($"{stage.Reactions(id, Heart)}")).Expect(204);
                    await stage.PinAsync(id);
                    await stage.EditAsync(stage.Owner, id, "secret, edited");
                    await stage.UnpinAsync(id);
                    await stage.DeleteAsync(id);
                }
            },
            restarted);

        Assert.Equal(["MESSAGE_CREATE", "MESSAGE_DELETE", "MESSAGE_CREATE"], frames.Select(frame => frame.T));
        Assert.Equal(known, frames[1].Id);
        Assert.DoesNotContain(frames, frame => frame.D.GetRawText().Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task pins_come_with_their_messages(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        var (first, second) = ((await stage.Owner.SayAsync(stage.General, "first")).Id, (await stage.Bob.SayAsync(stage.General, "second")).Id);
        await stage.PinAsync(first);
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);

        var frames = await follower.MissAsync(
            async () =>
            {
                await stage.UnpinAsync(first);
                await stage.PinAsync(second);
                await stage.PinAsync(first);
                await stage.UnpinAsync(first);
            },
            restarted);

        Assert.Equal(
            ["CHANNEL_PINS_UPDATE", "CHANNEL_PINS_UPDATE", "MESSAGE_CREATE", "CHANNEL_PINS_UPDATE", "MESSAGE_CREATE", "CHANNEL_PINS_UPDATE"], frames.Select(frame => frame.T));
        Assert.Equal(second, frames[2].D.GetProperty("reply_to").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task bulk_deletion_names_what_was_known_only(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        var known = (await stage.Owner.SayAsync(stage.General, "known")).Id;
        await stage.ReplyAsync(stage.Bob, "reply", known);
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);

        var frames = await follower.MissAsync(
            async () =>
            {
                List<string> passing = [];
                for (var i = 0; i < 3; i++) passing.Add((await stage.Owner.SayAsync(stage.General, $"secret {i}")).Id);
                await stage.ReplyAsync(stage.Bob, "reply to passing", passing[0]);
                await stage.DeleteAsync(passing[0], known);
                await stage.DeleteAsync(passing[1], passing[2]);
                await stage.Owner.SayAsync(stage.General, "tidy");
            },
            restarted);

        Assert.Equal(["MESSAGE_CREATE", "MESSAGE_DELETE_BULK", "MESSAGE_CREATE"], frames.Select(frame => frame.T));
        Assert.Equal([known], frames[1].D.GetProperty("ids").EnumerateArray().Select(id => id.GetString()!));
        Assert.DoesNotContain(frames, frame => frame.D.GetRawText().Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task reactions_removed_at_once_are_repeated_by_resume_at_their_position()
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, isRestarted: false);
        var known = (await stage.Owner.SayAsync(stage.General, "known")).Id;
        await stage.ReactAsync(stage.Owner, known, Up);
        await stage.ReactAsync(stage.Bob, known, Up);
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);
        (await stage.Owner.DeleteAsync(stage.Reactions(known, Up))).Expect(204);
        var first = await follower.TakeAsync("MESSAGE_REACTION_REMOVE");

        var frames = await follower.MissAsync(() => stage.ReactAsync(stage.Bob, known, Up), restarted: false);

        Assert.Equal(
            [("MESSAGE_REACTION_REMOVE", stage.Owner.Id), ("MESSAGE_REACTION_REMOVE", stage.Bob.Id), ("MESSAGE_REACTION_ADD", stage.Bob.Id)],
            frames.Select(frame => (frame.T!, frame.D.GetProperty("user_id").GetString()!)));
        Assert.Equal([first.S, first.S], frames.Take(2).Select(frame => frame.S));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task mark_of_another_device_comes_with_resumed(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        var first = (await stage.Owner.SayAsync(stage.General, $"<@{stage.Bob.Id}>")).Id;
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);

        var frames = await follower.MissAsync(
            async () =>
            {
                await stage.Owner.SayAsync(stage.General, $"again <@{stage.Bob.Id}>");
                (await stage.Bob.PutAsync($"channels/{stage.General}/read", $$"""{"message_id":"{{first}}"}""")).Expect(204);
            },
            restarted);

        Assert.Equal(["MESSAGE_CREATE"], frames.Select(frame => frame.T));
        var mark = Assert.Single(follower.Client.Received[^1].D.GetProperty("read_states").EnumerateArray());
        Assert.Equal((first, 1), (mark.GetProperty("last_read_message_id").GetString()!, mark.GetProperty("mention_count").GetInt32()));
    }

    /// <summary>A server with Bob in it, on the shared host or on one that may be restarted.</summary>
    private sealed record Stage(Community Club, Person Bob, TestHost? Own) : IAsyncDisposable
    {
        public TestHost Host => Club.Host;

        public Person Owner => Club.Owner;

        public string General => Club.General;

        public static async Task<Stage> OpenAsync(SharedHost shared, PostgresFixture postgres, bool isRestarted)
        {
            var own = isRestarted ? await TestHost.StartAsync(postgres) : null;
            var club = await Community.FoundAsync(own ?? shared.Host);
            return new Stage(club, await club.MemberAsync("bob"), own);
        }

        public async Task<string> ReplyAsync(Person author, string content, string to) =>
            (await author.PostAsync($"channels/{General}/messages", $$"""{"content":"{{content}}","reply_to":"{{to}}"}""")).Expect(201).Id;

        public async Task EditAsync(Person author, string id, string content) =>
            (await author.PatchAsync($"channels/{General}/messages/{id}", $$"""{"content":"{{content}}"}""")).Expect(200);

        public async Task DeleteAsync(string id) => (await Owner.DeleteAsync($"channels/{General}/messages/{id}")).Expect(204);

        public async Task DeleteAsync(params string[] ids) =>
            (await Owner.PostAsync($"channels/{General}/messages/bulk-delete", $$"""{"ids":[{{string.Join(',', ids.Select(Person.Json))}}]}""")).Expect(204);

        public string Reactions(string id, string emoji) => $"channels/{General}/messages/{id}/reactions/{Uri.EscapeDataString(emoji)}";

        public async Task ReactAsync(Person person, string id, string emoji) => (await person.PutAsync($"{Reactions(id, emoji)}/@me")).Expect(204);

        public async Task UnreactAsync(Person person, string id, string emoji) => (await person.DeleteAsync($"{Reactions(id, emoji)}/@me")).Expect(204);

        public async Task PinAsync(string id) => (await Owner.PutAsync($"channels/{General}/pins/{id}")).Expect(204);

        public async Task UnpinAsync(string id) => (await Owner.DeleteAsync($"channels/{General}/pins/{id}")).Expect(204);

        public async ValueTask DisposeAsync()
        {
            if (Own is not null) await Own.DisposeAsync();
        }
    }
}
