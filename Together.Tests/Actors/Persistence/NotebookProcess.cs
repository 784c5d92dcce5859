using System.Diagnostics;
using Together.Tests.Kit;

namespace Together.Tests.Actors.Persistence;

/// <summary>A process that writes notes as fast as it can and prints each one that was acknowledged, until it is killed.</summary>
internal sealed class NotebookProcess : IDisposable
{
    public const string Argument = "write-notes";

    /// <summary>Enough for batches of many appends.</summary>
    private const int Writers = 20;

    private readonly Process _process;
    private readonly Task<string> _errors;

    private NotebookProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static async Task<int> RunAsync(string database)
    {
        await using var node = await NotebookNode.StartAsync(database);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            var notebook = node.NewNotebook();
            for (var nr = 1; ; nr++)
            {
                var reply = await node.WriteAsync(notebook, $"n{nr}.");
                if (reply.Error is null) await Console.Out.WriteLineAsync($"{notebook.Id} n{nr}.");
            }
        }));
        return 0;
    }

    public static NotebookProcess Start(string database)
    {
        var info = TestProgram.StartInfo(Argument, database);
        info.RedirectStandardError = true;
        return new NotebookProcess(Process.Start(info)!);
    }

    public Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>kill -9, which nothing can prepare for.</summary>
    public void Kill() => _process.Kill();

    public async Task<int> ExitAsync()
    {
        _ = _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    public Task<string> ErrorsAsync() => _errors;

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
