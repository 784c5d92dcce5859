using Together.Actors.Servers;
using Together.Protocol;
using Together.Protocol.Channels;
using Xunit;
using static Together.Tests.Actors.Servers.SampleServer;

namespace Together.Tests.Actors.Servers;

public class ServerPermissionsTests
{
    [Fact]
    public void a_member_without_any_bit_sees_what_an_overwrite_shows_them()
    {
        var server = With(Permissions.None);
        var channel = server.Channels[Voice] with { Overwrites = [new Overwrite(Actor.Value, OverwriteType.Member, Permissions.ViewChannel, 0)] };
        Assert.Equal(Permissions.ViewChannel, server.Of(Actor, channel, Now));
        Assert.Equal(Permissions.None, server.Of(Plain, channel, Now));
        Assert.Equal(Permissions.None, server.Of(Stranger, channel, Now));
    }

    [Fact]
    public void they_equal_a_slow_reference_on_random_servers()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 1_500; round++)
        {
            // Also when one thing changes after many checks: what they left behind must not be believed.
            var sample = RandomServer.Next(random);
            for (var version = 0; version < 3; version++, sample = sample.Changed(random))
            {
                foreach (var user in sample.Users) Compare(sample, user, $"round {round}, version {version}");
            }
        }
    }

    [Fact]
    public void ranks_equal_a_slow_reference_on_random_servers()
    {
        var random = new Random(20261122);
        for (var round = 0; round < 1_500; round++)
        {
            var (server, _, users) = RandomServer.Next(random);
            // From the highest; @everyone is the last.
            var ladder = server.Roles.Values.OrderBy(role => role.Id.Value == server.Id.Value).ThenByDescending(role => role.Position).ThenBy(role => role.Id.ToString(), StringComparer.Ordinal).ToList();
            var places = server.Members.Values.ToDictionary(member => member.UserId, member => RolesOf(server, member).Min(ladder.IndexOf));
            foreach (var user in users)
            {
                var isOwner = user == server.OwnerId;
                foreach (var role in server.Roles.Values)
                {
                    var isAbove = isOwner || (places.TryGetValue(user, out var place) && place < ladder.IndexOf(role));
                    Assert.True(isAbove == server.Outranks(user, role), $"round {round}: {user} and {role}");
                }

                foreach (var other in users)
                {
                    var isAbove = user != other && other != server.OwnerId && places.TryGetValue(user, out var place)
                        && (isOwner || !places.TryGetValue(other, out var below) || place < below);
                    Assert.True(isAbove == server.Outranks(user, other), $"round {round}: {user} and {other}");
                }
            }
        }
    }

    [Fact]
    public void a_check_allocates_nothing()
    {
        var server = With(Permissions.EveryoneDefault);
        var channel = server.Channels[Text];
        Check(2 * server.Members.Count);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Check(1_000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Check(int times)
        {
            for (var i = 0; i < times; i++)
            {
                foreach (var user in (ReadOnlySpan<UserId>)[Owner, Plain, Admin, Stranger])
                {
                    server.Of(user, Now);
                    server.Of(user, channel, Now);
                    server.CanView(user, channel);
                }
            }
        }
    }

    [Fact]
    public void what_checks_remember_tells_no_two_states_apart()
    {
        var server = With(Permissions.EveryoneDefault);
        var copy = server with { Members = server.Members, Roles = server.Roles };
        for (var i = 0; i < 100; i++) server.Of(Plain, Now);
        Assert.Equal(server, copy);
        Assert.Equal(server.GetHashCode(), copy.GetHashCode());
    }

    private static void Compare(RandomServer sample, UserId user, string where)
    {
        var (server, channel, _) = sample;
        var (expected, expectedInChannel) = (Permissions.None, Permissions.None);
        var roles = server.Members.TryGetValue(user, out var member) ? RolesOf(server, member) : [];
        for (var bit = 0; bit < 28 && member is not null; bit++)
        {
            if (Holds(server, null, member, roles, bit)) expected |= (Permissions)(1UL << bit);
            if (Holds(server, channel, member, roles, bit)) expectedInChannel |= (Permissions)(1UL << bit);
        }

        Assert.True(expected == server.Of(user, Now), $"{where}: {user} has {server.Of(user, Now)} instead of {expected}");
        Assert.True(expectedInChannel == server.Of(user, channel, Now), $"{where}: {user} has {server.Of(user, channel, Now)} in the channel instead of {expectedInChannel}");
        Assert.True(Has(expectedInChannel, 0) == server.CanView(user, channel), $"{where}: {user} sees the channel or not");
        if (member is not null) Assert.Equal(!IsMighty(server, member, roles), server.CanBeTimedOut(member));
    }

    /// <summary>docs/permissions.md, one bit at a time, from its last word backwards.</summary>
    private static bool Holds(ServerState server, ChannelRecord? channel, MemberRecord member, List<RoleRecord> roles, int bit)
    {
        if (IsMighty(server, member, roles)) return true;
        var until = member.Sanctions.TimeoutUntil;
        if (until is not null && until.Value.Ticks > Now.Ticks && bit is not (0 or 15)) return false;
        if (channel is null) return roles.Exists(role => Has(role.Permissions, bit));
        return bit != 12 && (bit == 0 || Holds(server, channel, member, roles, 0)) && Decided();

        bool Decided()
        {
            var own = channel.Overwrites.Where(o => o.Type == OverwriteType.Member && o.Id == member.UserId.Value).ToList();
            if (own.Exists(o => Has(o.Allow, bit))) return true;
            if (own.Exists(o => Has(o.Deny, bit))) return false;
            var ofRoles = channel.Overwrites.Where(o => o.Type == OverwriteType.Role && o.Id != server.Id.Value && member.RoleIds.Any(id => id.Value == o.Id)).ToList();
            if (ofRoles.Exists(o => Has(o.Allow, bit))) return true;
            if (ofRoles.Exists(o => Has(o.Deny, bit))) return false;
            var ofEveryone = channel.Overwrites.Where(o => o.Type == OverwriteType.Role && o.Id == server.Id.Value).ToList();
            if (ofEveryone.Exists(o => Has(o.Allow, bit))) return true;
            return !ofEveryone.Exists(o => Has(o.Deny, bit)) && roles.Exists(role => Has(role.Permissions, bit));
        }
    }

    private static bool IsMighty(ServerState server, MemberRecord member, List<RoleRecord> roles) => server.OwnerId == member.UserId || roles.Exists(role => Has(role.Permissions, 12));

    private static List<RoleRecord> RolesOf(ServerState server, MemberRecord member) =>
        [.. server.Roles.Values.Where(role => role.Id.Value == server.Id.Value || member.RoleIds.Any(id => id.Value == role.Id.Value))];

    private static bool Has(Permissions permissions, int bit) => ((ulong)permissions >> bit & 1) == 1;
}
