namespace Together.Host.Configuration;

/// <summary>A value as written, before substitution. Built by one reader, then only read.</summary>
internal abstract record HoconSyntax(HoconOrigin Origin);

internal sealed record ScalarSyntax(HoconScalar Value) : HoconSyntax(Value.Origin);

internal sealed record ArraySyntax(HoconOrigin Origin, IReadOnlyList<HoconSyntax> Items) : HoconSyntax(Origin);

/// <summary><c>${path}</c> or <c>${?path}</c>.</summary>
internal sealed record SubstitutionSyntax(HoconOrigin Origin, IReadOnlyList<string> Path, bool Optional) : HoconSyntax(Origin)
{
    public string Name => string.Join('.', Path);
}

/// <summary>Strings and substitutions in one line, with the blanks between them.</summary>
internal sealed record ConcatenationSyntax(HoconOrigin Origin, IReadOnlyList<HoconSyntax> Parts) : HoconSyntax(Origin);

/// <summary>One of the assignments to a key, <c>=</c> or <c>+=</c>.</summary>
internal readonly record struct Assignment(HoconSyntax Value, bool Append);

/// <summary>Every assignment to every key in the order of the files: an optional substitution may still fall back to an earlier one.</summary>
internal sealed record ObjectSyntax(HoconOrigin Origin) : HoconSyntax(Origin)
{
    public OrderedDictionary<string, List<Assignment>> Fields { get; } = [];

    public void Assign(string key, HoconSyntax value, bool append)
    {
        if (!Fields.TryGetValue(key, out var assignments))
            Fields.Add(key, assignments = []);
        if (value is ObjectSyntax added && !append && assignments is [.., { Value: ObjectSyntax existing, Append: false }])
            existing.Merge(added);
        else
            assignments.Add(new Assignment(value, append));
    }

    /// <summary>The object at the key if that was its last assignment, else null.</summary>
    public ObjectSyntax? Child(string key) =>
        Fields.GetValueOrDefault(key) is [.., { Value: ObjectSyntax child, Append: false }] ? child : null;

    public void Merge(ObjectSyntax later)
    {
        foreach (var (key, assignments) in later.Fields)
            foreach (var assignment in assignments)
                Assign(key, assignment.Value, assignment.Append);
    }
}
