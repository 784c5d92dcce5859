using System.Diagnostics.CodeAnalysis;
using Together.Protocol;

namespace Together.Host.Http;

/// <summary>
/// Collects what is wrong with the fields of one request. Each check answers the value to use; after a failed one that is a
/// placeholder, so look at <see cref="IsAny"/> before using any of them. One request.
/// </summary>
public sealed class FieldErrors(ErrorCode code = ErrorCode.InvalidBody)
{
    private Dictionary<string, IReadOnlyList<string>>? _errors;

    /// <summary>Whether a check failed, and the refusal to answer then.</summary>
    public bool IsAny([NotNullWhen(true)] out Problem? problem)
    {
        problem = _errors is null ? null : new Problem(code, Errors: _errors);
        return problem is not null;
    }

    public void Add(string field, string message)
    {
        _errors ??= [];
        _errors[field] = _errors.TryGetValue(field, out var messages) ? [.. messages, message] : [message];
    }

    /// <summary>A text of <paramref name="min"/> to <paramref name="max"/> UTF-16 code units after trimming.</summary>
    public string Text(string field, string? value, int min, int max)
    {
        if (value is null) return Fail(field, "is required", "");
        var text = value.Trim();
        if (text.Length < min || text.Length > max) return Fail(field, min == max ? $"must have {min} characters" : $"must have {min} to {max} characters", "");
        // PostgreSQL's text cannot hold NUL, and UTF-8 no lone surrogate.
        if (text.Contains('\0')) return Fail(field, "must not contain NUL", "");
        return IsWellFormed(text) ? text : Fail(field, "must be Unicode text", "");
    }

    /// <summary>As <see cref="Text"/>, but absent, null and blank are all null.</summary>
    public string? TextOrNull(string field, string? value, int max) => string.IsNullOrWhiteSpace(value) ? null : Text(field, value, 1, max);

    /// <summary>
    /// As <see cref="Text"/>, for what stands in the midst of other text: one visible line that cannot turn the text around it.
    /// </summary>
    public string Name(string field, string? value, int min, int max) => Unless(TextRules.NameProblem, field, Text(field, value, min, max));

    /// <summary>As <see cref="Name"/>, but absent, null and blank are all null.</summary>
    public string? NameOrNull(string field, string? value, int max) => string.IsNullOrWhiteSpace(value) ? null : Name(field, value, 1, max);

    /// <summary>As <see cref="Text"/>, for what a message says: anything but marks piled up over the lines of others.</summary>
    public string Content(string field, string? value, int min, int max) => Unless(TextRules.ContentProblem, field, Text(field, value, min, max));

    public long Number(string field, long? value, long min, long max) => value switch
    {
        null => Fail(field, "is required", min),
        { } number when number < min || number > max => Fail(field, $"must be from {min} to {max}", min),
        { } number => number,
    };

    public int Number(string field, int? value, int min, int max) => (int)Number(field, (long?)value, min, max);

    /// <summary>One of the words, by its place among them.</summary>
    public int Word(string field, string? value, params ReadOnlySpan<string> words)
    {
        if (value is null) return Fail(field, "is required", 0);
        var index = words.IndexOf(value);
        return index >= 0 ? index : Fail(field, $"must be one of: {string.Join(", ", words!)}", 0);
    }

    public T Required<T>(string field, T? value) where T : struct => value ?? Fail(field, "is required", default(T));

    public IReadOnlyList<T> List<T>(string field, IReadOnlyList<T>? value, int min, int max)
    {
        if (value is null) return Fail<IReadOnlyList<T>>(field, "is required", []);
        return value.Count >= min && value.Count <= max ? value : Fail<IReadOnlyList<T>>(field, $"must have {min} to {max} entries", []);
    }

    private string Unless(Func<string, string?> rule, string field, string text) =>
        text.Length > 0 && rule(text) is { } message ? Fail(field, message, "") : text;

    private T Fail<T>(string field, string message, T placeholder)
    {
        Add(field, message);
        return placeholder;
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }
        return true;
    }
}
