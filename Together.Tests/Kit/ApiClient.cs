using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Together.Tests.Kit;

/// <summary>An answer as a client reads it: status, headers, and the body as JSON (null when empty).</summary>
public sealed record ApiAnswer(HttpStatusCode Status, HttpResponseHeaders Headers, JsonNode? Body)
{
    public JsonNode this[string field] => Body![field]!;

    public string Text(string field) => (string)Body![field]!;

    public string Header(string name) => Headers.GetValues(name).Single();

    public ApiAnswer Is(HttpStatusCode status)
    {
        Assert.True(status == Status, $"{(int)status} was expected, {(int)Status} came: {Body}");
        return this;
    }

    /// <summary>A problem of that status and code; on 400 also of exactly those fields.</summary>
    public ApiAnswer IsRefused(HttpStatusCode status, string code, params string[] fields)
    {
        Is(status);
        Assert.Equal(code, Text("code"));
        if (status == HttpStatusCode.BadRequest) Assert.Equal(fields.Order(), Body!["errors"]!.AsObject().Select(error => error.Key).Order());
        return this;
    }
}

/// <summary>One person's client over HTTP, by default without a token. Any thread.</summary>
public sealed record ApiClient(HttpClient Http, string? AccessToken = null, string? RefreshToken = null, string? UserId = null)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<ApiAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <param name="path">Below <c>/api/</c>.</param>
    /// <param name="json">The body, or null for none.</param>
    public Task<ApiAnswer> PostAsync(string path, string? json = null) => SendAsync(HttpMethod.Post, path, json);

    public Task<ApiAnswer> PatchAsync(string path, string json) => SendAsync(HttpMethod.Patch, path, json);

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? json)
    {
        using var request = new HttpRequestMessage(method, $"/api/{path}");
        if (AccessToken is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AccessToken);
        foreach (var (name, value) in Headers) request.Headers.TryAddWithoutValidation(name, value);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return new ApiAnswer(response.StatusCode, response.Headers, body.Length == 0 ? null : JsonNode.Parse(body));
    }

    public ApiClient With(string header, string value) => this with { Headers = new Dictionary<string, string>(Headers) { [header] = value } };

    public Task<ApiAnswer> RegisterAsync(string username, string? more = null) =>
        PostAsync("auth/register", $$"""{"username":{{Quoted(username)}},"password":"{{Password}}"{{(more is null ? "" : "," + more)}}}""");

    public Task<ApiAnswer> LogInAsync(string username, string password = Password) =>
        PostAsync("auth/login", $$"""{"username":{{Quoted(username)}},"password":{{Quoted(password)}}}""");

    /// <summary>The client that an answer of register, login or refresh makes of this one.</summary>
    public ApiClient As(ApiAnswer answer) =>
        this with { AccessToken = answer.Text("access_token"), RefreshToken = (string?)answer.Body!["refresh_token"], UserId = (string)answer["user"]["id"]! };

    /// <summary>A new account's client.</summary>
    public async Task<ApiClient> JoinInstanceAsync(string username) => As((await RegisterAsync(username)).Is(HttpStatusCode.Created));

    /// <summary>Everybody's, unless a test says otherwise.</summary>
    public const string Password = "correct horse";

    public static string Quoted(string text) => JsonValue.Create(text).ToJsonString();
}
