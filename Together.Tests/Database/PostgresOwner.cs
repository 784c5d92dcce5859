using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Together.Host.Database;
using Together.Tests.Kit;

namespace Together.Tests.Database;

/// <summary>A process that owns a built-in PostgreSQL as a host does, for tests that kill it.</summary>
internal sealed class PostgresOwner(Process process) : IDisposable
{
    public const string Argument = "own-postgres";

    public static async Task<int> RunAsync(string directory)
    {
        await using var postgres = await BuiltInPostgres.StartAsync(directory, NullLogger.Instance, CancellationToken.None);
        await Console.Out.WriteLineAsync($"{postgres.ServerId}");
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <summary>Starts it and waits until its PostgreSQL answers; <see cref="ServerId"/> is that server's process.</summary>
    public static async Task<PostgresOwner> StartAsync(string directory)
    {
        var owner = Spawn(directory);
        owner.ServerId = int.Parse((await owner._process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)))!);
        return owner;
    }

    /// <summary>Starts it and does not wait.</summary>
    public static PostgresOwner Spawn(string directory)
    {
        var info = TestProgram.StartInfo(Argument, directory);
        info.Environment["TOGETHER_JWT_SECRET"] = "hunter2";
        return new PostgresOwner(Process.Start(info)!);
    }

    private readonly Process _process = process;

    public int ServerId { get; private set; }

    /// <summary>kill -9, which nothing can prepare for.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task<int> EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
