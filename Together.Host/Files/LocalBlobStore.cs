using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Together.Host.Files;

/// <summary>
/// The store as directories of this machine: <c>ab/abcd…</c> for what is stored and <c>staging/</c> for what is being made, on one file
/// system, so that a file gets its place in one step. What a crash leaves in <c>staging/</c> goes at the next start.
/// </summary>
public sealed partial class LocalBlobStore : IBlobStore
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root;
    private readonly string _staging;

    /// <param name="root">Made when it is not there; for this process alone.</param>
    /// <exception cref="IOException">It cannot be made or written to.</exception>
    public LocalBlobStore(string root)
    {
        _root = Path.GetFullPath(root);
        _staging = Path.Combine(_root, "staging");
        CreateDirectory(_root);
        if (Directory.Exists(_staging)) Directory.Delete(_staging, recursive: true);
        CreateDirectory(_staging);
    }

    public long FreeBytes => new DriveInfo(_root).AvailableFreeSpace;

    public StagedFile Stage() => new(Path.Combine(_staging, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))));

    public Task PutAsync(StagedFile file, string hash)
    {
        var target = PathOf(hash);
        var directory = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(directory))
        {
            CreateDirectory(directory);
            Sync(_root);
        }

        File.Move(file.Path, target, overwrite: true);
        Sync(directory);
        return Task.CompletedTask;
    }

    public Stream? Open(string hash)
    {
        try
        {
            return new FileStream(PathOf(hash), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Remove(string hash) => File.Delete(PathOf(hash));

    public IEnumerable<string> StoredBefore(DateTimeOffset time)
    {
        foreach (var directory in Directory.EnumerateDirectories(_root).Where(path => Path.GetFileName(path).Length == 2))
        {
            foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
            {
                if (file.Name.Length == 64 && file.LastWriteTimeUtc < time.UtcDateTime) yield return file.Name;
            }
        }
    }

    private string PathOf(string hash)
    {
        if (hash.Length != 64 || !hash.All(char.IsAsciiHexDigitLower)) throw new ArgumentException("not a SHA-256 in lower-case hexadecimal", nameof(hash));
        return Path.Combine(_root, hash[..2], hash);
    }

    private static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnly);
    }

    /// <summary>A new name is there after a power failure only when its directory was written (fsync(2)).</summary>
    private static void Sync(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = OpenNative(directory, 0);
        if (descriptor < 0) throw new IOException($"The directory of files cannot be opened: error {Marshal.GetLastPInvokeError()}.");
        try
        {
            if (SyncNative(descriptor) != 0) throw new IOException($"The directory of files cannot be written: error {Marshal.GetLastPInvokeError()}.");
        }
        finally
        {
            _ = CloseNative(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenNative(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncNative(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseNative(int descriptor);
}
