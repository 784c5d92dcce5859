using System.Globalization;
using System.Net;
using System.Text;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Auth;

public class LoginTests(PostgresFixture postgres)
{
    [Fact]
    public async Task login_opens_another_session_of_the_same_account()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        var again = (await new ApiClient(host.Client).LogInAsync("ANNA")).Is(HttpStatusCode.OK);

        Assert.Equal(anna.UserId, (string)again["user"]["id"]!);
        Assert.NotEqual(anna.RefreshToken, again.Text("refresh_token"));
        (await new ApiClient(host.Client).As(again).GetAsync("users/@me")).Is(HttpStatusCode.OK);
        (await anna.GetAsync("users/@me")).Is(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("anna", "wrong horse")]
    [InlineData("nobody", ApiClient.Password)]
    [InlineData("disabled", ApiClient.Password)]
    [InlineData("not a name", ApiClient.Password)]
    public async Task login_with_a_wrong_name_or_password_is_refused(string username, string password)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await TestHost.StartAsync(postgres, database: database);
        await new ApiClient(host.Client).JoinInstanceAsync("anna");
        await new ApiClient(host.Client).JoinInstanceAsync("disabled");
        await database.ExecuteAsync("update accounts set disabled_at = now() where username = 'disabled'");

        var refused = (await new ApiClient(host.Client).LogInAsync(username, password)).IsRefused(HttpStatusCode.Unauthorized, "invalid_credentials");
        Assert.Equal("Bearer", refused.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task login_names_the_fields_that_it_misses()
    {
        await using var host = await TestHost.StartAsync(postgres);
        (await new ApiClient(host.Client).PostAsync("auth/login", "{}")).IsRefused(HttpStatusCode.BadRequest, "invalid_body", "username", "password");
    }

    [Fact]
    public async Task failed_logins_are_limited_and_wrong_current_passwords_are_among_them()
    {
        await using var host = await TestHost.StartAsync(postgres, options => options with { Limits = options.Limits with { Enabled = true, FailedLoginsPerAccount = 2 } });
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        await new ApiClient(host.Client).JoinInstanceAsync("bob");
        (await new ApiClient(host.Client).LogInAsync("anna", "wrong horse")).IsRefused(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await anna.PostAsync("auth/password", """{"current_password":"wrong horse","new_password":"another horse"}""")).IsRefused(HttpStatusCode.Forbidden, "invalid_credentials");

        var refused = (await new ApiClient(host.Client).LogInAsync("anna")).IsRefused(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.InRange(int.Parse(refused.Header("Retry-After"), CultureInfo.InvariantCulture), 1, 900);
        (await anna.PostAsync("auth/password", $$"""{"current_password":"{{ApiClient.Password}}","new_password":"another horse"}""")).IsRefused(HttpStatusCode.TooManyRequests, "rate_limited");
        (await new ApiClient(host.Client).LogInAsync("bob")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task requests_without_a_login_are_limited_for_an_address()
    {
        await using var host = await TestHost.StartAsync(postgres, options => options with { Limits = options.Limits with { Enabled = true } });
        var stranger = new ApiClient(host.Client);
        string[] paths = ["auth/login", "auth/register", "auth/refresh"];
        for (var left = 29; left >= 0; left--)
        {
            var answer = await stranger.PostAsync(paths[left % 3], "{}");
            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            Assert.Equal("30", answer.Header("RateLimit-Limit"));
            Assert.Equal(left.ToString(CultureInfo.InvariantCulture), answer.Header("RateLimit-Remaining"));
            Assert.InRange(int.Parse(answer.Header("RateLimit-Reset"), CultureInfo.InvariantCulture), 1, 60);
        }

        var refused = (await stranger.PostAsync("auth/login", "{}")).IsRefused(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.Equal(refused.Header("RateLimit-Reset"), refused.Header("Retry-After"));
        (await stranger.GetAsync("instance")).IsRefused(HttpStatusCode.TooManyRequests, "rate_limited");
    }

    [Theory]
    [InlineData("GET", "users/@me")]
    [InlineData("GET", "users/01931d4e-0000-7000-8000-000000000001")]
    [InlineData("POST", "auth/logout")]
    [InlineData("POST", "auth/password")]
    [InlineData("GET", "auth/sessions")]
    [InlineData("DELETE", "auth/sessions")]
    [InlineData("DELETE", "auth/sessions/01931d4e-0000-7000-8000-000000000001")]
    [InlineData("PATCH", "instance")]
    public async Task request_without_a_true_token_is_refused(string method, string path)
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        var parts = anna.AccessToken!.Split('.');
        var unsigned = Convert.ToBase64String(Encoding.ASCII.GetBytes("""{"alg":"none","typ":"JWT"}""")).TrimEnd('=');

        foreach (var token in (string?[])[null, "", $"{unsigned}.{parts[1]}.", $"{unsigned}.{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}.", anna.RefreshToken])
            (await (anna with { AccessToken = token }).SendAsync(new HttpMethod(method), path, null)).IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
    }
}
