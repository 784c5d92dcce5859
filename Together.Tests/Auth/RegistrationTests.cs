using System.Net;
using Microsoft.Extensions.Logging;
using Together.Host.Configuration;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Auth;

public class RegistrationTests(PostgresFixture postgres)
{
    private const string Elsewhere = "chat.example.org";

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

    [Theory]
    [InlineData("{}", "username", "password")]
    [InlineData("""{"username":"x","password":"correct horse"}""", "username")]
    [InlineData("""{"username":"an na","password":"correct horse"}""", "username")]
    [InlineData("""{"username":7,"password":"correct horse"}""", "username")]
    [InlineData("""{"username":"anna","password":"short"}""", "password")]
    [InlineData("""{"username":"anna","password":"0123456789012345678901234567890123456789012345678901234567890123456789123"}""", "password")]
    [InlineData("""{"username":"anna","password":"correct horse","email":"nowhere"}""", "email")]
    [InlineData("""{"username":"anna"}""", "password")]
    [InlineData("[]")]
    public async Task what_cannot_be_an_account_is_refused_by_field(string body, params string[] fields)
    {
        await using var host = await TestHost.StartAsync(postgres);
        (await new ApiClient(host.Client).PostAsync("auth/register", body)).IsRefused(HttpStatusCode.BadRequest, "invalid_body", fields);
    }

