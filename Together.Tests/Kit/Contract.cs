using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Together.Tests.Kit;

/// <summary>
/// A committed contract, and whether something is as it says: the keywords of JSON Schema that the contracts use, and no field
/// that is not described. Any thread.
/// </summary>
public sealed class Contract
{
    private readonly JsonElement _document;

    private Contract(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(file)));
        _document = document.RootElement.Clone();
    }

    public static Contract Rest { get; } = new("openapi.json");

    public static Contract Gateway { get; } = new("gateway.json");

    public JsonElement Schemas => _document.GetProperty("components").GetProperty("schemas");

    /// <summary>Where a contract is in the repository.</summary>
    public static string PathOf(string file, [CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "docs", "protocol", file));

    /// <param name="schema">Its name among the components.</param>
    /// <param name="value">What must be like it.</param>
    public void Check(string schema, JsonElement value) => Check(Schemas.GetProperty(schema), value, schema);

    /// <summary>An answer of the host's, and when it is a success the request too.</summary>
    /// <param name="method">Of the request.</param>
    /// <param name="path">Below <c>/api/</c>, with the query.</param>
    /// <param name="answer">What came.</param>
    /// <param name="body">What was sent; null for nothing, or for what is no JSON.</param>
    public void Check(HttpMethod method, string path, Answer answer, string? body = null)
    {
        var called = $"{method} {path} -> {answer.Status}";
        var parts = path.Split('?');
        var operation = Operation(method, $"/api/{parts[0]}");
        var responses = operation.GetProperty("responses");
        var response = responses.TryGetProperty($"{answer.Status}", out var exact) ? exact : responses.GetProperty("default");
        Assert.True(exact.ValueKind == JsonValueKind.Object == answer.Status < 400, $"{called} is not described");
        response = Target(response);
        Assert.True(response.TryGetProperty("content", out var content) == (answer.Body.ValueKind != JsonValueKind.Undefined), $"{called} has a body where none is described, or none");
        if (content.ValueKind == JsonValueKind.Object) Check(content.EnumerateObject().Single().Value.GetProperty("schema"), answer.Body, called);
        if (answer.Status >= 400) return;

        var query = parts.Length == 1 ? [] : parts[1].Split('&').Select(pair => pair.Split('=')[0]);
        Assert.Empty(query.Except(operation.TryGetProperty("parameters", out var known) ? known.EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()) : []));
        if (body is null) return;
        using var sent = JsonDocument.Parse(body);
        Check(operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema"), sent.RootElement, $"{called}, sent");
    }

    private void Check(JsonElement schema, JsonElement value, string at)
    {
        var wrong = new List<string>();
        Compare(schema, value, at, wrong);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>The one whose words are all in place: <c>@me</c> goes before any <c>{id}</c>.</summary>
    private JsonElement Operation(HttpMethod method, string path)
    {
        var words = path.Split('/');
        var found = _document.GetProperty("paths").EnumerateObject()
            .Where(known => known.Name.Split('/') is var template && template.Length == words.Length && template.Zip(words).All(pair => pair.First == pair.Second || pair.First.StartsWith('{')))
            .Where(known => known.Value.TryGetProperty(Name(method), out _))
            .MinBy(known => known.Name.Count(letter => letter == '{'));
        Assert.True(found.Value.ValueKind == JsonValueKind.Object, $"{method} {path} is not described");
        return found.Value.GetProperty(Name(method));
    }

    private static string Name(HttpMethod method) => method.Method.ToLowerInvariant();

    private JsonElement Target(JsonElement element)
    {
        if (!element.TryGetProperty("$ref", out var reference)) return element;
        return reference.GetString()!.Split('/')[1..].Aggregate(_document, (inside, name) => inside.GetProperty(name));
    }

    private void Compare(JsonElement schema, JsonElement value, string at, List<string> wrong)
    {
        schema = Target(schema);
        foreach (var keyword in schema.EnumerateObject())
        {
            switch (keyword.Name)
            {
                case "type":
                    var types = keyword.Value.ValueKind == JsonValueKind.Array ? keyword.Value.EnumerateArray().Select(type => type.GetString()) : [keyword.Value.GetString()];
                    if (!types.Any(type => Is(value, type!))) wrong.Add($"{at}: {keyword.Value} expected, {value.ValueKind} found");
                    break;
                case "const" when !JsonElement.DeepEquals(keyword.Value, value):
                case "enum" when !keyword.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)):
                    wrong.Add($"{at}: {value} is not {keyword.Value}");
                    break;
                case "pattern" when value.ValueKind == JsonValueKind.String && !Regex.IsMatch(value.GetString()!, keyword.Value.GetString()!):
                case "format" when value.ValueKind == JsonValueKind.String && !IsFormatted(value, keyword.Value.GetString()!):
                    wrong.Add($"{at}: {value} is no {keyword.Value}");
                    break;
                case "required" when value.ValueKind == JsonValueKind.Object:
                    wrong.AddRange(keyword.Value.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{at}.{name}: missing"));
                    break;
                case "properties" when value.ValueKind == JsonValueKind.Object:
                    foreach (var property in value.EnumerateObject())
                    {
                        if (keyword.Value.TryGetProperty(property.Name, out var described)) Compare(described, property.Value, $"{at}.{property.Name}", wrong);
                        else wrong.Add($"{at}.{property.Name}: not described");
                    }

                    break;
                case "additionalProperties" when value.ValueKind == JsonValueKind.Object:
                    foreach (var property in value.EnumerateObject()) Compare(keyword.Value, property.Value, $"{at}.{property.Name}", wrong);
                    break;
                case "items" when value.ValueKind == JsonValueKind.Array:
                    foreach (var (i, item) in value.EnumerateArray().Index()) Compare(keyword.Value, item, $"{at}[{i}]", wrong);
                    break;
                case "oneOf" or "anyOf":
                    wrong.AddRange(Among(keyword, value, at));
                    break;
                case "const" or "enum" or "pattern" or "format" or "required" or "properties" or "additionalProperties" or "items" or "description" or "x-enum-varnames" or "x-enum-descriptions":
                    break;
                default:
                    throw new InvalidOperationException($"{at}: {keyword.Name} is a keyword that this does not know");
            }
        }
    }

    /// <summary>What is wrong with the value by the alternative that fits best; nothing when as many fit as should.</summary>
    private List<string> Among(JsonProperty alternatives, JsonElement value, string at)
    {
        var tried = alternatives.Value.EnumerateArray().Select(alternative =>
        {
            var wrong = new List<string>();
            Compare(alternative, value, at, wrong);
            return wrong;
        }).ToList();
        var fitting = tried.Count(wrong => wrong.Count == 0);
        if (fitting > 1 && alternatives.Name == "oneOf") return [$"{at}: fits {fitting} alternatives"];
        return fitting > 0 ? [] : tried.MinBy(wrong => wrong.Count)!;
    }

    private static bool Is(JsonElement value, string type) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "string" => value.ValueKind == JsonValueKind.String,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a type of JSON Schema that this knows"),
    };

    private static bool IsFormatted(JsonElement text, string format) => format switch
    {
        "uuid" => Guid.TryParseExact(text.GetString(), "D", out _),
        "date-time" => text.TryGetDateTimeOffset(out _),
        _ => true,
    };
}
