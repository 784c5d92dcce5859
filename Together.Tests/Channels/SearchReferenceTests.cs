using System.Globalization;
using System.Text;
using System.Text.Json;
using Npgsql;
using Together.Protocol;
using Together.Tests.Gateway;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Channels;

/// <summary>
/// Searches compared with a reading of every message, one by one, by the model's own permissions: what is found, in which order, how much of
/// it, and that there is more.
/// </summary>
public sealed class SearchReferenceTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly string[] Vocabulary =
    [
        "rook", "Rook", "ROOKS", "rookie", "конь", "Коня", "коней", "étude", "e\u0301tude", "Étudé", "straße", "naïve", "ναύς", "馬", "42", "x-ray", "don't", "a.b.c", "<b>rook</b>", "rook,knight", "🍎", "—",
        "https://rook.example.org/42", "knight", "bishop", "bishop's",
    ];

    private TestDatabase _database = null!;
    private SearchCursor _index = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _index = await SearchCursor.WatchAsync(_database);
    }

    public async ValueTask DisposeAsync()
    {
        if (_index is not null) await _index.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task random_lives_find_what_they_may_read(int seed)
    {
        var random = new Random(seed);
        await using var host = await TestHost.StartAsync(postgres, database: _database);
        var clubs = new List<(Community Club, Person[] Members, string[] Roles, List<string> Channels)>();
        var people = new List<Person>();
        for (var i = 0; i < 4; i++) people.Add(await host.PersonAsync());
        for (var i = 0; i < 2; i++)
        {
            var club = await Community.FoundAsync(host, people[i]);
            var channels = new List<string> { club.General };
            for (var c = 0; c < 3; c++) channels.Add(await club.ChannelAsync($"c{c}"));
            // The third is in both, the fourth in the first alone.
            Person[] members = i == 0 ? [people[0], people[2], people[3]] : [people[1], people[2]];
            foreach (var member in members.Skip(1)) await club.AdmitAsync(member);
            clubs.Add((club, members, [await club.RoleAsync("one"), await club.RoleAsync("two", Permissions.Administrator)], channels));
        }

        var dm = (await people[0].PostAsync("users/@me/channels", $$"""{"recipient_ids":["{{people[2].Id}}"]}""")).Expect(201).Id;
        var messages = new List<Said>();
        for (var round = 0; round < 6; round++)
        {
            for (var action = 0; action < 40; action++) await ActAsync();
            await _index.CaughtUpAsync();
            var servers = new List<ModelServer>();
            foreach (var (club, _, _, _) in clubs) servers.Add(await ReadAsync(club));
            for (var search = 0; search < 60; search++) await CompareAsync(servers);
        }

        async Task ActAsync()
        {
            var (club, members, roles, channels) = clubs[random.Next(clubs.Count)];
            var owner = club.Owner;
            switch (random.Next(20))
            {
                case 0:
                    var (allowed, denied) = RandomBits();
                    await club.OverwriteAsync(Any(channels), random.Next(2) == 0 ? null : Any(members), allowed, denied);
                    break;
                case 1:
                    var (allow, deny) = RandomBits();
                    await club.OverwriteRoleAsync(Any(channels), Any(roles), allow, deny);
                    break;
                case 2:
                    var role = Any(roles);
                    if (random.Next(2) == 0) await club.GiveAsync(Any(members), role);
                    else await owner.DeleteAsync($"servers/{club.Id}/members/{Any(members).Id}/roles/{role}");
                    break;
                case 3 when channels.Count > 2 && random.Next(3) == 0:
                    var gone = channels[1 + random.Next(channels.Count - 1)];
                    (await owner.DeleteAsync($"channels/{gone}")).Expect(204);
                    channels.Remove(gone);
                    messages.RemoveAll(message => message.Channel == gone);
                    break;
                case 4 or 5 when messages.Count > 0:
                    var deleted = Any(messages);
                    // Who has lost sight of the channel cannot.
                    if ((await people.Single(person => person.Id == deleted.Author).DeleteAsync($"channels/{deleted.Channel}/messages/{deleted.Id}")).Status == 204) messages.Remove(deleted);
                    break;
                case 6 or 7 when messages.Count > 0:
                    var edited = Any(messages);
                    var author = people.Single(person => person.Id == edited.Author);
                    var answer = await author.PatchAsync($"channels/{edited.Channel}/messages/{edited.Id}", $$"""{"content":{{Person.Json(RandomText(members))}}}""");
                    if (answer.Status == 200) messages[messages.IndexOf(edited)] = Said.Read(answer.Body);
                    break;
                default:
                    var (place, speaker) = random.Next(8) == 0 ? (dm, random.Next(2) == 0 ? people[0] : people[2]) : (Any(channels), Any(members));
                    var posted = await speaker.PostAsync($"channels/{place}/messages", $$"""{"content":{{Person.Json(RandomText(members))}}}""");
                    if (posted.Status == 201) messages.Add(Said.Read(posted.Body));
                    break;
            }
        }

        T Any<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

        (Permissions Allow, Permissions Deny) RandomBits()
        {
            var allow = Any<ulong>([0, 0, Bit.View, Bit.History, Bit.View | Bit.History]);
            return ((Permissions)allow, (Permissions)(Any<ulong>([0, Bit.View, Bit.History]) & ~allow));
        }

        string RandomText(Person[] members) =>
            string.Join(random.Next(4) == 0 ? ", " : " ", Enumerable.Range(0, 1 + random.Next(6)).Select(_ => random.Next(12) == 0 ? $"<@{Any(members).Id}>" : Any(Vocabulary)));

        async Task CompareAsync(List<ModelServer> servers)
        {
            var reader = Any(people);
            var query = new List<string>();
            var matches = new List<Func<Said, bool>>();
            var isEmpty = false;
            if (random.Next(4) > 0)
            {
                var terms = Enumerable.Range(0, 1 + random.Next(2)).Select(_ => new Term(
                    random.Next(4) == 0 ? $"{Any(Vocabulary)} {Any(Vocabulary)}".Replace("\"", "", StringComparison.Ordinal) : Any(Vocabulary),
                    random.Next(3) == 0, random.Next(6) == 0)).Select(term => term.Text.Contains(' ', StringComparison.Ordinal) ? term with { IsPrefix = false } : term).ToList();
                query.Add($"q={Uri.EscapeDataString(string.Join(' ', terms))}");
                matches.AddRange(terms.Select<Term, Func<Said, bool>>(term => message => term.Matches(message.Content)));
                isEmpty = !terms.Any(term => !term.IsExcluded && Term.Words(term.Text).Count > 0);
            }

            Filter(3, "author_id", Any(people).Id, id => message => message.Author == id);
            Filter(5, "mentions", Any(people).Id, id => message => message.Mentions.Contains(id));
            Filter(6, "has", "link", _ => message => message.Content.Contains("https://", StringComparison.Ordinal));
            if (messages.Count > 0)
            {
                Filter(4, "before", Any(messages).Id, id => message => string.CompareOrdinal(message.Id, id) < 0);
                Filter(5, "after", Any(messages).Id, id => message => string.CompareOrdinal(message.Id, id) > 0);
            }

            var (limit, offset) = (1 + random.Next(8), random.Next(3) == 0 ? random.Next(8) : 0);
            var server = Any(servers);
            string path;
            HashSet<string> places;
            var expectedStatus = 200;
            if (random.Next(2) == 0)
            {
                path = $"servers/{server.Id}/messages/search";
                places = [.. server.Channels.Values.Where(channel => MayRead(reader, server, channel)).Select(channel => channel.Id)];
                if (!server.Members.ContainsKey(reader.Id)) expectedStatus = 404;
                Filter(4, "channel_id", Any([.. servers.SelectMany(each => each.Channels.Keys), dm]), id => message => message.Channel == id);
            }
            else
            {
                var channel = random.Next(5) == 0 ? null : Any([.. server.Channels.Values]);
                path = $"channels/{channel?.Id ?? dm}/messages/search";
                places = [channel?.Id ?? dm];
                expectedStatus = channel is null ? (reader.Id == people[0].Id || reader.Id == people[2].Id ? 200 : 404)
                    : !server.Sees(reader.Id, channel) ? 404 : !MayRead(reader, server, channel) ? 403 : 200;
            }

            if (query.Count == 0 && expectedStatus == 200) expectedStatus = 400;
            query.AddRange([$"limit={limit}", $"offset={offset}"]);
            var answer = await reader.GetAsync($"{path}?{string.Join('&', query)}");
            var asked = $"{reader.Username}: {path}?{Uri.UnescapeDataString(string.Join('&', query))}";
            Assert.True(expectedStatus == answer.Status, $"{asked}: {expectedStatus} expected, {answer.Status} came");
            if (expectedStatus != 200) return;
            var expected = isEmpty ? [] : messages.Where(message => places.Contains(message.Channel) && matches.TrueForAll(isMatch => isMatch(message))).OrderByDescending(message => message.Id, StringComparer.Ordinal).ToList();
            Assert.Equal(
                $"{asked}\n{expected.Count} {expected.Count > offset + limit}\n{string.Join('\n', expected.Skip(offset).Take(limit))}",
                $"{asked}\n{answer["total"]} {answer["has_more"].GetBoolean()}\n{string.Join('\n', answer["messages"].EnumerateArray().Select(Said.Read))}");

            void Filter(int chance, string name, string value, Func<string, Func<Said, bool>> match)
            {
                if (random.Next(chance) > 0) return;
                query.Add($"{name}={value}");
                matches.Add(match(value));
            }
        }
    }

    [Fact]
    public async Task common_and_rare_words_are_found_alike_in_a_long_past()
    {
        var random = new Random(7);
        Community club;
        Person member;
        List<string> channels = [];
        string[] people;
        await using (var first = await TestHost.StartAsync(postgres, database: _database))
        {
            club = await Community.FoundAsync(first);
            member = await club.MemberAsync();
            people = [club.Owner.Id, member.Id];
            for (var i = 0; i < 12; i++) channels.Add(await club.ChannelAsync($"c{i}"));
            await club.OverwriteAsync(channels[1], deny: Permissions.ViewChannel);
        }

        // Three years, with a burst of a day at the end of the first; half of all in one channel.
        const int Count = 24_000;
        const long Start = 1_600_000_000_000, Year = 31_536_000_000;
        var messages = new List<Said>();
        for (var i = 0; i < Count; i++)
        {
            var time = i % 3 == 0 ? Start + Year + random.NextInt64(86_400_000) : Start + random.NextInt64(3 * Year);
            var hex = time.ToString("x12", CultureInfo.InvariantCulture);
            var words = new StringBuilder("word");
            Say(random.Next(100) < 60, "most");
            Say(random.Next(100) < 10, "tenth");
            Say(random.Next(100) < 2, "seldom");
            Say(random.Next(1000) < 2, "rare");
            Say(i % 8_000 == 5, "thrice");
            Say(time < Start + Year && random.Next(2) == 0, "ancient");
            Say(time > Start + 2 * Year && random.Next(2) == 0, "young");
            Say(time > Start + Year && time < Start + Year + 86_400_000 && random.Next(2) == 0, "burst");
            var side = random.Next(1000);
            Say(side is < 300 or 999, "left");
            Say(side is >= 300 and < 600 or 999, "right");
            messages.Add(new Said($"{hex[..8]}-{hex[8..]}-7000-8000-{i:x12}", channels[random.Next(2) == 0 ? 0 : random.Next(channels.Count)], people[random.Next(10) == 0 ? 1 : 0], words.ToString(), ""));

            void Say(bool really, string word)
            {
                if (really) words.Append(' ').Append(word);
            }
        }

        await using (var insert = _database.DataSource.CreateCommand("""
            insert into messages (id, channel_id, server_id, author_id, content, mention_ids, mention_role_ids, mention_everyone, position, deleted_at)
            select id, channel, $5, author, content, '{}', '{}', false, 1, case when content like '%word' then now() end from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) as x(id, channel, author, content)
            """))
        {
            insert.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. messages.Select(message => Guid.Parse(message.Id))] });
            insert.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. messages.Select(message => Guid.Parse(message.Channel))] });
            insert.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. messages.Select(message => Guid.Parse(message.Author))] });
            insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. messages.Select(message => message.Content)] });
            insert.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.Parse(club.Id) });
            Assert.Equal(Count, await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        messages.RemoveAll(message => message.Content == "word");
        messages.Sort((one, other) => string.CompareOrdinal(other.Id, one.Id));
        await _database.ExecuteAsync("delete from search_state");
        await using var host = await TestHost.StartAsync(postgres, database: _database);
        await _index.CaughtUpAsync();
        var (owner, guest) = (await LogInAsync(club.Owner), await LogInAsync(member));

        string[] typed = ["word", "most", "tenth", "seldom", "rare", "thrice", "ancient", "young", "burst", "left right", "absent", "most -tenth", "\"tenth seldom\"", "anc*", "left seldom", ""];
        foreach (var q in typed)
        {
            foreach (var (path, places) in ((string, string[])[])[($"servers/{club.Id}", [.. channels]), ($"channels/{channels[0]}", [channels[0]]), ($"channels/{channels[5]}", [channels[5]])])
            {
                foreach (var (extra, isMatch) in new (string, Func<Said, bool>)[]
                {
                    (q.Length == 0 ? $"author_id={member.Id}" : "limit=50", message => q.Length > 0 || message.Author == member.Id),
                    ("offset=985&limit=20&after=2020-01-01T00:00:00Z", _ => true),
                    ($"before={messages[Count / 3].Id}", message => string.CompareOrdinal(message.Id, messages[Count / 3].Id) < 0),
                    ($"after={messages[Count / 3].Id}&author_id={member.Id}", message => string.CompareOrdinal(message.Id, messages[Count / 3].Id) > 0 && message.Author == member.Id),
                })
                {
                    foreach (var (reader, hidden) in ((Person, string?)[])[(owner, null), (guest, channels[1])])
                    {
                        var terms = q.Length == 0 ? [] : q[0] == '"' ? [new Term(q.Trim('"'), false, false)] : q.Split(' ').Select(word => new Term(word.Trim('-', '*'), word[^1] == '*', word[0] == '-')).ToList();
                        var expected = messages.Where(message => places.Contains(message.Channel) && message.Channel != hidden && isMatch(message) && terms.All(term => term.Matches(message.Content))).ToList();
                        var url = $"{path}/messages/search?{(q.Length == 0 ? "" : $"q={Uri.EscapeDataString(q)}&")}{extra}";
                        var (offset, limit) = (extra.StartsWith("offset", StringComparison.Ordinal) ? 985 : 0, extra.StartsWith("offset", StringComparison.Ordinal) ? 20 : 50);
                        var answer = (await reader.GetAsync(url)).Expect(200);
                        Assert.Equal(
                            $"{url}: {Math.Min(500, expected.Count)} {expected.Count > offset + limit} {string.Join(' ', expected.Skip(offset).Take(limit).Select(message => message.Id))}",
                            $"{url}: {answer["total"]} {answer["has_more"].GetBoolean()} {string.Join(' ', answer["messages"].EnumerateArray().Select(message => Wire.Text(message, "id")))}");
                    }
                }
            }
        }

        async Task<Person> LogInAsync(Person person)
        {
            var answer = (await Person.Stranger(host).PostAsync("auth/login", $$"""{"username":"{{person.Username}}","password":"correct horse"}""")).Expect(200);
            return new Person(host, person.Id, person.Username, "", answer["access_token"].GetString());
        }
    }

    private static async Task<ModelServer> ReadAsync(Community club)
    {
        return new ModelServer(club.Id, "", club.Owner.Id)
        {
            Channels = Wire.Table((await club.Owner.GetAsync($"servers/{club.Id}/channels")).Expect(200).Items.Select(ModelChannel.Read), channel => channel.Id),
            Roles = Wire.Table((await club.Owner.GetAsync($"servers/{club.Id}/roles")).Expect(200).Items.Select(ModelRole.Read), role => role.Id),
            Members = Wire.Table((await club.Owner.GetAsync($"servers/{club.Id}/members")).Expect(200).Items.Select(ModelMember.Read), member => member.User),
        };
    }

    private static bool MayRead(Person reader, ModelServer server, ModelChannel channel) => (server.Permissions(reader.Id, channel) & (Bit.View | Bit.History)) == (Bit.View | Bit.History);

    private sealed record Said(string Id, string Channel, string Author, string Content, string Mentions)
    {
        public static Said Read(JsonElement message) => new(
            Wire.Text(message, "id")!,
            Wire.Text(message, "channel_id")!,
            Wire.Text(message.GetProperty("author"), "id")!,
            Wire.Text(message, "content")!,
            string.Join(' ', message.GetProperty("mentions").EnumerateArray().Select(user => Wire.Text(user, "id"))));
    }

    /// <summary>A term of a search as the protocol's description has it.</summary>
    private sealed record Term(string Text, bool IsPrefix, bool IsExcluded)
    {
        public static List<string> Words(string text)
        {
            var words = new List<string>();
            var word = new StringBuilder();
            // All that the vocabulary has of marks: the runtime composes none without ICU.
            foreach (var c in text.Replace("e\u0301", "é", StringComparison.Ordinal).ToLowerInvariant() + " ")
            {
                if (char.IsLetterOrDigit(c)) word.Append(c);
                else if (word.Length > 0)
                {
                    words.Add(word.ToString());
                    word.Clear();
                }
            }

            return words;
        }

        public bool Matches(string content)
        {
            var (wanted, there) = (Words(Text), Words(content));
            // A term without a word says nothing.
            if (wanted.Count == 0) return true;
            var isThere = Enumerable.Range(0, Math.Max(0, there.Count - wanted.Count + 1)).Any(start => wanted.Select((word, i) =>
                IsPrefix && i == wanted.Count - 1 ? there[start + i].StartsWith(word, StringComparison.Ordinal) : there[start + i] == word).All(isSame => isSame));
            return isThere != IsExcluded;
        }

        public override string ToString() => $"{(IsExcluded ? "-" : "")}{(Text.Contains(' ', StringComparison.Ordinal) ? $"\"{Text}\"" : Text)}{(IsPrefix ? "*" : "")}";
    }
}
