using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Together.Bench.Scenarios;

/// <summary>
/// What people have said in a year: words of a vocabulary of 40,000 in Latin and Cyrillic letters as often as Zipf's law has it, a link or a
/// mention in one message of twenty each, a file in one of fifty. The same each time. One thread.
/// </summary>
internal sealed class Corpus
{
    private const int VocabularySize = 40_000;
    private const int Authors = 2_000;
    private const double WordsMean = 12;
    private const int WordsMax = 80;

    private static readonly string[] Alphabets = ["abcdefghijklmnopqrstuvwxyzáéíóúäöüßñç", "абвгдежзийклмнопрстуфхцчшщыэюя", "abcdefghijklmnopqrstuvwxyz"];

    private readonly Random _random = new(7);
    private readonly string[] _words = new string[VocabularySize];
    private readonly double[] _ranks = new double[VocabularySize];
    private readonly Guid[] _authors = new Guid[Authors];

    public Corpus()
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var sum = 0.0;
        for (var rank = 0; rank < VocabularySize; rank++)
        {
            var alphabet = Alphabets[rank % Alphabets.Length];
            // Common words are short.
            do _words[rank] = string.Concat(Enumerable.Range(0, (rank < 50 ? 2 : 4) + _random.Next(rank < 50 ? 3 : 7)).Select(_ => alphabet[_random.Next(alphabet.Length)]));
            while (!used.Add(_words[rank]));
            // Mandelbrot's form of the law: the first few words are not quite as common as the rest would have it.
            _ranks[rank] = sum += 1 / (rank + 2.7);
        }

        for (var i = 0; i < Authors; i++) _authors[i] = Id(1_600_000_000_000 + i);
    }

    /// <summary>The word of a rank, 0 the most common.</summary>
    public string Word(int rank) => _words[rank];

    public Guid AnyAuthor() => _authors[(int)(Authors * Math.Pow(_random.NextDouble(), 3))];

    /// <summary>No quotes, no backslashes: it may stand in JSON as it is.</summary>
    public string Sentence()
    {
        var text = new StringBuilder();
        var words = Math.Clamp((int)(-Math.Log(1 - _random.NextDouble()) * WordsMean), 1, WordsMax);
        for (var i = 0; i < words; i++) text.Append(i == 0 ? "" : _random.Next(10) == 0 ? ", " : " ").Append(AnyWord());
        if (_random.Next(20) == 0) text.Append(CultureInfo.InvariantCulture, $" https://{Word(_random.Next(VocabularySize))}.example.org/{_random.Next(1000)}");
        return text.ToString();
    }

    /// <summary>Writes messages straight into their table, in the order of their times.</summary>
    /// <param name="connectionString">Of the database.</param>
    /// <param name="places">Channels with their servers, and how many messages each is to get.</param>
    /// <param name="from">Milliseconds since 1970.</param>
    /// <param name="until">Milliseconds since 1970.</param>
    public async Task WriteAsync(string connectionString, IReadOnlyList<(Guid Server, Guid Channel, int Messages)> places, long from, long until)
    {
        var order = places.SelectMany((place, index) => Enumerable.Repeat((short)index, place.Messages)).ToArray();
        _random.Shuffle(order);
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using (var copy = await connection.BeginBinaryImportAsync("""
            copy messages (id, channel_id, server_id, author_id, content, mention_ids, mention_role_ids, mention_everyone, position, attachments) from stdin (format binary)
            """))
        {
            for (var i = 0; i < order.Length; i++)
            {
                var (server, channel, _) = places[order[i]];
                var (content, mentions) = (Sentence(), Array.Empty<Guid>());
                if (_random.Next(20) == 0)
                {
                    mentions = [AnyAuthor()];
                    content = $"<@{mentions[0]}> {content}";
                }

                await copy.StartRowAsync();
                await copy.WriteAsync(Id(from + (long)((until - from) * (i / (double)order.Length))), NpgsqlDbType.Uuid);
                await copy.WriteAsync(channel, NpgsqlDbType.Uuid);
                await copy.WriteAsync(server, NpgsqlDbType.Uuid);
                await copy.WriteAsync(AnyAuthor(), NpgsqlDbType.Uuid);
                await copy.WriteAsync(content, NpgsqlDbType.Text);
                await copy.WriteAsync(mentions, NpgsqlDbType.Array | NpgsqlDbType.Uuid);
                await copy.WriteAsync(Array.Empty<Guid>(), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
                await copy.WriteAsync(false, NpgsqlDbType.Boolean);
                await copy.WriteAsync(1L, NpgsqlDbType.Bigint);
                if (_random.Next(50) > 0) await copy.WriteNullAsync();
                else await copy.WriteAsync($$"""[{"id":"{{Id(from)}}","filename":"a.png","content_type":"image/png","size":1000,"width":10,"height":10,"has_thumbnail":false}]""", NpgsqlDbType.Jsonb);
            }

            await copy.CompleteAsync();
        }

        await ExecuteAsync(connection, "vacuum (analyze) messages");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync();
    }

    private string AnyWord()
    {
        var at = Array.BinarySearch(_ranks, _random.NextDouble() * _ranks[^1]);
        return _words[at < 0 ? ~at : at];
    }

    private Guid Id(long milliseconds)
    {
        var hex = milliseconds.ToString("x12", CultureInfo.InvariantCulture);
        return Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"{hex[..8]}-{hex[8..]}-7{_random.Next(0x1000):x3}-8{_random.Next(0x1000):x3}-{_random.NextInt64(0x1000000000000):x12}"));
    }
}
