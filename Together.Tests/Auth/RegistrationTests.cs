using System.Net;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Auth;

public class RegistrationTests(PostgresFixture postgres)
{
    [Fact]
    public async Task new_account_is_logged_in_and_visible_to_itself()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var answer = await new ApiClient(host.Client).RegisterAsync("Anna.B", "\"email\":\"anna@example.org\"");

        answer.Is(HttpStatusCode.Created);
        Assert.Equal(900, (int)answer["expires_in"]);
        Assert.Equal(43, answer.Text("refresh_token").Length);
        var me = (await new ApiClient(host.Client).As(answer).GetAsync("users/@me")).Is(HttpStatusCode.OK);
        Assert.Equal(answer["user"].ToJsonString(), me.Body!.ToJsonString());
        Assert.Equal("anna.b", me.Text("username"));
        Assert.Equal("anna@example.org", me.Text("email"));
    }

    [Fact]
    public async Task account_logs_in_again()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        var again = (await new ApiClient(host.Client).LogInAsync("ANNA")).Is(HttpStatusCode.OK);

        Assert.Equal(anna.UserId, (string)again["user"]["id"]!);
        (await new ApiClient(host.Client).As(again).GetAsync("users/@me")).Is(HttpStatusCode.OK);
    }
}
