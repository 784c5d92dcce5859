using System.Diagnostics;

namespace Together.Tests.Kit;

/// <summary>Waits for what comes by itself and that nothing tells of.</summary>
internal static class Eventually
{
    /// <summary>For a loaded machine; what is to come is there in milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task HoldsAsync(Func<Task<bool>> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience) throw new TimeoutException($"it does not hold within {Patience.TotalSeconds} s");
            await Task.Yield();
        }
    }

    public static Task HoldsAsync(Func<bool> condition) => HoldsAsync(() => Task.FromResult(condition()));
}
