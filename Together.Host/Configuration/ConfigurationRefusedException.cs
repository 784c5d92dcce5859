namespace Together.Host.Configuration;

/// <summary>The settings cannot be used; each problem is one line that starts with where it is. The only exception the reader throws.</summary>
public sealed class ConfigurationRefusedException(IReadOnlyList<string> problems)
    : Exception(string.Join('\n', problems))
{
    public ConfigurationRefusedException(HoconOrigin origin, string problem) : this([$"{origin}: {problem}"]) { }

    public IReadOnlyList<string> Problems => problems;
}
