using System.Buffers;
using System.Globalization;
using System.Text;

namespace Together.Host.Configuration;

/// <summary>
/// Reads HOCON files (github.com/lightbend/config/blob/main/HOCON.md). Our own, because no HOCON package restores from the registry this
/// project builds from; it knows what the files in hocon/ use and refuses the rest with file and line instead of guessing.
/// One reader per load, one thread.
/// </summary>
/// <remarks>
/// Refused: concatenated objects or lists, <c>include</c> of anything but a relative or absolute file, includes inside an object, keys
/// with unquoted blanks or symbols, and values that refer to themselves (use <c>+=</c>).
/// </remarks>
internal sealed class HoconReader
{
    /// <summary>Ours has 8 kB; a file above this is not a configuration.</summary>
    public const int MaxFileBytes = 1024 * 1024;

    /// <summary>Ours nests 4 deep; the bound keeps recursion far from the end of the stack.</summary>
    public const int MaxDepth = 32;

    /// <summary>Over all levels, so that files which include each other twice do not multiply without end.</summary>
    public const int MaxFiles = 64;

    private static readonly SearchValues<char> NotInUnquoted = SearchValues.Create("$\"{}[]:=,+#`^?!@*&\\");

    private readonly List<string> _open = [];
    private int _files;

    /// <summary>Reads a file with what it includes.</summary>
    public ObjectSyntax ReadFile(string path, HoconOrigin askedBy)
    {
        if (path.Contains('\0'))
            throw new ConfigurationRefusedException(askedBy, "a file name has no NUL in it");
        string full = Path.GetFullPath(path);
        if (_open.Contains(full))
            throw new ConfigurationRefusedException(askedBy, $"\"{path}\" includes itself");
        if (_open.Count == MaxDepth || ++_files > MaxFiles)
            throw new ConfigurationRefusedException(askedBy, $"too many includes: at most {MaxDepth} deep and {MaxFiles} in all");

        _open.Add(full);
        var root = new Parser(this, path, ReadBounded(full, path, askedBy)).ParseFile();
        _open.RemoveAt(_open.Count - 1);
        return root;
    }

    /// <summary>Reads text that has no directory of its own, so it cannot include anything.</summary>
    public ObjectSyntax ReadText(string text, string name) => new Parser(this, name, text).ParseFile();

