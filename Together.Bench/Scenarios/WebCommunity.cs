using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Together.Bench.Load;

namespace Together.Bench.Scenarios;

/// <summary>
/// What the web client is shown: a server of 20 text channels and 200 members, one channel with 100,000 messages of the kinds that people
/// post: runs of one author, answers, reactions, mentions, code, quotes, lists, pictures with thumbnails. The same each time.
/// </summary>
internal sealed class WebCommunity
{
    public const int Members = 200;
    public const int Channels = 20;
    public const int Messages = 100_000;

    /// <summary>In each of the other channels.</summary>
    private const int MessagesElsewhere = 300;

    private static readonly string[] Emoji = ["👍", "🎉", "😂", "👀", "🔥"];

    private readonly Random _random = new(17);
    private readonly Corpus _corpus = new();
    private readonly List<Picture> _pictures = [];
    private readonly List<(Guid Copy, Guid Original, Guid Message)> _copies = [];
    private readonly List<(Guid Channel, Guid Message, string Emoji, Guid User)> _reactions = [];

    private WebCommunity(string serverId, IReadOnlyList<Account> people) => (ServerId, People) = (serverId, people);

    public string ServerId { get; }

    /// <summary>The first is the owner.</summary>
    public IReadOnlyList<Account> People { get; }

    /// <summary>All text channels but the one that greets who joins; the one with the long past first.</summary>
    public List<string> ChannelIds { get; } = [];

    /// <summary>The channel with the long past.</summary>
    public string ChannelId => ChannelIds[0];

    /// <summary>Messages of the long channel, in the order they were posted.</summary>
    public List<string> MessageIds { get; } = [];

    /// <param name="stage">On a host without limits; restart it afterwards.</param>
    /// <param name="pictures">JPEGs.</param>
    public static async Task<WebCommunity> FoundAsync(Stage stage, IReadOnlyList<byte[]> pictures)
    {
        var room = await stage.OpenRoomAsync("Long winter", await stage.RegisterAsync(Members));
        var community = new WebCommunity(room.ServerId, room.Members);
        var owner = community.People[0];
        using var api = new Api(stage.Host.Url);
        while (community.ChannelIds.Count < Channels - 1)
        {
            community.ChannelIds.Add(Api.Id(await api.SendAsync(HttpMethod.Post, $"/api/servers/{community.ServerId}/channels", owner,
                new JsonObject { ["name"] = string.Create(CultureInfo.InvariantCulture, $"talk-{community.ChannelIds.Count}"), ["type"] = "text" })));
        }

        foreach (var picture in pictures) community._pictures.Add(await UploadAsync(stage.Host.Url, owner, picture));
        await using var connection = new NpgsqlConnection(stage.Host.ConnectionString());
        await connection.OpenAsync();
        await community.WriteAsync(connection);
        return community;
    }

