using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Together.Host.Web;

/// <summary>How a body is packed (RFC 9110 §8.4.1), the best first.</summary>
public enum ContentCoding
{
    Brotli,
    Gzip,
    Identity,
}

public static class ContentCodings
{
    /// <summary>As <c>Content-Encoding</c> has it; null for identity, which is never named there.</summary>
    public static string? Word(this ContentCoding coding) => coding switch
    {
        ContentCoding.Brotli => "br",
        ContentCoding.Gzip => "gzip",
        _ => null,
    };

    /// <summary>
    /// RFC 9110 §12.5.3: the coding of the highest weight, the best of equal ones. Without the header, or when none is acceptable, the
    /// file as it is: that is of more use than a refusal.
    /// </summary>
    /// <param name="acceptEncoding">The header as it came; one that cannot be read counts as none.</param>
    /// <param name="available">What there is; always with <see cref="ContentCoding.Identity"/>.</param>
    public static ContentCoding Choose(StringValues acceptEncoding, IEnumerable<ContentCoding> available)
    {
        if (!StringWithQualityHeaderValue.TryParseList(acceptEncoding, out var accepted)) return ContentCoding.Identity;
        var best = (Coding: ContentCoding.Identity, Weight: 0d);
        foreach (var coding in available.Order())
        {
            var weight = Weight(accepted, coding);
            if (weight > best.Weight) best = (coding, weight);
        }
        return best.Coding;
    }

    private static double Weight(IList<StringWithQualityHeaderValue> accepted, ContentCoding coding) =>
        Named(accepted, coding.Word() ?? "identity") ?? Named(accepted, "*") ?? 0;

    private static double? Named(IList<StringWithQualityHeaderValue> accepted, string word)
    {
        foreach (var item in accepted)
        {
            if (item.Value.Equals(word, StringComparison.OrdinalIgnoreCase)) return item.Quality ?? 1;
        }
        return null;
    }
}
