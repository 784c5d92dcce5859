using System.Collections.Concurrent;
using System.Diagnostics;

namespace Together.Host.Database;

/// <summary>
/// The thread that starts PostgreSQL and lives as long as the host wants PostgreSQL to live: Linux sends a child its parent-death
/// signal (prctl(2), PR_SET_PDEATHSIG) when the thread that made it ends, not when the process does.
/// </summary>
internal sealed class SpawnThread : IDisposable
{
    private readonly BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)> _requests = new(boundedCapacity: 1);
    private readonly Thread _thread;

    public SpawnThread()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "PostgreSQL parent" };
        _thread.Start();
    }

    public Task<Process> StartAsync(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests.Add((info, started));
        return started.Task;
    }

    public void Dispose()
    {
        _requests.CompleteAdding();
        _thread.Join();
        _requests.Dispose();
    }

    private void Run()
    {
        foreach (var (info, started) in _requests.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        }
    }
}
