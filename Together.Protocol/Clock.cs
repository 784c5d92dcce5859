namespace Together.Protocol;

public static class Clock
{
    /// <summary>
    /// The time to the millisecond: what the wire carries. What is stored, replayed and read back is then the very same value.
    /// </summary>
    public static DateTimeOffset GetUtcMilliseconds(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
    }
}
