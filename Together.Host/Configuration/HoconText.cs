using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Together.Host.Configuration;

/// <summary>Writes values so that the reader reads the same back.</summary>
internal static partial class HoconText
{
    public const string Mask = "********";

    public static string Key(string key) => Word().IsMatch(key) ? key : Quote(key);

    public static string Value(HoconValue value) => value switch
    {
        HoconArray { Items: var items } => $"[{string.Join(", ", items.Select(Value))}]",
        HoconScalar { Kind: HoconScalarKind.Text } text => Word().IsMatch(text.Text) ? text.Text : Quote(text.Text),
        HoconScalar scalar => scalar.Text,
        HoconObject { Fields: var fields } => $"{{{string.Join(", ", fields.Select(field => $"{Key(field.Key)} = {Value(field.Value)}"))}}}",
        _ => throw new InvalidOperationException(value.GetType().Name),
    };

    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (char c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (char.IsControl(c))
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>
    /// Both of postgres://user:password@host/db?password=…. Everything up to the last @ goes, because a password with an unescaped @
    /// or / must not show either.
    /// </summary>
    public static string MaskPassword(string url)
    {
        url = PasswordParameter().Replace(url, "$1" + Mask);
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        int at = url.LastIndexOf('@');
        int colon = scheme < 0 ? -1 : url.IndexOf(':', scheme + 3);
        return colon >= 0 && colon < at ? url[..(colon + 1)] + Mask + url[at..] : url;
    }

    /// <summary>What stays a string without quotes.</summary>
    [GeneratedRegex(@"^(?!-?[0-9.eE+-]+$|null$|true$|false$|on$|off$|yes$|no$)[A-Za-z0-9_-]+\z")]
    private static partial Regex Word();

    [GeneratedRegex(@"([?&](?:ssl)?password=)[^&]*", RegexOptions.IgnoreCase)]
    private static partial Regex PasswordParameter();
}
