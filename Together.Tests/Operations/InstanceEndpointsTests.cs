using System.Net;
using Together.Host.Configuration;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Operations;

public class InstanceEndpointsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task anybody_sees_what_a_client_has_to_know_first()
    {
        await using var host = await TestHost.StartAsync(postgres);
        var instance = (await new ApiClient(host.Client).GetAsync("instance")).Is(HttpStatusCode.OK);

        Assert.Equal(["name", "version", "registration", "needs_setup", "limits", "voice"], instance.Body!.AsObject().Select(field => field.Key));
        Assert.Equal("Together", instance.Text("name"));
        Assert.Equal("open", instance.Text("registration"));
        Assert.True((bool)instance["needs_setup"]);
        Assert.Equal(4000, (int)instance["limits"]["message_content_max"]!);
        Assert.Equal(72, (int)instance["limits"]["password_max_bytes"]!);
        Assert.False((bool)instance["voice"]["enabled"]!);

        await new ApiClient(host.Client).JoinInstanceAsync("anna");
        Assert.False((bool)(await new ApiClient(host.Client).GetAsync("instance"))["needs_setup"]);
    }

    [Fact]
    public async Task admins_choice_holds_at_once_and_wins_over_the_configuration()
    {
        await using var host = await TestHost.StartAsync(postgres, options => options with { Auth = options.Auth with { Registration = RegistrationMode.Closed } });
        var admin = await new ApiClient(host.Client).JoinInstanceAsync("admin");
        (await new ApiClient(host.Client).RegisterAsync("anna")).IsRefused(HttpStatusCode.Forbidden, "registration_closed");

        var changed = (await admin.PatchAsync("instance", """{"name":" Our place ","registration":"open"}""")).Is(HttpStatusCode.OK);
        Assert.Equal("Our place", changed.Text("name"));
        Assert.Equal("open", changed.Text("registration"));
        await new ApiClient(host.Client).JoinInstanceAsync("anna");

        await host.RestartAsync();
        var kept = await new ApiClient(host.Client).GetAsync("instance");
        Assert.Equal("Our place", kept.Text("name"));
        Assert.Equal("open", kept.Text("registration"));
        (await (admin with { Http = host.Client }).PatchAsync("instance", """{"registration":"invite"}""")).Is(HttpStatusCode.OK);
        (await new ApiClient(host.Client).RegisterAsync("bob")).IsRefused(HttpStatusCode.Forbidden, "invite_required");
        Assert.Equal("Our place", (await new ApiClient(host.Client).GetAsync("instance")).Text("name"));
    }

    [Fact]
    public async Task only_the_admin_changes_the_instance()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await TestHost.StartAsync(postgres, database: database);
        var admin = await new ApiClient(host.Client).JoinInstanceAsync("admin");
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        (await anna.PatchAsync("instance", "no JSON")).IsRefused(HttpStatusCode.Forbidden, "missing_permissions");
        await database.ExecuteAsync("update accounts set disabled_at = now() where is_admin");
        (await admin.PatchAsync("instance", "{}")).IsRefused(HttpStatusCode.Forbidden, "missing_permissions");
    }

    [Theory]
    [InlineData("""{"name":"  ","registration":"maybe"}""", "name", "registration")]
    [InlineData("""{"name":null,"registration":null}""", "name", "registration")]
    [InlineData("""{"registration":"OPEN"}""", "registration")]
    [InlineData("""{"name":7}""", "name")]
    [InlineData("""{"name":"a\u202eb"}""", "name")]
    public async Task change_that_makes_no_sense_is_refused_by_field(string body, params string[] fields)
    {
        await using var host = await TestHost.StartAsync(postgres);
        var admin = await new ApiClient(host.Client).JoinInstanceAsync("admin");
        (await admin.PatchAsync("instance", body)).IsRefused(HttpStatusCode.BadRequest, "invalid_body", fields);
        Assert.Equal("Together", (await admin.GetAsync("instance")).Text("name"));
    }
}
