using System.Text;

namespace Together.Protocol;

/// <summary>
/// The emoji that people can react with: those of UTS #51's RGI set. The list, 49 KB, is read at the first question and kept
/// as it is. Any thread.
/// </summary>
public static class Emoji
{
    /// <summary>UTF-16 code units; the longest emoji have 15, and a selector after each of their parts is no more than 20.</summary>
    private const int LengthMax = 32;

    private const char Joiner = '\u200d', EmojiSelector = '\ufe0f', Keycap = '\u20e3';

    private static readonly Lazy<byte[]> List = new(Read);

    private static ReadOnlySpan<byte> Utf8Selector => "\ufe0f"u8;

    /// <summary>
    /// True for exactly one emoji. U+FE0F may be missing (minimally qualified and unqualified, UTS #51 ED-18a and ED-19) or
    /// follow a character that is an emoji without it, as some keyboards write: all spellings of an emoji are one emoji.
    /// </summary>
    /// <param name="text">Anything; long text is refused at once.</param>
    /// <param name="emoji">The fully-qualified spelling (ED-18), at most 15 UTF-16 code units; empty when false.</param>
    public static bool TryNormalize(string text, out string emoji)
    {
        emoji = "";
        if (text.Length is 0 or > LengthMax) return false;
        Span<char> stripped = stackalloc char[LengthMax];
        if (!TryStrip(text, stripped, out var length)) return false;
        Span<byte> key = stackalloc byte[LengthMax * 3];
        var found = Find(List.Value, key[..Encoding.UTF8.GetBytes(stripped[..length], key)]);
        if (found.IsEmpty) return false;
        emoji = Encoding.UTF8.GetString(found);
        return true;
    }

    /// <summary>The text without U+FE0F; false when one stands where it cannot end an emoji or a part of one.</summary>
    private static bool TryStrip(ReadOnlySpan<char> text, Span<char> stripped, out int length)
    {
        length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != EmojiSelector) stripped[length++] = text[i];
            else if (i == 0 || text[i - 1] == Joiner || (i + 1 < text.Length && text[i + 1] is not (Joiner or Keycap))) return false;
        }

        return true;
    }

    /// <summary>The line of the list, which is in order of the keys, that has this key; empty when there is none.</summary>
    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> list, ReadOnlySpan<byte> key)
    {
        while (!list.IsEmpty)
        {
            var middle = list.Length / 2;
            var start = list[..middle].LastIndexOf((byte)'\n') + 1;
            var end = middle + list[middle..].IndexOf((byte)'\n');
            var order = Compare(list[start..end], key);
            if (order == 0) return list[start..end];
            list = order < 0 ? list[(end + 1)..] : list[..start];
        }

        return [];
    }

    private static int Compare(ReadOnlySpan<byte> line, ReadOnlySpan<byte> key)
    {
        while (!line.IsEmpty)
        {
            if (line.StartsWith(Utf8Selector))
            {
                line = line[Utf8Selector.Length..];
                continue;
            }

            if (key.IsEmpty) return 1;
            if (line[0] != key[0]) return line[0] - key[0];
            line = line[1..];
            key = key[1..];
        }

        return key.IsEmpty ? 0 : -1;
    }

    private static byte[] Read()
    {
        using var resource = typeof(Emoji).Assembly.GetManifestResourceStream("Emoji.txt")!;
        var file = new byte[resource.Length];
        resource.ReadExactly(file);
        return file[(file.AsSpan().IndexOf("\n\n"u8) + 2)..];
    }
}
