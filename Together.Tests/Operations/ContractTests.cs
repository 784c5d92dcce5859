using System.Text.Json;
using Together.Protocol;
using Together.Protocol.Gateway;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Operations;

/// <summary>What the host says about itself is what clients are built from (<c>docs/protocol/*.json</c>), and what it does.</summary>
public class ContractTests(PostgresFixture postgres)
{
    private static bool IsRenewing => Environment.GetEnvironmentVariable("TOGETHER_RENEW_CONTRACTS") == "1";

    [Theory]
    [InlineData("v1.json", "openapi.json")]
    [InlineData("gateway.json", "gateway.json")]
    public async Task committed_contract_is_the_hosts_own(string document, string file)
    {
        await using var host = await TestHost.StartAsync(postgres);
        var current = (await host.Client.GetStringAsync($"/openapi/{document}")).TrimEnd() + "\n";
        if (IsRenewing) await File.WriteAllTextAsync(Contract.PathOf(file), current);
        Assert.True(
            await File.ReadAllTextAsync(Contract.PathOf(file)) == current,
            $"docs/protocol/{file} is not what the host serves as /openapi/{document}. If the change is meant, renew it: TOGETHER_RENEW_CONTRACTS=1 ./dev test --filter {nameof(ContractTests)}");
    }

    [Fact]
    public void what_both_contracts_have_is_the_same()
    {
        var shared = Contract.Gateway.Schemas.EnumerateObject().Where(schema => Contract.Rest.Schemas.TryGetProperty(schema.Name, out _)).ToList();
        Assert.Contains(shared, schema => schema.Name == "Message");
        Assert.All(shared, schema => Assert.True(JsonElement.DeepEquals(schema.Value, Contract.Rest.Schemas.GetProperty(schema.Name)), schema.Name));
    }

