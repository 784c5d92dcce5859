using Microsoft.Extensions.Logging;

namespace Together.Tests.Kit;

internal static class TypedLogger
{
    /// <summary>The same logger for one that is asked for by category.</summary>
    public static ILogger<T> As<T>(this ILogger logger) => new Category<T>(logger);

    /// <summary>The same logger for everybody who asks this factory.</summary>
    public static ILoggerFactory AsFactory(this ILogger logger) => new Factory(logger);

    private sealed class Factory(ILogger logger) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => logger;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    private sealed class Category<T>(ILogger inner) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            inner.Log(logLevel, eventId, state, exception, formatter);
    }
}
