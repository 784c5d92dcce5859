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
        for (var round = 0; round < 4_000; round++)
        {
            var (server, channel) = Random(random);
            foreach (var user in (UserId[])[Owner, Actor, Peer, Plain, Stranger])
            {
                var (expected, expectedInChannel) = (Permissions.None, Permissions.None);
                for (var bit = 0; bit < 28; bit++)
                {
                    if (Holds(server, null, user, bit)) expected |= (Permissions)(1UL << bit);
                    if (Holds(server, channel, user, bit)) expectedInChannel |= (Permissions)(1UL << bit);
                }

                Assert.True(expected == server.Of(user, Now), $"round {round}: {user} has {server.Of(user, Now)} instead of {expected}");
                Assert.True(expectedInChannel == server.Of(user, channel, Now), $"round {round}: {user} has {server.Of(user, channel, Now)} in the channel instead of {expectedInChannel}");
            }
        }
    }

    /// <summary>protocol.md's sentence, one bit at a time, from the last word backwards.</summary>
    private static bool Holds(ServerState server, ChannelRecord? channel, UserId user, int bit)
    {
        if (!server.Members.TryGetValue(user, out var member)) return false;
        if (server.OwnerId == user) return true;
        var roles = server.Roles.Values.Where(role => role.Id.Value == server.Id.Value || member.RoleIds.Contains(role.Id)).ToList();
        if (roles.Exists(role => Has(role.Permissions, 12))) return true;
        if (channel is null) return roles.Exists(role => Has(role.Permissions, bit));
        return bit != 12 && (bit == 0 || Holds(server, channel, user, 0)) && Decided();

        bool Decided()
        {
            var own = channel.Overwrites.Where(o => o.Type == OverwriteType.Member && o.Id == user.Value).ToList();
            if (own.Exists(o => Has(o.Allow, bit))) return true;
            if (own.Exists(o => Has(o.Deny, bit))) return false;
            var ofRoles = channel.Overwrites.Where(o => o.Type == OverwriteType.Role && o.Id != server.Id.Value && member.RoleIds.Any(id => id.Value == o.Id)).ToList();
            if (ofRoles.Exists(o => Has(o.Allow, bit))) return true;
            if (ofRoles.Exists(o => Has(o.Deny, bit))) return false;
            var ofEveryone = channel.Overwrites.Where(o => o.Id == server.Id.Value).ToList();
            if (ofEveryone.Exists(o => Has(o.Allow, bit))) return true;
            return !ofEveryone.Exists(o => Has(o.Deny, bit)) && roles.Exists(role => Has(role.Permissions, bit));
        }
    }

    private static bool Has(Permissions permissions, int bit) => ((ulong)permissions >> bit & 1) == 1;

    private static (ServerState, ChannelRecord) Random(Random random)
    {
        RoleId[] roles = [Low, Own, High];
        var server = With(Bits(random));
        server = server with
        {
            Roles = server.Roles.SetItems(roles.Select(id => KeyValuePair.Create(id, server.Roles[id] with { Permissions = Bits(random) }))),
            Members = server.Members.SetItems(((UserId[])[Actor, Peer, Plain]).Select(user => KeyValuePair.Create(user, server.Members[user] with { RoleIds = [.. roles.Where(_ => random.Next(2) == 0)] }))),
        };
        Guid[] targets = [Everyone.Value, .. roles.Select(id => id.Value), Actor.Value, Peer.Value, Plain.Value, Owner.Value];
        var overwrites = targets.Where(_ => random.Next(2) == 0)
            .Select(id => new Overwrite(id, id == Everyone.Value || roles.Contains(new RoleId(id)) ? OverwriteType.Role : OverwriteType.Member, Bits(random), Bits(random)))
            .ToArray();
        random.Shuffle(overwrites);
        return (server, server.Channels[Text] with { Overwrites = [.. overwrites] });
    }

    /// <summary>Often none, seldom ADMINISTRATOR, else each bit one time in four.</summary>
    private static Permissions Bits(Random random)
    {
        if (random.Next(4) == 0) return Permissions.None;
        var bits = (Permissions)((ulong)random.NextInt64(1L << 28) & (ulong)random.NextInt64(1L << 28));
        return random.Next(8) == 0 ? bits | Permissions.Administrator : bits & ~Permissions.Administrator;
    }
}
