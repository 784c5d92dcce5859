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
    private const int Version = 1;

    /// <summary>Of a time in hex digits of its 48 bits of milliseconds: 4.7 hours, 3.1 days, 50 days.</summary>
    private static readonly int[] TimeDigits = [6, 5, 4];

    /// <summary>ASCII that is neither letter nor digit, but for NUL, which no text has.</summary>
    private static readonly string Separators = string.Concat(Enumerable.Range(1, 127).Select(code => (char)code).Where(c => !char.IsAsciiLetterOrDigit(c)));

    /// <summary>What the index was made with, as it is remembered in the database.</summary>
    public static string Fingerprint(string configuration) => string.Create(CultureInfo.InvariantCulture, $"{Version} {configuration}");

    /// <summary>
    /// The text with spaces for all ASCII that is no letter or digit, one for one: PostgreSQL's parser would swallow what looks like a tag
    /// and take hosts, paths and addresses for one word.
    /// </summary>
    public static string Spaced(string text) => $"translate({text}, '{Separators.Replace("'", "''", StringComparison.Ordinal)}', '{new string(' ', Separators.Length)}')";

    /// <summary>As <see cref="Spaced"/>, with letters and their marks composed, however they were typed: no longer one for one.</summary>
    public static string Words(string text) => Spaced($"normalize({text})");

    /// <param name="m">The row of <c>messages</c>.</param>
    /// <param name="configuration">The parameter with the text configuration.</param>
    public static string Vector(string m, string configuration) => $"""
        to_tsvector({configuration}::text::regconfig, {Words($"{m}.content")}) || array_to_tsvector(array_remove(array[
            '=c' || right({m}.channel_id::text, 8),
            '=s' || right({m}.server_id::text, 8),
            '=a' || left(encode(uuid_send({m}.author_id), 'base64'), 22),
            {string.Join(", ", TimeDigits.Select(digits => $"'=t' || left({m}.id::text, {digits})"))},
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
    public static string? Between(long fromMilliseconds, long untilMilliseconds, int lexemesMax)
    {
        foreach (var digits in TimeDigits)
        {
            var shift = 48 - 4 * digits;
            var (first, last) = (fromMilliseconds >> shift, untilMilliseconds >> shift);
            if (last - first >= lexemesMax) continue;
            var lexemes = new List<string>();
            for (var time = last; time >= first; time--) lexemes.Add($"'=t{time.ToString($"x{digits}", CultureInfo.InvariantCulture)}'");
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

    private static string Short(Guid id) => Convert.ToBase64String(id.ToByteArray(bigEndian: true))[..22];
}
