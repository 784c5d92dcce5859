using System.Net;
using System.Net.WebSockets;
using System.Text;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Auth;

public class SessionTests(PostgresFixture postgres)
{
    [Fact]
    public async Task refresh_rotates_and_repeats_a_lost_answer()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        var next = (await RefreshAsync(anna)).Is(HttpStatusCode.OK);

        Assert.NotEqual(anna.RefreshToken, next.Text("refresh_token"));
        Assert.Equal(anna.UserId, (string)next["user"]["id"]!);
        Assert.Equal(900, (int)next["expires_in"]);
        Assert.Equal(next.Text("refresh_token"), (await RefreshAsync(anna)).Is(HttpStatusCode.OK).Text("refresh_token"));
        (await anna.As(next).GetAsync("users/@me")).Is(HttpStatusCode.OK);
        Assert.Single((await anna.GetAsync("auth/sessions")).Body!.AsArray());
    }

    [Fact]
    public async Task refresh_without_a_true_token_is_refused()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        (await anna.PostAsync("auth/refresh", "{}")).IsRefused(HttpStatusCode.BadRequest, "invalid_body", "refresh_token");
        (await RefreshAsync(anna with { RefreshToken = "no token" })).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await RefreshAsync(anna with { RefreshToken = new string('A', 43) })).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task token_used_again_after_its_successor_ends_the_session_at_once()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        var other = anna.As(await anna.LogInAsync("anna"));
        var thief = anna.As(await RefreshAsync(anna));
        var last = thief.As(await RefreshAsync(thief));

        (await RefreshAsync(anna)).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");

        foreach (var client in (ApiClient[])[anna, thief, last]) (await client.GetAsync("users/@me")).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await RefreshAsync(last)).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await other.GetAsync("users/@me")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task token_used_again_after_the_grace_ends_the_session_at_once()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, time: clock);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        var next = anna.As(await RefreshAsync(anna));
        clock.Advance(TimeSpan.FromSeconds(10));
        (await RefreshAsync(anna)).Is(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromMilliseconds(1));

        (await RefreshAsync(anna)).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await next.GetAsync("users/@me")).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await RefreshAsync(next)).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task access_token_expires_and_refresh_token_later()
    {
        var clock = new ManualClock();
        await using var host = await TestHost.StartAsync(postgres, time: clock);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        clock.Advance(TimeSpan.FromMinutes(15));
        (await anna.GetAsync("users/@me")).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        anna = anna.As((await RefreshAsync(anna)).Is(HttpStatusCode.OK));
        (await anna.GetAsync("users/@me")).Is(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromDays(7));
        (await RefreshAsync(anna)).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task logout_ends_its_session_at_once_and_no_other()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        var phone = anna.As(await anna.LogInAsync("anna"));
        (await anna.PostAsync("auth/logout")).Is(HttpStatusCode.NoContent);

        (await anna.GetAsync("users/@me")).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await RefreshAsync(anna)).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await anna.PostAsync("auth/logout")).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await phone.GetAsync("users/@me")).Is(HttpStatusCode.OK);
        await host.RestartAsync();
        (await (anna with { Http = host.Client }).GetAsync("users/@me")).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await (phone with { Http = host.Client }).GetAsync("users/@me")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task logout_closes_the_sessions_gateway_connection()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"{host.Gateway}?token={anna.AccessToken}"), CancellationToken.None);
        await socket.SendAsync("""{"op":"IDENTIFY","d":{}}"""u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        await ReadUntilAsync(socket, "READY");

        (await anna.PostAsync("auth/logout")).Is(HttpStatusCode.NoContent);
        await ReadUntilAsync(socket, "SESSION_REVOKED");
        Assert.Null(await ReadAsync(socket));
        Assert.Equal(4011, (int)socket.CloseStatus!);
    }

    [Fact]
    public async Task sessions_are_listed_to_their_user_alone()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).With("User-Agent", "Desktop/1").JoinInstanceAsync("anna");
        var phone = anna.As(await new ApiClient(host.Client).With("User-Agent", "Phone/2").LogInAsync("anna"));
        var bob = await new ApiClient(host.Client).JoinInstanceAsync("bob");

        var sessions = (await phone.GetAsync("auth/sessions")).Is(HttpStatusCode.OK).Body!.AsArray();
        Assert.Equal(["Desktop/1", "Phone/2"], sessions.Select(session => (string)session!["user_agent"]!));
        Assert.Equal([false, true], sessions.Select(session => (bool)session!["current"]!));
        Assert.All(sessions, session => Assert.Equal("127.0.0.1", (string)session!["ip"]!));
        Assert.Equal(["id", "created_at", "last_active_at", "ip", "user_agent", "current"], sessions[0]!.AsObject().Select(field => field.Key));
        Assert.Single((await bob.GetAsync("auth/sessions")).Body!.AsArray());
    }

    [Fact]
    public async Task one_session_is_ended_by_its_user_alone()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        var phone = anna.As(await anna.LogInAsync("anna"));
        var bob = await new ApiClient(host.Client).JoinInstanceAsync("bob");
        var id = (string)(await anna.GetAsync("auth/sessions")).Body!.AsArray().Single(session => !(bool)session!["current"]!)!["id"]!;

        (await bob.DeleteAsync($"auth/sessions/{id}")).IsRefused(HttpStatusCode.NotFound, "not_found");
        (await anna.DeleteAsync("auth/sessions/01931d4e-0000-7000-8000-000000000001")).IsRefused(HttpStatusCode.NotFound, "not_found");
        (await phone.GetAsync("users/@me")).Is(HttpStatusCode.OK);

        (await anna.DeleteAsync($"auth/sessions/{id}")).Is(HttpStatusCode.NoContent);
        (await phone.GetAsync("users/@me")).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await RefreshAsync(phone)).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await anna.GetAsync("users/@me")).Is(HttpStatusCode.OK);
        (await anna.DeleteAsync($"auth/sessions/{id}")).IsRefused(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task all_sessions_are_ended_with_the_one_that_asks()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        var phone = anna.As(await anna.LogInAsync("anna"));
        var bob = await new ApiClient(host.Client).JoinInstanceAsync("bob");
        (await anna.DeleteAsync("auth/sessions")).Is(HttpStatusCode.NoContent);

        foreach (var ended in (ApiClient[])[anna, phone])
        {
            (await ended.GetAsync("users/@me")).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
            (await RefreshAsync(ended)).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        }
        (await bob.GetAsync("users/@me")).Is(HttpStatusCode.OK);
        (await anna.LogInAsync("anna")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task changed_password_ends_all_other_sessions()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        var phone = anna.As(await anna.LogInAsync("anna"));
        (await anna.PostAsync("auth/password", $$"""{"current_password":"{{ApiClient.Password}}","new_password":"another horse"}""")).Is(HttpStatusCode.NoContent);

        (await phone.GetAsync("users/@me")).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await RefreshAsync(phone)).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await anna.GetAsync("users/@me")).Is(HttpStatusCode.OK);
        (await RefreshAsync(anna)).Is(HttpStatusCode.OK);
        (await anna.LogInAsync("anna")).IsRefused(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await anna.LogInAsync("anna", "another horse")).Is(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("{}", "current_password", "new_password")]
    [InlineData("""{"current_password":"wrong horse","new_password":"short"}""", "new_password")]
    public async Task password_change_names_the_fields_that_are_wrong(string body, params string[] fields)
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        (await anna.PostAsync("auth/password", body)).IsRefused(HttpStatusCode.BadRequest, "invalid_body", fields);
    }

    [Fact]
    public async Task wrong_current_password_changes_nothing()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        var phone = anna.As(await anna.LogInAsync("anna"));
        (await anna.PostAsync("auth/password", """{"current_password":"wrong horse","new_password":"another horse"}""")).IsRefused(HttpStatusCode.Forbidden, "invalid_credentials");
        (await anna.LogInAsync("anna")).Is(HttpStatusCode.OK);
        (await phone.GetAsync("users/@me")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task web_client_keeps_its_refresh_token_in_a_cookie()
    {
        await using var host = await TestHost.StartAsync(postgres);
        using var http = WithoutJar(host);
        var web = new ApiClient(http).With("X-Together-Client", "web");
        var answer = (await web.RegisterAsync("anna")).Is(HttpStatusCode.Created);

        Assert.Null(answer.Body!["refresh_token"]);
        Assert.True(answer.Body.AsObject().ContainsKey("refresh_token"));
        var cookie = answer.Header("Set-Cookie").Split("; ");
        Assert.Equal(["max-age=604800", "path=/api/auth", "samesite=strict", "httponly"], cookie.Skip(1));

        (await web.PostAsync("auth/refresh")).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        (await web.With("Cookie", cookie[0]).With("Origin", "https://evil.example").PostAsync("auth/refresh")).IsRefused(HttpStatusCode.Forbidden, "origin_not_allowed");
        var refreshed = (await web.With("Cookie", cookie[0]).With("Origin", host.Address.GetLeftPart(UriPartial.Authority)).PostAsync("auth/refresh")).Is(HttpStatusCode.OK);
        Assert.Null(refreshed.Body!["refresh_token"]);
        Assert.StartsWith("together_refresh=", refreshed.Header("Set-Cookie"), StringComparison.Ordinal);
        Assert.NotEqual(cookie[0], refreshed.Header("Set-Cookie").Split("; ")[0]);

        var left = (await web.As(refreshed).PostAsync("auth/logout")).Is(HttpStatusCode.NoContent);
        Assert.StartsWith("together_refresh=; expires=Thu, 01 Jan 1970", left.Header("Set-Cookie"), StringComparison.Ordinal);
        (await web.With("Cookie", refreshed.Header("Set-Cookie").Split("; ")[0]).PostAsync("auth/refresh")).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task cookie_is_secure_but_on_loopback_and_set_for_the_web_client_alone()
    {
        await using var host = await TestHost.StartAsync(postgres);
        using var http = WithoutJar(host);
        await new ApiClient(http).JoinInstanceAsync("anna");
        var web = await new ApiClient(http).With("X-Together-Client", "web").With("Host", "chat.example.org").LogInAsync("anna");
        Assert.Contains("; secure", web.Is(HttpStatusCode.OK).Header("Set-Cookie"), StringComparison.Ordinal);
        var app = (await new ApiClient(http).LogInAsync("anna")).Is(HttpStatusCode.OK);
        Assert.False(app.Headers.Contains("Set-Cookie"));
        Assert.NotNull(app.Text("refresh_token"));
    }

    private static Task<ApiAnswer> RefreshAsync(ApiClient client) =>
        new ApiClient(client.Http).PostAsync("auth/refresh", $$"""{"refresh_token":"{{client.RefreshToken}}"}""");

    private static HttpClient WithoutJar(TestHost host) => new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = host.Address };

    private static async Task ReadUntilAsync(ClientWebSocket socket, string name)
    {
        while (await ReadAsync(socket) is { } frame)
        {
            if (frame.Contains($"\"{name}\"", StringComparison.Ordinal)) return;
        }
        Assert.Fail($"closed with {socket.CloseStatus} before {name}");
    }

    /// <summary>Null when the host closed.</summary>
    private static async Task<string?> ReadAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), patience.Token);
            if (read.MessageType == WebSocketMessageType.Close) return null;
            length += read.Count;
            if (read.EndOfMessage) return Encoding.UTF8.GetString(buffer, 0, length);
        }
    }
}
