using System.ComponentModel;
using System.Diagnostics;
using Together.Host.Cli;
using Together.Host.Database;

namespace Together.Host.Files.Images;

/// <summary>Runs a program on what strangers have sent: through <c>together confine</c>, for a limited time. Any thread.</summary>
internal static class ConfinedProcess
{
    /// <summary>Bytes of what it prints that are kept, for the log.</summary>
    private const int MaxOutput = 2048;

    /// <param name="program">With its directory.</param>
    /// <param name="directory">The working directory: all that it may write in.</param>
    /// <param name="readable">Files that it may read besides its own.</param>
    /// <param name="environment">All of its environment besides PATH and LC_ALL.</param>
    /// <param name="time">When it is ended, even if it only waits.</param>
    /// <returns>
    /// What it exited with, or 128 and the signal when it was ended, or <see cref="ConfineCommand.Failed"/> when it could not be started confined; and
    /// the beginning of what it printed.
    /// </returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string program, IEnumerable<string> arguments, Confinement.Bounds bounds, string directory, IEnumerable<string> readable,
        IEnumerable<KeyValuePair<string, string>> environment, TimeSpan time, CancellationToken cancellation)
    {
        var info = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "together"), ConfineCommand.Arguments(program, arguments, bounds, readable))
        {
            UseShellExecute = false,
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in info.Environment.Keys.Except(["PATH", "DOTNET_ROOT"]).ToList()) info.Environment.Remove(name);
        info.Environment["LC_ALL"] = ChildProcess.Locale;
        foreach (var (name, value) in environment) info.Environment[name] = value;
        // Otherwise the runtime listens for debuggers and counts calls in the few milliseconds that it has.
        info.Environment["DOTNET_EnableDiagnostics"] = "0";
        info.Environment["DOTNET_TieredPGO"] = "0";

        Process started;
        try
        {
            started = Process.Start(info)!;
        }
        catch (Win32Exception missing)
        {
            return (ConfineCommand.Failed, missing.Message);
        }
        using var process = started;
        process.StandardInput.Close();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(time);
        var output = DrainAsync(process.StandardOutput);
        var errors = DrainAsync(process.StandardError);
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            // It can have no children.
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            cancellation.ThrowIfCancellationRequested();
        }
        return (process.ExitCode, $"{await errors}{await output}".Trim());
    }

    private static async Task<string> DrainAsync(StreamReader from)
    {
        var buffer = new char[MaxOutput];
        var kept = 0;
        while (kept < MaxOutput && await from.ReadAsync(buffer.AsMemory(kept)) is > 0 and var count) kept += count;
        var text = new string(buffer, 0, kept);
        // A full pipe would stop the child.
        while (await from.ReadAsync(buffer) > 0)
        {
        }
        return text;
    }
}
