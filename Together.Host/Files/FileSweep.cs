using Npgsql;

namespace Together.Host.Files;

/// <summary>Removes at the start and every hour the files that nobody needs. One loop.</summary>
public sealed partial class FileSweep(FileStore files, TimeProvider time, ILogger<FileSweep> logger) : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = RunAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                try
                {
                    var removed = await files.SweepAsync(_stop.Token);
                    if (removed > 0) LogRemoved(logger, removed);
                }
                catch (Exception failure) when (failure is NpgsqlException or IOException or UnauthorizedAccessException)
                {
                    LogFailure(logger, failure);
                }
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What is left is due at the next start too.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} files that nobody needs were removed")]
    private static partial void LogRemoved(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Files that nobody needs stay for now: the database or the disk does not answer")]
    private static partial void LogFailure(ILogger logger, Exception failure);
}
