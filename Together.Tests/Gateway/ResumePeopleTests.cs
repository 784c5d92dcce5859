using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Gateway;

/// <summary>
/// RESUME over what people do among themselves: conversations of two, groups, friends, names and settings, from the log's tail
/// and after a restart from the journal. After each, what the client knows is what a new one is told.
/// </summary>
public sealed class ResumePeopleTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task messages_of_private_channels_come(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        var (dm, group) = (await Stage.ConverseAsync(stage.Owner, stage.Bob), await Stage.ConverseAsync(stage.Owner, stage.Bob, stage.Carol));
        var known = (await stage.Bob.SayAsync(dm, "known")).Id;
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);

        var frames = await follower.MissAsync(
            async () =>
            {
                await stage.Owner.SayAsync(dm, "to bob");
                await stage.Carol.SayAsync(group, "to both");
                var passing = (await stage.Owner.SayAsync(dm, "secret")).Id;
                (await stage.Owner.PostAsync($"channels/{dm}/messages", $$"""{"content":"reply","reply_to":"{{passing}}"}""")).Expect(201);
                (await stage.Owner.DeleteAsync($"channels/{dm}/messages/{passing}")).Expect(204);
                (await stage.Bob.PatchAsync($"channels/{dm}/messages/{known}", """{"content":"edited"}""")).Expect(200);
                (await stage.Owner.PutAsync($"channels/{dm}/messages/{known}/reactions/{Uri.EscapeDataString("👍")}/@me")).Expect(204);
                (await stage.Owner.PutAsync($"channels/{dm}/pins/{known}")).Expect(204);
                await stage.Owner.SayAsync(await Stage.ConverseAsync(stage.Owner, stage.Carol), "not for bob");
            },
            restarted);

        Assert.Equal(
            ["MESSAGE_CREATE", "MESSAGE_CREATE", "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_REACTION_ADD", "CHANNEL_PINS_UPDATE", "MESSAGE_CREATE"], frames.Select(frame => frame.T));
        Assert.DoesNotContain(frames, frame => frame.D.GetRawText() is var text && (text.Contains("secret", StringComparison.Ordinal) || text.Contains("not for bob", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task what_happens_in_a_conversation_that_one_has_closed_does_not_come(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        var dm = await Stage.ConverseAsync(stage.Owner, stage.Bob);
        List<string> said = [];
        for (var i = 0; i < 3; i++) said.Add((await stage.Owner.SayAsync(dm, $"{i}")).Id);
        (await stage.Bob.DeleteAsync($"channels/{dm}")).Expect(204);
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);

        var frames = await follower.MissAsync(
            async () =>
            {
                (await stage.Owner.PatchAsync($"channels/{dm}/messages/{said[0]}", """{"content":"edited"}""")).Expect(200);
                (await stage.Owner.PutAsync($"channels/{dm}/messages/{said[0]}/reactions/{Uri.EscapeDataString("👍")}/@me")).Expect(204);
                (await stage.Owner.PutAsync($"channels/{dm}/pins/{said[1]}")).Expect(204);
                (await stage.Owner.DeleteAsync($"channels/{dm}/messages/{said[2]}")).Expect(204);
            },
            restarted);

        Assert.Empty(frames);
    }

    [Theory]
    [InlineData("opened by oneself")]
    [InlineData("opened by the other")]
    [InlineData("closed")]
    [InlineData("closed and opened")]
    [InlineData("closed before, opened by a message")]
    [InlineData("opened and closed")]
    [InlineData("group opened")]
    [InlineData("added")]
    [InlineData("removed")]
    [InlineData("added and removed")]
    [InlineData("left")]
    [InlineData("left as the last one")]
    [InlineData("removed and added")]
    public async Task change_of_ones_private_channels_starts_again(string what)
    {
        foreach (var restarted in (bool[])[false, true])
        {
            await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
            var (owner, bob, carol) = (stage.Owner, stage.Bob, stage.Carol);
            var dm = await Stage.ConverseAsync(bob, carol);
            await carol.SayAsync(dm, "known");
            var closed = await Stage.ConverseAsync(bob, stage.Dora);
            await stage.Dora.SayAsync(closed, "before");
            (await bob.DeleteAsync($"channels/{closed}")).Expect(204);
            var (own, others) = (await Stage.ConverseAsync(owner, bob, carol), await Stage.ConverseAsync(owner, carol, stage.Dora));
            var last = await Stage.ConverseAsync(bob, carol, stage.Dora);
            foreach (var person in (Person[])[carol, stage.Dora]) (await person.DeleteAsync($"channels/{last}")).Expect(204);
            await using var follower = await Follower.StartAsync(stage.Host, bob);

            await follower.MissTooMuchAsync(
                async () =>
                {
                    await owner.SayAsync(own, "in the gap");
                    switch (what)
                    {
                        case "opened by oneself":
                            await Stage.ConverseAsync(bob, owner);
                            break;
                        case "opened by the other":
                            await owner.SayAsync(await Stage.ConverseAsync(owner, bob), "hello");
                            break;
                        case "closed":
                            (await bob.DeleteAsync($"channels/{dm}")).Expect(204);
                            break;
                        case "closed and opened":
                            (await bob.DeleteAsync($"channels/{dm}")).Expect(204);
                            await carol.SayAsync(dm, "come back");
                            break;
                        case "closed before, opened by a message":
                            await stage.Dora.SayAsync(closed, "come back");
                            break;
                        case "opened and closed":
                            (await bob.PostAsync("users/@me/channels", $$"""{"recipient_ids":["{{stage.Dora.Id}}"]}""")).Expect(200);
                            (await bob.DeleteAsync($"channels/{closed}")).Expect(204);
                            break;
                        case "group opened":
                            await carol.SayAsync(await Stage.ConverseAsync(carol, bob, owner), "hello");
                            break;
                        case "added":
                            (await owner.PutAsync($"channels/{others}/recipients/{bob.Id}")).Expect(204);
                            break;
                        case "removed":
                            (await owner.DeleteAsync($"channels/{own}/recipients/{bob.Id}")).Expect(204);
                            await owner.SayAsync(own, "good riddance");
                            break;
                        case "added and removed":
                            (await owner.PutAsync($"channels/{others}/recipients/{bob.Id}")).Expect(204);
                            await owner.SayAsync(others, "while bob looked");
                            (await owner.DeleteAsync($"channels/{others}/recipients/{bob.Id}")).Expect(204);
                            break;
                        case "left":
                            (await bob.DeleteAsync($"channels/{own}")).Expect(204);
                            break;
                        case "left as the last one":
                            (await bob.DeleteAsync($"channels/{last}")).Expect(204);
                            break;
                        case "removed and added":
                            (await owner.DeleteAsync($"channels/{own}/recipients/{bob.Id}")).Expect(204);
                            await owner.SayAsync(own, "behind bob's back");
                            (await owner.PutAsync($"channels/{own}/recipients/{bob.Id}")).Expect(204);
                            break;
                    }
                },
                restarted);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task change_of_somebody_elses_private_channels_does_not_invalidate(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        var (owner, bob, carol) = (stage.Owner, stage.Bob, stage.Carol);
        var (dm, group) = (await Stage.ConverseAsync(bob, carol), await Stage.ConverseAsync(owner, bob, carol));
        await using var follower = await Follower.StartAsync(stage.Host, bob);

        var frames = await follower.MissAsync(
            async () =>
            {
                (await carol.DeleteAsync($"channels/{dm}")).Expect(204);
                (await owner.PatchAsync($"channels/{group}", """{"name":"we"}""")).Expect(200);
                (await owner.PutAsync($"channels/{group}/recipients/{stage.Dora.Id}")).Expect(204);
                (await owner.DeleteAsync($"channels/{group}/recipients/{carol.Id}")).Expect(204);
                (await owner.DeleteAsync($"channels/{group}")).Expect(204);
                var other = await Stage.ConverseAsync(owner, carol, stage.Dora);
                await owner.SayAsync(other, "not for bob");
                foreach (var person in (Person[])[owner, carol, stage.Dora]) (await person.DeleteAsync($"channels/{other}")).Expect(204);
            },
            restarted);

        Assert.Equal(["CHANNEL_UPDATE", "CHANNEL_UPDATE", "CHANNEL_UPDATE", "CHANNEL_UPDATE"], frames.Select(frame => frame.T));
        Assert.Equal([stage.Dora.Id], frames[^1].D.GetProperty("recipients").EnumerateArray().Select(user => user.GetProperty("id").GetString()!));
    }

    /// <summary>Of two, the older account has the lower ID: what is between them is of its log, and about the other.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task what_two_have_with_each_other_comes_to_either(bool restarted, bool isOlder)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        var (one, other) = isOlder ? (stage.Bob, stage.Carol) : (stage.Carol, stage.Bob);
        Assert.Equal(isOlder, string.CompareOrdinal(one.Id, other.Id) < 0);
        // Bystanders on both sides of them.
        await Stage.RelateAsync(stage.Owner, stage.Bob, "friend");
        await Stage.RelateAsync(stage.Owner, stage.Carol, "friend");
        await using var follower = await Follower.StartAsync(stage.Host, one);

        var frames = await follower.MissAsync(
            async () =>
            {
                await Stage.RelateAsync(one, other, "friend");
                await Stage.RelateAsync(other, one, "friend");
                (await other.DeleteAsync($"users/@me/relationships/{one.Id}")).Expect(204);
                await Stage.RelateAsync(other, one, "friend");
                (await one.DeleteAsync($"users/@me/relationships/{other.Id}")).Expect(204);
                await Stage.RelateAsync(other, one, "blocked");
                await Stage.RelateAsync(one, other, "blocked");
                (await other.DeleteAsync($"users/@me/relationships/{one.Id}")).Expect(204);
                await Stage.RelateAsync(stage.Dora, other, "friend");
            },
            restarted);

        Assert.Equal(
            ["RELATIONSHIP_ADD outgoing", "RELATIONSHIP_ADD friend", "RELATIONSHIP_REMOVE ", "RELATIONSHIP_ADD incoming", "RELATIONSHIP_REMOVE ", "RELATIONSHIP_ADD blocked"],
            frames.Select(frame => $"{frame.T} {(frame.D.TryGetProperty("type", out var type) ? type.GetString() : "")}"));
    }

    [Theory]
    [InlineData("member of a server", true)]
    [InlineData("author who is gone, by a conversation", true)]
    [InlineData("friend", true)]
    [InlineData("who asked for friendship", true)]
    [InlineData("blocked", true)]
    [InlineData("oneself", true)]
    [InlineData("stranger", false)]
    [InlineData("who has blocked one", false)]
    public async Task new_name_of_somebody_comes_to_those_who_know_them(string who, bool comes)
    {
        foreach (var restarted in (bool[])[false, true])
        {
            await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
            var (bob, renamed) = (stage.Bob, await stage.Host.PersonAsync("x"));
            switch (who)
            {
                case "member of a server":
                    await stage.Club.AdmitAsync(renamed);
                    var known = await renamed.SayAsync(stage.Club.General, $"hello <@{renamed.Id}>");
                    (await bob.PostAsync($"channels/{stage.Club.General}/messages", $$"""{"content":"reply","reply_to":"{{known.Id}}"}""")).Expect(201);
                    break;
                case "author who is gone, by a conversation":
                    await stage.Club.AdmitAsync(renamed);
                    await renamed.SayAsync(stage.Club.General, "hello");
                    await renamed.SayAsync(await Stage.ConverseAsync(renamed, bob), "hello");
                    (await renamed.DeleteAsync($"servers/{stage.Club.Id}/members/@me")).Expect(204);
                    break;
                case "friend":
                    await Stage.RelateAsync(bob, renamed, "friend");
                    await Stage.RelateAsync(renamed, bob, "friend");
                    break;
                case "who asked for friendship":
                    await Stage.RelateAsync(renamed, bob, "friend");
                    break;
                case "blocked":
                    await Stage.RelateAsync(bob, renamed, "blocked");
                    break;
                case "oneself":
                    renamed = bob;
                    await bob.SayAsync(stage.Club.General, "hello");
                    break;
                case "who has blocked one":
                    await Stage.RelateAsync(renamed, bob, "blocked");
                    break;
            }

            (await renamed.PatchAsync("users/@me", """{"email":"x@example.org"}""")).Expect(200);
            await using var follower = await Follower.StartAsync(stage.Host, bob);
            var frames = await follower.MissAsync(
                async () =>
                {
                    (await renamed.PatchAsync("users/@me", """{"display_name":"First","about":"Hi"}""")).Expect(200);
                    (await renamed.PatchAsync("users/@me", """{"display_name":"Second"}""")).Expect(200);
                },
                restarted);

            Assert.Equal(comes ? ["Second", "Second"] : [], frames.Select(frame => frame.D.GetProperty("display_name").GetString()!));
            Assert.All(frames, frame => Assert.True(frame.Is("USER_UPDATE") && !frame.D.TryGetProperty("email", out _)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task whoever_came_in_the_gap_is_known_by_todays_name_only(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);

        var frames = await follower.MissAsync(
            async () =>
            {
                var stranger = await stage.Host.PersonAsync("stranger");
                (await stranger.PatchAsync("users/@me", """{"display_name":"Former","about":"Former, too"}""")).Expect(200);
                (await stranger.PatchAsync("users/@me", """{"display_name":"Present","about":null}""")).Expect(200);
                await stage.Club.AdmitAsync(stranger);
            },
            restarted);

        Assert.True(frames[^1].Is("SERVER_MEMBER_ADD"));
        Assert.DoesNotContain(frames, frame => frame.D.GetRawText().Contains("Former", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ones_own_settings_come(bool restarted)
    {
        await using var stage = await Stage.OpenAsync(shared, postgres, restarted);
        await using var follower = await Follower.StartAsync(stage.Host, stage.Bob);

        var frames = await follower.MissAsync(
            async () =>
            {
                (await stage.Bob.PatchAsync("users/@me/settings", """{"theme":"dark"}""")).Expect(200);
                (await stage.Bob.PatchAsync("users/@me/settings", $$"""{"notifications":[{"id":"{{stage.Club.Id}}","level":"mentions"}]}""")).Expect(200);
                (await stage.Carol.PatchAsync("users/@me/settings", """{"theme":"light"}""")).Expect(200);
            },
            restarted);

        Assert.Equal(["dark", "dark"], frames.Select(frame => frame.D.GetProperty("theme").GetString()!));
        Assert.All(frames, frame => Assert.True(frame.Is("USER_SETTINGS_UPDATE")));
    }

    /// <summary>A server with Bob, Carol and Dora in it, on the shared host or on one that may be restarted.</summary>
    private sealed record Stage(Community Club, Person Bob, Person Carol, Person Dora, TestHost? Own) : IAsyncDisposable
    {
        public TestHost Host => Club.Host;

        public Person Owner => Club.Owner;

        public static async Task<Stage> OpenAsync(SharedHost shared, PostgresFixture postgres, bool isRestarted)
        {
            var own = isRestarted ? await TestHost.StartAsync(postgres) : null;
            var club = await Community.FoundAsync(own ?? shared.Host);
            return new Stage(club, await club.MemberAsync("bob"), await club.MemberAsync("carol"), await club.MemberAsync("dora"), own);
        }

        /// <summary>A new private channel.</summary>
        public static async Task<string> ConverseAsync(Person by, params Person[] with) =>
            (await by.PostAsync("users/@me/channels", $$"""{"recipient_ids":[{{string.Join(',', with.Select(person => Person.Json(person.Id)))}}]}""")).Expect(201).Id;

        public static async Task RelateAsync(Person person, Person to, string type) =>
            (await person.PutAsync($"users/@me/relationships/{to.Id}", $$"""{"type":"{{type}}"}""")).Expect(204);

        public async ValueTask DisposeAsync()
        {
            if (Own is not null) await Own.DisposeAsync();
        }
    }
}
