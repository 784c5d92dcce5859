using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Gateway;

/// <summary>
/// What a client is told that was away: exactly what it missed, or to start again. After each, what it knows is what a new
/// client would be told.
/// </summary>
public sealed class ResumeTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    [Fact]
    public async Task nothing_missed_is_resumed_with_nothing() => Assert.Empty(await MissAsync((_, _) => Task.CompletedTask));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task missed_messages_come_once_and_in_order(bool restarted)
    {
        var frames = await MissAsync(
            async (club, bob) =>
            {
                for (var i = 0; i < 5; i++) await (i % 2 == 0 ? club.Owner : bob).SayAsync(i < 3 ? club.General : club.Voice, $"{i}");
            },
            restarted);
        Assert.Equal(["0", "1", "2", "3", "4"], frames.Select(frame => frame.Content));
        Assert.All(frames, frame => Assert.True(frame.Is("MESSAGE_CREATE")));
        Assert.Equal(frames.Select(frame => frame.S).Distinct(), frames.Select(frame => frame.S));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task message_created_and_deleted_in_the_gap_does_not_come_at_all(bool restarted)
    {
        var frames = await MissAsync(
            async (club, _) =>
            {
                var message = await club.Owner.SayAsync(club.General, "secret");
                (await club.Owner.PatchAsync($"channels/{club.General}/messages/{message.Id}", """{"content":"still secret"}""")).Expect(200);
                (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{message.Id}")).Expect(204);
                await club.Owner.SayAsync(club.General, "public");
            },
            restarted);
        Assert.Equal(["public"], frames.Select(frame => frame.Content));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task message_known_before_and_deleted_comes_as_its_deletion_only(bool restarted)
    {
        var known = "";
        var frames = await MissAsync(
            async (club, _) =>
            {
                (await club.Owner.PatchAsync($"channels/{club.General}/messages/{known}", """{"content":"changed first"}""")).Expect(200);
                (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{known}")).Expect(204);
            },
            restarted,
            before: async (club, _) => known = (await club.Owner.SayAsync(club.General, "known")).Id);
        var frame = Assert.Single(frames);
        Assert.Equal(("MESSAGE_DELETE", known), (frame.T, frame.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task message_edited_in_the_gap_comes_as_it_is_now(bool restarted)
    {
        var known = "";
        var frames = await MissAsync(
            async (club, bob) =>
            {
                (await bob.PatchAsync($"channels/{club.General}/messages/{known}", """{"content":"edited"}""")).Expect(200);
                var message = await club.Owner.SayAsync(club.General, "helo");
                (await club.Owner.PatchAsync($"channels/{club.General}/messages/{message.Id}", """{"content":"hello"}""")).Expect(200);
            },
            restarted,
            before: async (club, bob) => known = (await bob.SayAsync(club.General, "known")).Id);
        Assert.Equal([("MESSAGE_UPDATE", "edited"), ("MESSAGE_CREATE", "helo"), ("MESSAGE_UPDATE", "hello")], frames.Select(frame => (frame.T!, frame.Content!)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task what_happened_to_the_server_and_its_channels_comes(bool restarted)
    {
        var frames = await MissAsync(
            async (club, _) =>
            {
                (await club.Owner.PatchAsync($"servers/{club.Id}", """{"name":"Go club"}""")).Expect(200);
                (await club.Owner.PatchAsync($"channels/{club.General}", """{"name":"lobby"}""")).Expect(200);
                (await club.Owner.PatchAsync($"servers/{club.Id}/channels", $$"""[{"id":"{{club.General}}","position":1},{"id":"{{club.Voice}}","position":0}]""")).Expect(200);
                await club.GrantAsync(Permissions.MentionEveryone);
                await club.OverwriteAsync(club.General, deny: Permissions.AttachFiles);
                await club.MemberAsync("carol");
            },
            restarted);
        Assert.Equal(
            ["SERVER_UPDATE", "CHANNEL_UPDATE", "CHANNEL_UPDATE", "CHANNEL_UPDATE", "SERVER_ROLE_UPDATE", "CHANNEL_UPDATE", "SERVER_MEMBER_ADD"], frames.Select(frame => frame.T));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task change_of_what_somebody_else_sees_does_not_invalidate(bool restarted)
    {
        Person carol = null!, dora = null!;
        var (hiddenCategory, hidden) = ("", "");
        var frames = await MissAsync(
            async (club, _) =>
            {
                await club.OverwriteAsync(club.General, carol, deny: Permissions.ViewChannel);
                await club.Owner.SayAsync(hidden, "not for bob");
                await club.ChannelAsync("hidden, too", category: hiddenCategory);
                (await club.Owner.DeleteAsync($"channels/{hidden}")).Expect(204);
                (await club.Owner.DeleteAsync($"servers/{club.Id}/members/{carol.Id}")).Expect(204);
                (await dora.DeleteAsync($"servers/{club.Id}/members/@me")).Expect(204);
                var elsewhere = await Community.FoundAsync(club.Host);
                await elsewhere.Owner.SayAsync(elsewhere.General, "not for bob either");
                (await elsewhere.Owner.DeleteAsync($"servers/{elsewhere.Id}")).Expect(204);
            },
            restarted,
            before: async (club, _) =>
            {
                (carol, dora) = (await club.MemberAsync("carol"), await club.MemberAsync("dora"));
                hiddenCategory = await club.ChannelAsync("Board", "category");
                await club.OverwriteAsync(hiddenCategory, deny: Permissions.ViewChannel);
                hidden = await club.ChannelAsync("minutes", category: hiddenCategory);
            });
        Assert.Equal(["CHANNEL_UPDATE", "SERVER_MEMBER_REMOVE", "SERVER_MEMBER_REMOVE"], frames.Select(frame => frame.T));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task owner_resumes_over_a_change_of_what_everyone_sees(bool restarted)
    {
        var frames = await MissAsync((club, _) => club.WithholdAsync(Permissions.ViewChannel), restarted, follow: (club, _) => club.Owner);
        Assert.Equal(["SERVER_ROLE_UPDATE"], frames.Select(frame => frame.T));
    }

    [Theory]
    [InlineData("kicked")]
    [InlineData("left")]
    [InlineData("left and came back")]
    [InlineData("channel deleted")]
    [InlineData("channel created")]
    [InlineData("channel created and deleted")]
    [InlineData("view lost by overwrite")]
    [InlineData("view lost by own overwrite")]
    [InlineData("view lost by everyone")]
    [InlineData("view lost and regained")]
    [InlineData("view gained")]
    [InlineData("server deleted")]
    [InlineData("server created")]
    [InlineData("server joined")]
    public async Task change_of_what_one_sees_starts_again(string what)
    {
        foreach (var restarted in (bool[])[false, true])
        {
            await using var own = restarted ? await TestHost.StartAsync(postgres) : null;
            var host = own ?? shared.Host;
            var club = await Community.FoundAsync(host);
            var bob = await club.MemberAsync("bob");
            var hidden = await club.ChannelAsync("hidden");
            await club.OverwriteAsync(hidden, deny: Permissions.ViewChannel);
            await club.Owner.SayAsync(hidden, "before");
            await using var follower = await Follower.StartAsync(host, bob);
            follower.Vanish();

            await club.Owner.SayAsync(club.General, "in the gap");
            switch (what)
            {
                case "kicked":
                    (await club.Owner.DeleteAsync($"servers/{club.Id}/members/{bob.Id}")).Expect(204);
                    await club.Owner.SayAsync(club.General, "good riddance");
                    break;
                case "left":
                    (await bob.DeleteAsync($"servers/{club.Id}/members/@me")).Expect(204);
                    break;
                case "left and came back":
                    (await bob.DeleteAsync($"servers/{club.Id}/members/@me")).Expect(204);
                    await club.AdmitAsync(bob);
                    break;
                case "channel deleted":
                    (await club.Owner.DeleteAsync($"channels/{club.General}")).Expect(204);
                    break;
                case "channel created":
                    await club.Owner.SayAsync(await club.ChannelAsync("new"), "first");
                    break;
                case "channel created and deleted":
                    (await club.Owner.DeleteAsync($"channels/{await club.ChannelAsync("new")}")).Expect(204);
                    break;
                case "view lost by overwrite":
                    await club.OverwriteAsync(club.General, deny: Permissions.ViewChannel);
                    break;
                case "view lost by own overwrite":
                    await club.OverwriteAsync(club.General, bob, deny: Permissions.ViewChannel);
                    break;
                case "view lost by everyone":
                    await club.WithholdAsync(Permissions.ViewChannel);
                    break;
                case "view lost and regained":
                    await club.OverwriteAsync(club.General, deny: Permissions.ViewChannel);
                    await club.Owner.SayAsync(club.General, "behind bob's back");
                    await club.OverwriteAsync(club.General);
                    break;
                case "view gained":
                    await club.OverwriteAsync(hidden, bob, allow: Permissions.ViewChannel);
                    break;
                case "server deleted":
                    (await club.Owner.DeleteAsync($"servers/{club.Id}")).Expect(204);
                    break;
                case "server created":
                    await Community.FoundAsync(host, bob);
                    break;
                case "server joined":
                    await (await Community.FoundAsync(host)).AdmitAsync(bob);
                    break;
            }

            if (restarted) await host.RestartAsync();
            await follower.StartAgainAsync();
        }
    }

    [Fact]
    public async Task frames_that_share_a_position_are_repeated_by_resume_at_it()
    {
        var club = await Community.FoundAsync(shared.Host);
        var bob = await club.MemberAsync("bob");
        await using var follower = await Follower.StartAsync(shared.Host, bob);
        await club.WithholdAsync(Permissions.ViewChannel);
        var first = await follower.Client.ReceiveAsync("SERVER_ROLE_UPDATE");
        follower.Vanish();
        follower.Position = first.S!.Value;
        var frames = await follower.ResumeAsync();
        Assert.Equal(["CHANNEL_DELETE", "CHANNEL_DELETE", "SERVER_ROLE_UPDATE"], frames.Select(frame => frame.T).Order(StringComparer.Ordinal));
        Assert.All(frames, frame => Assert.Equal(first.S, frame.S));
    }

    [Fact]
    public async Task more_events_than_are_replayed_start_again()
    {
        await using var host = await TestHost.StartAsync(postgres, options => options with { Gateway = options.Gateway with { ResumeEvents = 5 } });
        var club = await Community.FoundAsync(host);
        await using var follower = await Follower.StartAsync(host, await club.MemberAsync("bob"));
        follower.Vanish();
        for (var i = 0; i < 5; i++) await club.Owner.SayAsync(club.General, $"{i}");
        Assert.Equal(5, (await follower.ResumeAsync()).Count);
        follower.Vanish();
        for (var i = 0; i < 6; i++) await club.Owner.SayAsync(club.General, $"{i}");
        await follower.StartAgainAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task gap_that_is_older_than_the_window_starts_again(bool fromJournal)
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, options => Small(options, fromJournal ? 1 : 1000), time: clock);
        var club = await Community.FoundAsync(host);
        await using var follower = await Follower.StartAsync(host, await club.MemberAsync("bob"));
        follower.Vanish();
        await club.Owner.SayAsync(club.General, "missed");
        await club.Owner.SayAsync(club.General, "missed, too");
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(2, (await follower.ResumeAsync()).Count);

        follower.Vanish();
        await club.Owner.SayAsync(club.General, "missed");
        await club.Owner.SayAsync(club.General, "missed, too");
        clock.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        await follower.StartAgainAsync();
    }

    [Fact]
    public async Task quiet_user_of_a_busy_host_resumes_at_the_heartbeats_position()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, options => Small(options, 10), time: clock);
        var (quiet, busy) = (await Community.FoundAsync(host), await Community.FoundAsync(host));
        await using var follower = await Follower.StartAsync(host, quiet.Owner);
        var start = follower.Position;
        for (var i = 0; i < 14; i++)
        {
            await busy.Owner.SayAsync(busy.General, $"{i}");
            clock.Advance(TimeSpan.FromSeconds(50));
            await follower.CatchUpAsync();
        }

        Assert.Equal(start, follower.Client.Position);
        Assert.True(follower.Position >= start + 14, $"served {follower.Position} after {start}");
        follower.Vanish();
        await quiet.Owner.SayAsync(quiet.General, "at last");
        Assert.Equal(["at last"], (await follower.ResumeAsync()).Select(frame => frame.Content));

        // Its own last position is older than the window.
        follower.Vanish();
        follower.Position = start;
        await follower.StartAgainAsync();
    }

    [Fact]
    public async Task session_that_is_not_ones_own_is_refused_and_identify_goes_on()
    {
        var host = shared.Host;
        var club = await Community.FoundAsync(host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        await using var first = await GatewayClient.IdentifiedAsync(host, bob);
        await using var other = await GatewayClient.IdentifiedAsync(host, carol);
        var forged = (first.SessionId[0] == 'A' ? 'B' : 'A') + first.SessionId[1..];
        foreach (var session in (string[])[other.SessionId, forged, "", "x", first.SessionId[..^1], first.SessionId + "A", new string('A', 4000)])
        {
            await using var client = await GatewayClient.ConnectAsync(host, bob);
            await client.ResumeAsync(session, first.Position);
            Assert.Equal("INVALID_SESSION", (await client.ReceiveAsync()).Op);
            await client.IdentifyAsync();
        }

        // Nobody else's connection was touched.
        await first.HeartbeatAsync();
        await other.HeartbeatAsync();
    }

    [Fact]
    public async Task token_of_resume_is_taken_when_the_upgrade_had_none()
    {
        var host = shared.Host;
        var club = await Community.FoundAsync(host);
        await using var first = await GatewayClient.IdentifiedAsync(host, club.Owner);
        first.Vanish();
        await using var client = await GatewayClient.ConnectAsync(host);
        await client.ResumeAsync(first.SessionId, first.Position, club.Owner.Token);
        await client.ReceiveAsync("RESUMED");
    }

    [Fact]
    public async Task session_resumed_elsewhere_ends_the_first_connection_with_4012()
    {
        var host = shared.Host;
        var club = await Community.FoundAsync(host);
        await using var first = await GatewayClient.IdentifiedAsync(host, club.Owner);
        await using var second = await GatewayClient.ConnectAsync(host, club.Owner);
        await second.ResumeAsync(first.SessionId, first.Position);
        await second.ReceiveAsync("RESUMED");
        Assert.Equal(4012, await first.ClosedAsync());
        await club.Owner.SayAsync(club.General, "here");
        Assert.Equal("here", (await second.ReceiveAsync("MESSAGE_CREATE")).Content);
        await using var third = await GatewayClient.ConnectAsync(host, club.Owner);
        await third.ResumeAsync(first.SessionId, second.Position);
        await third.ReceiveAsync("RESUMED");
        Assert.Equal(4012, await second.ClosedAsync());
    }

    [Fact]
    public async Task slow_reader_of_a_long_gap_is_given_the_time()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, time: clock);
        var club = await Community.FoundAsync(host);
        var bob = await club.MemberAsync("bob");
        await using var first = await GatewayClient.IdentifiedAsync(host, bob);
        first.Vanish();
        // More than a turn of the log's loop replays, and more than a small window and the kernel take.
        var text = new string('é', 1000);
        for (var i = 0; i < 6; i++) await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => club.Owner.SayAsync(club.General, text)));

        await using var slow = await GatewayClient.ConnectAsync(host, bob, receiveBuffer: 4096);
        await using var idle = await GatewayClient.ConnectAsync(host);
        await slow.ResumeAsync(first.SessionId, first.Position);
        await slow.ReceiveAsync("MESSAGE_CREATE");
        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(4003, await idle.ClosedAsync());
        await using var idleToo = await GatewayClient.ConnectAsync(host);
        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(4003, await idleToo.ClosedAsync());

        await slow.UntilAsync(frame => frame.Is("RESUMED"));
        var ids = slow.Received.Where(frame => frame.Is("MESSAGE_CREATE")).Select(frame => frame.Id!).ToList();
        Assert.Equal(600, ids.Count);
        Assert.Equal(ids.Order(StringComparer.Ordinal).Distinct(), ids);
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(10)]
    public async Task resuming_amid_concurrent_posts_leaves_no_gap_and_no_repetition(int tail)
    {
        await using var host = await TestHost.StartAsync(postgres, options => Small(options, tail));
        var club = await Community.FoundAsync(host);
        var bob = await club.MemberAsync("bob");
        var client = await GatewayClient.IdentifiedAsync(host, bob);
        var session = client.SessionId;
        var received = new List<string>();

        var posting = Task.WhenAll(Enumerable.Range(0, 4).Select(async poster =>
        {
            for (var i = 0; i < 75; i++) await club.Owner.SayAsync(club.General, $"{poster}.{i}");
        }));
        for (var round = 0; round < 8; round++)
        {
            for (var i = 0; i < 20; i++)
            {
                var frame = await client.ReceiveAsync();
                if (frame.Is("MESSAGE_CREATE")) received.Add(frame.Id!);
            }

            var position = client.Position;
            await client.DisposeAsync();
            client = await GatewayClient.ConnectAsync(host, bob);
            await client.ResumeAsync(session, position);
        }

        await posting;
        while (received.Count < 300)
        {
            var frame = await client.ReceiveAsync();
            if (frame.Is("MESSAGE_CREATE")) received.Add(frame.Id!);
        }

        await client.DisposeAsync();
        var history = new List<string>();
        while (history.Count < 300) history.AddRange((await bob.GetAsync($"channels/{club.General}/messages?limit=100{(history.Count == 0 ? "" : $"&before={history[^1]}")}")).Ids);
        history.Reverse();
        Assert.Equal(history, received);
    }

    private static Together.Host.Configuration.TogetherOptions Small(Together.Host.Configuration.TogetherOptions options, int tail) => options with
    {
        Journal = options.Journal with { TailEvents = tail },
        Auth = options.Auth with { AccessTokenLifetime = TimeSpan.FromHours(3) },
    };

    /// <summary>Somebody goes away, something happens, and they resume: answers the frames of the gap.</summary>
    /// <param name="gap">What happens meanwhile.</param>
    /// <param name="restarted">Whether the host is started anew meanwhile, so that the gap comes from the journal.</param>
    /// <param name="before">What happens before they connect.</param>
    /// <param name="follow">Who they are; a plain member when null.</param>
    private async Task<List<GatewayFrame>> MissAsync(
        Func<Community, Person, Task> gap, bool restarted = false, Func<Community, Person, Task>? before = null, Func<Community, Person, Person>? follow = null)
    {
        await using var own = restarted ? await TestHost.StartAsync(postgres) : null;
        var host = own ?? shared.Host;
        var club = await Community.FoundAsync(host);
        var bob = await club.MemberAsync("bob");
        if (before is not null) await before(club, bob);
        await using var follower = await Follower.StartAsync(host, follow?.Invoke(club, bob) ?? bob);
        follower.Vanish();
        await gap(club, bob);
        if (restarted) await host.RestartAsync();
        return await follower.ResumeAsync();
    }
}
