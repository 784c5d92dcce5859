namespace Together.Host.Configuration;

/// <summary>Where a value was written: a line of a file, or an environment variable (then the line is 0).</summary>
public readonly record struct HoconOrigin(string Name, int Line)
{
    public static HoconOrigin Variable(string name) => new(name, 0);

    public bool IsVariable => Line == 0;

    public override string ToString() => IsVariable ? Name : $"{Name}:{Line}";
}

/// <summary>A value after substitution. Immutable by convention once the resolver returned it.</summary>
public abstract record HoconValue(HoconOrigin Origin)
{
    /// <summary>As it reads in "expected …, found …".</summary>
    public abstract string Description { get; }
}

public sealed record HoconObject(HoconOrigin Origin, OrderedDictionary<string, HoconValue> Fields) : HoconValue(Origin)
{
    public override string Description => "an object";

    /// <summary>Null when there is nothing at the path.</summary>
    public HoconValue? Find(params ReadOnlySpan<string> path)
    {
        HoconValue? found = this;
        foreach (string key in path)
            found = (found as HoconObject)?.Fields.GetValueOrDefault(key);
        return found;
    }
}

public sealed record HoconArray(HoconOrigin Origin, IReadOnlyList<HoconValue> Items) : HoconValue(Origin)
{
    public override string Description => "a list";
}

public enum HoconScalarKind
{
    Text,
    Number,
    Boolean,
    Null,
}

public sealed record HoconScalar(HoconOrigin Origin, HoconScalarKind Kind, string Text) : HoconValue(Origin)
{
    public override string Description => Kind switch
    {
        HoconScalarKind.Number => "a number",
        HoconScalarKind.Boolean => "a boolean",
        HoconScalarKind.Null => "null",
        _ => "a string",
    };
}
