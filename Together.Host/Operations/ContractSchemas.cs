using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Channels;
using Together.Protocol.Servers;

namespace Together.Host.Operations;

/// <summary>
/// Writes what types look like on the wire into one document's components, for clients that generate theirs from it: what is
/// always there is required, what may be null says so, words are enums. One document.
/// </summary>
/// <remarks>The framework's own schemas take a number in quotes for a number, and forget types, items and what is left out.</remarks>
internal sealed partial class ContractSchemas(Microsoft.OpenApi.OpenApiDocument document, OpenApiDocumentTransformerContext context)
{
    private readonly JsonSerializerOptions _json = context.ApplicationServices.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value.SerializerOptions;
    private readonly Dictionary<string, Type> _written = [];

    /// <summary>Of something that the host sends, or with <paramref name="isRequest"/> of something that it reads.</summary>
    public async Task<IOpenApiSchema> OfAsync(Type type, bool isRequest = false)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return OrNull(await OfAsync(inner, isRequest));
        if (IsPatch(type)) return await OfAsync(type.GenericTypeArguments[0], isRequest);
        if (type == typeof(string)) return Plain(JsonSchemaType.String);
        if (type == typeof(bool)) return Plain(JsonSchemaType.Boolean);
        if (type == typeof(int)) return Plain(JsonSchemaType.Integer, "int32");
        if (type == typeof(long)) return Plain(JsonSchemaType.Integer, "int64");
        if (type == typeof(Guid)) return Plain(JsonSchemaType.String, "uuid");
        if (type == typeof(DateTimeOffset)) return Plain(JsonSchemaType.String, "date-time");
        if (type == typeof(JsonElement)) return new OpenApiSchema();

