namespace Together.Actors.Persistence;

/// <summary>One condition on the words of a message, as somebody typed it.</summary>
/// <param name="Text">One word or several, which then have to follow each other.</param>
/// <param name="IsPrefix">The last word may go on.</param>
/// <param name="IsExcluded">It must not be there.</param>
public sealed record SearchTerm(string Text, bool IsPrefix = false, bool IsExcluded = false)
{
    /// <summary>
    /// Reads what was typed into a search field: words, "phrases", beginnings* and -exclusions. Whatever else stands there separates words;
    /// nothing is an error.
    /// </summary>
    public static List<SearchTerm> Parse(string typed)
    {
        var terms = new List<SearchTerm>();
        for (var at = 0; at < typed.Length;)
        {
            if (char.IsWhiteSpace(typed[at]))
            {
                at++;
                continue;
            }

            var isExcluded = typed[at] == '-';
            if (isExcluded) at++;
            var isPhrase = at < typed.Length && typed[at] == '"';
            if (isPhrase) at++;
            var start = at;
            while (at < typed.Length && typed[at] != '"' && (isPhrase || !char.IsWhiteSpace(typed[at]))) at++;
            var text = typed[start..at];
            // What closes a phrase is taken; the quote that ends a word begins the next phrase.
            if (isPhrase && at < typed.Length) at++;
            if (text.Any(IsPartOfWord)) terms.Add(new SearchTerm(text, IsPrefix: !isPhrase && text[^1] == '*', isExcluded));
        }

        return terms;
    }

    /// <summary>Whether it may be; of what is not ASCII the database knows better.</summary>
    private static bool IsPartOfWord(char c) => char.IsAsciiLetterOrDigit(c) || (c > 127 && !char.IsWhiteSpace(c));
}
