using System.Globalization;
using System.Text;
using Together.Protocol;

namespace Together.Host.Files;

/// <summary>What files may be called: shown to people, sent in headers and links, and saved on any system. The store never uses it.</summary>
public static class Filename
{
    private const int ExtensionMax = 16;

    /// <summary>Windows takes these for devices, whatever stands behind a dot.</summary>
    private static readonly string[] Devices =
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", .. "0123456789¹²³".Select(n => $"COM{n}"), .. "0123456789¹²³".Select(n => $"LPT{n}")];

    /// <summary>The name without a path and without what is invisible, turns text round or is reserved: 1 to <see cref="Limits.FilenameMax"/> characters.</summary>
    public static string Clean(string? given)
    {
        var name = given ?? "";
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        var kept = new StringBuilder();
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned || rune == Rune.ReplacementChar) continue;
            kept.Append(rune.Value is '<' or '>' or ':' or '"' or '|' or '?' or '*' ? "_" : rune.ToString());
        }

        name = kept.ToString().Normalize().TrimStart().TrimEnd(' ', '.');
        name = Shorten(name).TrimEnd(' ', '.');
        if (name.Length == 0) return "file";
        return Devices.Contains(name.Split('.')[0].TrimEnd(), StringComparer.OrdinalIgnoreCase) ? Shorten("_" + name) : name;
    }

    /// <summary>The name with another ending, for a file that is stored as something else than it was.</summary>
    public static string WithExtension(string name, string extension) => Clean(Path.GetFileNameWithoutExtension(name) is { Length: > 0 } stem ? stem + extension : "file" + extension);

    private static string Shorten(string name)
    {
        if (name.Length <= Limits.FilenameMax) return name;
        var extension = Path.GetExtension(name);
        if (extension.Length > ExtensionMax) extension = "";
        var stem = Limits.FilenameMax - extension.Length;
        if (char.IsHighSurrogate(name[stem - 1])) stem--;
        return name[..stem] + extension;
    }
}
