using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Together.Host.Database;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Database;

/// <summary>A stopped built-in PostgreSQL to copy: 0.1 s where initdb takes 2 s. Any thread.</summary>
public sealed class ClusterTemplate : IAsyncLifetime
{
    internal static readonly PostgresSettings Settings = new() { Durable = false };

    private readonly TemporaryDirectory _template = new();

    public async ValueTask InitializeAsync()
    {
        await using var postgres = await BuiltInPostgres.StartAsync(_template.Path, Settings, NullLogger.Instance, CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        _template.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes <paramref name="dataDirectory"/> one that a host used and left in order.</summary>
    public async Task CopyToAsync(string dataDirectory)
    {
        using var copy = Process.Start("cp", ["-a", _template.Path + "/.", dataDirectory]);
        await copy.WaitForExitAsync();
        Assert.Equal(0, copy.ExitCode);
    }
}
