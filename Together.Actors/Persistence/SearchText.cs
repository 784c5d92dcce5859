using System.Buffers.Binary;
using System.Globalization;
using Together.Protocol;

namespace Together.Actors.Persistence;

/// <summary>
/// How a message becomes a row of the search index, and a condition a part of a query: both sides of each in one place, as SQL. What is
/// not a word is a lexeme that begins with "=", which no text becomes.
/// </summary>
internal static class SearchText
{
    /// <summary>Of what stands here. With a new one all messages are indexed anew.</summary>
    private const int Version = 2;

    /// <summary>Sizes of steps in time, as powers of two of milliseconds: 2.3 hours, 19 hours, 6 days, 50 days.</summary>
    private static readonly int[] TimeSteps = [23, 26, 29, 32];

    /// <summary>What the parser reads something into, and what marks highlights. Each costs: all other signs separate words by themselves.</summary>
    private const string Separators = "-./_:<>@&+#~%?=\\\u0001\u0002";

    /// <summary>What the index was made with, as it is remembered in the database.</summary>
    public static string Fingerprint(string configuration) => string.Create(CultureInfo.InvariantCulture, $"{Version} {configuration}");

    /// <summary>
    /// The text with spaces for some signs, one for one: PostgreSQL's parser would swallow what looks like a tag and take hosts, paths and
    /// addresses for one word.
    /// </summary>
    public static string Spaced(string text) => $"translate({text}, '{Separators}', '{new string(' ', Separators.Length)}')";

    /// <summary>As <see cref="Spaced"/>, with letters and their marks composed, however they were typed: no longer one for one.</summary>
    public static string Words(string text) => Spaced($"normalize({text})");

    /// <param name="m">The row of <c>messages</c>.</param>
    /// <param name="configuration">The parameter with the text configuration.</param>
    public static string Vector(string m, string configuration) => $"""
        to_tsvector({configuration}::text::regconfig, {Words($"{m}.content")}) || array_to_tsvector(array_remove(array[
            '=c' || right({m}.channel_id::text, 8),
            '=s' || right({m}.server_id::text, 8),
            '=a' || left(encode(uuid_send({m}.author_id), 'base64'), 22),
            {string.Join(", ", TimeSteps.Select(step => $"'={Level(step)}' || to_hex(('x' || left({m}.id::text, 8) || substr({m}.id::text, 10, 4))::bit(48)::bigint >> {step})"))},
            case when {m}.content ~ 'https?://\S' then '=l' end,
            case when jsonb_path_exists({m}.attachments, '$[*].id') then '=f' end,
            case when jsonb_path_exists({m}.attachments, '$[*].content_type ? (@ starts with "image/")') then '=i' end], null)
            || array(select '=m' || left(encode(uuid_send(u), 'base64'), 22) from unnest({m}.mention_ids) u))
        """;

    public const string Link = "'=l'";
    public const string File = "'=f'";
    public const string Image = "'=i'";

    /// <summary>A tsquery that the channel's messages match, and hardly any other's.</summary>
    public static string In(ChannelId channel) => $"'=c{channel.ToString()[^8..]}'";

    /// <summary>A tsquery that the server's messages match, and hardly any other's.</summary>
    public static string In(ServerId server) => $"'=s{server.ToString()[^8..]}'";

    public static string By(UserId author) => $"'=a{Short(author.Value)}'";

    public static string Mentions(UserId user) => $"'=m{Short(user.Value)}'";

    /// <summary>
    /// A tsquery for the messages from one time until another, and some before and after, of at most so many lexemes; null when it would need
    /// more.
    /// </summary>
    /// <param name="from">Milliseconds since 1970; becomes the time since when it has all of them.</param>
    /// <param name="until">Milliseconds since 1970.</param>
    /// <param name="lexemesMax">At least 1.</param>
    public static string? Between(ref long from, long until, int lexemesMax)
    {
        foreach (var step in TimeSteps)
        {
            var (first, last) = (from >> step, until >> step);
            if (last - first >= lexemesMax) continue;
            var lexemes = new List<string>();
            for (var time = last; time >= first; time--) lexemes.Add($"'={Level(step)}{time.ToString("x", CultureInfo.InvariantCulture)}'");
            from = first << step;
            return string.Join(" | ", lexemes);
        }

        return null;
    }

    /// <summary>The time of an ID, of any that somebody sends too.</summary>
    public static long Milliseconds(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
    }

    /// <summary>What is below every ID of that time and above those before.</summary>
    public static Guid Floor(long milliseconds)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, milliseconds << 16);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Upper case, which no other lexeme of ours begins with.</summary>
    private static char Level(int step) => (char)('A' + step - TimeSteps[0]);

    private static string Short(Guid id) => Convert.ToBase64String(id.ToByteArray(bigEndian: true))[..22];
}
