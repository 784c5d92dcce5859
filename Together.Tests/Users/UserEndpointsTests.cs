using System.Net;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Users;

public class UserEndpointsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task own_user_has_the_email_and_others_do_not()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = new ApiClient(host.Client).As(await new ApiClient(host.Client).RegisterAsync("anna", "\"email\":\"anna@example.org\""));

        var me = (await anna.GetAsync("users/@me")).Is(HttpStatusCode.OK).Body!.AsObject();
        Assert.Equal(["id", "username", "display_name", "avatar_url", "created_at", "email"], me.Select(field => field.Key));
        Assert.Equal("anna@example.org", (string)me["email"]!);

        var seen = (await anna.GetAsync($"users/{anna.UserId}")).Is(HttpStatusCode.OK).Body!.AsObject();
        Assert.Equal(["id", "username", "display_name", "avatar_url", "created_at"], seen.Select(field => field.Key));
    }

    [Fact]
    public async Task user_is_visible_to_those_who_share_a_server_and_to_nobody_else()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        var bob = await new ApiClient(host.Client).JoinInstanceAsync("bob");
        var stranger = await new ApiClient(host.Client).JoinInstanceAsync("stranger");
        await stranger.PostAsync("servers", """{"name":"elsewhere"}""");
        (await bob.GetAsync($"users/{anna.UserId}")).IsRefused(HttpStatusCode.NotFound, "not_found");

        var server = (await anna.PostAsync("servers", """{"name":"club"}""")).Is(HttpStatusCode.Created).Text("id");
        var code = (await anna.PostAsync($"servers/{server}/invites", "{}")).Is(HttpStatusCode.Created).Text("code");
        (await bob.PostAsync($"invites/{code}")).Is(HttpStatusCode.OK);

        Assert.Equal("anna", (await bob.GetAsync($"users/{anna.UserId}")).Is(HttpStatusCode.OK).Text("username"));
        Assert.Equal("bob", (await anna.GetAsync($"users/{bob.UserId}")).Is(HttpStatusCode.OK).Text("username"));
        (await stranger.GetAsync($"users/{anna.UserId}")).IsRefused(HttpStatusCode.NotFound, "not_found");
        (await bob.DeleteAsync($"servers/{server}/members/@me")).Is(HttpStatusCode.NoContent);
        (await bob.GetAsync($"users/{anna.UserId}")).IsRefused(HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("01931d4e-0000-7000-8000-000000000001")]
    [InlineData("anna")]
    public async Task unknown_user_is_not_found(string id)
    {
        await using var host = await TestHost.StartAsync(postgres);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        (await anna.GetAsync($"users/{id}")).IsRefused(HttpStatusCode.NotFound, "not_found");
    }
}
