using System.Text;

namespace Together.Host.Configuration;

/// <summary>
/// What is in effect and where it came from: environment variables over the file named in TOGETHER_CONFIG over reference.conf.
/// Immutable, for any thread, for the process's life.
/// </summary>
public sealed class EffectiveConfiguration
{
    public const string FileVariable = "TOGETHER_CONFIG";

    private const string ReferenceName = "reference.conf";

    private readonly HoconObject _defaults;
    private readonly HoconObject _root;

    private EffectiveConfiguration(HoconObject defaults, HoconObject root, TogetherOptions options)
    {
        _defaults = defaults;
        _root = root;
        Options = options;
    }

    public TogetherOptions Options { get; }

    /// <summary>The same values for what reads an IConfiguration, such as the levels of logging.</summary>
    public HoconConfigurationSource Source => new(_root);

    /// <exception cref="ConfigurationRefusedException">Something in the files or variables is not allowed.</exception>
    public static EffectiveConfiguration Load(IReadOnlyDictionary<string, string> environment)
    {
        var reader = new HoconReader();
        string reference = ReadReference();
        var defaults = new HoconResolver(reader.ReadText(reference, ReferenceName), new Dictionary<string, string>()).Resolve();
        var syntax = reader.ReadText(reference, ReferenceName);
        var problems = new List<string>();
        if (environment.TryGetValue(FileVariable, out string? file) && file.Length > 0)
        {
            var bindings = new List<(string[] Path, SubstitutionSyntax Variable)>();
            CollectVariables(syntax, [], bindings);
            var named = reader.ReadFile(file, HoconOrigin.Variable(FileVariable));
            RefuseUnknownKeys(named, defaults, [], defaults, problems);
            syntax.Merge(named);
            // What the file says comes later, yet a variable is what a person sets last: it gets the last word again.
            foreach (var (path, variable) in bindings)
                Rebind(syntax, path, variable);
        }

        HoconObject root;
        try
        {
            root = Fit(new HoconResolver(syntax, environment).Resolve(), defaults, [], problems);
        }
        catch (ConfigurationRefusedException refused) when (problems.Count > 0)
        {
            throw new ConfigurationRefusedException([.. problems, .. refused.Problems]);
        }
        var options = new OptionsReader(root, problems).Read();
        return problems.Count == 0 ? new(defaults, root, options!) : throw new ConfigurationRefusedException(problems);
    }

    /// <summary>As HOCON, without secrets, with the origin of each value that is not the default.</summary>
    public void WriteTo(TextWriter output)
    {
        foreach (var (key, value) in _root.Fields)
            Write(output, key, value, [key], indent: 0);
    }

    internal static string ReadReference()
    {
        using var stream = typeof(EffectiveConfiguration).Assembly.GetManifestResourceStream(ReferenceName)!;
        using var text = new StreamReader(stream, Encoding.UTF8);
        return text.ReadToEnd();
    }

    private static void CollectVariables(ObjectSyntax within, string[] path, List<(string[] Path, SubstitutionSyntax Variable)> found)
    {
        foreach (var (key, assignments) in within.Fields)
        {
            foreach (var (value, _) in assignments)
            {
                if (value is SubstitutionSyntax { Optional: true, Path.Count: 1 } variable)
                    found.Add(([.. path, key], variable));
                else if (value is ObjectSyntax child)
                    CollectVariables(child, [.. path, key], found);
            }
        }
    }

    private static void Rebind(ObjectSyntax root, string[] path, SubstitutionSyntax variable)
    {
        var within = root;
        foreach (string key in path[..^1])
        {
            if (within.Child(key) is not { } child)
                return;
            within = child;
        }
        within.Assign(path[^1], variable, append: false);
    }

