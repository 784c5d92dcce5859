namespace Together.Host.Http;

/// <summary>A parameter of a request that its handler reads by itself; here for the API's description only.</summary>
/// <param name="Name">As it is in the query, or the header's name.</param>
/// <param name="Description">One sentence for developers of clients.</param>
/// <param name="Format">OpenAPI's: <c>uuid</c>, <c>int32</c>, or null for text.</param>
/// <param name="IsHeader">False for the query.</param>
public sealed record Parameter(string Name, string Description, string? Format = null, bool IsHeader = false)
{
    /// <summary>What it may be; null for anything.</summary>
    public IReadOnlyList<string>? Words { get; init; }

    /// <summary>Several are separated by commas.</summary>
    public bool IsList { get; init; }

    public bool IsRequired { get; init; }
}

/// <summary>A request whose body is a form with one file; here for the API's description only.</summary>
public sealed record FileBody;

public static class Parameters
{
    public static readonly Parameter Limit = new("limit", "How many at most: 1 to 100, 50 by default.", "int32");
    public static readonly Parameter Before = new("before", "Only those below this ID, which is left out.", "uuid");
    public static readonly Parameter After = new("after", "Only those above this ID, which is left out.", "uuid");
    public static readonly Parameter Reason = new(AuditReason.Header, "Why, for the audit log: at most 512 characters, UTF-8 or percent-encoded.", IsHeader: true);

    /// <summary>Not as <c>Accepts</c>, which would refuse another media type before the caller is known.</summary>
    public static TBuilder TakesFile<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new FileBody());

    public static TBuilder Takes<TBuilder>(this TBuilder builder, params Parameter[] parameters) where TBuilder : IEndpointConventionBuilder
    {
        foreach (var parameter in parameters) builder.WithMetadata(parameter);
        return builder;
    }
}
