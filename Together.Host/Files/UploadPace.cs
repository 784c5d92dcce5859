namespace Together.Host.Files;

/// <summary>
/// Lets all uploads together in at no more than so many bytes a second. Beyond that nobody's line is faster, but a wave of large files would take
/// the processors and the disk from the messages. Any thread.
/// </summary>
/// <param name="bytesPerSecond">Of all together.</param>
/// <param name="time">For the pauses.</param>
public sealed class UploadPace(long bytesPerSecond, TimeProvider time)
{
    /// <summary>Shorter pauses than that are not worth a timer; they add up.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _next;

    /// <summary>Ends when the next bytes may come.</summary>
    public Task PassAsync(int bytes, CancellationToken cancellation)
    {
        TimeSpan pause;
        lock (_lock)
        {
            var now = time.GetElapsedTime(_start);
            if (_next < now) _next = now;
            _next += TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
            pause = _next - now;
        }

        return pause < Slack ? Task.CompletedTask : Task.Delay(pause, time, cancellation);
    }
}