    private static void RefuseUnknownKeys(ObjectSyntax written, HoconObject known, string[] path, HoconObject defaults, List<string> problems)
    {
        if (OptionsReader.IsOpen(path))
            return;
        foreach (var (key, assignments) in written.Fields)
        {
            foreach (var (value, _) in assignments)
            {
                if (!known.Fields.TryGetValue(key, out var expected))
                    problems.Add($"{value.Origin}: unknown key \"{string.Join('.', [.. path, key])}\"{Suggest(key, path, known, defaults)}");
                else if (value is ObjectSyntax child && expected is HoconObject inner)
                    RefuseUnknownKeys(child, inner, [.. path, key], defaults, problems);
            }
        }
    }

    private static string Suggest(string key, string[] path, HoconObject siblings, HoconObject defaults)
    {
        string? near = siblings.Fields.Keys.OrderBy(sibling => EditDistance(key, sibling)).FirstOrDefault();
        if (near is not null && EditDistance(key, near) <= Math.Max(2, key.Length / 3))
            return $", did you mean \"{string.Join('.', [.. path, near])}\"?";
        return FindKey(key, defaults, []) is { } elsewhere ? $", did you mean \"{string.Join('.', elsewhere)}\"?" : "";
    }

    /// <summary>The right key in the wrong place, such as http without together around it.</summary>
    private static string[]? FindKey(string key, HoconObject within, string[] path)
    {
        foreach (var (name, value) in within.Fields)
        {
            if (name == key)
                return [.. path, name];
            if (value is HoconObject child && FindKey(key, child, [.. path, name]) is { } found)
                return found;
        }
        return null;
    }

    /// <summary>Levenshtein's, by rows.</summary>
    private static int EditDistance(string from, string to)
    {
        // No key of ours is that long; a longer one is not a slip of the finger.
        if (from.Length > 64)
            return int.MaxValue;
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }

    /// <summary>Refuses a value where an object belongs, and makes the list that a variable's text stands for.</summary>
    private static HoconObject Fit(HoconObject values, HoconObject defaults, string[] path, List<string> problems)
    {
        var fields = new OrderedDictionary<string, HoconValue>();
        foreach (var (key, value) in values.Fields)
        {
            string[] at = [.. path, key];
            switch (defaults.Fields.GetValueOrDefault(key))
            {
                case HoconObject inner when value is HoconObject child:
                    fields.Add(key, Fit(child, inner, at, problems));
                    break;
                case HoconObject:
                    problems.Add($"{value.Origin}: {string.Join('.', at)}: expected an object, found {value.Description}");
                    break;
                case HoconArray when value is HoconScalar { Origin.IsVariable: true } scalar:
                    fields.Add(key, new HoconArray(scalar.Origin, [.. scalar.Text
                        .Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                        .Select(item => scalar with { Text = item })]));
                    break;
                default:
                    fields.Add(key, value);
                    break;
            }
        }
        return new HoconObject(values.Origin, fields);
    }

    private void Write(TextWriter output, string key, HoconValue value, string[] path, int indent)
    {
        output.Write(new string(' ', indent));
        output.Write(HoconText.Key(key));
        if (value is HoconObject { Fields: var fields })
        {
            output.WriteLine(" {");
            foreach (var (name, child) in fields)
                Write(output, name, child, [.. path, name], indent + 2);
            output.WriteLine(new string(' ', indent) + "}");
            return;
        }
        output.Write($" = {Masked(path, value)}");
        if (_defaults.Find(path) is not { } usual || HoconText.Value(usual) != HoconText.Value(value))
            output.Write($"  # {value.Origin}");
        output.WriteLine();
    }

    private static string Masked(string[] path, HoconValue value) => (string.Join('.', path), value) switch
    {
        ("together.auth.jwt-secret", HoconScalar { Kind: not HoconScalarKind.Null }) => HoconText.Quote(HoconText.Mask),
        ("together.database.url", HoconScalar { Kind: not HoconScalarKind.Null } url) => HoconText.Quote(HoconText.MaskPassword(url.Text)),
        _ => HoconText.Value(value),
    };
}
