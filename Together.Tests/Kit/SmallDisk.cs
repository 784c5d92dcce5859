using System.Diagnostics;
using Xunit;

namespace Together.Tests.Kit;

/// <summary>
/// A file system in memory of a few megabytes, which can be filled to the last byte. Mounting takes root and a container that
/// allows it; elsewhere the test is skipped. One test.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryDirectory _mountPoint = new();

    private SmallDisk()
    {
    }

    public string Path => _mountPoint.Path;

    private string Filler => System.IO.Path.Combine(Path, "filler");

    public static SmallDisk Mount(int megabytes)
    {
        var disk = new SmallDisk();
        // Others pass through it, as through what it covers.
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0711", "together-tests", disk.Path) is { } refusal)
        {
            disk._mountPoint.Dispose();
            Assert.Skip($"no file system can be mounted here: {refusal}");
        }

        return disk;
    }

    /// <summary>Takes whatever is free.</summary>
    /// <param name="leave">Bytes that stay free.</param>
    public void Fill(int leave = 0)
    {
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var page = new byte[Environment.SystemPageSize];
        try
        {
            while (leave == 0 || new DriveInfo(Path).AvailableFreeSpace > leave) filler.Write(page);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        // Lazily: a process that still has a file open there keeps it for itself alone.
        Run("umount", "--lazy", Path);
        _mountPoint.Dispose();
    }

    /// <summary>Answers what the program complains about; null when it succeeds.</summary>
    private static string? Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : errors.Trim();
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return missing.Message;
        }
    }
}
