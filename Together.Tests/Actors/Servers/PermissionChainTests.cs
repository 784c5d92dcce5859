using Together.Actors.Servers;
using Together.Protocol;
using Together.Protocol.Channels;
using Xunit;
using static Together.Tests.Actors.Servers.SampleServer;

namespace Together.Tests.Actors.Servers;

public class PermissionChainTests
{
    [Fact]
    public void the_last_step_says_what_the_computation_says_on_random_servers()
    {
        var random = new Random(20261123);
        for (var round = 0; round < 300; round++)
        {
            var (server, channel, users) = RandomServer.Next(random);
            foreach (var member in server.Members.Values)
            {
                foreach (var (name, permission) in PermissionNames.All)
                {
                    var chain = server.Explain(member, "me", channel, permission, Now);
                    var allowed = server.Allows(member.UserId, channel, permission, Now);
                    Assert.True(allowed == (chain[^1].Effect == PermissionEffect.Allow), $"round {round}: {name} of {member.UserId} is {allowed}, but {string.Join(", ", chain)}");
                }
            }
        }
    }

    [Fact]
    public void every_step_is_there_that_spoke_and_no_other_on_random_servers()
    {
        var random = new Random(20261124);
        for (var round = 0; round < 200; round++)
        {
            var (server, channel, _) = RandomServer.Next(random);
            foreach (var member in server.Members.Values)
            {
                foreach (var (name, permission) in PermissionNames.All)
                {
                    var chain = server.Explain(member, "me", channel, permission, Now);
                    Assert.True(Expected(server, member, channel, permission).SequenceEqual(chain), $"round {round}: {name} of {member.UserId}: {string.Join(", ", chain)}");
                }
            }
        }
    }

    /// <summary>Every sentence that could be said, in order, and then only those that are true.</summary>
    private static List<PermissionStep> Expected(ServerState server, MemberRecord member, ChannelRecord channel, Permissions permission)
    {
        var (allow, deny) = (PermissionEffect.Allow, PermissionEffect.Deny);
        if (server.OwnerId == member.UserId) return [new(PermissionSource.Owner, member.UserId.Value, "me", allow)];

        var roles = server.Roles.Values.Where(role => role.Id == Everyone || member.RoleIds.Contains(role.Id))
            .OrderBy(role => role.Position).ThenByDescending(role => role.Id.ToString(), StringComparer.Ordinal).ToList();
        if (roles.Exists(role => (role.Permissions & Permissions.Administrator) != 0))
            return [.. from role in roles where (role.Permissions & Permissions.Administrator) != 0 select new PermissionStep(PermissionSource.Administrator, role.Id.Value, role.Name, allow)];

        var said = permission == Permissions.Administrator ? [] : Said(permission);
        if (said.Count == 0) return [new(PermissionSource.NotGranted, null, null, deny)];
        if (said[^1].Effect == deny) return said;
        if (Said(Permissions.ViewChannel) is [] or [.., { Effect: PermissionEffect.Deny }]) return [.. said, new(PermissionSource.ViewChannel, channel.Id.Value, channel.Name, deny)];
        var until = member.Sanctions.TimeoutUntil;
        return until > Now && permission is not (Permissions.ViewChannel or Permissions.ReadMessageHistory)
            ? [.. said, new(PermissionSource.Timeout, member.UserId.Value, "me", deny, until)]
            : said;

        List<PermissionStep> Said(Permissions about)
        {
            var overwrites =
                from spoken in (List<(PermissionSource Source, OverwriteType Type, Guid Id, string Name)>)
                [
                    .. roles.Select(role => (role.Id == Everyone ? PermissionSource.EveryoneOverwrite : PermissionSource.RoleOverwrite, OverwriteType.Role, role.Id.Value, role.Name)),
                    (PermissionSource.MemberOverwrite, OverwriteType.Member, member.UserId.Value, "me"),
                ]
                from overwrite in channel.Overwrites
                where overwrite.Id == spoken.Id && overwrite.Type == spoken.Type
                from effect in (PermissionEffect[])[deny, allow]
                where ((effect == deny ? overwrite.Deny : overwrite.Allow) & about) != 0
                orderby spoken.Source, effect == allow
                select new PermissionStep(spoken.Source, spoken.Id, spoken.Name, effect);
            return
            [
                .. from role in roles
                   where (role.Permissions & about) != 0
                   select new PermissionStep(role.Id == Everyone ? PermissionSource.EveryoneRole : PermissionSource.Role, role.Id.Value, role.Name, allow),
                .. overwrites,
            ];
        }
    }
}
