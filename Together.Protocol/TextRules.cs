using System.Globalization;
using System.Text;

namespace Together.Protocol;

/// <summary>What well-formed text must not do to the text around it. Each answers a message for people, or null.</summary>
public static class TextRules
{
    /// <summary>Written languages pile up four at most (Tibetan, pointed Hebrew, Vietnamese in pieces); more only makes a name tower over others.</summary>
    private const int NameMarksMax = 5;

    /// <summary>UAX #15 section 13, Stream-Safe Text Format: no text of use has more.</summary>
    private const int ContentMarksMax = 30;

    public static string? NameProblem(string text)
    {
        var isVisible = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                return "must not contain control characters or line breaks";
            if (IsBidiControl(rune.Value)) return "must not contain characters that change the direction of text";
            isVisible |= IsVisible(rune);
        }

        return isVisible ? MarksProblem(text, NameMarksMax) : "must have a visible character";
    }

    public static string? ContentProblem(string text) => MarksProblem(text, ContentMarksMax);

    private static string? MarksProblem(string text, int max)
    {
        var marks = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            marks = Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => marks + 1,
                // A joiner between two marks does not give the second a place of its own.
                UnicodeCategory.Format => marks,
                _ => 0,
            };
            if (marks > max) return $"must not have more than {max} combining marks in a row";
        }

        return null;
    }

    /// <summary>Unicode's property Bidi_Control (UAX #9, 2).</summary>
    private static bool IsBidiControl(int rune) => rune is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    /// <summary>Whether a character can be seen by itself. A mark cannot: it would be seen on whatever stands before the name.</summary>
    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Format or UnicodeCategory.SpaceSeparator or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => false,
        // What Unicode keeps free for more such characters (Default_Ignorable_Code_Point).
        UnicodeCategory.OtherNotAssigned => rune.Value is not (0x2065 or (>= 0xFFF0 and <= 0xFFF8) or (>= 0xE0000 and <= 0xE0FFF)),
        // Letters and symbols that are blank: Hangul's fillers, Braille's blank pattern, the null note head.
        _ => rune.Value is not (0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 or 0x1D159),
    };
}