    private static string ReadBounded(string full, string shown, HoconOrigin askedBy)
    {
        try
        {
            using var file = File.OpenRead(full);
            // A device or a pipe has no length: the bound is on what is read.
            byte[] bytes = new byte[MaxFileBytes + 1];
            int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (read > MaxFileBytes)
                throw new ConfigurationRefusedException(askedBy, $"\"{shown}\" is larger than {MaxFileBytes / 1024} KiB");
            var text = bytes.AsSpan(0, read);
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text.StartsWith("\uFEFF"u8) ? text[3..] : text);
        }
        catch (DecoderFallbackException)
        {
            throw new ConfigurationRefusedException(askedBy, $"\"{shown}\" is not UTF-8 text");
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConfigurationRefusedException(askedBy, $"no such file: \"{shown}\"");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationRefusedException(askedBy, $"cannot read \"{shown}\": {failure.Message}");
        }
    }

    /// <summary>Recursive descent over one file's text.</summary>
    private sealed class Parser(HoconReader reader, string name, string text)
    {
        private int _at;
        private int _line = 1;

        private HoconOrigin Here => new(name, _line);

        private char Current => _at < text.Length ? text[_at] : '\0';

        private bool AtEnd => _at >= text.Length;

        public ObjectSyntax ParseFile()
        {
            SkipBlankLines();
            bool braced = Current == '{';
            var root = new ObjectSyntax(Here);
            if (braced)
                _at++;
            ParseFields(root, braced ? '}' : '\0', depth: 0, atTop: true);
            if (braced)
            {
                SkipBlankLines();
                if (!AtEnd)
                    throw Refuse("nothing may follow the closing '}' of the file");
            }
            return root;
        }

        private ConfigurationRefusedException Refuse(string problem) => new(Here, problem);

        private void ParseFields(ObjectSyntax target, char end, int depth, bool atTop)
        {
            var opened = Here;
            while (true)
            {
                SkipBlankLines();
                if (AtEnd)
                {
                    if (end != '\0')
                        throw new ConfigurationRefusedException(opened, "this '{' is never closed");
                    return;
                }
                if (end != '\0' && Current == end)
                {
                    _at++;
                    return;
                }
                if (!TryParseInclude(target, atTop))
                    ParseField(target, depth);
                ParseSeparator(end);
            }
        }

        private void ParseField(ObjectSyntax target, int depth)
        {
            var path = ParsePath("a key");
            if (depth + path.Count > MaxDepth)
                throw Refuse($"nested deeper than {MaxDepth}");
            SkipBlanks();
            bool append = false;
            switch (Current)
            {
                case '{':
                    break;
                case '=' or ':':
                    _at++;
                    break;
                case '+' when _at + 1 < text.Length && text[_at + 1] == '=':
                    _at += 2;
                    append = true;
                    break;
                default:
                    throw Refuse($"expected '=', ':', '+=' or '{{' after the key \"{string.Join('.', path)}\", found {Found()}");
            }
            SkipBlanks();
            var value = ParseValue(depth + path.Count);
            for (int i = 0; i < path.Count - 1; i++)
            {
                var child = target.Child(path[i]);
                if (child is null)
                {
                    child = new ObjectSyntax(value.Origin);
                    target.Assign(path[i], child, append: false);
                }
                target = child;
            }
            target.Assign(path[^1], value, append);
        }

        private bool TryParseInclude(ObjectSyntax target, bool atTop)
        {
            const string Word = "include";
            if (!text.AsSpan(_at).StartsWith(Word, StringComparison.Ordinal))
                return false;
            int after = _at + Word.Length;
            if (after < text.Length && text[after] is not (' ' or '\t' or '"' or '('))
                return false;
            var origin = Here;
            _at = after;
            SkipBlanks();
            if (Current != '"')
                throw Refuse("include takes a file name in quotes; url(…), classpath(…), file(…) and required(…) are not supported");
            if (!atTop)
                throw Refuse("include is allowed at the top of a file only, not inside an object");
            string file = ParseQuoted();
            if (file.Length == 0)
                throw Refuse("include takes a file name");
            if (reader._open.Count == 0)
                throw Refuse("include needs a file to be relative to");
            string directory = Path.GetDirectoryName(name) ?? "";
            target.Merge(reader.ReadFile(Path.Combine(directory, file), origin));
            return true;
        }

        /// <summary>A line end or a comma must part two fields or items.</summary>
        private void ParseSeparator(char end)
        {
            int line = _line;
            SkipBlankLines();
            if (Current == ',' && !AtEnd)
            {
                _at++;
                SkipBlankLines();
                if (Current == ',')
                    throw Refuse("two commas in a row");
            }
            else if (!AtEnd && Current != end && _line == line)
            {
                throw Refuse($"expected a line end or a comma, found {Found()}");
            }
        }

        private List<string> ParsePath(string what)
        {
            var path = new List<string>();
            while (true)
            {
                SkipBlanks();
                if (Current == '"')
                {
                    path.Add(ParseQuoted());
                }
                else
                {
                    int start = _at;
                    while (char.IsAsciiLetterOrDigit(Current) || Current is '-' or '_')
                        _at++;
                    if (_at == start)
                        throw Refuse($"expected {what}, found {Found()}");
                    path.Add(text[start.._at]);
                }
                if (path.Count > MaxDepth)
                    throw Refuse($"nested deeper than {MaxDepth}");
                if (Current != '.')
                    return path;
                _at++;
            }
        }

        private HoconSyntax ParseValue(int depth)
        {
            if (depth > MaxDepth)
                throw Refuse($"nested deeper than {MaxDepth}");
            var origin = Here;
            if (Current == '{')
            {
                _at++;
                var child = new ObjectSyntax(origin);
                ParseFields(child, '}', depth, atTop: false);
                RefuseConcatenation();
                return child;
            }
            if (Current == '[')
            {
                _at++;
                var items = ParseItems(origin, depth);
                RefuseConcatenation();
                return new ArraySyntax(origin, items);
            }
            return ParseLine(origin);
        }

        private List<HoconSyntax> ParseItems(HoconOrigin opened, int depth)
        {
            var items = new List<HoconSyntax>();
            while (true)
            {
                SkipBlankLines();
                if (AtEnd)
                    throw new ConfigurationRefusedException(opened, "this '[' is never closed");
                if (Current == ']')
                {
                    _at++;
                    return items;
                }
                items.Add(ParseValue(depth + 1));
                ParseSeparator(']');
            }
        }

        private void RefuseConcatenation()
        {
            SkipBlanks();
            if (Current is '{' or '[' or '"' or '$')
                throw Refuse("objects and lists cannot be concatenated: write one, or use '+='");
        }

        /// <summary>Strings and substitutions up to the end of the line.</summary>
        private HoconSyntax ParseLine(HoconOrigin origin)
        {
            var parts = new List<HoconSyntax>();
            while (true)
            {
                int blanks = _at;
                SkipBlanks();
                var between = text.AsSpan(blanks, _at - blanks);
                if (AtEnd || Current is '\n' or ',' or '}' or ']' or '#' || AtSlashes())
                    break;
                if (parts.Count > 0 && between.Length > 0)
                    parts.Add(Text(between.ToString()));
                parts.Add(ParsePart());
            }
            return parts.Count switch
            {
                0 => throw new ConfigurationRefusedException(origin, $"expected a value, found {Found()}"),
                1 => parts[0],
                _ => new ConcatenationSyntax(origin, parts),
            };
        }

        private HoconSyntax ParsePart()
        {
            if (Current == '"')
                return Text(ParseQuoted());
            if (Current == '$')
                return ParseSubstitution();
            if (Current is '{' or '[')
                throw Refuse("objects and lists cannot be concatenated: write one, or use '+='");
            int start = _at;
            while (!AtEnd && !char.IsWhiteSpace(Current) && !NotInUnquoted.Contains(Current) && !AtSlashes())
                _at++;
            if (_at == start)
                throw Refuse($"{Found()} has to be in quotes here");
            string word = text[start.._at];
            var kind = word switch
            {
                "null" => HoconScalarKind.Null,
                "true" or "false" or "on" or "off" or "yes" or "no" => HoconScalarKind.Boolean,
                _ when IsNumber(word) => HoconScalarKind.Number,
                _ => HoconScalarKind.Text,
            };
            return new ScalarSyntax(new HoconScalar(Here, kind, word));
        }

        private ScalarSyntax Text(string value) => new(new HoconScalar(Here, HoconScalarKind.Text, value));

        private static bool IsNumber(string word) =>
            (char.IsAsciiDigit(word[0]) || (word[0] == '-' && word.Length > 1))
            && double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number);

        private SubstitutionSyntax ParseSubstitution()
        {
            var origin = Here;
            _at++;
            if (Current != '{')
                throw Refuse("'$' begins a substitution such as ${path}; in quotes it is a dollar sign");
            _at++;
            bool optional = Current == '?';
            if (optional)
                _at++;
            var path = ParsePath("the path of a substitution");
            SkipBlanks();
            if (Current != '}')
                throw Refuse($"expected '}}' at the end of the substitution, found {Found()}");
            _at++;
            return new SubstitutionSyntax(origin, path, optional);
        }

        private string ParseQuoted()
        {
            var opened = Here;
            if (text.AsSpan(_at).StartsWith("\"\"\"", StringComparison.Ordinal))
                return ParseTripleQuoted(opened);
            _at++;
            var value = new StringBuilder();
            while (true)
            {
                if (AtEnd || Current == '\n')
                    throw new ConfigurationRefusedException(opened, "this '\"' is never closed");
                char c = text[_at++];
                if (c == '"')
                    return value.ToString();
                if (c < ' ' && c != '\t')
                    throw Refuse("a control character has to be written as an escape such as \\n");
                value.Append(c == '\\' ? ParseEscape() : c);
            }
        }

        private string ParseTripleQuoted(HoconOrigin opened)
        {
            int start = _at + 3;
            int end = text.IndexOf("\"\"\"", start, StringComparison.Ordinal);
            if (end < 0)
                throw new ConfigurationRefusedException(opened, "this '\"\"\"' is never closed");
            // Further quotes belong to the text: """"a"""" is "a" in quotes, but for the first three and the last three.
            while (end + 3 < text.Length && text[end + 3] == '"')
                end++;
            string value = text[start..end];
            _line += value.AsSpan().Count('\n');
            _at = end + 3;
            return value;
        }

        /// <summary>RFC 8259 section 7, without unpaired surrogates: those are not text.</summary>
        private string ParseEscape()
        {
            char c = AtEnd ? '\0' : text[_at++];
            switch (c)
            {
                case '"' or '\\' or '/':
                    return c.ToString();
                case 'b':
                    return "\b";
                case 'f':
                    return "\f";
                case 'n':
                    return "\n";
                case 'r':
                    return "\r";
                case 't':
                    return "\t";
                case 'u':
                    char unit = ParseHex();
                    if (!char.IsSurrogate(unit))
                        return unit.ToString();
                    if (char.IsHighSurrogate(unit) && text.AsSpan(_at).StartsWith("\\u", StringComparison.Ordinal))
                    {
                        _at += 2;
                        char low = ParseHex();
                        if (char.IsLowSurrogate(low))
                            return new string([unit, low]);
                    }
                    throw Refuse("\\u escapes of a pair have to come as high and low surrogate");
                default:
                    throw Refuse("unknown escape: allowed are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
            }
        }

        private char ParseHex()
        {
            if (_at + 4 > text.Length
                || !ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit))
            {
                throw Refuse("\\u takes four hexadecimal digits");
            }
            _at += 4;
            return (char)unit;
        }

        private bool AtSlashes() => Current == '/' && _at + 1 < text.Length && text[_at + 1] == '/';

        private void SkipBlanks()
        {
            while (!AtEnd && Current != '\n' && char.IsWhiteSpace(Current))
                _at++;
        }

        private void SkipBlankLines()
        {
            while (true)
            {
                SkipBlanks();
                if (AtEnd)
                    return;
                if (Current == '\n')
                {
                    _line++;
                    _at++;
                }
                else if (Current == '#' || AtSlashes())
                {
                    int end = text.IndexOf('\n', _at);
                    _at = end < 0 ? text.Length : end;
                }
                else
                {
                    return;
                }
            }
        }

        private string Found() => AtEnd ? "the end of the file"
            : Current == '\n' ? "the end of the line"
            : char.IsControl(Current) || char.IsSurrogate(Current) ? $"U+{(int)Current:X4}"
            : $"'{Current}'";
    }
}
