using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Together.Host.Files.Images;

/// <summary>What a file is by its content, never by its name or by what its uploader says. Any thread.</summary>
public static class ContentType
{
    public const string Png = "image/png", Jpeg = "image/jpeg", Gif = "image/gif", WebP = "image/webp";
    public const string Avif = "image/avif", Heic = "image/heic", Tiff = "image/tiff", Bmp = "image/bmp", Svg = "image/svg+xml";
    public const string Html = "text/html", Xml = "text/xml", Text = "text/plain; charset=utf-8";
    public const string Unknown = "application/octet-stream";

    /// <summary>Bytes of the head that <see cref="Of"/> looks at.</summary>
    public const int HeadLength = 4096;

    /// <param name="head">The file's first bytes, <see cref="HeadLength"/> where there are as many.</param>
    /// <param name="isWhole">Whether they are all that there is: a text may end in the middle of a character where they are not.</param>
    public static string Of(ReadOnlySpan<byte> head, bool isWhole)
    {
        if (head.Length > HeadLength)
        {
            head = head[..HeadLength];
            isWhole = false;
        }
        return Binary(head) ?? (IsText(head, isWhole) ? Markup(head) ?? Text : Unknown);
    }

    /// <summary>Whether a browser may show it in place: it decodes these and runs nothing in them.</summary>
    public static bool IsInline(string contentType) => contentType is Png or Jpeg or Gif or WebP
        or "video/mp4" or "video/webm" or "video/quicktime" or "video/ogg"
        or "audio/mpeg" or "audio/mp4" or "audio/ogg" or "audio/wav" or "audio/flac" or "audio/aac";

