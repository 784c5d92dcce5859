using Npgsql;
using Together.Actors.Channels;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Actors.Persistence;

/// <summary>What a message must hold; several are all of them.</summary>
[Flags]
public enum SearchContents
{
    Anything = 0,
    File = 1,
    Link = 2,
    Image = 4,
}

/// <summary>Where somebody searches.</summary>
/// <param name="Channels">All that they may read of it, none else.</param>
/// <param name="Server">The server they search as a whole; null for one channel alone.</param>
public sealed record SearchScope(IReadOnlyList<ChannelId> Channels, ServerId? Server);

/// <param name="Terms">All have to hold.</param>
/// <param name="Before">Only messages below it.</param>
/// <param name="After">Only messages above it.</param>
/// <param name="Offset">So many of the result are left out, 0 to <see cref="Limits.SearchOffsetMax"/>.</param>
/// <param name="Limit">So many are wanted, 1 to <see cref="Limits.PageMax"/>.</param>
/// <param name="ByRelevance">Best first, among the newest <see cref="Limits.SearchTotalMax"/>; else newest first.</param>
public sealed record MessageQuery(
    IReadOnlyList<SearchTerm> Terms, UserId? Author, UserId? Mentions, SearchContents Contents, MessageId? Before, MessageId? After, int Offset, int Limit, bool ByRelevance);

/// <param name="Highlights">Start and end of each word that was found, in UTF-16 code units of the content.</param>
public sealed record FoundMessage(MessageDetail Message, IReadOnlyList<IReadOnlyList<int>> Highlights);

/// <param name="Messages">The page.</param>
/// <param name="Total">All there are; <see cref="Limits.SearchTotalMax"/> stands for that and more.</param>
/// <param name="HasMore">Whether there are any behind the page.</param>
public sealed record FoundMessages(IReadOnlyList<FoundMessage> Messages, int Total, bool HasMore);

/// <summary>
/// Searches the index. A few at a time on connections of its own, so that no search keeps a page of history waiting. Any thread; lives as
/// long as its data source.
/// </summary>
/// <remarks>
/// PostgreSQL can read the newest messages and look at each, or get all matches from the index and sort them. The one takes long for what is
/// rare, the other for what is common, and how often words meet is what it guesses worst. So it is measured: a first look at the newest
/// messages tells how far back the wanted number of matches reaches, and the index is then asked for the matches since that time alone.
/// </remarks>
public sealed class MessageSearch(NpgsqlDataSource source, SearchIndex index) : IDisposable
{
    /// <summary>Searches at the same time. One core is enough for a hundred of them a second.</summary>
    public const int Parallel = 3;

    /// <summary>Searches that wait for their turn, for a second or so.</summary>
    public const int QueueMax = 64;

    /// <summary>Messages that are looked at first: a word that one message in a hundred has is among them nearly always.</summary>
    private const int SampleSize = 500;

    /// <summary>The same in one channel alone, where each lies on a page of its own and what is rare is cheap to ask the index for.</summary>
    private const int ChannelSampleSize = 100;

    /// <summary>Each goes back as far as those before taught, and finds what is behind them.</summary>
    private const int StepsMax = 6;

    /// <summary>Lexemes of time in one query: each costs as much as another word.</summary>
    private const int TimesMax = 9;

    private const char Start = '\u0001';
    private const char Stop = '\u0002';

    private static readonly string HeadlineOptions = $"HighlightAll=true, StartSel={Start}, StopSel={Stop}";

    private static readonly FoundMessages Nothing = new([], 0, false);

    private readonly SemaphoreSlim _slots = new(Parallel);
    private int _waiting;

    /// <summary>Null when too many search already.</summary>
    /// <exception cref="PostgresException">With <see cref="PostgresErrorCodes.QueryCanceled"/> when it took too long.</exception>
    public async Task<FoundMessages?> FindAsync(SearchScope scope, MessageQuery query, UserId reader, CancellationToken cancellation)
    {
        if (scope.Channels.Count == 0) return Nothing;
        if (Interlocked.Increment(ref _waiting) > QueueMax + Parallel)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }

