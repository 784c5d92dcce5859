using System.Collections.Immutable;
using Together.Actors.Servers;
using Together.Protocol;
using Together.Protocol.Channels;
using static Together.Tests.Actors.Servers.SampleServer;

namespace Together.Tests.Actors.Servers;

/// <summary>A server and a channel of it in which all that permissions are made of meets: ties in rank, timeouts that just end, overwrites of whom there is no more.</summary>
/// <param name="Users">The owner, members and a stranger.</param>
internal sealed record RandomServer(ServerState Server, ChannelRecord Channel, ImmutableArray<UserId> Users)
{
    public static RandomServer Next(Random random)
    {
        var ids = Enumerable.Range(100, 32).Select(Numbered).ToArray();
        random.Shuffle(ids);
        var users = ids[..8].Select(UserId.From).ToImmutableArray();
        var roles = ids[8..15].Select(RoleId.From).ToImmutableArray();
        // Of these there is none any more, but a member or an overwrite may still name them.
        var (goneRole, goneTargets) = (new RoleId(ids[15]), ids[16..18]);

        var server = With(Bits(random));
        var everyone = server.Roles[Everyone];
        server = server with
        {
            Record = server.Record with { OwnerId = users[0] },
            Roles = roles.Select(id => everyone with { Id = id, Name = $"role {id}", Position = random.Next(1, 4), Permissions = Bits(random) }).Append(everyone).ToImmutableDictionary(role => role.Id),
            Members = users[..^1].ToImmutableSortedDictionary(id => id, id => new MemberRecord(id, Some(random, [.. roles, goneRole]), Now, Sanctions: new Sanctions(Timeout(random)))),
        };
        Guid[] targets = [Everyone.Value, .. goneTargets, .. roles.Select(role => role.Value), .. users.Select(user => user.Value)];
        var ofRoles = roles.Select(role => role.Value).Append(goneTargets[0]).Append(Everyone.Value).ToHashSet();
        // One in ten has the wrong type, and so nobody whom it is about.
        var overwrites = Some(random, targets)
            .Select(id => new Overwrite(id, ofRoles.Contains(id) == (random.Next(10) > 0) ? OverwriteType.Role : OverwriteType.Member, Bits(random), Bits(random)));
        return new RandomServer(server, server.Channels[Text] with { Overwrites = [.. overwrites] }, users);
    }

    /// <summary>One thing in it is another now.</summary>
    public RandomServer Changed(Random random)
    {
        var member = Server.Members.Values.ElementAt(random.Next(Server.Members.Count));
        var role = Server.Roles.Values.ElementAt(random.Next(Server.Roles.Count));
        return random.Next(5) switch
        {
            0 => this with { Server = Server with { Record = Server.Record with { OwnerId = member.UserId } } },
            1 => this with { Server = Server with { Roles = Server.Roles.SetItem(role.Id, role with { Permissions = Bits(random) }) } },
            2 => this with { Server = Server with { Members = Server.Members.SetItem(member.UserId, member with { RoleIds = Some(random, Server.Roles.Keys.Where(id => id != Everyone)) }) } },
            3 => this with { Server = Server with { Members = Server.Members.SetItem(member.UserId, member with { Sanctions = new Sanctions(Timeout(random)) }) } },
            _ when member.UserId != Server.OwnerId => this with { Server = Server with { Members = Server.Members.Remove(member.UserId) } },
            _ => this,
        };
    }

    /// <summary>Often none, seldom with ADMINISTRATOR, else each bit one time in four.</summary>
    private static Permissions Bits(Random random)
    {
        if (random.Next(4) == 0) return Permissions.None;
        var bits = (Permissions)((ulong)random.NextInt64(1L << 28) & (ulong)random.NextInt64(1L << 28));
        return random.Next(8) == 0 ? bits | Permissions.Administrator : bits & ~Permissions.Administrator;
    }

    private static DateTimeOffset? Timeout(Random random) => random.Next(6) switch
    {
        0 => Now.AddMilliseconds(-1),
        1 => Now,
        2 => Now.AddMilliseconds(1),
        _ => null,
    };

    private static ImmutableArray<T> Some<T>(Random random, IEnumerable<T> all)
    {
        var some = all.Where(_ => random.Next(2) == 0).ToArray();
        random.Shuffle(some);
        return [.. some];
    }
}