    private static string? Binary(ReadOnlySpan<byte> head) => head switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Png,
        [0xFF, 0xD8, 0xFF, ..] => Jpeg,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => Gif,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, .. var rest] when rest.StartsWith("WEBP"u8) => WebP,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, .. var rest] when rest.StartsWith("WAVE"u8) => "audio/wav",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, .. var rest] when rest.StartsWith("AVI "u8) => "video/x-msvideo",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => BaseMedia(head),
        // QuickTime from before there was ftyp.
        [_, _, _, _, .. var rest] when rest.StartsWith("moov"u8) || rest.StartsWith("mdat"u8) || rest.StartsWith("wide"u8) => "video/quicktime",
        [(byte)'I', (byte)'I', 0x2A or 0x2B, 0, ..] or [(byte)'M', (byte)'M', 0, 0x2A or 0x2B, ..] => Tiff,
        // Reserved words are 0, and the header behind them has one of the lengths that there have been.
        [(byte)'B', (byte)'M', _, _, _, _, 0, 0, 0, 0, _, _, _, _, 12 or 40 or 52 or 56 or 64 or 108 or 124, 0, 0, 0, ..] => Bmp,
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Matroska(head),
        [(byte)'O', (byte)'g', (byte)'g', (byte)'S', ..] => Within(head, 256).IndexOf("theora"u8) >= 0 ? "video/ogg" : "audio/ogg",
        [(byte)'f', (byte)'L', (byte)'a', (byte)'C', ..] => "audio/flac",
        [(byte)'I', (byte)'D', (byte)'3', < 0x10, ..] => "audio/mpeg",
        // ISO 11172-3 §2.4.1.3: 11 bits of sync, MPEG 1 or 2, layer III, a bit rate and a sampling rate that are defined.
        [0xFF, 0xFA or 0xFB or 0xF2 or 0xF3, var rates, ..] when rates >> 4 is not (0 or 15) && (rates >> 2 & 3) != 3 => "audio/mpeg",
        // ISO 13818-7 §6.2: ADTS.
        [0xFF, 0xF0 or 0xF1 or 0xF8 or 0xF9, var profile, ..] when (profile >> 2 & 15) < 13 => "audio/aac",
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', (byte)'-', ..] => "application/pdf",
        [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..] => "application/zip",
        [0x1F, 0x8B, 8, ..] => "application/gzip",
        [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => "application/x-7z-compressed",
        [(byte)'R', (byte)'a', (byte)'r', (byte)'!', 0x1A, 7, ..] => "application/vnd.rar",
        _ => null,
    };

    /// <summary>ISO 14496-12 §4.3: length, "ftyp", major brand, version, and the brands that it is compatible with.</summary>
    private static string BaseMedia(ReadOnlySpan<byte> head)
    {
        var length = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(head), (uint)head.Length);
        if (length < 12) return Unknown;
        var major = Brand(head[8..]);
        if (major is "mif1" or "msf1" or "miaf")
        {
            for (var at = 16; at + 4 <= length; at += 4)
            {
                if (Brand(head[at..]) is var brand && Still(brand) is { } type) return type;
            }
            return Unknown;
        }
        return Still(major) ?? major switch
        {
            "qt  " => "video/quicktime",
            "M4A " or "M4B " or "M4P " => "audio/mp4",
            "isom" or "iso2" or "iso3" or "iso4" or "iso5" or "iso6" or "iso7" or "iso8" or "iso9" or "mp41" or "mp42" or "mp71"
                or "avc1" or "M4V " or "M4VH" or "M4VP" or "dash" or "f4v " or "F4V " or "MSNV" or "XAVC" or "av01" or "cmfc" or "mmp4"
                or "3gp4" or "3gp5" or "3gp6" or "3g2a" => "video/mp4",
            _ => Unknown,
        };
    }

    private static string? Still(string brand) => brand switch
    {
        "avif" or "avis" => Avif,
        "heic" or "heix" or "heim" or "heis" or "hevc" or "hevx" or "hevm" or "hevs" => Heic,
        _ => null,
    };

    private static string Brand(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes[..4]);

    /// <summary>RFC 8794 §11: the header names the document's type within its first bytes.</summary>
    private static string Matroska(ReadOnlySpan<byte> head) =>
        Within(head, 64).IndexOf("webm"u8) >= 0 ? "video/webm" : Within(head, 64).IndexOf("matroska"u8) >= 0 ? "video/x-matroska" : Unknown;

    private static ReadOnlySpan<byte> Within(ReadOnlySpan<byte> head, int length) => head[..Math.Min(head.Length, length)];

    /// <summary>UTF-8 without the control characters that the WHATWG's MIME Sniffing calls binary (§3).</summary>
    private static bool IsText(ReadOnlySpan<byte> head, bool isWhole)
    {
        foreach (var value in head)
        {
            if (value is <= 8 or 0x0B or >= 0x0E and <= 0x1A or >= 0x1C and <= 0x1F) return false;
        }
        if (!isWhole)
        {
            // Up to three bytes at the end may begin a character that goes on behind them.
            var last = head.Length - 1;
            while (last > 0 && last > head.Length - 4 && (head[last] & 0xC0) == 0x80) last--;
            var length = last < 0 ? 0 : head[last] switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };
            if (last >= 0 && last + length > head.Length) head = head[..last];
        }
        return Utf8.IsValid(head);
    }

    /// <summary>HTML, SVG or other XML by the first element, past what may stand before it; null for plain text.</summary>
    private static string? Markup(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        string? prolog = null;
        while (true)
        {
            text = text.TrimStart(" \t\r\n\f"u8);
            if (text.StartsWith("<!--"u8))
            {
                prolog ??= Html;
                if (!SkipPast(ref text, "-->"u8)) return prolog;
            }
            else if (text.StartsWith("<?"u8))
            {
                if (text.StartsWith("<?xml"u8)) prolog = Xml;
                if (!SkipPast(ref text, "?>"u8)) return prolog;
            }
            else if (StartsWith(text, "<!doctype"u8))
            {
                text = text["<!doctype"u8.Length..].TrimStart(" \t\r\n\f"u8);
                if (StartsWith(text, "html"u8)) return Html;
                if (StartsWith(text, "svg"u8)) return Svg;
                prolog = Xml;
                // What it declares stands in brackets and has angle brackets of its own.
                var end = text.IndexOfAny((byte)'[', (byte)'>');
                if (end < 0 || !SkipPast(ref text, text[end] == '[' ? "]"u8 : ">"u8)) return prolog;
                if (text.TrimStart(" \t\r\n\f"u8).StartsWith(">"u8)) text = text.TrimStart(" \t\r\n\f"u8)[1..];
            }
            else
            {
                break;
            }
        }
        if (!text.StartsWith("<"u8)) return prolog;
        var name = text[1..];
        var length = name.IndexOfAny(NameEnds);
        if (length >= 0) name = name[..length];
        if (name[(name.IndexOf((byte)':') + 1)..].SequenceEqual("svg"u8)) return Svg;
        return prolog == Xml ? Xml : IsHtml(name) ? Html : prolog;
    }

    private static bool IsHtml(ReadOnlySpan<byte> name)
    {
        foreach (var element in HtmlElements)
        {
            if (Ascii.EqualsIgnoreCase(name, element)) return true;
        }
        return false;
    }

    /// <summary>MIME Sniffing §7.1, and the elements that attacks begin with besides.</summary>
    private static readonly string[] HtmlElements =
    [
        "html", "head", "script", "iframe", "h1", "div", "font", "table", "a", "style", "title", "b", "body", "br", "p",
        "img", "svg", "math", "meta", "link", "base", "form", "object", "embed", "video", "audio", "input", "template", "span",
    ];

    private static readonly SearchValues<byte> NameEnds = SearchValues.Create(" \t\r\n\f/>"u8);

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) =>
        text.Length >= lower.Length && Ascii.EqualsIgnoreCase(text[..lower.Length], lower);

    private static bool SkipPast(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> end)
    {
        var at = text.IndexOf(end);
        if (at < 0) return false;
        text = text[(at + end.Length)..];
        return true;
    }
}
