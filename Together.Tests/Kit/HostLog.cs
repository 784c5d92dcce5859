using Microsoft.Extensions.Logging;

namespace Together.Tests.Kit;

/// <summary>Everything that one host logs, whatever the category. Any thread.</summary>
public sealed class HostLog : ILoggerProvider
{
    public RecordingLogger Recorded { get; } = new();

    public ILogger CreateLogger(string categoryName) => Recorded;

    public void Dispose()
    {
    }
}
