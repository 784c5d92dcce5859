using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Servers;

/// <summary>
/// Who may do what: every route of communities and their messages for every kind of caller. Each cell stands on a state where the
/// request succeeds for somebody entitled, so a refusal is about the caller and nothing else.
/// </summary>
public sealed partial class AuthorisationMatrixTests(AuthorisationStage stage) : IClassFixture<AuthorisationStage>
{
    /// <summary>The columns of the table. The owner is the last to act on a stage: what they do may end it.</summary>
    private static readonly string[] Actors = ["owner", "administrator", "moderator", "member", "timed out", "banned", "outsider", "no token"];

    private const int Member = 3;
    private const int Banned = 5;

    private const string Anybody = "200 200 200 200 200 200 200 200";
    private const string LoggedIn = "200 200 200 200 200 200 200 401";
    private const string Members = "200 200 200 200 200 404 404 401";
    private const string OwnerAlone = "200 403 403 403 403 404 404 401";
    private const string Administrators = "200 200 403 403 403 404 404 401";
    private const string Moderators = "200 200 200 403 403 404 404 401";
    private const string Unsilenced = "200 200 200 200 403 404 404 401";
    private const string HiddenFromMembers = "200 200 404 404 404 404 404 401";

    /// <summary>
    /// Method, route, body, and per actor the status; 2xx stands for any success, a word behind a status for its code. What is in
    /// braces is made afresh for each cell. The moderator has every moderating permission but MANAGE_SERVER and ADMINISTRATOR, and
    /// so has the member who is timed out.
    /// </summary>
    public static TheoryData<string, string, string?, string> Table { get; } = new()
    {
        { "GET", "servers", null, LoggedIn },
        { "POST", "servers", """{"name":"another"}""", LoggedIn },
        { "GET", "servers/{server}", null, Members },
        { "PATCH", "servers/{server}", """{"name":"renamed"}""", Administrators },
        { "PUT", "servers/{server}/icon", People.Picture, Administrators },
        { "DELETE", "servers/{server}/icon", null, Administrators },
        { "DELETE", "servers/{server}", null, OwnerAlone },
        { "POST", "servers/{server}/transfer", """{"user_id":"{member}"}""", OwnerAlone },
        { "GET", "servers/{server}/audit-log", null, Moderators },

        { "GET", "servers/{server}/channels", null, Members },
        { "POST", "servers/{server}/channels", """{"name":"openings"}""", Moderators },
        { "POST", "servers/{server}/channels", """{"name":"openings","permission_overwrites":[{"id":"{server}","type":"role","deny":"2"}]}""", Moderators },
        { "POST", "servers/{server}/channels", """{"name":"openings","permission_overwrites":[{"id":"{server}","type":"role","deny":"2048"}]}""", Administrators },
        { "POST", "servers/{server}/channels", """{"name":"openings","category_id":"{category}"}""", Moderators },
        { "PATCH", "servers/{server}/channels", """[{"id":"{channel}","position":9}]""", Moderators },
        { "PATCH", "servers/{server}/channels", """[{"id":"{hidden}","position":9}]""", "200 200 404 403 403 404 404 401" },
        { "GET", "channels/{channel}", null, Members },
        { "GET", "channels/{hidden}", null, HiddenFromMembers },
        { "PATCH", "channels/{channel}", """{"name":"endgames"}""", Moderators },
        { "PATCH", "channels/{hidden}", """{"name":"endgames"}""", HiddenFromMembers },
        { "DELETE", "channels/{channel}", null, Moderators },
        { "DELETE", "channels/{hidden}", null, HiddenFromMembers },
        { "PUT", "channels/{channel}/permissions/{role}", """{"type":"role","allow":"0","deny":"2"}""", Moderators },
        { "PUT", "channels/{channel}/permissions/{role}", """{"type":"role","allow":"2048","deny":"0"}""", Administrators },
        { "PUT", "channels/{channel}/permissions/{member}", """{"type":"member","allow":"0","deny":"2"}""", Moderators },
        { "PUT", "channels/{channel}/permissions/{peer}", """{"type":"member","allow":"0","deny":"2"}""", Administrators },
        { "PUT", "channels/{channel}/permissions/{administrators}", """{"type":"role","allow":"0","deny":"2"}""", OwnerAlone },
        { "PUT", "channels/{hidden}/permissions/{role}", """{"type":"role","allow":"0","deny":"2"}""", HiddenFromMembers },
        { "DELETE", "channels/{channel}/permissions/{overwritten}", null, Moderators },
        { "DELETE", "channels/{hidden}/permissions/{server}", null, HiddenFromMembers },
        { "GET", "channels/{channel}/permissions/explain?permission=SPEAK", null, Members },
        { "GET", "channels/{channel}/permissions/explain?permission=SPEAK&user_id={member}", null, Moderators },
        { "GET", "channels/{channel}/permissions/explain?permission=SPEAK&user_id={stranger}", null, "404 404 404 404 404 404 404 401" },
        { "GET", "channels/{hidden}/permissions/explain?permission=SPEAK", null, HiddenFromMembers },

        { "GET", "servers/{server}/members", null, Members },
        { "GET", "servers/{server}/members/{member}", null, Members },
        { "PATCH", "servers/{server}/members/@me", """{"nickname":"Me"}""", Unsilenced },
        { "PATCH", "servers/{server}/members/{member}", """{"nickname":"You"}""", Moderators },
        { "PATCH", "servers/{server}/members/{member}", """{"timeout_until":"{tomorrow}"}""", Moderators },
        { "PATCH", "servers/{server}/members/{member}", """{"server_mute":true}""", Moderators },
        { "PATCH", "servers/{server}/members/{member}", """{"server_deaf":true}""", Moderators },
        { "PATCH", "servers/{server}/members/{peer}", """{"nickname":"You"}""", Administrators },
        { "PATCH", "servers/{server}/members/{peer}", """{"timeout_until":"{tomorrow}"}""", Administrators },
        { "PATCH", "servers/{server}/members/{peer administrator}", """{"server_mute":true}""", OwnerAlone },
        { "PATCH", "servers/{server}/members/{owner}", """{"server_mute":true}""", "403 403 403 403 403 404 404 401" },
        { "DELETE", "servers/{server}/members/@me", null, "409 200 200 200 200 404 404 401" },
        { "DELETE", "servers/{server}/members/{member}", null, Moderators },
        { "DELETE", "servers/{server}/members/{peer}", null, Administrators },
        { "DELETE", "servers/{server}/members/{peer administrator}", null, OwnerAlone },
        { "DELETE", "servers/{server}/members/{owner}", null, "409 403 403 403 403 404 404 401" },
        { "PUT", "servers/{server}/members/{member}/roles/{role}", null, Moderators },
        { "PUT", "servers/{server}/members/{member}/roles/{mightier}", null, Administrators },
        { "PUT", "servers/{server}/members/{member}/roles/{moderators}", null, Administrators },
        { "PUT", "servers/{server}/members/{member}/roles/{administrators}", null, OwnerAlone },
        { "PUT", "servers/{server}/members/{peer}/roles/{role}", null, Administrators },
        { "DELETE", "servers/{server}/members/{member}/roles/{worn}", null, Moderators },
        { "DELETE", "servers/{server}/members/{peer}/roles/{moderators}", null, Administrators },
        { "DELETE", "servers/{server}/members/{peer administrator}/roles/{administrators}", null, OwnerAlone },

        { "GET", "servers/{server}/roles", null, Members },
        { "POST", "servers/{server}/roles", """{"name":"gardeners"}""", Moderators },
        { "POST", "servers/{server}/roles", """{"permissions":"2048"}""", Administrators },
        { "PATCH", "servers/{server}/roles", """[{"id":"{role}","position":2}]""", Moderators },
        { "PATCH", "servers/{server}/roles", """[{"id":"{role}","position":4}]""", Administrators },
        { "PATCH", "servers/{server}/roles", """[{"id":"{higher}","position":1}]""", Administrators },
        { "PATCH", "servers/{server}/roles/{role}", """{"name":"renamed"}""", Moderators },
        { "PATCH", "servers/{server}/roles/{role}", """{"permissions":"2048"}""", Administrators },
        { "PATCH", "servers/{server}/roles/{higher}", """{"color":255}""", Administrators },
        { "PATCH", "servers/{server}/roles/{highest}", """{"color":255}""", OwnerAlone },
        { "PATCH", "servers/{server}/roles/{server}", """{"permissions":"84066363"}""", Moderators },
        { "DELETE", "servers/{server}/roles/{role}", null, Moderators },
        { "DELETE", "servers/{server}/roles/{higher}", null, Administrators },
        { "DELETE", "servers/{server}/roles/{highest}", null, OwnerAlone },

        { "GET", "servers/{server}/bans", null, Moderators },
        { "PUT", "servers/{server}/bans/{member}", null, Moderators },
        { "PUT", "servers/{server}/bans/{stranger}", """{"delete_message_seconds":0}""", Moderators },
        { "PUT", "servers/{server}/bans/{peer}", null, Administrators },
        { "PUT", "servers/{server}/bans/{peer administrator}", null, OwnerAlone },
        { "PUT", "servers/{server}/bans/{owner}", null, "403 403 403 403 403 404 404 401" },
        { "DELETE", "servers/{server}/bans/{exile}", null, Moderators },

        { "GET", "servers/{server}/invites", null, Administrators },
        { "POST", "servers/{server}/invites", "{}", Unsilenced },
        { "GET", "invites/{invite}", null, Anybody },
        { "POST", "invites/{invite}", null, "200 200 200 200 200 403:banned 200 401" },
        { "DELETE", "invites/{invite}", null, Administrators },

        { "GET", "channels/{channel}/messages", null, Members },
        { "GET", "channels/{hidden}/messages", null, HiddenFromMembers },
        { "GET", "channels/{channel}/messages/search?q=e4", null, Members },
        { "GET", "channels/{hidden}/messages/search?q=e4", null, HiddenFromMembers },
        { "GET", "servers/{server}/messages/search?q=e4", null, Members },
        { "GET", "servers/{server}/messages/search?q=e4&channel_id={hidden}", null, Members },
        { "POST", "channels/{channel}/messages", """{"content":"e4"}""", Unsilenced },
        { "POST", "channels/{hidden}/messages", """{"content":"e4"}""", HiddenFromMembers },
        { "POST", "channels/{channel}/typing", null, Unsilenced },
        { "POST", "channels/{hidden}/typing", null, HiddenFromMembers },
        { "PUT", "channels/{channel}/read", """{"message_id":null}""", Members },
        { "PUT", "channels/{hidden}/read", """{"message_id":null}""", HiddenFromMembers },
        { "PUT", "channels/{general}/read", """{"message_id":"{message}"}""", Members },
        { "GET", "channels/{general}/messages/{message}", null, Members },
        { "PATCH", "channels/{general}/messages/{message}", """{"content":"e4!"}""", OwnerAlone },
        { "PATCH", "channels/{general}/messages/{own message}", """{"content":"e4!"}""", Unsilenced },
        { "DELETE", "channels/{general}/messages/{message}", null, Moderators },
        { "DELETE", "channels/{general}/messages/{own message}", null, Members },
        { "POST", "channels/{general}/messages/bulk-delete", """{"ids":["{message}"]}""", Moderators },
        { "POST", "channels/{hidden}/messages/bulk-delete", """{"ids":["{server}"]}""", HiddenFromMembers },
        { "GET", "channels/{general}/messages/deleted", null, Moderators },
        { "GET", "channels/{hidden}/messages/deleted", null, HiddenFromMembers },

        { "PUT", "channels/{general}/messages/{message}/reactions/{apple}/@me", null, Unsilenced },
        { "PUT", "channels/{hidden}/messages/{server}/reactions/{apple}/@me", null, "404 404 404 404 404 404 404 401" },
        { "DELETE", "channels/{general}/messages/{reacted}/reactions/{apple}/@me", null, "200 404 404 404 404 404 404 401" },
        { "GET", "channels/{general}/messages/{reacted}/reactions/{apple}", null, Members },
        { "DELETE", "channels/{general}/messages/{reacted}/reactions/{apple}", null, Moderators },
        { "GET", "channels/{general}/pins", null, Members },
        { "GET", "channels/{hidden}/pins", null, HiddenFromMembers },
        { "PUT", "channels/{general}/pins/{message}", null, Moderators },
        { "DELETE", "channels/{general}/pins/{message}", null, Moderators },

        { "PUT", "channels/{channel}/recipients/{member}", null, "404 404 404 404 404 404 404 401" },
        { "DELETE", "channels/{channel}/recipients/{member}", null, "404 404 404 404 404 404 404 401" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task route_answers_each_actor_as_the_table_says(string method, string route, string? body, string expected)
    {
        var columns = expected.Split(' ');
        Assert.Equal(Actors.Length, columns.Length);
        await using var scene = await stage.SetAsync(withOwnMessages: route.Contains("{own message}", StringComparison.Ordinal));
        var wrong = new List<string>();
        foreach (var i in Enumerable.Range(1, Actors.Length - 1).Append(0))
        {
            var made = new Dictionary<string, string>();
            var path = await FillAsync(route);
            var json = body is null ? null : await FillAsync(body);
            var before = await stage.JournalAsync();
            var answer = await scene.Actor(i).SendAsync(HttpMethod.Parse(method), path, json);
            var stored = await stage.JournalAsync() - before;
            Contract.Rest.Check(HttpMethod.Parse(method), path, answer, json == People.Picture ? null : json);

            var got = answer.Status < 300 ? "200" : $"{answer.Status}:{answer.Code}";
            if (got != WithCode(columns[i])) wrong.Add($"{Actors[i]}: {WithCode(columns[i])} expected, {answer.Status} {answer.Code} came");
            // A refused request leaves no trace.
            if (answer.Status >= 400 && stored != 0) wrong.Add($"{Actors[i]}: refused with {answer.Status}, but stored {stored} events");
            // Who may not do it at all is told just that, whatever else is wrong.
            if (i >= Member && answer.Status is 401 or 403 or 404)
            {
                var again = await (i >= Banned ? scene.Actor(i).Because("%00") : scene.Actor(i)).SendAsync(HttpMethod.Parse(method), path, body is null ? null : "{");
                if ((again.Status, again.Code) != (answer.Status, answer.Code)) wrong.Add($"{Actors[i]}: a bad request is answered {again.Status} {again.Code}");
            }

            async Task<string> FillAsync(string template)
            {
                foreach (var name in Placeholder().Matches(template).Select(match => match.Groups[1].Value).Distinct())
                {
                    if (!made.ContainsKey(name)) made[name] = await scene.MakeAsync(name, made, i);
                    template = template.Replace($"{{{name}}}", made[name], StringComparison.Ordinal);
                }

                return template;
            }
        }

        Assert.True(wrong.Count == 0, $"{method} {route}\n{string.Join('\n', wrong)}");
    }

    [Fact]
    public async Task table_has_every_route()
    {
        using var document = JsonDocument.Parse(await stage.Host.Client.GetStringAsync("/openapi/v1.json"));
        var mapped = document.RootElement.GetProperty("paths").EnumerateObject()
            .Where(path => path.Name.Split('/') is ["", "api", "servers" or "channels" or "invites", ..])
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {Placeholder().Replace(path.Name["/api/".Length..], "{}")}"))
            .ToHashSet();
        Assert.NotEmpty(mapped);
        var tabled = Table.Select(row => row.Data).Select(row => $"{row.Item1} {Placeholder().Replace(row.Item2.Split('?')[0], "{}")}").ToHashSet();
        Assert.Empty(mapped.Except(tabled));
        Assert.Empty(tabled.Except(mapped));
    }

    private static string WithCode(string cell) => cell switch
    {
        "401" => "401:unauthorized",
        "403" => "403:missing_permissions",
        "404" => "404:not_found",
        "409" => "409:conflict",
        _ => cell,
    };

    [GeneratedRegex(@"\{([\w ]+)\}")]
    private static partial Regex Placeholder();
}

/// <summary>One host with the actors of the table, who play on a server of its own for each row.</summary>
public sealed class AuthorisationStage(PostgresFixture postgres) : IAsyncLifetime
{
    private const Permissions Moderating = Permissions.ManageMessages | Permissions.MuteMembers | Permissions.DeafenMembers | Permissions.KickMembers | Permissions.BanMembers
        | Permissions.ManageChannels | Permissions.ManageRoles | Permissions.ManageNicknames | Permissions.TimeoutMembers | Permissions.ViewAuditLog;

    private TestDatabase _database = null!;
    private Person[] _actors = [];

    public TestHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        Host = await TestHost.StartAsync(postgres, database: _database);
        _actors = [.. await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => Host.PersonAsync("actor"))), Person.Stranger(Host)];
    }

    public async ValueTask DisposeAsync()
    {
        if (Host is not null) await Host.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    /// <summary>How many events are stored.</summary>
    public Task<long> JournalAsync() => _database.ScalarAsync<long>("select max(position) from journal");

    /// <param name="withOwnMessages">Whether each actor who can has posted in the general channel.</param>
    public async Task<Scene> SetAsync(bool withOwnMessages)
    {
        var club = await Community.FoundAsync(Host, _actors[0]);
        var (administrators, moderators) = (await club.RoleAsync("administrators", Permissions.Administrator), await club.RoleAsync("moderators", Moderating));
        (await club.Owner.PatchAsync($"servers/{club.Id}/roles", $$"""[{"id":"{{administrators}}","position":5},{"id":"{{moderators}}","position":3}]""")).Expect(200);
        await Task.WhenAll(_actors[1..6].Select(club.AdmitAsync));
        await club.GiveAsync(_actors[1], administrators);
        await club.GiveAsync(_actors[2], moderators);
        await club.GiveAsync(_actors[4], moderators);
        var ownMessages = new string?[_actors.Length];
        for (var i = 0; withOwnMessages && i < 6; i++) ownMessages[i] = (await _actors[i].SayAsync(club.General, "mine")).Id;
        (await club.Owner.PatchAsync($"servers/{club.Id}/members/{_actors[4].Id}", $$"""{"timeout_until":"{{Scene.Tomorrow}}"}""")).Expect(200);
        (await club.Owner.PutAsync($"servers/{club.Id}/bans/{_actors[5].Id}")).Expect(204);
        return new Scene(club, _actors, administrators, moderators, ownMessages);
    }
}

