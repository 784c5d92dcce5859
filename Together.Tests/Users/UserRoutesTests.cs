using System.Text.Json;
using System.Text.RegularExpressions;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Users;

/// <summary>Who may do what: every route of users, for every way to stand with the one whom it is about.</summary>
public sealed partial class UserRoutesTests(SharedHost shared) : IClassFixture<SharedHost>
{
    /// <summary>The columns of the table. Who is blocked is so by the target, and in a server with them.</summary>
    private static readonly string[] Actors = ["friend", "acquaintance", "blocked", "stranger", "no token"];

    private const string Anybody = "200 200 200 200 401";

    private readonly TestHost _host = shared.Host;

    /// <summary>Method, route, body, and per actor the status; 2xx stands for any success.</summary>
    public static TheoryData<string, string, string?, string> Table { get; } = new()
    {
        { "GET", "users/@me", null, Anybody },
        { "PATCH", "users/@me", """{"about":"e4"}""", Anybody },
        { "PUT", "users/@me/avatar", People.Picture, Anybody },
        { "DELETE", "users/@me/avatar", null, Anybody },
        { "GET", "users/@me/settings", null, Anybody },
        { "PATCH", "users/@me/settings", """{"theme":"dark"}""", Anybody },
        { "GET", "users/@me/channels", null, Anybody },
        { "POST", "users/@me/channels", """{"recipient_ids":["{target}"]}""", "200 200 403 404 401" },
        { "GET", "users/@me/relationships", null, Anybody },
        { "POST", "users/@me/relationships", """{"username":"{name}"}""", "200 200 403 200 401" },
        { "PUT", "users/@me/relationships/{target}", """{"type":"friend"}""", "200 200 403 200 401" },
        { "PUT", "users/@me/relationships/{target}", """{"type":"blocked"}""", Anybody },
        { "DELETE", "users/@me/relationships/{target}", null, "200 404 404 404 401" },
        { "GET", "users/{target}", null, "200 200 200 404 401" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task route_answers_each_actor_as_the_table_says(string method, string route, string? body, string expected)
    {
        var got = new List<string>();
        foreach (var actor in Actors)
        {
            var target = await _host.PersonAsync("target");
            var person = actor == "no token" ? Person.Stranger(_host) : await _host.PersonAsync("actor");
            if (actor is "acquaintance" or "blocked") await (await Community.FoundAsync(_host, target)).AdmitAsync(person);
            if (actor == "blocked") (await target.PutAsync($"users/@me/relationships/{person.Id}", """{"type":"blocked"}""")).Expect(204);
            if (actor == "friend")
            {
                (await target.PutAsync($"users/@me/relationships/{person.Id}", """{"type":"friend"}""")).Expect(204);
                (await person.PutAsync($"users/@me/relationships/{target.Id}", """{"type":"friend"}""")).Expect(204);
            }

            var answer = await person.SendAsync(HttpMethod.Parse(method), Fill(route), body is null ? null : Fill(body));
            got.Add(answer.Status < 300 ? "200" : $"{answer.Status}");

            string Fill(string template) => template.Replace("{target}", target.Id, StringComparison.Ordinal).Replace("{name}", target.Username, StringComparison.Ordinal);
        }

        Assert.Equal(expected, string.Join(' ', got));
    }

    [Fact]
    public async Task table_has_every_route()
    {
        using var document = JsonDocument.Parse(await _host.Client.GetStringAsync("/openapi/v1.json"));
        var mapped = document.RootElement.GetProperty("paths").EnumerateObject()
            .Where(path => path.Name.StartsWith("/api/users/", StringComparison.Ordinal))
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {Placeholder().Replace(path.Name["/api/".Length..], "{}")}"))
            .Order(StringComparer.Ordinal);
        Assert.Equal(mapped, Table.Select(row => row.Data).Select(row => $"{row.Item1} {Placeholder().Replace(row.Item2, "{}")}").Distinct().Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();
}
