using System.Net;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Auth;

public class ExpiredSessionsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task expired_sessions_are_removed_hourly_and_living_ones_stay()
    {
        var time = new FakeTime();
        using var log = new HostLog();
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await TestHost.StartAsync(postgres, database: database, time: time, log: log);
        var anna = await new ApiClient(host.Client).JoinInstanceAsync("anna");
        await database.ExecuteAsync("""
            insert into sessions (id, user_id, created_at, last_active_at) select gen_random_uuid(), id, '2026-11-01', '2026-11-01' from accounts;
            insert into refresh_tokens (hash, session_id, created_at, expires_at) select '\x00', id, '2026-11-01', '2026-11-08' from sessions where last_active_at = '2026-11-01';
            """);

        var removed = log.Recorded.Logged("2 rows of expired sessions");
        time.Advance(TimeSpan.FromHours(1));
        await removed;

        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from sessions"));
        (await new ApiClient(host.Client).PostAsync("auth/refresh", $$"""{"refresh_token":"{{anna.RefreshToken}}"}""")).Is(HttpStatusCode.OK);
    }
}
