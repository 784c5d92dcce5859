using System.Globalization;
using System.Net;
using System.Text.Json;
using Npgsql;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Operations;

public sealed class HealthTests(PostgresFixture postgres)
{
    [Fact]
    public async Task health_tells_the_state_to_anybody()
    {
        await using var host = await TestHost.StartAsync(postgres);
        await using var socket = await GatewayClient.IdentifiedAsync(host, await host.PersonAsync());
        var (status, health) = await HealthAsync(host);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["database", "images", "search_lag_ms", "status", "uptime_seconds", "version", "voice_participants", "websockets"], health.EnumerateObject().Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.Equal(("ok", "ok", 1, 0), (Text("status"), Text("database"), Number("websockets"), Number("voice_participants")));
        Assert.True(Number("uptime_seconds") >= 0);
        Assert.Matches(@"^\d+\.\d+\.\d+", Text("version"));

        string Text(string name) => health.GetProperty(name).GetString()!;
        int Number(string name) => health.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task host_without_its_database_refuses_and_recovers_by_itself_without_a_loss()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await TestHost.StartAsync(
            postgres, options => options with { Actors = options.Actors with { AskTimeout = TimeSpan.FromSeconds(1) } }, database);
        var club = await Community.FoundAsync(host);
        await using var socket = await GatewayClient.IdentifiedAsync(host, club.Owner);
        for (var i = 0; i < 3; i++) await club.Owner.SayAsync(club.General, $"before {i}");

        await TakeAwayAsync(database);
        for (var i = 0; i < 3; i++)
        {
            var answer = await club.Owner.PostAsync($"channels/{club.General}/messages", $$"""{"content":"during {{i}}","nonce":"during {{i}}"}""");
            answer.ExpectRefusal(503, "unavailable");
            Assert.True(int.Parse(answer.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture) > 0);
        }

        (await club.Owner.PostAsync("servers", """{"name":"x"}""")).ExpectRefusal(503, "unavailable");
        (await club.Owner.GetAsync($"channels/{club.General}/messages")).ExpectRefusal(503, "unavailable");
        // What is in memory is still there to see.
        (await club.Owner.GetAsync($"servers/{club.Id}/channels")).Expect(200);
        var (status, health) = await HealthAsync(host);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable", "unavailable"), (status, health.GetProperty("status").GetString(), health.GetProperty("database").GetString()));

        await GiveBackAsync(database);
        // As a load balancer does: ask until it is back. The actors' back-off is 10 s at most.
        for (var i = 0; i < 150 && (await HealthAsync(host)).Status != HttpStatusCode.OK; i++) await Task.Delay(100);
        Assert.Equal(HttpStatusCode.OK, (await HealthAsync(host)).Status);

        for (var i = 0; i < 3; i++)
        {
            var answer = await club.Owner.PostAsync($"channels/{club.General}/messages", $$"""{"content":"during {{i}}","nonce":"during {{i}}"}""");
            Assert.True(answer.Status is 200 or 201, $"{answer.Status}");
        }

        Assert.Equal(["during 2", "during 1", "during 0", "before 2", "before 1", "before 0"], await club.Owner.HistoryAsync(club.General));
        var seen = await socket.UntilAsync(frame => frame.Content == "during 2");
        Assert.Equal(["before 0", "before 1", "before 2", "during 0", "during 1", "during 2"], seen.Select(frame => frame.Content));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> HealthAsync(TestHost host)
    {
        using var response = await host.Client.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return (response.StatusCode, document.RootElement.Clone());
    }

    private static Task TakeAwayAsync(TestDatabase database) => AdministerAsync(
        database, name => $"alter database {name} allow_connections false; select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");

    private static Task GiveBackAsync(TestDatabase database) => AdministerAsync(database, name => $"alter database {name} allow_connections true");

    private static async Task AdministerAsync(TestDatabase database, Func<string, string> sql)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var name = settings.Database!;
        settings.Database = "postgres";
        settings.Pooling = false;
        await using var source = NpgsqlDataSource.Create(settings);
        await using var command = source.CreateCommand(sql(name));
        await command.ExecuteNonQueryAsync();
    }
}
