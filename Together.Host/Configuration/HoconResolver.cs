using System.Text;

namespace Together.Host.Configuration;

/// <summary>
/// Turns what was written into values: the last assignment wins, objects merge, substitutions are looked up in the whole tree and then in
/// the environment. One per load, one thread.
/// </summary>
internal sealed class HoconResolver(ObjectSyntax root, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>Ours has about 80. Values that refer to each other can multiply: this ends it.</summary>
    public const int MaxValues = 20_000;

    /// <summary>Characters put together over all values, for the same reason; a secret or a URL is far below it.</summary>
    public const int MaxText = 1024 * 1024;

    private readonly List<SubstitutionSyntax> _open = [];
    private int _values;
    private int _text;

    public HoconObject Resolve() => ResolveObject(root);

    private HoconObject ResolveObject(ObjectSyntax syntax)
    {
        var fields = new OrderedDictionary<string, HoconValue>();
        foreach (var (key, assignments) in syntax.Fields)
            if (ResolveAssignments(assignments) is { } value)
                fields.Add(key, value);
        return new HoconObject(syntax.Origin, fields);
    }

    /// <summary>From the last to the first: an undefined optional substitution leaves what was there before.</summary>
    private HoconValue? ResolveAssignments(List<Assignment> assignments)
    {
        var appended = new List<HoconValue>();
        HoconObject? upper = null;
        for (int i = assignments.Count - 1; i >= 0; i--)
        {
            var assignment = assignments[i];
            if (upper is not null && (assignment.Append || assignment.Value is not (ObjectSyntax or SubstitutionSyntax)))
                break;
            if (Resolve(assignment.Value) is not { } value)
                continue;
            if (assignment.Append)
            {
                appended.Add(value);
                continue;
            }
            if (appended.Count > 0)
            {
                if (value is not HoconArray list)
                    throw new ConfigurationRefusedException(appended[^1].Origin, $"'+=' needs a list before it, found {value.Description}");
                appended.Reverse();
                return new HoconArray(appended[^1].Origin, [.. list.Items, .. appended]);
            }
            if (value is not HoconObject lower)
                return upper ?? value;
            upper = upper is null ? lower : Merge(lower, upper);
        }
        if (upper is not null)
            return upper;
        if (appended.Count == 0)
            return null;
        appended.Reverse();
        return new HoconArray(appended[^1].Origin, appended);
    }

    private static HoconObject Merge(HoconObject lower, HoconObject upper)
    {
        var fields = new OrderedDictionary<string, HoconValue>(lower.Fields);
        foreach (var (key, value) in upper.Fields)
            fields[key] = value is HoconObject over && fields.GetValueOrDefault(key) is HoconObject under ? Merge(under, over) : value;
        return new HoconObject(upper.Origin, fields);
    }

    private HoconValue? Resolve(HoconSyntax syntax)
    {
        if (++_values > MaxValues)
            throw new ConfigurationRefusedException(syntax.Origin, $"more than {MaxValues} values: substitutions multiply here");
        return syntax switch
        {
            ScalarSyntax scalar => scalar.Value,
            ObjectSyntax child => ResolveObject(child),
            ArraySyntax array => new HoconArray(array.Origin, [.. array.Items.Select(Resolve).OfType<HoconValue>()]),
            SubstitutionSyntax substitution => ResolveSubstitution(substitution),
            ConcatenationSyntax concatenation => ResolveConcatenation(concatenation),
            _ => throw new InvalidOperationException(syntax.GetType().Name),
        };
    }

    private HoconValue? ResolveSubstitution(SubstitutionSyntax substitution)
    {
        if (_open.Any(open => open.Name == substitution.Name))
            throw new ConfigurationRefusedException(substitution.Origin, $"${{{substitution.Name}}} refers to itself; use '+=' to add to a list");
        if (_open.Count == HoconReader.MaxDepth)
            throw new ConfigurationRefusedException(substitution.Origin, $"substitutions more than {HoconReader.MaxDepth} deep");

        _open.Add(substitution);
        var value = Find(root, substitution.Path);
        _open.RemoveAt(_open.Count - 1);
        switch (value)
        {
            case HoconObject:
                throw new ConfigurationRefusedException(substitution.Origin, $"${{{substitution.Name}}} is an object; only single values and lists can be substituted");
            case HoconScalar { Origin.IsVariable: false } scalar:
                return scalar with { Origin = substitution.Origin };
            case not null:
                return value;
        }
        // Empty counts as not set: a compose file passes `${VAR:-}` on that way.
        if (environment.TryGetValue(substitution.Name, out string? text) && text.Length > 0)
            return new HoconScalar(HoconOrigin.Variable(substitution.Name), HoconScalarKind.Text, text);
        return substitution.Optional
            ? null
            : throw new ConfigurationRefusedException(substitution.Origin, $"${{{substitution.Name}}} is neither a key nor an environment variable; ${{?{substitution.Name}}} would be optional");
    }

    /// <summary>Looks into what was written and resolves only what the path ends at, so that siblings may refer to each other.</summary>
    private HoconValue? Find(ObjectSyntax within, IReadOnlyList<string> path)
    {
        for (int depth = 0; depth < path.Count - 1; depth++)
        {
            if (within.Child(path[depth]) is not { } child)
                return null;
            within = child;
        }
        return within.Fields.TryGetValue(path[^1], out var assignments) ? ResolveAssignments(assignments) : null;
    }

    /// <summary>Undefined when every part is.</summary>
    private HoconScalar? ResolveConcatenation(ConcatenationSyntax concatenation)
    {
        var text = new StringBuilder();
        bool defined = false;
        foreach (var part in concatenation.Parts)
        {
            switch (Resolve(part))
            {
                case HoconScalar scalar:
                    if ((_text += scalar.Text.Length) > MaxText)
                        throw new ConfigurationRefusedException(concatenation.Origin, $"more than {MaxText} characters: substitutions multiply here");
                    text.Append(scalar.Text);
                    defined = true;
                    break;
                case { } other:
                    throw new ConfigurationRefusedException(part.Origin, $"{other.Description} cannot be part of a string");
            }
        }
        return !defined ? null : new HoconScalar(concatenation.Origin, HoconScalarKind.Text, text.ToString());
    }
}