    [Fact]
    public void every_operation_has_a_name_of_its_own()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Contract.PathOf("openapi.json")));
        var names = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(operation => operation.Value.GetProperty("operationId").GetString()).ToList();
        Assert.Equal(names.Distinct(), names);
    }

    [Theory]
    [InlineData("""{"op":"HELLO","s":null,"t":null,"d":{"heartbeat_interval":"25000"}}""")]
    [InlineData("""{"op":"HELLO","s":null,"t":null,"d":{}}""")]
    [InlineData("""{"op":"HELLO","s":null,"t":null,"d":{"heartbeat_interval":25000,"more":1}}""")]
    [InlineData("""{"op":"RECONNECT","s":null,"t":null,"d":{}}""")]
    [InlineData("""{"op":"DISPATCH","s":1,"t":"SERVER_RENAME","d":{"id":"0198c0de-0000-7000-8000-000000000000"}}""")]
    [InlineData("""{"op":"DISPATCH","s":1,"t":"SERVER_DELETE","d":{"id":"first"}}""")]
    public void frame_that_the_contract_does_not_know_is_seen(string frame)
    {
        using var document = JsonDocument.Parse(frame);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Contract.Gateway.Check("HostFrame", document.RootElement));
    }

    [Fact]
    public async Task every_frame_and_answer_of_a_conversation_is_as_described()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var club = await Community.FoundAsync(host);
        var (owner, bob) = (club.Owner, await club.MemberAsync("bob"));
        var (general, server) = ($"channels/{club.General}", $"servers/{club.Id}");
        var role = (await owner.PostAsync($"{server}/roles", """{"name":"players"}""")).Expect(201).Id;

        await using var first = await GatewayClient.ConnectAsync(host, owner, seesPresences: true);
        await SendAsync(first, ClientOps.Resume, """{"session_id":"another's","seq":0}""");
        Assert.Equal("INVALID_SESSION", (await first.ReceiveAsync()).Op);
        await SendAsync(first, ClientOps.Identify, """{"status":"online"}""");
        var session = (await first.ReceiveAsync("READY")).D.GetProperty("session_id").GetString()!;
        await SendAsync(first, ClientOps.UpdatePresence, """{"status":"away","custom_status":{"text":"thinking"}}""");
        await SendAsync(first, ClientOps.RequestMembers, $$"""{"server_id":"{{club.Id}}","limit":10}""");
        await SendAsync(first, ClientOps.Heartbeat, "null");

        var message = await owner.CallAsync("POST", $"{general}/messages", """{"content":"the first move","nonce":"1"}""");
        await owner.CallAsync("POST", $"{general}/messages", """{"content":"the first move","nonce":"1"}""");
        var answer = await bob.CallAsync("POST", $"{general}/messages", $$"""{"content":"to <@{{owner.Id}}>","reply_to":"{{message.Id}}"}""");
        var file = (await owner.UploadAsync(People.Png, "board.png")).Expect(201);
        Contract.Rest.Check(HttpMethod.Post, "attachments", file);
        var filed = await owner.CallAsync("POST", $"{general}/messages", $$"""{"attachment_ids":["{{file.Id}}"]}""");
        await owner.CallAsync("PATCH", $"{general}/messages/{message.Id}", """{"content":"another move"}""");
        await bob.CallAsync("PUT", $"{general}/messages/{message.Id}/reactions/%F0%9F%8D%8E/@me");
        await owner.CallAsync("GET", $"{general}/messages/{message.Id}/reactions/%F0%9F%8D%8E?limit=5");
        await owner.CallAsync("GET", $"{general}/messages?limit=10");
        await owner.CallAsync("GET", $"{general}/messages/search?q=move&has=image,file&sort=relevance&offset=0");
        await bob.CallAsync("DELETE", $"{general}/messages/{message.Id}/reactions/%F0%9F%8D%8E/@me");
        await owner.CallAsync("PUT", $"{general}/pins/{message.Id}");
        await owner.CallAsync("GET", $"{general}/pins");
        await bob.CallAsync("POST", $"{general}/typing");
        await owner.CallAsync("PUT", $"{general}/read", $$"""{"message_id":"{{answer.Id}}"}""");
        await owner.CallAsync("DELETE", $"{general}/messages/{message.Id}");
        await owner.CallAsync("POST", $"{general}/messages/bulk-delete", $$"""{"ids":["{{answer.Id}}","{{filed.Id}}"]}""");
        await owner.CallAsync("GET", $"{general}/messages/deleted");

        var channel = await owner.CallAsync("POST", $"{server}/channels", """{"name":"openings","type":"text","permission_overwrites":[]}""");
        await owner.CallAsync("PATCH", $"channels/{channel.Id}", """{"topic":null,"slow_mode_seconds":5}""");
        await owner.CallAsync("PATCH", $"{server}/channels", $$"""[{"id":"{{channel.Id}}","position":0}]""");
        await owner.CallAsync("PUT", $"channels/{channel.Id}/permissions/{role}", """{"type":"role","allow":2,"deny":"1"}""");
        await owner.CallAsync("GET", $"channels/{channel.Id}/permissions/explain?permission=SPEAK");
        await owner.CallAsync("DELETE", $"channels/{channel.Id}");
        var added = await owner.CallAsync("POST", $"{server}/roles", $$"""{"name":"judges","permissions":{{(ulong)Permissions.Speak}}}""");
        await owner.CallAsync("PATCH", $"{server}/roles/{added.Id}", """{"hoist":true,"permissions":"0"}""");
        await owner.CallAsync("DELETE", $"{server}/roles/{added.Id}");
        await owner.CallAsync("PUT", $"{server}/members/{bob.Id}/roles/{role}");
        await owner.CallAsync("PATCH", $"{server}/members/{bob.Id}", """{"nickname":"Rook","timeout_until":null}""");
        await owner.CallAsync("GET", $"{server}/members?limit=10");
        await owner.CallAsync("PATCH", server, """{"name":"Chess society"}""");

        var eve = await host.PersonAsync("eve");
        var invite = await owner.CallAsync("POST", $"{server}/invites", """{"max_uses":1}""");
        await Person.Stranger(host).CallAsync("GET", $"invites/{invite["code"]}");
        await eve.CallAsync("POST", $"invites/{invite["code"]}");
        await owner.CallAsync("PUT", $"{server}/bans/{eve.Id}", """{"reason":"noise"}""");
        await owner.CallAsync("GET", $"{server}/bans");
        await owner.CallAsync("DELETE", $"{server}/bans/{eve.Id}");
        await owner.CallAsync("GET", $"{server}/audit-log?limit=100&action=role_create");
        await owner.CallAsync("GET", $"{server}/audit-log?limit=100");

        await owner.CallAsync("PUT", $"users/@me/relationships/{bob.Id}", """{"type":"friend"}""");
        await bob.CallAsync("PUT", $"users/@me/relationships/{owner.Id}", """{"type":"friend"}""");
        await owner.CallAsync("GET", "users/@me/relationships");
        await owner.CallAsync("POST", "users/@me/channels", $$"""{"recipient_ids":["{{bob.Id}}"]}""");
        await owner.CallAsync("DELETE", $"users/@me/relationships/{bob.Id}");
        await bob.CallAsync("PATCH", "users/@me", """{"display_name":"Bob","about":null}""");
        await owner.CallAsync("GET", $"users/{bob.Id}");
        await owner.CallAsync("PATCH", "users/@me/settings", $$"""{"theme":"dark","notifications":[{"id":"{{club.Id}}","level":"mentions"}]}""");
        await owner.CallAsync("GET", "users/@me");
        await owner.CallAsync("GET", "auth/sessions");
        await owner.CallAsync("GET", "instance");
        await owner.CallAsync("POST", "servers", """{"name":"Go club"}""");
        await bob.CallAsync("GET", $"{server}/bans", expected: 403);
        await bob.CallAsync("PATCH", $"{general}/messages/{answer.Id}", "{}", expected: 404);
        await bob.CallAsync("POST", "servers", "{}", expected: 400);
        await Person.Stranger(host).CallAsync("GET", "users/@me", expected: 401);
        await Person.Stranger(host).CallAsync("POST", "auth/login", $$"""{"username":"{{bob.Username}}","password":"correct horse"}""");

        // What is told late comes when it comes; the login ends what is told.
        var late = GatewayEvents.All.Select(told => told.Name).Except(["RESUMED", "SERVER_DELETE", "SESSION_REVOKED"]).ToHashSet();
        while (!late.IsSubsetOf(first.Received.Select(frame => frame.T).OfType<string>())) await first.ReceiveAsync();
        await using var second = await GatewayClient.ConnectAsync(host, owner, seesPresences: true);
        await SendAsync(second, ClientOps.Resume, $$"""{"session_id":"{{session}}","seq":{{first.Position}}}""");
        await second.UntilAsync(frame => frame.Is("RESUMED"));
        await owner.CallAsync("DELETE", server);
        await owner.CallAsync("POST", "auth/logout");
        await second.UntilAsync(frame => frame.Is("SESSION_REVOKED"));

        await using var third = await GatewayClient.IdentifiedAsync(host, bob, seesPresences: true);
        await host.RestartAsync();
        Assert.Equal((int)CloseCode.HostRestarting, await third.ClosedAsync());

        List<GatewayFrame> frames = [.. first.Received, .. second.Received, .. third.Received];
        Assert.All(frames, frame => Contract.Gateway.Check("HostFrame", JsonSerializer.SerializeToElement(new { op = frame.Op, s = frame.S, t = frame.T, d = frame.D })));
        Assert.Equal(GatewayEvents.All.Select(told => told.Name).Order(), frames.Select(frame => frame.T).OfType<string>().Distinct().Order());
        Assert.Equal(GatewayOps.All.Select(op => op.Name).Append(GatewayOps.Dispatch).Order(), frames.Select(frame => frame.Op).Distinct().Order());
    }

    private static Task SendAsync(GatewayClient client, string op, string d)
    {
        using var frame = JsonDocument.Parse($$"""{"op":"{{op}}","d":{{d}}}""");
        Contract.Gateway.Check("ClientFrame", frame.RootElement);
        return client.SendAsync(op, d);
    }
}

internal static class DescribedCalls
{
    /// <summary>Calls the host, whose answer must be as described and of that status: any success when none is named.</summary>
    public static async Task<Answer> CallAsync(this Person person, string method, string path, string? body = null, int? expected = null)
    {
        var answer = await person.SendAsync(HttpMethod.Parse(method), path, body);
        answer.Expect(expected ?? (answer.Status < 300 ? answer.Status : 200));
        Contract.Rest.Check(HttpMethod.Parse(method), path, answer, body);
        return answer;
    }
}
