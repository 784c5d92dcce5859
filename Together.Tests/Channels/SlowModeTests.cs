using System.Globalization;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Channels;

public sealed class SlowModeTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task slow_mode_lets_a_member_post_once_in_its_time()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, time: clock);
        var club = await Community.FoundAsync(host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        // What was posted before counts too.
        await bob.SayAsync(club.General, "before");
        await SlowAsync(club, 10);
        await ExpectWaitAsync(bob, club.General, 10);
        clock.Advance(TimeSpan.FromMilliseconds(8500));
        await ExpectWaitAsync(bob, club.General, 2);
        // Each member has a time of their own, and each channel too.
        await carol.SayAsync(club.General, "carol's first");
        await bob.SayAsync(club.Voice, "elsewhere");
        clock.Advance(TimeSpan.FromMilliseconds(1500));
        await bob.SayAsync(club.General, "in time");
        await ExpectWaitAsync(bob, club.General, 10);
        await ExpectWaitAsync(carol, club.General, 9);
        await SlowAsync(club, 0);
        await bob.SayAsync(club.General, "as fast");
        await bob.SayAsync(club.General, "as you like");
    }

    [Fact]
    public async Task deleting_and_editing_win_no_time_and_take_none()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await SlowAsync(club, 21_600);
        var message = await bob.SayAsync(club.General, "first");
        (await bob.PatchAsync($"channels/{club.General}/messages/{message.Id}", """{"content":"better"}""")).Expect(200);
        (await bob.DeleteAsync($"channels/{club.General}/messages/{message.Id}")).Expect(204);
        (await bob.PostAsync($"channels/{club.General}/messages", """{"content":"second"}""")).ExpectRefusal(429, "rate_limited");
    }

    [Fact]
    public async Task who_manages_messages_is_exempt()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await SlowAsync(club, 21_600);
        var role = await club.RoleAsync("moderators", Permissions.ManageMessages);
        await club.GiveAsync(bob, role);
        foreach (var person in (Person[])[bob, club.Owner])
        {
            await person.SayAsync(club.General, "one");
            await person.SayAsync(club.General, "two");
        }

        await club.TakeAsync(bob, role);
        (await bob.PostAsync($"channels/{club.General}/messages", """{"content":"three"}""")).ExpectRefusal(429, "rate_limited");
    }

    [Fact]
    public async Task repeated_nonce_is_answered_in_slow_mode()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await SlowAsync(club, 21_600);
        var first = await bob.SayAsync(club.General, "once", "n1");
        var again = (await bob.PostAsync($"channels/{club.General}/messages", """{"content":"once","nonce":"n1"}""")).Expect(200);
        Assert.Equal(first.Id, again.Id);
        (await bob.PostAsync($"channels/{club.General}/messages", """{"content":"twice","nonce":"n2"}""")).ExpectRefusal(429, "rate_limited");
        Assert.Equal(["once"], await bob.HistoryAsync(club.General));
    }

    [Fact]
    public async Task slow_mode_holds_over_a_restart()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var club = await Community.FoundAsync(host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        await SlowAsync(club, 21_600);
        var first = await bob.SayAsync(club.General, "before", "n1");
        await host.RestartAsync();
        (await bob.PostAsync($"channels/{club.General}/messages", """{"content":"after"}""")).ExpectRefusal(429, "rate_limited");
        Assert.Equal(first.Id, (await bob.PostAsync($"channels/{club.General}/messages", """{"content":"before","nonce":"n1"}""")).Expect(200).Id);
        await carol.SayAsync(club.General, "hello");
        Assert.Equal(21_600, (await bob.GetAsync($"channels/{club.General}"))["slow_mode_seconds"].GetInt32());
    }

    [Fact]
    public async Task of_posts_at_the_same_time_one_passes()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        await SlowAsync(club, 21_600);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => bob.PostAsync($"channels/{club.General}/messages", $$"""{"content":"{{i}}"}""")));
        Assert.Equal(1, answers.Count(answer => answer.Status == 201));
        Assert.Equal(7, answers.Count(answer => answer is { Status: 429, Code: "rate_limited" }));
    }

    private static async Task SlowAsync(Community club, int seconds) =>
        Assert.Equal(seconds, (await club.Owner.PatchAsync($"channels/{club.General}", $$"""{"slow_mode_seconds":{{seconds}}}""")).Expect(200)["slow_mode_seconds"].GetInt32());

    private static async Task ExpectWaitAsync(Person person, string channel, int seconds)
    {
        var answer = await person.PostAsync($"channels/{channel}/messages", """{"content":"too early"}""");
        answer.ExpectRefusal(429, "rate_limited");
        Assert.Equal(seconds.ToString(CultureInfo.InvariantCulture), Assert.Single(answer.Headers.GetValues("Retry-After")));
    }
}
