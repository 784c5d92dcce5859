namespace Together.Bench.Load;

/// <summary>Waits that end: whoever waits too long says what for. Any thread.</summary>
internal static class Patience
{
    public static async Task WithinAsync(this Task task, TimeSpan patience, string expected)
    {
        try
        {
            await task.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"expected {expected} within {patience.TotalSeconds} s");
        }
    }

    public static async Task<T> WithinAsync<T>(this Task<T> task, TimeSpan patience, string expected)
    {
        await ((Task)task).WithinAsync(patience, expected);
        return await task;
    }
}
