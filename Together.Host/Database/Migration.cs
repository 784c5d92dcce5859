using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Together.Host.Database;

/// <summary>One step of the schema: the file <c>Migrations/NNNN_name.sql</c>. Immutable.</summary>
internal sealed partial record Migration(int Version, string Name, string Sql)
{
    private const string ResourcePrefix = "Migrations/";

    /// <summary>As the file is called, without its extension.</summary>
    public string Title => Label(Version, Name);

    /// <summary>SHA-256 of the text with LF line ends, so that a checkout on Windows is the same migration.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    public static string Label(int version, string name) => $"{version:D4}_{name}";

    /// <summary>The migrations in this build, in order.</summary>
    public static IReadOnlyList<Migration> Embedded()
    {
        var assembly = typeof(Migration).Assembly;
        return Ordered(assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(name => (name[ResourcePrefix.Length..], Text(assembly, name))));
    }

    /// <summary>Orders files by their number; a malformed name, a number used twice and a gap are refused.</summary>
    public static IReadOnlyList<Migration> Ordered(IEnumerable<(string File, string Sql)> files)
    {
        var migrations = files.Select(file => Parse(file.File, file.Sql)).OrderBy(migration => migration.Version).ToList();
        for (var i = 0; i < migrations.Count; i++)
        {
            var expected = i + 1;
            if (migrations[i].Version == expected) continue;
            throw new DatabaseRefusedException(i > 0 && migrations[i - 1].Version == migrations[i].Version
                ? $"Two migrations have the same number: {migrations[i - 1].Title} and {migrations[i].Title}. Renumber the later one."
                : $"Migration {expected:D4} is missing before {migrations[i].Title}. Numbers start at 0001 and have no gaps.");
        }
        return migrations;
    }

    private static Migration Parse(string file, string sql)
    {
        var match = FileName().Match(file);
        if (!match.Success) throw new DatabaseRefusedException($"Migration file {file} is not called NNNN_name.sql.");
        return new Migration(int.Parse(match.Groups[1].ValueSpan, provider: null), match.Groups[2].Value, sql);
    }

    private static string Text(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("^([0-9]{4})_([a-z0-9_]+)[.]sql$", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}
