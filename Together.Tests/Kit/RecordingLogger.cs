using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Together.Tests.Kit;

/// <summary>Keeps what was logged and lets a test wait for a line. Any thread.</summary>
public sealed class RecordingLogger : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new();

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Done when a line that contains <paramref name="text"/> is logged after this call; arm it before the action.</summary>
    public Task Logged(string text) =>
        _awaited.GetOrAdd(text, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(TimeSpan.FromSeconds(30));

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = formatter(state, exception);
        _lines.Enqueue(line);
        foreach (var (text, awaited) in _awaited)
            if (line.Contains(text, StringComparison.Ordinal)) awaited.TrySetResult();
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
}
