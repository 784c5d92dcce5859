using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Together.Protocol;
using Xunit;

namespace Together.Tests.Kit;

/// <summary>What the host answered to one request.</summary>
public sealed record Answer(int Status, JsonElement Body, HttpResponseHeaders Headers)
{
    /// <summary>The answered object's ID.</summary>
    public string Id => this["id"].GetString()!;

    /// <summary>The problem's word; null on success.</summary>
    public string? Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) && Status >= 400 ? code.GetString() : null;

    public JsonElement this[string name] => Body.GetProperty(name);

    public IReadOnlyList<JsonElement> Items => [.. Body.EnumerateArray()];

    public IReadOnlyList<string> Ids => [.. Items.Select(item => item.GetProperty("id").GetString()!)];

    /// <summary>The fields that a 400 names.</summary>
    public IReadOnlyList<string> Fields => [.. this["errors"].EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal)];

    public Answer Expect(int status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status}: {(Body.ValueKind == JsonValueKind.Undefined ? "" : Body.GetRawText())}");
        return this;
    }

    public void ExpectRefusal(int status, string code)
    {
        Expect(status);
        Assert.Equal(code, Code);
        Assert.Equal(status, this["status"].GetInt32());
    }
}

/// <summary>Somebody who talks to a test's host over HTTP; a stranger when they have no token. Any thread.</summary>
public sealed class Person(TestHost host, string id, string username, string sessionId, string? token)
{
    public string Id { get; } = id;

    public string Username { get; } = username;

    /// <summary>The login: the token's <c>sid</c>.</summary>
    public string SessionId { get; } = sessionId;

    public string? Token { get; } = token;

    /// <summary>What all their requests give as <c>X-Audit-Log-Reason</c>.</summary>
    public string? Reason { get; init; }

    public Person Because(string reason) => new(host, Id, Username, SessionId, Token) { Reason = reason };

    public static Person Stranger(TestHost host) => new(host, "", "", "", null);

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> PostAsync(string path, string? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> PatchAsync(string path, string body) => SendAsync(HttpMethod.Patch, path, body);

    public Task<Answer> PutAsync(string path, string? body = null) => SendAsync(HttpMethod.Put, path, body);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <param name="body">JSON, or <see cref="People.Picture"/> for a form with one.</param>
    public Task<Answer> SendAsync(HttpMethod method, string path, string? body) => body == People.Picture
        ? SendFileAsync(method, path, People.Png, "picture.png")
        : SendBytesAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body));

    public async Task<Answer> SendBytesAsync(HttpMethod method, string path, byte[]? body)
    {
        using var content = body is null ? null : new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return await SendContentAsync(method, path, content);
    }

    public async Task<Answer> SendContentAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, $"/api/{path}") { Content = content };
        if (Token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        if (Reason is not null) request.Headers.Add("X-Audit-Log-Reason", Reason);
        using var response = await host.Client.SendAsync(request);
        var text = await response.Content.ReadAsByteArrayAsync();
        if ((int)response.StatusCode >= 400) Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var document = text.Length == 0 ? null : JsonDocument.Parse(text);
        return new Answer((int)response.StatusCode, document is null ? default : document.RootElement.Clone(), response.Headers);
    }

    /// <summary>Sends a file in a form, as browsers do.</summary>
    public async Task<Answer> SendFileAsync(HttpMethod method, string path, byte[] file, string filename = "file.bin")
    {
        using var form = new MultipartFormDataContent();
        form.Add(new ByteArrayContent(file), "file", filename);
        return await SendContentAsync(method, path, form);
    }

    public Task<Answer> UploadAsync(byte[] file, string filename = "file.bin") => SendFileAsync(HttpMethod.Post, "attachments", file, filename);

    /// <summary>Fetches a file with the caller's token, or as a stranger with what the link holds.</summary>
    public async Task<HttpResponseMessage> FetchAsync(string url, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (Token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        change?.Invoke(request);
        return await host.Client.SendAsync(request);
    }

    /// <summary>Posts a message and answers it.</summary>
    /// <param name="files">Answers to uploads.</param>
    public async Task<Answer> SayAsync(string channel, string content, string? nonce = null, params Answer[] files) => (await PostAsync(
        $"channels/{channel}/messages",
        $$"""{"content":{{Json(content)}},"nonce":{{(nonce is null ? "null" : Json(nonce))}},"attachment_ids":[{{string.Join(',', files.Select(file => $"\"{file.Id}\""))}}]}""")).Expect(201);

    /// <summary>The contents of a page of history, newest first.</summary>
    public async Task<List<string>> HistoryAsync(string channel, string query = "") =>
        [.. (await GetAsync($"channels/{channel}/messages{query}")).Expect(200).Items.Select(message => message.GetProperty("content").GetString()!)];

    public static string Json(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}

/// <summary>Makes the people of a test.</summary>
public static class People
{
    /// <summary>Stands for a form with a picture where a table holds bodies.</summary>
    public const string Picture = "<picture>";

    private static int _count;

    /// <summary>One grey pixel.</summary>
    public static byte[] Png { get; } = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==");

    /// <summary>A new account, logged in. The name is made unique by a number.</summary>
    public static async Task<Person> PersonAsync(this TestHost host, string name = "person", string? email = null)
    {
        var username = $"{name}{Interlocked.Increment(ref _count)}";
        var answer = (await Person.Stranger(host).PostAsync(
            "auth/register", $$"""{"username":"{{username}}","password":"correct horse","email":{{(email is null ? "null" : $"\"{email}\"")}}}""")).Expect(201);
        var token = answer["access_token"].GetString()!;
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));
        return new Person(host, answer["user"].GetProperty("id").GetString()!, username, claims.RootElement.GetProperty("sid").GetString()!, token);
    }
}