        try
        {
            await _slots.WaitAsync(cancellation);
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
                return await FindAsync(connection, scope, query, reader, cancellation);
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task<FoundMessages> FindAsync(NpgsqlConnection connection, SearchScope scope, MessageQuery query, UserId reader, CancellationToken cancellation)
    {
        var words = query.Terms.Count == 0 ? Words.None : await WordsAsync(connection, query.Terms, cancellation);
        if (query.Terms.Count > 0 && words.Wanted.Length == 0) return Nothing;

        // One more than is shown or counted says whether there are more.
        var needed = query.ByRelevance ? Limits.SearchTotalMax + 1 : Math.Max(Limits.SearchTotalMax, query.Offset + query.Limit) + 1;
        // Before the index is read: what is deleted later is seen to when the page is.
        var search = new Search(connection, scope, query, words, index.Removed, needed, cancellation);
        var hits = await HitsAsync(search);
        var ordered = query.ByRelevance ? [.. hits.Take(Limits.SearchTotalMax).OrderByDescending(hit => hit.Rank).ThenByDescending(hit => hit.Message).ThenByDescending(hit => hit.Channel)] : hits;
        var page = ordered.Skip(query.Offset).Take(query.Limit).ToList();
        return new FoundMessages(
            page.Count == 0 ? [] : await ReadAsync(connection, page, words, reader, cancellation),
            Math.Min(hits.Count, Limits.SearchTotalMax),
            ordered.Count > query.Offset + query.Limit);
    }

    /// <summary>The terms as tsqueries: user text is always a parameter, and what is put together are queries.</summary>
    private async Task<Words> WordsAsync(NpgsqlConnection connection, IReadOnlyList<SearchTerm> terms, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = index.Configuration });
        var (wanted, unwanted) = ("''::tsquery", "''::tsquery");
        foreach (var term in terms)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = term.Text });
            var text = $"phraseto_tsquery($1::text::regconfig, {SearchText.Words($"${command.Parameters.Count}")})";
            // The database's own text of a query: quoted as it has to be, and empty when there is no word in it.
            if (term.IsPrefix) text = $"(select case when numnode(p) = 0 then p else (p::text || ':*')::tsquery end from {text} p)";
            if (term.IsExcluded) unwanted += $" && !!{text}";
            else wanted += $" && {text}";
        }

        command.CommandText = $"select wanted::text, (wanted && unwanted)::text from (select {wanted} as wanted, {unwanted} as unwanted) q";
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new Words(row.GetString(0), row.GetString(1));
    }

    /// <summary>The newest matches, as many as are needed, newest first.</summary>
    private static async Task<List<Hit>> HitsAsync(Search search)
    {
        var sample = await search.LookAsync();
        var hits = sample.Hits;
        // All that there is was looked at, or all of it matches.
        if (sample.IsAll || hits.Count >= search.Needed) return hits;

        // What was found in a time says how much time the rest takes. Nothing at all means that it is rare.
        var (below, time) = (sample.Oldest, SearchText.Milliseconds(sample.Oldest));
        for (var step = 0; step < StepsMax && hits.Count > 0; step++)
        {
            var passed = SearchText.Milliseconds(sample.Newest) - time + 1;
            // Two standard deviations more than what it should take: asking again costs more than some matches too many.
            var margin = 1 + 2 / Math.Sqrt(hits.Count);
            var from = time - (long)Math.Min(passed * margin * (search.Needed - hits.Count) / hits.Count, time);
            if (from <= search.Floor || SearchText.Between(ref from, time, TimesMax) is not { } times) break;
            hits.AddRange(await search.AskAsync(times, below, search.Needed - hits.Count));
            if (hits.Count >= search.Needed) return hits;
            (below, time) = (SearchText.Floor(from), from);
        }

        var floor = search.Floor;
        hits.AddRange(await search.AskAsync(floor > 0 ? SearchText.Between(ref floor, time, TimesMax) : null, below, search.Needed - hits.Count));
        return hits;
    }

    private async Task<List<FoundMessage>> ReadAsync(NpgsqlConnection connection, List<Hit> page, Words words, UserId reader, CancellationToken cancellation)
    {
        Guid[] channels = [.. page.Select(hit => hit.Channel)], ids = [.. page.Select(hit => hit.Message)];
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Sql.Command(
            $"""
            select {Messages.Columns}, case when $4 <> '' then ts_headline($3::text::regconfig, {SearchText.Spaced("content")}, $4::tsquery, $5) end
            from messages join unnest($1::uuid[], $2::uuid[]) as x(c, i) on channel_id = c and id = i where deleted_at is null
            """,
            Array(channels), Array(ids), Text(index.Configuration), Text(words.Wanted), Text(HeadlineOptions)));
        batch.BatchCommands.Add(Sql.Command(
            """
            select message_id, emoji, count(*)::int, bool_or(user_id = $3) from reactions join unnest($1::uuid[], $2::uuid[]) as x(c, i) on channel_id = c and message_id = i
            group by channel_id, message_id, emoji order by message_id, min(position)
            """,
            Array(channels), Array(ids), new NpgsqlParameter<Guid> { TypedValue = reader.Value }));
        batch.BatchCommands.Add(Sql.Command(
            $"""
            select {Messages.Columns} from messages
            join (select distinct m.channel_id as c, m.reply_to as i from messages m join unnest($1::uuid[], $2::uuid[]) as x(c, i) on m.channel_id = x.c and m.id = x.i where m.reply_to is not null) r
                on channel_id = c and id = i where deleted_at is null
            """,
            Array(channels), Array(ids)));

        await using var row = await batch.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<Guid, (MessageDetail Message, string? Headline)>();
        while (await row.ReadAsync(cancellation)) found[row.GetGuid(0)] = (Messages.Read(row), row.IsDBNull(row.FieldCount - 1) ? null : row.GetString(row.FieldCount - 1));
        var reactions = new Dictionary<Guid, List<Reaction>>();
        await row.NextResultAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            if (!reactions.TryGetValue(row.GetGuid(0), out var kinds)) reactions[row.GetGuid(0)] = kinds = [];
            kinds.Add(new Reaction(row.GetString(1), row.GetInt32(2), row.GetBoolean(3)));
        }

        var referenced = new Dictionary<Guid, MessageDetail>();
        await row.NextResultAsync(cancellation);
        while (await row.ReadAsync(cancellation)) referenced[row.GetGuid(0)] = Messages.Read(row);

        var messages = new List<FoundMessage>();
        foreach (var id in ids)
        {
            if (!found.TryGetValue(id, out var each)) continue;
            var detail = each.Message with
            {
                Reactions = reactions.TryGetValue(id, out var kinds) ? kinds : each.Message.Reactions,
                Referenced = each.Message.Message.ReplyTo is { } replyTo ? referenced.GetValueOrDefault(replyTo.Value) : null,
            };
            messages.Add(new FoundMessage(detail, each.Headline is null ? [] : Ranges(each.Headline, detail.Message.Content.Length)));
        }

        return messages;

        static NpgsqlParameter<Guid[]> Array(Guid[] values) => new() { TypedValue = values };
        static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };
    }

    /// <summary>Where the marks stand in the text without them. None when it is not the whole text: PostgreSQL leaves words of 2 kB out.</summary>
    private static List<IReadOnlyList<int>> Ranges(string headline, int length)
    {
        var ranges = new List<IReadOnlyList<int>>();
        var (at, start) = (0, 0);
        foreach (var c in headline)
        {
            if (c == Start) start = at;
            else if (c == Stop) ranges.Add([start, at]);
            else at++;
        }

        return at == length ? ranges : [];
    }

    /// <param name="Wanted">A tsquery of what has to be there; empty for no words.</param>
    /// <param name="All">With what must not be there.</param>
    private sealed record Words(string Wanted, string All)
    {
        public static readonly Words None = new("", "");
    }

    private readonly record struct Hit(Guid Channel, Guid Message, float Rank);

    /// <param name="IsAll">Nothing was left to look at.</param>
    /// <param name="Newest">The first that was looked at.</param>
    /// <param name="Oldest">The last.</param>
    private sealed record Sample(bool IsAll, Guid Newest, Guid Oldest, List<Hit> Hits);

    /// <summary>One search on its connection: the two ways to find matches.</summary>
    private sealed class Search(NpgsqlConnection connection, SearchScope scope, MessageQuery query, Words words, Guid[]? removed, int needed, CancellationToken cancellation)
    {
        /// <summary>Channels that the index is asked for one by one; more, and it is asked for their server.</summary>
        private const int ChannelsMax = 8;

        public int Needed => needed;

        /// <summary>The time before which nothing is wanted, in milliseconds.</summary>
        public long Floor { get; } = query.After is { } after ? SearchText.Milliseconds(after.Value) : 0;

        /// <summary>Looks at the newest messages, one by one.</summary>
        public async Task<Sample> LookAsync()
        {
            await using var command = new NpgsqlCommand { Connection = connection };
            var place = scope.Server is { } server ? $"server_id = {Id(command, server.Value)}" : $"channel_id = {Id(command, scope.Channels[0].Value)}";
            var conditions = Conditions(command, "w", null);
            var size = words.All.Length == 0 && Lexemes(null).Count == 0 ? needed : scope.Server is null ? ChannelSampleSize : SampleSize;
            command.CommandText = $"""
                with walked as materialized (
                    select channel_id, message_id, tsv from message_search where {place}{Marks(command, query.Before?.Value)} order by message_id desc, channel_id desc limit {Number(command, size)}),
                hits as materialized (select w.channel_id, w.message_id, {Rank(command, "w")} as rank from walked w where {conditions})
                select (select count(*)::int from walked), (select message_id from walked order by message_id desc limit 1), (select message_id from walked order by message_id limit 1),
                    array_agg(channel_id order by message_id desc, channel_id desc), array_agg(message_id order by message_id desc, channel_id desc), array_agg(rank order by message_id desc, channel_id desc)
                from hits
                """;
            await using var row = await command.ExecuteReaderAsync(cancellation);
            await row.ReadAsync(cancellation);
            return row.GetInt32(0) == 0 ? new Sample(true, default, default, []) : new Sample(row.GetInt32(0) < size, row.GetGuid(1), row.GetGuid(2), Hits(row, 3));
        }

        /// <summary>Asks the index.</summary>
        /// <param name="times">A tsquery that bounds them to a time; null for all times.</param>
        /// <param name="below">For messages below this one.</param>
        /// <param name="limit">So many at most.</param>
        public async Task<List<Hit>> AskAsync(string? times, Guid below, int limit)
        {
            await using var command = new NpgsqlCommand { Connection = connection };
            var place = scope.Server is { } server && scope.Channels.Count > ChannelsMax ? SearchText.In(server) : string.Join(" | ", scope.Channels.Select(SearchText.In));
            var conditions = Conditions(command, "s", times is null ? $"({place})" : $"({place}) & ({times})");
            command.CommandText = $"""
                with hits as materialized (
                    select s.channel_id, s.message_id, {Rank(command, "s")} as rank from message_search s where {conditions}{Marks(command, below)}
                    order by s.message_id desc, s.channel_id desc limit {Number(command, limit)})
                select array_agg(channel_id order by message_id desc, channel_id desc), array_agg(message_id order by message_id desc, channel_id desc), array_agg(rank order by message_id desc, channel_id desc)
                from hits
                """;
            await using var row = await command.ExecuteReaderAsync(cancellation);
            await row.ReadAsync(cancellation);
            return Hits(row, 0);
        }

        private static List<Hit> Hits(NpgsqlDataReader row, int column)
        {
            if (row.IsDBNull(column)) return [];
            var (channels, messages, ranks) = (row.GetFieldValue<Guid[]>(column), row.GetFieldValue<Guid[]>(column + 1), row.GetFieldValue<float[]>(column + 2));
            return [.. channels.Select((channel, i) => new Hit(channel, messages[i], ranks[i]))];
        }

        private List<string> Lexemes(string? more)
        {
            List<string> lexemes = [];
            if (query.Author is { } author) lexemes.Add(SearchText.By(author));
            if (query.Mentions is { } user) lexemes.Add(SearchText.Mentions(user));
            if (query.Contents.HasFlag(SearchContents.File)) lexemes.Add(SearchText.File);
            if (query.Contents.HasFlag(SearchContents.Link)) lexemes.Add(SearchText.Link);
            if (query.Contents.HasFlag(SearchContents.Image)) lexemes.Add(SearchText.Image);
            if (more is not null) lexemes.Add(more);
            return lexemes;
        }

        private string Conditions(NpgsqlCommand command, string row, string? more)
        {
            // Words are put together with lexemes as queries, not as texts.
            List<string> queries = [];
            if (words.All.Length > 0) queries.Add($"{Text(command, words.All)}::tsquery");
            if (Lexemes(more) is { Count: > 0 } lexemes) queries.Add($"{Text(command, string.Join(" & ", lexemes))}::tsquery");

            // "is true" keeps the planner from the index of channels, which is in no order that helps.
            var conditions = $"({row}.channel_id = any({Ids(command, [.. scope.Channels.Select(channel => channel.Value)])})) is true";
            if (queries.Count > 0) conditions += $" and {row}.tsv @@ ({string.Join(" && ", queries)})";
            if (removed is null) conditions += $" and exists (select from messages m where m.channel_id = {row}.channel_id and m.id = {row}.message_id and m.deleted_at is null)";
            else if (removed.Length > 0) conditions += $" and {row}.message_id <> all({Ids(command, removed)})";
            return conditions;
        }

        private string Marks(NpgsqlCommand command, Guid? below) =>
            (below is { } id ? $" and message_id < {Id(command, id)}" : "") + (query.After is { } after ? $" and message_id > {Id(command, after.Value)}" : "");

        private string Rank(NpgsqlCommand command, string row) => query.ByRelevance && words.Wanted.Length > 0 ? $"ts_rank({row}.tsv, {Text(command, words.Wanted)}::tsquery)" : "0::real";

        private static string Id(NpgsqlCommand command, Guid value) => Add(command, new NpgsqlParameter<Guid> { TypedValue = value });

        private static string Ids(NpgsqlCommand command, Guid[] values) => Add(command, new NpgsqlParameter<Guid[]> { TypedValue = values });

        private static string Text(NpgsqlCommand command, string value) => Add(command, new NpgsqlParameter<string> { TypedValue = value });

        private static string Number(NpgsqlCommand command, int value) => Add(command, new NpgsqlParameter<int> { TypedValue = value });

        private static string Add(NpgsqlCommand command, NpgsqlParameter parameter)
        {
            command.Parameters.Add(parameter);
            return $"${command.Parameters.Count}";
        }
    }
}
