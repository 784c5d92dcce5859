namespace Together.Protocol;

public static class Clock
{
    /// <summary>
    /// The time to the millisecond: what the wire carries. What is stored, replayed and read back is then the very same value.
    /// </summary>
    public static DateTimeOffset GetUtcMilliseconds(this TimeProvider time) => time.GetUtcNow().ToUtcMilliseconds();

    /// <summary>The same moment in UTC, without what is finer than a millisecond.</summary>
    public static DateTimeOffset ToUtcMilliseconds(this DateTimeOffset time) =>
        new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
}
