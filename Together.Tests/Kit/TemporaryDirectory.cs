namespace Together.Tests.Kit;

/// <summary>A directory that others may pass through, removed with all it holds when the test ends.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    private const UnixFileMode AllMayPass =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public TemporaryDirectory() => File.SetUnixFileMode(Path, AllMayPass);

    public string Path { get; } = Directory.CreateTempSubdirectory("together-tests-").FullName;

    /// <summary>A path inside it, of nothing yet.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