/// <summary>One server with its owner: the stage of most tests.</summary>
public sealed class Community
{
    private Community(TestHost host, Person owner, string id, string general, string voice)
    {
        (Host, Owner, Id, General, Voice) = (host, owner, id, general, voice);
    }

    public TestHost Host { get; }

    public Person Owner { get; }

    public string Id { get; }

    /// <summary>The text channel that a server starts with.</summary>
    public string General { get; }

    public string Voice { get; }

    public static async Task<Community> FoundAsync(TestHost host, Person? owner = null, string name = "Chess club")
    {
        owner ??= await host.PersonAsync("owner");
        var id = (await owner.PostAsync("servers", $$"""{"name":"{{name}}"}""")).Expect(201).Id;
        var channels = (await owner.GetAsync($"servers/{id}/channels")).Expect(200).Ids;
        return new Community(host, owner, id, channels[0], channels[1]);
    }

    /// <summary>A new person who joins by an invite.</summary>
    public async Task<Person> MemberAsync(string name = "member")
    {
        var person = await Host.PersonAsync(name);
        await AdmitAsync(person);
        return person;
    }

    public async Task AdmitAsync(Person person) => (await person.PostAsync($"invites/{await InviteAsync()}")).Expect(200);

    public async Task<string> InviteAsync(string body = "{}") =>
        (await Owner.PostAsync($"servers/{Id}/invites", body)).Expect(201)["code"].GetString()!;

    public async Task<string> ChannelAsync(string name, string type = "text", string? category = null) =>
        (await Owner.PostAsync($"servers/{Id}/channels", $$"""{"type":"{{type}}","name":"{{name}}","category_id":{{(category is null ? "null" : $"\"{category}\"")}}}""")).Expect(201).Id;

    /// <summary>A new role; the oldest is the highest.</summary>
    public async Task<string> RoleAsync(string name, Permissions permissions = 0) =>
        (await Owner.PostAsync($"servers/{Id}/roles", $$"""{"name":"{{name}}","permissions":"{{(ulong)permissions}}"}""")).Expect(201).Id;

    public async Task GiveAsync(Person member, string role) => (await Owner.PutAsync($"servers/{Id}/members/{member.Id}/roles/{role}")).Expect(204);

    public async Task TakeAsync(Person member, string role) => (await Owner.DeleteAsync($"servers/{Id}/members/{member.Id}/roles/{role}")).Expect(204);

    /// <summary>What a role may and may not do in a channel.</summary>
    public async Task OverwriteRoleAsync(string channel, string role, Permissions allow = 0, Permissions deny = 0) =>
        (await Owner.PutAsync($"channels/{channel}/permissions/{role}", $$"""{"type":"role","allow":"{{(ulong)allow}}","deny":"{{(ulong)deny}}"}""")).Expect(204);

    /// <summary>What a role or a member may and may not do in a channel; <c>@everyone</c> without a person.</summary>
    public async Task OverwriteAsync(string channel, Person? member = null, Permissions allow = 0, Permissions deny = 0) =>
        (await Owner.PutAsync(
            $"channels/{channel}/permissions/{member?.Id ?? Id}",
            $$"""{"type":"{{(member is null ? "role" : "member")}}","allow":"{{(ulong)allow}}","deny":"{{(ulong)deny}}"}""")).Expect(204);

    /// <summary>What every member may do.</summary>
    public async Task EveryoneAsync(Permissions permissions) =>
        (await Owner.PatchAsync($"servers/{Id}/roles/{Id}", $$"""{"permissions":"{{(ulong)permissions}}"}""")).Expect(200);

    /// <summary>Adds to what every member may do at the start.</summary>
    public Task GrantAsync(Permissions more) => EveryoneAsync(Permissions.EveryoneDefault | more);

    /// <summary>Takes from what every member may do at the start.</summary>
    public Task WithholdAsync(Permissions less) => EveryoneAsync(Permissions.EveryoneDefault & ~less);
}

/// <summary>One host that the tests of a class share; each makes servers and people of its own.</summary>
public sealed class SharedHost(PostgresFixture postgres) : IAsyncLifetime
{
    private TestHost? _host;

    public TestHost Host => _host!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(postgres);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }
}
