using System.Diagnostics;

namespace Together.Bench.Load;

/// <summary>When messages leave: at fixed times whatever the host does (open loop), or as soon as earlier ones are done (closed loop).</summary>
internal static class Schedule
{
    /// <summary>
    /// Calls <paramref name="send"/> with each intended time. A time that was missed is made up for at once and keeps its intended time, so that a stall
    /// counts in full for everything it delayed (no coordinated omission).
    /// </summary>
    public static void OpenLoop(EventLoop loop, double perSecond, TimeSpan duration, Action<long> send)
    {
        var start = Stopwatch.GetTimestamp();
        var count = (long)(perSecond * duration.TotalSeconds);
        for (var index = 0L; index < count; index++)
        {
            var intended = start + (long)(index / perSecond * Stopwatch.Frequency);
            while (Stopwatch.GetTimestamp() < intended)
                loop.Wait(intended);
            send(intended);
        }
    }

    /// <summary>Keeps <paramref name="window"/> of whatever <paramref name="open"/> counts under way.</summary>
    public static void ClosedLoop(EventLoop loop, int window, TimeSpan duration, Func<int> open, Action<long> send)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        for (var now = Stopwatch.GetTimestamp(); now < end; now = Stopwatch.GetTimestamp())
        {
            for (var free = window - open(); free > 0; free--)
                send(Stopwatch.GetTimestamp());
            loop.Wait(end);
        }
    }
}