        var info = _json.GetTypeInfo(type);
        if (info.Kind == JsonTypeInfoKind.Enumerable) return new OpenApiSchema { Type = JsonSchemaType.Array, Items = await OfAsync(info.ElementType!, isRequest) };
        if (info.Kind == JsonTypeInfoKind.Dictionary) return new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = await OfAsync(info.ElementType!, isRequest) };
        var reference = await ComponentAsync(info, isRequest);
        return type == typeof(Permissions) && isRequest ? AnyOf([reference, Plain(JsonSchemaType.Integer, "int64")]) : reference;
    }

    /// <summary>Adds a schema that is no type's.</summary>
    public OpenApiSchemaReference Add(string name, OpenApiSchema schema)
    {
        document.AddComponent(name, schema);
        return new OpenApiSchemaReference(name, document);
    }

    public static OpenApiSchema Plain(JsonSchemaType type, string? format = null) => new() { Type = type, Format = format };

    public static OpenApiSchema Words(IEnumerable<string> words) => new() { Type = JsonSchemaType.String, Enum = [.. words.Select(word => JsonValue.Create(word))] };

    public static OpenApiSchema Word(string word) => new() { Type = JsonSchemaType.String, Const = word };

    public static OpenApiSchema OneOf(IEnumerable<IOpenApiSchema> schemas) => new() { OneOf = [.. schemas] };

    /// <summary>An object of fields that are all there.</summary>
    public static OpenApiSchema Object(params (string Name, IOpenApiSchema Schema)[] fields) => new()
    {
        Type = JsonSchemaType.Object,
        Required = fields.Select(field => field.Name).ToHashSet(),
        Properties = fields.ToDictionary(field => field.Name, field => field.Schema),
    };

    private static OpenApiSchema AnyOf(IEnumerable<IOpenApiSchema> schemas) => new() { AnyOf = [.. schemas] };

    private static OpenApiSchema OrNull(IOpenApiSchema schema)
    {
        if (schema is not OpenApiSchema { Type: { } type, Enum: null } plain) return OneOf([schema, Plain(JsonSchemaType.Null)]);
        plain.Type = type | JsonSchemaType.Null;
        return plain;
    }

    private async Task<OpenApiSchemaReference> ComponentAsync(JsonTypeInfo info, bool isRequest)
    {
        var type = info.Type;
        var name = type == typeof(ProblemBody) ? nameof(Problem) : type.Name;
        var reference = new OpenApiSchemaReference(name, document);
        if (_written.TryGetValue(name, out var other))
            return other == type ? reference : throw new InvalidOperationException($"{type} and {other} would both be called {name}");
        _written.Add(name, type);

        OpenApiSchema schema;
        if (info.Kind == JsonTypeInfoKind.Object) schema = await ObjectAsync(info, isRequest);
        else if (type.IsEnum && type != typeof(Permissions)) schema = Words(Enum.GetValuesAsUnderlyingType(type).Cast<object>().Select(value => JsonSerializer.Serialize(Enum.ToObject(type, value), info).Trim('"')));
        else if (type == typeof(Permissions)) schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[0-9]+$" };
        else if (type.Namespace == typeof(UserId).Namespace) schema = Plain(JsonSchemaType.String, "uuid");
        else throw new InvalidOperationException($"what {type} looks like is not known");

        if (info.Kind != JsonTypeInfoKind.Object) schema.Description = Text((await context.GetOrCreateSchemaAsync(type)).Description);
        document.AddComponent(name, schema);
        return reference;
    }

    private async Task<OpenApiSchema> ObjectAsync(JsonTypeInfo info, bool isRequest)
    {
        // It knows the comments in the code.
        var described = await context.GetOrCreateSchemaAsync(info.Type);
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = Text(described.Description, info),
            Required = new HashSet<string>(),
            Properties = new Dictionary<string, IOpenApiSchema>(),
        };
        foreach (var property in info.Properties)
        {
            var isLeftOut = Has<JsonIgnoreAttribute>(property);
            var isPatch = IsPatch(property.PropertyType);
            var isRequired = isRequest ? Has<RequiredAttribute>(property) || (!property.IsGetNullable && !isPatch) : !isLeftOut;
            var isNullable = isPatch ? !Has<NotClearableAttribute>(property) : property.IsGetNullable && !isLeftOut && !(isRequest && isRequired);

            var words = WordsOf(property);
            var value = words is null ? await OfAsync(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, isRequest) : Words(words);
            if (isNullable && property.PropertyType != typeof(JsonElement?)) value = OrNull(value);
            if (CommentOf(described, property, value) is { } comment)
            {
                if (value is OpenApiSchemaReference shared) shared.Description = Text(comment, info);
                else ((OpenApiSchema)value).Description = Text(comment, info);
            }

            schema.Properties.Add(property.Name, value);
            if (isRequired) schema.Required.Add(property.Name);
        }

        return schema;
    }

    /// <summary>The words that a text is one of, where they are known.</summary>
    private static IEnumerable<string>? WordsOf(JsonPropertyInfo property)
    {
        var declaring = property.DeclaringType;
        if (declaring == typeof(ProblemBody) && property.Name == "code") return Enum.GetValues<ErrorCode>().Select(code => code.Word());
        if (declaring == typeof(AuditEntry) && property.Name == "action") return AuditActions.All;
        if (declaring == typeof(PermissionExplanation) && property.Name == "permission") return PermissionNames.All.OrderBy(named => named.Value).Select(named => named.Key);
        return Attribute<AllowedValuesAttribute>(property)?.Values.Cast<string>();
    }

    /// <summary>A property's own comment: behind a reference its schema carries that of the type.</summary>
    private static string? CommentOf(OpenApiSchema described, JsonPropertyInfo property, IOpenApiSchema value)
    {
        if (described.Properties?.TryGetValue(property.Name, out var found) != true || found is not OpenApiSchema schema) return null;
        if (schema.Metadata?.TryGetValue("x-ref-description", out var comment) == true) return (string)comment;
        var isShared = IsPatch(property.PropertyType) || value is OpenApiSchemaReference or OpenApiSchema { OneOf.Count: > 0 } or OpenApiSchema { AnyOf.Count: > 0 };
        return isShared ? null : schema.Description;
    }

    private static bool IsPatch(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Patch<>);

    private static bool Has<T>(JsonPropertyInfo property) where T : Attribute => Attribute<T>(property) is not null;

    private static T? Attribute<T>(JsonPropertyInfo property) where T : Attribute => (T?)property.AttributeProvider?.GetCustomAttributes(typeof(T), inherit: false).SingleOrDefault();

    /// <summary>As plain text: the comments come as XML escapes it, and name fields as the code does.</summary>
    internal static string? Text(string? comment, JsonTypeInfo? info = null)
    {
        var text = WebUtility.HtmlDecode(comment);
        if (text is null || info is null) return text;
        var names = info.Properties.Where(property => property.AttributeProvider is PropertyInfo).ToDictionary(property => ((PropertyInfo)property.AttributeProvider!).Name, property => property.Name);
        return CodeName().Replace(text, match => names.TryGetValue(match.Value, out var name) && name.Contains('_') ? $"`{name}`" : match.Value);
    }

    [GeneratedRegex("[A-Z][A-Za-z]+")]
    private static partial Regex CodeName();
}
