using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Together.Protocol;

namespace Together.Host.Http;

/// <summary>One page of a list. <c>before</c> and <c>after</c> exclude the mark; at most one of the three is set.</summary>
public readonly record struct Page<TId>(int Limit, TId? Before, TId? After, TId? Around) where TId : struct, IId<TId>;

/// <summary>Reads a request's query and collects what is wrong with it. One request.</summary>
public sealed class QueryFields(IQueryCollection query)
{
    private readonly FieldErrors _errors = new(ErrorCode.InvalidQuery);

    public QueryFields(HttpContext context) : this(context.Request.Query)
    {
    }

    public bool IsInvalid([NotNullWhen(true)] out Problem? problem) => _errors.IsAny(out problem);

    public void Add(string name, string message) => _errors.Add(name, message);

    /// <summary>As it is: null when absent or empty; a parameter that is given twice is an error.</summary>
    public string? Word(string name)
    {
        var values = query[name];
        if (values.Count <= 1) return values is [{ Length: > 0 } value] ? value : null;
        _errors.Add(name, "must be given once");
        return null;
    }

    /// <summary>As <see cref="Word"/>, without what is around it, and bounded.</summary>
    public string? Text(string name, int max) => _errors.TextOrNull(name, Word(name), max);

    /// <summary><c>limit</c>: 1 to 100, 50 when absent.</summary>
    public int Limit() => Number("limit", 1, Limits.PageMax) ?? Limits.PageDefault;

    public int? Number(string name, int min, int max)
    {
        if (Word(name) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
        _errors.Add(name, $"must be a number from {min} to {max}");
        return null;
    }

    /// <summary>The place of one of the words, 0 when absent.</summary>
    public int Choice(string name, params ReadOnlySpan<string> words)
    {
        if (Word(name) is not { } text) return 0;
        var index = words.IndexOf(text);
        if (index < 0) _errors.Add(name, $"must be one of: {string.Join(", ", words!)}");
        return Math.Max(0, index);
    }

    /// <summary>Any of the words, separated by commas or given several times, as bits by their places; 0 when absent.</summary>
    public int Choices(string name, params ReadOnlySpan<string> words)
    {
        var chosen = 0;
        foreach (var text in query[name].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            var index = words.IndexOf(text);
            if (index >= 0) chosen |= 1 << index;
            else _errors.Add(name, $"must be of: {string.Join(", ", words!)}");
        }

        return chosen;
    }

    public T? Id<T>(string name) where T : struct, IId<T> => Id(name) is { } id ? T.From(id) : null;

    public Guid? Id(string name)
    {
        if (Word(name) is not { } text) return null;
        if (Guid.TryParseExact(text, "D", out var id)) return id;
        _errors.Add(name, "must be a UUID");
        return null;
    }

    /// <summary><c>limit</c> and one of <c>before</c>, <c>after</c>, <c>around</c>.</summary>
    public Page<T> Page<T>() where T : struct, IId<T> => OneMark(new Page<T>(Limit(), Id<T>("before"), Id<T>("after"), Id<T>("around")));

    /// <summary>As <see cref="Page{T}"/>, and <c>before</c> and <c>after</c> also take an RFC 3339 time.</summary>
    public Page<MessageId> MessagePage() => OneMark(new Page<MessageId>(Limit(), Before(), After(), Id<MessageId>("around")));

    /// <summary>A mark that is not limited to one of its kind, as searches take it.</summary>
    public MessageId? Before() => MessageMark("before", roundUp: true);

    public MessageId? After() => MessageMark("after", roundUp: false);

    private Page<T> OneMark<T>(Page<T> page) where T : struct, IId<T>
    {
        if ((page.Before is null ? 0 : 1) + (page.After is null ? 0 : 1) + (page.Around is null ? 0 : 1) > 1)
        {
            foreach (var name in (string[])["before", "after", "around"])
            {
                if (Word(name) is not null) _errors.Add(name, "only one of before, after and around");
            }
        }
        return page;
    }

    /// <summary>
    /// IDs hold whole milliseconds. Before a time: the lowest ID of the first millisecond that is not before it. After a time:
    /// the lowest ID of the next millisecond (the chance of an ID being just that one is 2^-62).
    /// </summary>
    private MessageId? MessageMark(string name, bool roundUp)
    {
        if (Word(name) is not { } text) return null;
        if (Guid.TryParseExact(text, "D", out var id)) return MessageId.From(id);
        // A "+" of an offset that was not escaped arrives as a space.
        if (text.Contains('T') && DateTimeOffset.TryParse(text.Replace(' ', '+'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            && time.UtcDateTime is { Year: > 1970 and < 9999 })
        {
            var isWhole = time.Ticks % TimeSpan.TicksPerMillisecond == 0;
            return MessageId.From(UuidV7.Floor(roundUp && isWhole ? time : time.AddMilliseconds(1)));
        }
        _errors.Add(name, "must be a UUID or an RFC 3339 time");
        return null;
    }
}