/// <summary>One row's server. One test.</summary>
public sealed class Scene(Community club, Person[] actors, string administrators, string moderators, string?[] ownMessages) : IAsyncDisposable
{
    public static string Tomorrow { get; } = TimeProvider.System.GetUtcNow().AddDays(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    public Person Actor(int column) => actors[column];

    /// <summary>What a name in braces stands for: the scene's own thing, or a new one made by the owner.</summary>
    /// <param name="name">The name.</param>
    /// <param name="made">What the names before it in the same cell stand for.</param>
    /// <param name="column">Whose cell.</param>
    public async Task<string> MakeAsync(string name, Dictionary<string, string> made, int column)
    {
        var thing = name switch
        {
            "channel" or "hidden" => await club.ChannelAsync(name),
            "category" => await club.ChannelAsync(name, "category"),
            "role" or "worn" or "overwritten" or "higher" or "highest" => await club.RoleAsync(name),
            "mightier" => await club.RoleAsync(name, Permissions.ManageServer),
            "member" or "peer" or "peer administrator" or "exile" => (await club.MemberAsync()).Id,
            "stranger" => (await club.Host.PersonAsync()).Id,
            "invite" => await club.InviteAsync(),
            "message" or "reacted" => (await club.Owner.SayAsync(club.General, name)).Id,
            "apple" => "%F0%9F%8D%8E",
            "own message" => ownMessages[column] ?? ownMessages[0]!,
            "server" => club.Id,
            "general" => club.General,
            "owner" => club.Owner.Id,
            "administrators" => administrators,
            "moderators" => moderators,
            "tomorrow" => Tomorrow,
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "nothing has this name"),
        };
        await (name switch
        {
            "hidden" => club.OverwriteAsync(thing, deny: Permissions.ViewChannel),
            "overwritten" => club.OverwriteRoleAsync(made["channel"], thing, deny: Permissions.SendMessages),
            "higher" => MoveAsync(thing, 4),
            "highest" => MoveAsync(thing, 6),
            "worn" => GiveAsync(made["member"], thing),
            "peer" => GiveAsync(thing, moderators),
            "peer administrator" => GiveAsync(thing, administrators),
            "exile" => BanAsync(thing),
            "reacted" => ReactAsync(thing),
            _ => Task.CompletedTask,
        });
        return thing;
    }

    /// <summary>Nobody may be in more than a hundred servers at once. One that was transferred stays.</summary>
    public async ValueTask DisposeAsync() => await club.Owner.DeleteAsync($"servers/{club.Id}");

    private async Task MoveAsync(string role, int position) => (await club.Owner.PatchAsync($"servers/{club.Id}/roles", $$"""[{"id":"{{role}}","position":{{position}}}]""")).Expect(200);

    private async Task GiveAsync(string member, string role) => (await club.Owner.PutAsync($"servers/{club.Id}/members/{member}/roles/{role}")).Expect(204);

    private async Task ReactAsync(string message) => (await club.Owner.PutAsync($"channels/{club.General}/messages/{message}/reactions/%F0%9F%8D%8E/@me")).Expect(204);

    private async Task BanAsync(string member) => (await club.Owner.PutAsync($"servers/{club.Id}/bans/{member}")).Expect(204);
}
