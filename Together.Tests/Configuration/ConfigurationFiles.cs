using System.Text;

namespace Together.Tests.Configuration;

/// <summary>A directory of configuration files for one test.</summary>
public sealed class ConfigurationFiles : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("together-conf-").FullName;

    public string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // An unpaired surrogate in a test's text becomes U+FFFD instead of an exception here.
        File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return path;
    }

    /// <summary>An environment whose TOGETHER_CONFIG is a file with this text.</summary>
    public Dictionary<string, string> Environment(string text, params (string Name, string Value)[] variables)
    {
        var environment = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        environment.Add("TOGETHER_CONFIG", Write("my.conf", text));
        return environment;
    }

    /// <summary>The path without the directory, which differs from run to run.</summary>
    public string Shorten(string problem) => problem.Replace(_directory + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
