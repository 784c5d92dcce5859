using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Together.Host.Database;

/// <summary>Runs PostgreSQL's programs and the system's, with an environment that holds none of the host's secrets. Any thread.</summary>
internal static partial class ChildProcess
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;

    /// <summary>To find programs and libraries; everything else (TOGETHER_*, PG*) would change or leak what a child does.</summary>
    private static readonly string[] InheritedVariables = ["PATH", "LD_LIBRARY_PATH"];

    /// <summary>What initdb takes as the database's locale; macOS has no C.UTF-8.</summary>
    public static string Locale => OperatingSystem.IsMacOS() ? "C" : "C.UTF-8";

    public static ProcessStartInfo StartInfo(string file, IEnumerable<string> arguments)
    {
        // The host's own directory may be one that another user cannot enter.
        var info = new ProcessStartInfo(file, arguments) { UseShellExecute = false, WorkingDirectory = "/" };
        foreach (var name in info.Environment.Keys.Except(InheritedVariables).ToList()) info.Environment.Remove(name);
        info.Environment["LC_ALL"] = Locale;
        return info;
    }

    /// <summary>Runs to the end and answers what was printed; cancellation ends the child. A program that is not there has exit code 127, as in a shell.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(string file, IEnumerable<string> arguments, CancellationToken cancellation) =>
        RunAsync(file, arguments, info => Task.FromResult(Process.Start(info)!), cancellation);

    public static async Task<(int ExitCode, string Output)> RunAsync(
        string file, IEnumerable<string> arguments, Func<ProcessStartInfo, Task<Process>> start, CancellationToken cancellation)
    {
        var info = StartInfo(file, arguments);
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        Process process;
        try
        {
            process = await start(info);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (127, "");
        }
        using (process)
        {
            try
            {
                process.StandardInput.Close();
                var output = process.StandardOutput.ReadToEndAsync(cancellation);
                var errors = process.StandardError.ReadToEndAsync(cancellation);
                await process.WaitForExitAsync(cancellation);
                return (process.ExitCode, $"{await output}{await errors}".Trim());
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
    }

    /// <summary>signal(7) to one process; a process that is gone needs none.</summary>
    public static void Signal(int process, int signal) => _ = KillNative(process, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int KillNative(int process, int signal);
}
