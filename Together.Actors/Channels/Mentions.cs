using System.Buffers;
using System.Collections.Immutable;
using Together.Protocol;

namespace Together.Actors.Channels;

/// <summary>
/// Whom a message names: <c>&lt;@user&gt;</c>, <c>&lt;@&amp;role&gt;</c>, <c>@everyone</c>, <c>@here</c>. What names nobody
/// of the server or conversation, or more than the author may, is plain text; so is what is escaped, in code or in a link
/// (docs/protocol/markdown.md).
/// </summary>
public sealed record Mentions(ImmutableArray<UserId> Users, ImmutableArray<RoleId> Roles, bool Everyone)
{
    private const string Fence = "```";

    /// <summary>A UUID with hyphens.</summary>
    private const int IdLength = 36;

    private static readonly Mentions None = new([], [], false);
    private static readonly SearchValues<char> Marks = SearchValues.Create("\\`<@h");
    private static readonly SearchValues<char> LinkEnds = SearchValues.Create(" \t\r\n\v\f<>`\"");
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("0123456789abcdefABCDEF-");

    public static Mentions In(string content, AnyChannel channel, Permissions author)
    {
        if (!content.Contains('@', StringComparison.Ordinal)) return None;

        var users = ImmutableArray.CreateBuilder<UserId>();
        var roles = ImmutableArray.CreateBuilder<RoleId>();
        var everyone = false;
        var lastRuns = LastRuns(content);
        // What was read is not read again, so hostile text takes no longer than any other.
        var rest = content.AsSpan();
        for (var mark = rest.IndexOfAny(Marks); mark >= 0; mark = rest.IndexOfAny(Marks))
        {
            rest = rest[mark..];
            var length = 1;
            switch (rest[0])
            {
                case '\\':
                    if (rest.Length > 1 && IsPunctuation(rest[1])) length = 2;
                    break;
                case '`':
                    length = Code(rest, lastRuns, content.Length - rest.Length);
                    break;
                case 'h':
                    if (rest.StartsWith("http://") || rest.StartsWith("https://")) length = rest.IndexOfAny(LinkEnds) is >= 0 and var end ? end : rest.Length;
                    break;
                case '@':
                    everyone |= (IsWord(rest, "@everyone") || IsWord(rest, "@here")) && author.HasFlag(Permissions.MentionEveryone);
                    break;
                default:
                    if (!TryTag(rest, out var id, out var isRole, out length) || users.Count + roles.Count == Limits.MentionsMax) break;
                    if (!isRole)
                    {
                        var user = new UserId(id);
                        if (channel.IsMember(user) && !users.Contains(user)) users.Add(user);
                    }
                    else if (channel.Server?.Roles.TryGetValue(new RoleId(id), out var role) == true && (role.Mentionable || author.HasFlag(Permissions.MentionEveryone)) && !roles.Contains(role.Id))
                    {
                        roles.Add(role.Id);
                    }

                    break;
            }

            rest = rest[length..];
        }

        return new Mentions(users.ToImmutable(), roles.ToImmutable(), everyone);
    }

    /// <summary>The length of the code that begins here, or of the backticks when they open none.</summary>
    /// <param name="text">Begins with a backtick.</param>
    /// <param name="lastRuns">See <see cref="LastRuns"/>.</param>
    /// <param name="at">Where in the content.</param>
    private static int Code(ReadOnlySpan<char> text, Dictionary<int, int> lastRuns, int at)
    {
        // Between the fences is one character at least.
        if (text.StartsWith(Fence) && text.Length > Fence.Length && text[(Fence.Length + 1)..].IndexOf(Fence) is >= 0 and var inside) return Fence.Length + 1 + inside + Fence.Length;
        var run = RunLength(text);
        if (lastRuns.GetValueOrDefault(run, -1) <= at) return run;
        var end = run;
        while (true)
        {
            end += text[end..].IndexOf('`');
            var closing = RunLength(text[end..]);
            end += closing;
            if (closing == run) return end;
        }
    }

    /// <summary>Where the last run of so many backticks begins: behind it none can be closed, and nobody has to look for it.</summary>
    private static Dictionary<int, int> LastRuns(string content)
    {
        var runs = new Dictionary<int, int>();
        for (var at = content.IndexOf('`', StringComparison.Ordinal); at >= 0; at = content.IndexOf('`', at))
        {
            var run = RunLength(content.AsSpan(at));
            runs[run] = at;
            at += run;
        }

        return runs;
    }

    private static int RunLength(ReadOnlySpan<char> text) => text.IndexOfAnyExcept('`') is >= 0 and var length ? length : text.Length;

    private static bool IsPunctuation(char c) => c is > ' ' and <= '~' && !char.IsAsciiLetterOrDigit(c);

    private static bool IsWord(ReadOnlySpan<char> text, string word) =>
        text.StartsWith(word) && (text.Length == word.Length || !(char.IsAsciiLetterOrDigit(text[word.Length]) || text[word.Length] == '_'));

    private static bool TryTag(ReadOnlySpan<char> text, out Guid id, out bool isRole, out int length)
    {
        isRole = text.StartsWith("<@&");
        var start = isRole ? 3 : 2;
        length = start + IdLength + 1;
        if (text.StartsWith("<@") && text.Length >= length && text[length - 1] == '>')
        {
            var hex = text.Slice(start, IdLength);
            if (!hex.ContainsAnyExcept(IdCharacters) && Guid.TryParseExact(hex, "D", out id)) return true;
        }

        (id, length) = (default, 1);
        return false;
    }
}
