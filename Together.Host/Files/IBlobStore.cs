using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Together.Host.Files;

/// <summary>
/// Where the contents of files are: each under the SHA-256 of it, in lower-case hexadecimal, so that one content is stored once. The database
/// says which there are. Any thread; lives as long as the host.
/// </summary>
public interface IBlobStore
{
    /// <summary>Bytes that can still be stored, as far as it knows.</summary>
    long FreeBytes { get; }

    /// <summary>A place to write a file to, before its hash is known.</summary>
    StagedFile Stage();

    /// <summary>Gives a staged file its place; when this ends it is there for good. Harmless when the same content is there already.</summary>
    /// <param name="file">Its content is written.</param>
    /// <param name="hash">Of it.</param>
    Task PutAsync(StagedFile file, string hash);

    /// <summary>The content to read and to seek in; null when it is not there.</summary>
    Stream? Open(string hash);

    /// <summary>Harmless when it is not there.</summary>
    void Remove(string hash);

    /// <summary>All that are there since before a time.</summary>
    IEnumerable<string> StoredBefore(DateTimeOffset time);
}

/// <summary>A file that is being made. Removed when it was not put into the store. One writer.</summary>
public sealed partial class StagedFile(string path) : IDisposable
{
    public string Path { get; } = path;

    public FileStream OpenWrite() => new(Path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, useAsync: true);

    /// <summary>
    /// Begins to write what lies between to the disk and waits for what was begun before (sync_file_range(2)): when the file is flushed in the end there is
    /// little left, and what the database flushes meanwhile has little to wait for. Only a hint.
    /// </summary>
    public static void WriteBack(SafeFileHandle file, long from, long length)
    {
        const uint WaitBefore = 1, Write = 2;
        if (OperatingSystem.IsLinux()) _ = SyncFileRange(file, from, length, WaitBefore | Write);
    }

    public FileStream OpenRead() => new(Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);

    public void Dispose() => File.Delete(Path);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);
}

/// <summary>The files of one request on their way into the store; what did not get there is removed with it. One request.</summary>
public sealed class Staging(IBlobStore blobs) : IDisposable
{
    private readonly List<StagedFile> _files = [];

    public StagedFile Next()
    {
        var file = blobs.Stage();
        _files.Add(file);
        return file;
    }

    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }
}
