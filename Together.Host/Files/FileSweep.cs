using Npgsql;

namespace Together.Host.Files;

/// <summary>Removes at the start and every hour the files that nobody needs. A hosted service.</summary>
public sealed partial class FileSweep(FileStore files, TimeProvider time, ILogger<FileSweep> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            try
            {
                var removed = await files.SweepAsync(stoppingToken);
                if (removed > 0) LogRemoved(removed);
            }
            catch (Exception failure) when (failure is NpgsqlException or IOException or UnauthorizedAccessException)
            {
                LogFailure(failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Information, "{Count} files that nobody needs were removed")]
    private partial void LogRemoved(int count);

    [LoggerMessage(LogLevel.Warning, "Files that nobody needs stay for now: the database or the disk does not answer")]
    private partial void LogFailure(Exception failure);
}
