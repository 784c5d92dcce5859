using Npgsql;

namespace Together.Host.Auth;

/// <summary>Removes expired sessions and refresh tokens once an hour. A hosted service.</summary>
public sealed partial class ExpiredSessions(AccountStore accounts, TimeProvider time, ILogger<ExpiredSessions> logger) : BackgroundService
{
    /// <summary>Nothing waits for the room: hourly keeps each removal small.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                LogRemoved(await accounts.RemoveExpiredAsync(stoppingToken));
            }
            catch (NpgsqlException away)
            {
                LogFailed(away.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Rows} rows of expired sessions and refresh tokens removed")]
    private partial void LogRemoved(int rows);

    [LoggerMessage(LogLevel.Warning, "Expired sessions were not removed, again in an hour: {Reason}")]
    private partial void LogFailed(string reason);
}