    private static async Task<Picture> UploadAsync(Uri host, Account owner, byte[] picture)
    {
        using var http = new HttpClient { BaseAddress = host };
        using var form = new MultipartFormDataContent { { new ByteArrayContent(picture), "file", "winter.jpg" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/attachments") { Content = form };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", owner.Token);
        using var answer = await http.SendAsync(request);
        var file = JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!;
        return new Picture(Guid.Parse(Api.Id(file)), (long)file["size"]!, (int)file["width"]!, (int)file["height"]!, file["thumbnail_url"] is not null);
    }

    private async Task WriteAsync(NpgsqlConnection connection)
    {
        var server = Guid.Parse(ServerId);
        // A hundred days of a thousand messages; half an hour ago they end, so that what is posted from now on comes behind them.
        var until = TimeProvider.System.GetUtcNow().AddMinutes(-30).ToUnixTimeMilliseconds();
        var (author, left) = (AnyMember(), 0);
        await using (var copy = await connection.BeginBinaryImportAsync("""
            copy messages (id, channel_id, server_id, author_id, content, mention_ids, mention_role_ids, mention_everyone, position, type, reply_to, attachments) from stdin (format binary)
            """))
        {
            foreach (var (channel, count) in ChannelIds.Select((id, index) => (Guid.Parse(id), index == 0 ? Messages : MessagesElsewhere)))
            {
                var recent = new Queue<Guid>();
                for (var i = 0; i < count; i++)
                {
                    var id = Id(until - ((count - i) * 86_400L) - _random.Next(40_000));
                    if (channel.ToString() == ChannelId) MessageIds.Add(id.ToString());
                    if (left-- <= 0) (author, left) = (AnyMember(), _random.Next(4));
                    var answered = recent.Count == 20 && _random.Next(8) == 0 ? recent.ElementAt(_random.Next(20)) : (Guid?)null;
                    var (content, mentions) = Content();
                    await copy.StartRowAsync();
                    await copy.WriteAsync(id, NpgsqlDbType.Uuid);
                    await copy.WriteAsync(channel, NpgsqlDbType.Uuid);
                    await copy.WriteAsync(server, NpgsqlDbType.Uuid);
                    await copy.WriteAsync(author, NpgsqlDbType.Uuid);
                    await copy.WriteAsync(content, NpgsqlDbType.Text);
                    await copy.WriteAsync(mentions, NpgsqlDbType.Array | NpgsqlDbType.Uuid);
                    await copy.WriteAsync(Array.Empty<Guid>(), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
                    await copy.WriteAsync(false, NpgsqlDbType.Boolean);
                    await copy.WriteAsync(1L, NpgsqlDbType.Bigint);
                    await copy.WriteAsync(answered is null ? (short)0 : (short)1, NpgsqlDbType.Smallint);
                    if (answered is { } reply) await copy.WriteAsync(reply, NpgsqlDbType.Uuid);
                    else await copy.WriteNullAsync();
                    if (channel.ToString() == ChannelId && _random.Next(25) == 0) await copy.WriteAsync(Attach(id), NpgsqlDbType.Jsonb);
                    else await copy.WriteNullAsync();
                    if (_random.Next(10) == 0) React(channel, id);
                    recent.Enqueue(id);
                    if (recent.Count > 20) recent.Dequeue();
                }
            }

            await copy.CompleteAsync();
        }

        await WriteReactionsAsync(connection);
        await WriteFilesAsync(connection);
        await using var vacuum = new NpgsqlCommand("vacuum (analyze) messages, reactions, uploads, attachments", connection) { CommandTimeout = 300 };
        await vacuum.ExecuteNonQueryAsync();
    }

    private async Task WriteReactionsAsync(NpgsqlConnection connection)
    {
        await using var copy = await connection.BeginBinaryImportAsync("copy reactions (channel_id, message_id, emoji, user_id, position) from stdin (format binary)");
        foreach (var (channel, message, emoji, user) in _reactions)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(channel, NpgsqlDbType.Uuid);
            await copy.WriteAsync(message, NpgsqlDbType.Uuid);
            await copy.WriteAsync(emoji, NpgsqlDbType.Text);
            await copy.WriteAsync(user, NpgsqlDbType.Uuid);
            await copy.WriteAsync(1L, NpgsqlDbType.Bigint);
        }

        await copy.CompleteAsync();
    }

    /// <summary>Each attachment is an upload of its own, of one of a few contents.</summary>
    private async Task WriteFilesAsync(NpgsqlConnection connection)
    {
        await using var insert = new NpgsqlCommand("""
            with c as (select * from unnest($1::uuid[], $2::uuid[], $3::uuid[]) c (id, original, message)),
                posted as (insert into attachments (id, channel_id, message_id) select id, $4, message from c)
            insert into uploads (id, uploader_id, hash, thumbnail_hash, filename, content_type, size, width, height, created_at, channel_id)
            select c.id, uploader_id, hash, thumbnail_hash, filename, content_type, size, width, height, created_at, $4 from c join uploads u on u.id = c.original
            """, connection)
        {
            Parameters =
            {
                new() { Value = _copies.Select(copy => copy.Copy).ToArray() },
                new() { Value = _copies.Select(copy => copy.Original).ToArray() },
                new() { Value = _copies.Select(copy => copy.Message).ToArray() },
                new() { Value = Guid.Parse(ChannelId) },
            },
            CommandTimeout = 300,
        };
        await insert.ExecuteNonQueryAsync();
    }

    private (string Content, Guid[] Mentions) Content()
    {
        var sentence = _corpus.Sentence();
        var word = _corpus.Word(_random.Next(1_000));
        if (_random.Next(20) == 0)
        {
            var mentioned = AnyMember();
            return ($"<@{mentioned}> {sentence}", [mentioned]);
        }

        return (_random.Next(100) switch
        {
            < 2 => $"{word}:\n```ts\nexport function {word}(values: number[]): number {{\n  // {sentence}\n  return values.reduce((sum, value) => sum + value, 0);\n}}\n```",
            < 7 => $"**{word}** {sentence} `{word}()` *{word}*",
            < 10 => $"> {sentence}\n{_corpus.Sentence()}",
            < 13 => $"- {word}\n- {sentence}\n- {word}",
            < 15 => $"||{word}|| {sentence} ~~{word}~~",
            < 18 => "🎉😂",
            < 30 => $"{sentence} {Emoji[_random.Next(Emoji.Length)]}",
            _ => sentence,
        }, []);
    }

    private string Attach(Guid message)
    {
        var files = Enumerable.Range(0, _random.Next(5) == 0 ? 1 + _random.Next(4) : 1).Select(_ =>
        {
            var picture = _pictures[_random.Next(_pictures.Count)];
            var copy = Id(1_700_000_000_000 + _copies.Count);
            _copies.Add((copy, picture.Id, message));
            return new { id = copy, filename = "winter.jpg", content_type = "image/jpeg", size = picture.Size, width = picture.Width, height = picture.Height, has_thumbnail = picture.HasThumbnail };
        });
        return JsonSerializer.Serialize(files);
    }

    private void React(Guid channel, Guid message)
    {
        foreach (var emoji in Emoji.Take(1 + _random.Next(3)))
        {
            var first = _random.Next(Members);
            for (var i = 0; i <= _random.Next(5); i++) _reactions.Add((channel, message, emoji, Guid.Parse(People[(first + i) % Members].Id)));
        }
    }

    private Guid AnyMember() => Guid.Parse(People[_random.Next(Members)].Id);

    private Guid Id(long milliseconds)
    {
        var hex = milliseconds.ToString("x12", CultureInfo.InvariantCulture);
        return Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"{hex[..8]}-{hex[8..]}-7{_random.Next(0x1000):x3}-8{_random.Next(0x1000):x3}-{_random.NextInt64(0x1000000000000):x12}"));
    }

    private sealed record Picture(Guid Id, long Size, int Width, int Height, bool HasThumbnail);
}
