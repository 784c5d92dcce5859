using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Together.Bench.Load;

/// <summary>An account that is logged in.</summary>
internal sealed record Account(string Id, string Username, string Token);

/// <summary>A refusal by the host: the status and the code word of its problem document.</summary>
internal sealed class RefusedException(HttpStatusCode status, string? code, string request, string? detail)
    : Exception($"{request} answered {(int)status} {code}: {detail}")
{
    public HttpStatusCode Status => status;

    public string? Code => code;
}

/// <summary>The few REST calls that prepare a benchmark or a sample community. Not for measuring. Any thread.</summary>
internal sealed class Api(Uri host) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = host };

    public async Task<Account> RegisterAsync(string username, string password, string? invite = null) =>
        ToAccount(await SendAsync(HttpMethod.Post, "/api/auth/register", null, new JsonObject { ["username"] = username, ["password"] = password, ["invite"] = invite }));

    public async Task<Account> LoginAsync(string username, string password) =>
        ToAccount(await SendAsync(HttpMethod.Post, "/api/auth/login", null, new JsonObject { ["username"] = username, ["password"] = password }));

    /// <summary>The server's object; its text channel <c>general</c> is among its channels.</summary>
    public async Task<string> CreateServerAsync(Account owner, string name) =>
        Id(await SendAsync(HttpMethod.Post, "/api/servers", owner, new JsonObject { ["name"] = name }));

    public async Task<JsonArray> ChannelsAsync(Account account, string serverId) =>
        (await SendAsync(HttpMethod.Get, $"/api/servers/{serverId}/channels", account))!.AsArray();

    /// <summary>The text channel that every new server has.</summary>
    public async Task<string> GeneralChannelAsync(Account account, string serverId) =>
        Id((await ChannelsAsync(account, serverId)).First(channel => (string?)channel!["type"] == "text"));

    public async Task<string> InviteAsync(Account account, string serverId) =>
        (string)(await SendAsync(HttpMethod.Post, $"/api/servers/{serverId}/invites", account, new JsonObject()))!["code"]!;

    public Task JoinAsync(Account account, string invite) => SendAsync(HttpMethod.Post, $"/api/invites/{invite}", account);

    public static string Id(JsonNode? item) => (string)item!["id"]!;

    /// <summary>Throws <see cref="RefusedException"/> on any refusal but 429, after which it waits as long as the host asks and repeats.</summary>
    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, Account? account, JsonNode? body = null)
    {
        while (true)
        {
            using var request = new HttpRequestMessage(method, path);
            if (account is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", account.Token);
            if (body is not null)
                request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            using var answer = await _http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode)
                return text.Length == 0 ? null : JsonNode.Parse(text);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests && answer.Headers.RetryAfter?.Delta is { } pause)
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The host's rate limit asks to wait {pause.TotalSeconds:0} s."));
                await Task.Delay(pause);
                continue;
            }
            var problem = answer.Content.Headers.ContentType?.MediaType == "application/problem+json" ? JsonNode.Parse(text) : null;
            throw new RefusedException(answer.StatusCode, (string?)problem?["code"], $"{method} {path}", (string?)problem?["detail"]);
        }
    }

    public void Dispose() => _http.Dispose();

    private static Account ToAccount(JsonNode? answer) =>
        new(Id(answer!["user"]), (string)answer["user"]!["username"]!, (string)answer["access_token"]!);
}
