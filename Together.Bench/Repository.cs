namespace Together.Bench;

/// <summary>Where this repository stands.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The directory of results, made if it is missing.</summary>
    public static string Artifacts() => Directory.CreateDirectory(Path.Combine(Root, "artifacts/bench")).FullName;

    private static string Find(string directory) =>
        File.Exists(Path.Combine(directory, "Together.sln"))
            ? directory
            : Find(Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("Run the benchmarks from inside the repository."));
}