    [Fact]
    public async Task taken_username_is_refused_in_any_case()
    {
        await using var host = await TestHost.StartAsync(postgres);
        await new ApiClient(host.Client).JoinInstanceAsync("anna");
        (await new ApiClient(host.Client).RegisterAsync("ANNA")).IsRefused(HttpStatusCode.Conflict, "username_taken");

        var race = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new ApiClient(host.Client).RegisterAsync("bob")));
        Assert.Single(race, answer => answer.Status == HttpStatusCode.Created);
        Assert.All(race.Where(answer => answer.Status != HttpStatusCode.Created), answer => answer.IsRefused(HttpStatusCode.Conflict, "username_taken"));
    }

    [Fact]
    public async Task closed_registration_is_refused_before_the_body_is_read()
    {
        await using var host = await StartAsync(RegistrationMode.Closed);
        await new ApiClient(host.Client).JoinInstanceAsync("admin");
        (await new ApiClient(host.Client).PostAsync("auth/register", "no JSON")).IsRefused(HttpStatusCode.Forbidden, "registration_closed");
    }

    [Fact]
    public async Task registration_by_invite_needs_one()
    {
        await using var host = await StartAsync(RegistrationMode.Invite);
        await new ApiClient(host.Client).JoinInstanceAsync("admin");
        var stranger = new ApiClient(host.Client);
        (await stranger.PostAsync("auth/register", """{"username":"x"}""")).IsRefused(HttpStatusCode.BadRequest, "invalid_body", "username", "password");
        (await stranger.RegisterAsync("anna")).IsRefused(HttpStatusCode.Forbidden, "invite_required");
        (await stranger.RegisterAsync("anna", "\"invite\":\"\"")).IsRefused(HttpStatusCode.Forbidden, "invite_required");
        (await stranger.RegisterAsync("anna", "\"invite\":\"nosuchcode\"")).IsRefused(HttpStatusCode.Forbidden, "invite_required");
    }

    [Theory]
    [InlineData(RegistrationMode.Invite)]
    [InlineData(RegistrationMode.Open)]
    public async Task registration_with_an_invite_joins_its_server(RegistrationMode mode)
    {
        await using var host = await StartAsync(mode);
        var admin = await new ApiClient(host.Client).JoinInstanceAsync("admin");
        var (server, code) = await InviteAsync(admin, "{}");
        var anna = new ApiClient(host.Client).As((await new ApiClient(host.Client).RegisterAsync("anna", $"\"invite\":\"{code}\"")).Is(HttpStatusCode.Created));

        Assert.Equal(server, (string)(await anna.GetAsync("servers")).Body![0]!["id"]!);
    }

    [Theory]
    [InlineData(RegistrationMode.Invite)]
    [InlineData(RegistrationMode.Open)]
    public async Task registration_with_an_invite_that_leads_nowhere_leaves_nothing(RegistrationMode mode)
    {
        var clock = new ManualClock();
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await StartAsync(mode, database, clock);
        var admin = await new ApiClient(host.Client).JoinInstanceAsync("admin");
        var (_, code) = await InviteAsync(admin, """{"max_age_seconds":60}""");
        clock.Advance(TimeSpan.FromSeconds(61));

        (await new ApiClient(host.Client).RegisterAsync("anna", $"\"invite\":\"{code}\"")).IsRefused(HttpStatusCode.Forbidden, "invite_required");
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from accounts"));
    }

    [Theory]
    [InlineData(RegistrationMode.Invite)]
    [InlineData(RegistrationMode.Open)]
    public async Task race_for_the_last_use_of_an_invite_has_one_account_and_one_member(RegistrationMode mode)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await StartAsync(mode, database);
        var admin = await new ApiClient(host.Client).JoinInstanceAsync("admin");
        var (server, code) = await InviteAsync(admin, """{"max_uses":1}""");

        var race = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => new ApiClient(host.Client).RegisterAsync($"user{i}", $"\"invite\":\"{code}\"")));

        Assert.Single(race, answer => answer.Status == HttpStatusCode.Created);
        Assert.All(race.Where(answer => answer.Status != HttpStatusCode.Created), answer => answer.IsRefused(HttpStatusCode.Forbidden, "invite_required"));
        Assert.Equal(2, (await admin.GetAsync($"servers/{server}/members")).Body!.AsArray().Count);
        Assert.Equal(2, await database.ScalarAsync<long>("select count(*) from accounts"));
        Assert.Equal(2, await database.ScalarAsync<long>("select count(*) from users"));
    }

    [Theory]
    [InlineData(RegistrationMode.Closed, "registration_closed")]
    [InlineData(RegistrationMode.Invite, "invite_required")]
    public async Task race_to_set_up_a_private_instance_has_one_account_its_admin(RegistrationMode mode, string code)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await StartAsync(mode, database);
        var race = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => new ApiClient(host.Client).RegisterAsync($"user{i}")));

        var admin = new ApiClient(host.Client).As(Assert.Single(race, answer => answer.Status == HttpStatusCode.Created));
        Assert.All(race.Where(answer => answer.Status != HttpStatusCode.Created), answer => answer.IsRefused(HttpStatusCode.Forbidden, code));
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from accounts"));
        (await admin.PatchAsync("instance", "{}")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task race_to_set_up_an_open_instance_has_one_admin()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await StartAsync(RegistrationMode.Open, database);
        var race = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => new ApiClient(host.Client).RegisterAsync($"user{i}")));

        Assert.All(race, answer => answer.Is(HttpStatusCode.Created));
        var patches = await Task.WhenAll(race.Select(answer => new ApiClient(host.Client).As(answer).PatchAsync("instance", "{}")));
        Assert.Single(patches, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from accounts where is_admin"));
    }

    [Theory]
    [InlineData(RegistrationMode.Open)]
    [InlineData(RegistrationMode.Invite)]
    [InlineData(RegistrationMode.Closed)]
    public async Task first_account_from_elsewhere_needs_the_setup_code(RegistrationMode mode)
    {
        using var log = new HostLog();
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await StartAsync(mode, database, log: log);
        var elsewhere = new ApiClient(host.Client).With("Host", Elsewhere);
        (await elsewhere.RegisterAsync("anna")).IsRefused(HttpStatusCode.Forbidden, "invalid_setup_code");
        (await elsewhere.RegisterAsync("anna", "\"setup_code\":\"AAAAAAAAAAAAAAAA\"")).IsRefused(HttpStatusCode.Forbidden, "invalid_setup_code");
        (await elsewhere.RegisterAsync("anna", "\"setup_code\":\"\"")).IsRefused(HttpStatusCode.Forbidden, "invalid_setup_code");
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from accounts"));

        var code = SetupCode(log);
        Assert.Equal(16, code.Length);
        var admin = elsewhere.As((await elsewhere.RegisterAsync("anna", $"\"setup_code\":\"{code}\"")).Is(HttpStatusCode.Created));
        (await admin.PatchAsync("instance", "{}")).Is(HttpStatusCode.OK);
        if (mode != RegistrationMode.Open) Assert.Equal(HttpStatusCode.Forbidden, (await elsewhere.RegisterAsync("bob", $"\"setup_code\":\"{code}\"")).Status);
        Assert.DoesNotContain(log.Recorded.Lines, line => line.Contains(ApiClient.Password, StringComparison.Ordinal) || line.Contains(admin.RefreshToken!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task first_account_through_a_proxy_needs_the_setup_code()
    {
        await using var host = await TestHost.StartAsync(postgres, options => options with { Http = options.Http with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] } });
        (await new ApiClient(host.Client).With("X-Forwarded-For", "198.51.100.7").RegisterAsync("anna")).IsRefused(HttpStatusCode.Forbidden, "invalid_setup_code");
        // A proxy on this machine that says nothing of the client, but that it is one.
        (await new ApiClient(host.Client).With("Via", "1.1 proxy").RegisterAsync("anna")).IsRefused(HttpStatusCode.Forbidden, "invalid_setup_code");
    }

    [Fact]
    public async Task setup_code_is_new_at_each_start_and_printed_only_while_it_is_needed()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        using var first = new HostLog();
        await using (await StartAsync(RegistrationMode.Closed, database, log: first)) { }
        using var second = new HostLog();
        await using (var host = await StartAsync(RegistrationMode.Closed, database, log: second)) await new ApiClient(host.Client).JoinInstanceAsync("admin");
        using var third = new HostLog();
        await using (await StartAsync(RegistrationMode.Closed, database, log: third)) { }

        Assert.NotEqual(SetupCode(first), SetupCode(second));
        Assert.DoesNotContain(third.Recorded.Lines, line => line.Contains("setup code", StringComparison.Ordinal));
    }

    [Fact]
    public async Task registration_from_a_foreign_page_is_refused()
    {
        await using var host = await TestHost.StartAsync(postgres);
        (await new ApiClient(host.Client).With("Origin", "https://evil.example").RegisterAsync("anna")).IsRefused(HttpStatusCode.Forbidden, "origin_not_allowed");
        (await new ApiClient(host.Client).With("Origin", host.Address.GetLeftPart(UriPartial.Authority)).RegisterAsync("anna")).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task registrations_beyond_the_queue_of_hashes_are_told_to_come_again()
    {
        // About 300 ms for each hash and room for one to wait: of ten at once most find it taken.
        await using var host = await TestHost.StartAsync(postgres, options => options with { Auth = options.Auth with { BcryptCost = 12, HashQueue = 1, HashParallelism = 1 } });
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => new ApiClient(host.Client).RegisterAsync($"user{i}")));

        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.Created);
        var refused = answers.Where(answer => answer.Status != HttpStatusCode.Created).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, answer => Assert.Equal("1", answer.IsRefused(HttpStatusCode.ServiceUnavailable, "overloaded").Header("Retry-After")));
    }

    [Fact]
    public async Task account_whose_event_was_lost_is_made_whole_by_its_login()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await StartAsync(RegistrationMode.Open, database);
        var admin = await new ApiClient(host.Client).JoinInstanceAsync("admin");
        // The same password as the admin's; no event.
        await database.ExecuteAsync("""
            insert into accounts select '01931d4e-0000-7000-8000-000000000001', 'anna', password_hash, null, false, now(), null from accounts where username = 'admin'
            """);
        (await new ApiClient(host.Client).RegisterAsync("anna")).IsRefused(HttpStatusCode.Conflict, "username_taken");

        var anna = new ApiClient(host.Client).As((await new ApiClient(host.Client).LogInAsync("anna")).Is(HttpStatusCode.OK));

        (await anna.GetAsync("users/@me")).Is(HttpStatusCode.OK);
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from users where username = 'anna'"));
        var (_, code) = await InviteAsync(admin, "{}");
        (await anna.PostAsync($"invites/{code}")).Is(HttpStatusCode.OK);
    }

    private Task<TestHost> StartAsync(RegistrationMode mode, TestDatabase? database = null, TimeProvider? time = null, ILoggerProvider? log = null) =>
        TestHost.StartAsync(postgres, options => options with { Auth = options.Auth with { Registration = mode } }, database, time, log);

    private static async Task<(string Server, string Code)> InviteAsync(ApiClient owner, string invite)
    {
        var server = (await owner.PostAsync("servers", """{"name":"club"}""")).Is(HttpStatusCode.Created).Text("id");
        return (server, (await owner.PostAsync($"servers/{server}/invites", invite)).Is(HttpStatusCode.Created).Text("code"));
    }

    private static string SetupCode(HostLog log) => Assert.Single(log.Recorded.Lines, line => line.Contains("setup code", StringComparison.Ordinal)).Split(' ')[^1];
}
