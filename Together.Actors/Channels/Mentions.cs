using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Together.Actors.Servers;
using Together.Protocol;

namespace Together.Actors.Channels;

/// <summary>
/// Whom a message names: <c>&lt;@user&gt;</c>, <c>&lt;@&amp;role&gt;</c>, <c>@everyone</c>, <c>@here</c>. What names nobody
/// of the server, or more than the author may, is plain text.
/// </summary>
public sealed partial record Mentions(ImmutableArray<UserId> Users, ImmutableArray<RoleId> Roles, bool Everyone)
{
    private static readonly Mentions None = new([], [], false);

    public static Mentions In(string content, ServerState server, Permissions author)
    {
        if (!content.Contains('@', StringComparison.Ordinal)) return None;

        var users = ImmutableArray.CreateBuilder<UserId>();
        var roles = ImmutableArray.CreateBuilder<RoleId>();
        foreach (var match in Tag().EnumerateMatches(content))
        {
            if (users.Count + roles.Count == Limits.MentionsMax) break;
            var tag = content.AsSpan(match.Index, match.Length);
            var id = Guid.ParseExact(tag[^37..^1], "D");
            if (tag[2] != '&')
            {
                var user = new UserId(id);
                if (server.Members.ContainsKey(user) && !users.Contains(user)) users.Add(user);
            }
            else if (server.Roles.TryGetValue(new RoleId(id), out var role) && (role.Mentionable || author.HasFlag(Permissions.MentionEveryone)) && !roles.Contains(role.Id))
            {
                roles.Add(role.Id);
            }
        }

        var everyone = author.HasFlag(Permissions.MentionEveryone) && Everybody().IsMatch(content);
        return new Mentions(users.ToImmutable(), roles.ToImmutable(), everyone);
    }

    [GeneratedRegex("<@&?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}>", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();

    [GeneratedRegex("@(everyone|here)(?![a-z0-9_])", RegexOptions.CultureInvariant)]
    private static partial Regex Everybody();
}
