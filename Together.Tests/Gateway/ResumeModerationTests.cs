using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Gateway;

/// <summary>RESUME over what roles, moderation and ownership did in the gap, from the log's tail and after a restart from the journal.</summary>
public sealed class ResumeModerationTests(SharedHost shared, PostgresFixture postgres) : IClassFixture<SharedHost>
{
    [Theory]
    [InlineData("role given")]
    [InlineData("role taken")]
    [InlineData("role given and taken")]
    [InlineData("role given and deleted")]
    [InlineData("role deleted")]
    [InlineData("overwrite removed, then the role taken")]
    [InlineData("overwrite removed, then the role deleted")]
    [InlineData("role made to show channels")]
    [InlineData("made an administrator")]
    [InlineData("made the owner")]
    [InlineData("banned")]
    [InlineData("banned, unbanned and back")]
    public async Task change_of_what_one_sees_starts_again(string what)
    {
        foreach (var restarted in (bool[])[false, true])
        {
            await using var own = restarted ? await TestHost.StartAsync(postgres) : null;
            var stage = await Stage.OpenAsync(own ?? shared.Host);
            var (club, bob) = (stage.Club, stage.Bob);
            await using var follower = await Follower.StartAsync(club.Host, bob);
            follower.Vanish();

            await club.Owner.SayAsync(club.General, "in the gap");
            switch (what)
            {
                case "role given":
                    await club.GiveAsync(bob, stage.Keyholder);
                    break;
                case "role taken":
                    await club.TakeAsync(bob, stage.Guest);
                    break;
                case "role given and taken":
                    await club.GiveAsync(bob, stage.Keyholder);
                    await club.Owner.SayAsync(stage.Vault, "while bob looked");
                    await club.TakeAsync(bob, stage.Keyholder);
                    break;
                case "role given and deleted":
                    await club.GiveAsync(bob, stage.Keyholder);
                    (await club.Owner.DeleteAsync($"servers/{club.Id}/roles/{stage.Keyholder}")).Expect(204);
                    break;
                case "role deleted":
                    (await club.Owner.DeleteAsync($"servers/{club.Id}/roles/{stage.Guest}")).Expect(204);
                    break;
                case "overwrite removed, then the role taken":
                    (await club.Owner.DeleteAsync($"channels/{stage.Lounge}/permissions/{stage.Guest}")).Expect(204);
                    await club.TakeAsync(bob, stage.Guest);
                    break;
                case "overwrite removed, then the role deleted":
                    (await club.Owner.DeleteAsync($"channels/{stage.Lounge}/permissions/{stage.Guest}")).Expect(204);
                    (await club.Owner.DeleteAsync($"servers/{club.Id}/roles/{stage.Guest}")).Expect(204);
                    break;
                case "role made to show channels":
                    await club.WithholdAsync(Permissions.ViewChannel);
                    (await club.Owner.PatchAsync($"servers/{club.Id}/roles/{stage.Guest}", $$"""{"permissions":"{{(ulong)Permissions.ViewChannel}}"}""")).Expect(200);
                    break;
                case "made an administrator":
                    await club.GiveAsync(bob, await club.RoleAsync("admin", Permissions.Administrator));
                    break;
                case "made the owner":
                    (await club.Owner.PostAsync($"servers/{club.Id}/transfer", $$"""{"user_id":"{{bob.Id}}"}""")).Expect(200);
                    break;
                case "banned":
                    (await club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}")).Expect(204);
                    await club.Owner.SayAsync(club.General, "good riddance");
                    break;
                case "banned, unbanned and back":
                    (await club.Owner.PutAsync($"servers/{club.Id}/bans/{bob.Id}")).Expect(204);
                    (await club.Owner.DeleteAsync($"servers/{club.Id}/bans/{bob.Id}")).Expect(204);
                    await club.AdmitAsync(bob);
                    break;
            }

            if (restarted) await club.Host.RestartAsync();
            await follower.StartAgainAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task what_happened_to_roles_and_members_comes(bool restarted)
    {
        await using var own = restarted ? await TestHost.StartAsync(postgres) : null;
        var stage = await Stage.OpenAsync(own ?? shared.Host);
        var club = stage.Club;
        var carol = await club.MemberAsync("carol");
        await using var follower = await Follower.StartAsync(club.Host, stage.Bob);
        follower.Vanish();

        var loud = await club.RoleAsync("loud", Permissions.MentionEveryone);
        (await club.Owner.PatchAsync($"servers/{club.Id}/roles", $$"""[{"id":"{{loud}}","position":7}]""")).Expect(200);
        await club.GiveAsync(stage.Bob, loud);
        await club.GiveAsync(carol, stage.Keyholder);
        await club.OverwriteRoleAsync(club.General, loud, deny: Permissions.AttachFiles);
        (await club.Owner.PatchAsync($"servers/{club.Id}/members/{stage.Bob.Id}", $$"""{"nickname":"Bobby","timeout_until":"{{TimeProvider.System.GetUtcNow().AddHours(1):O}}"}""")).Expect(200);
        (await club.Owner.DeleteAsync($"servers/{club.Id}/roles/{loud}")).Expect(204);

        if (restarted) await club.Host.RestartAsync();
        var frames = await follower.ResumeAsync();
        Assert.Equal(
            [
                "SERVER_ROLE_CREATE", "SERVER_ROLE_UPDATE", "SERVER_MEMBER_UPDATE", "SERVER_MEMBER_UPDATE", "CHANNEL_UPDATE", "SERVER_MEMBER_UPDATE", "SERVER_ROLE_DELETE", "CHANNEL_UPDATE",
            ],
            frames.Select(frame => frame.T));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task anothers_ban_comes_with_the_messages_that_were_known_and_to_moderators_as_a_ban(bool restarted, bool isModerator)
    {
        await using var own = restarted ? await TestHost.StartAsync(postgres) : null;
        var stage = await Stage.OpenAsync(own ?? shared.Host);
        var club = stage.Club;
        if (isModerator) await club.GiveAsync(stage.Bob, await club.RoleAsync("moderator", Permissions.BanMembers));
        var carol = await club.MemberAsync("carol");
        var known = (await carol.SayAsync(club.General, "known")).Id;
        await using var follower = await Follower.StartAsync(club.Host, stage.Bob);
        follower.Vanish();

        await using var witness = await GatewayClient.IdentifiedAsync(club.Host, club.Owner);
        await carol.SayAsync(club.General, "never seen");
        (await club.Owner.PutAsync($"servers/{club.Id}/bans/{carol.Id}", """{"delete_message_seconds":3600}""")).Expect(204);
        await witness.UntilAsync(frame => frame.Is("MESSAGE_DELETE_BULK"));
        await club.Owner.SayAsync(club.General, "tidy");

        if (restarted) await club.Host.RestartAsync();
        var frames = await follower.ResumeAsync();
        string[] ban = isModerator ? ["SERVER_BAN_ADD"] : [];
        Assert.Equal(["SERVER_MEMBER_REMOVE", .. ban, "MESSAGE_DELETE_BULK", "MESSAGE_CREATE"], frames.Select(frame => frame.T));
        Assert.Equal([known], frames[^2].D.GetProperty("ids").EnumerateArray().Select(id => id.GetString()!));
    }

    [Fact]
    public async Task frames_of_a_given_role_are_repeated_by_resume_at_their_position()
    {
        var stage = await Stage.OpenAsync(shared.Host);
        await using var follower = await Follower.StartAsync(shared.Host, stage.Bob);
        await stage.Club.GiveAsync(stage.Bob, stage.Keyholder);
        var first = await follower.Client.ReceiveAsync("SERVER_MEMBER_UPDATE");
        follower.Vanish();
        follower.Position = first.S!.Value;
        var frames = await follower.ResumeAsync();
        Assert.Equal([("SERVER_MEMBER_UPDATE", first.S), ("CHANNEL_CREATE", first.S)], frames.Select(frame => (frame.T!, frame.S)));
    }

    [Fact]
    public async Task frames_of_a_deleted_role_are_repeated_by_resume_at_their_position()
    {
        var stage = await Stage.OpenAsync(shared.Host);
        await using var follower = await Follower.StartAsync(shared.Host, stage.Bob);
        (await stage.Club.Owner.DeleteAsync($"servers/{stage.Club.Id}/roles/{stage.Guest}")).Expect(204);
        var first = await follower.Client.ReceiveAsync("SERVER_ROLE_DELETE");
        follower.Vanish();
        follower.Position = first.S!.Value;
        var frames = await follower.ResumeAsync();
        Assert.Equal([("SERVER_ROLE_DELETE", first.S), ("CHANNEL_DELETE", first.S)], frames.Select(frame => (frame.T!, frame.S)));
    }

    /// <summary>A vault for keyholders, a lounge for guests, and Bob, who is a guest.</summary>
    private sealed record Stage(Community Club, Person Bob, string Keyholder, string Guest, string Vault, string Lounge)
    {
        public static async Task<Stage> OpenAsync(TestHost host)
        {
            var club = await Community.FoundAsync(host);
            var bob = await club.MemberAsync("bob");
            var (keyholder, guest) = (await club.RoleAsync("keyholder"), await club.RoleAsync("guest"));
            var (vault, lounge) = (await club.ChannelAsync("vault"), await club.ChannelAsync("lounge"));
            foreach (var (channel, role) in ((string, string)[])[(vault, keyholder), (lounge, guest)])
            {
                await club.OverwriteAsync(channel, deny: Permissions.ViewChannel);
                await club.OverwriteRoleAsync(channel, role, allow: Permissions.ViewChannel);
            }

            await club.Owner.SayAsync(vault, "gold");
            await club.GiveAsync(bob, guest);
            return new Stage(club, bob, keyholder, guest, vault, lounge);
        }
    }
}
