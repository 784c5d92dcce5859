using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Together.Host.Http;

namespace Together.Host.Operations;

/// <summary><c>GET /openapi/v1.json</c>: the REST API as it is mapped, spelled as it is on the wire.</summary>
internal static class OpenApiDocument
{
    /// <summary>Of the protocol, not of the host.</summary>
    public const string Version = "1";

    private const string Description = nameof(Description);

    public static void Configure(OpenApiOptions options)
    {
        options.AddOperationTransformer((operation, context, _) =>
        {
            operation.Metadata ??= new Dictionary<string, object>();
            operation.Metadata[Description] = context.Description;
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer(async (document, context, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Together", Version = Version };
            // The address that was asked for is the one to use.
            document.Servers = [];
            document.Components = new OpenApiComponents();
            var schemas = new ContractSchemas(document, context);
            document.AddComponent(nameof(Problem), new OpenApiResponse
            {
                Description = "A refusal",
                Content = new Dictionary<string, OpenApiMediaType> { [Problem.MediaType] = new() { Schema = await schemas.OfAsync(typeof(ProblemBody)) } },
            });
            foreach (var path in document.Paths.Values)
            {
                foreach (var (method, operation) in path.Operations!)
                {
                    await DescribeAsync(operation, method, (ApiDescription)operation.Metadata![Description], schemas);
                    operation.Responses!["default"] = new OpenApiResponseReference(nameof(Problem), document);
                }
            }
        });
    }

    private static async Task DescribeAsync(OpenApiOperation operation, HttpMethod method, ApiDescription description, ContractSchemas schemas)
    {
        var metadata = description.ActionDescriptor.EndpointMetadata;
        var handler = metadata.OfType<MethodInfo>().Single();
        operation.OperationId = $"{Word(handler.DeclaringType!.Name, "Endpoints", "Endpoint")}.{Word(handler.Name, "Async")}{(method == HttpMethod.Head ? ".head" : "")}";

        foreach (var parameter in metadata.OfType<Parameter>()) (operation.Parameters ??= []).Add(Describe(parameter));

        var body = description.ParameterDescriptions.SingleOrDefault(parameter => parameter.Source == BindingSource.Body);
        if (body is not null) operation.RequestBody!.Content!["application/json"].Schema = await schemas.OfAsync(body.Type, isRequest: true);
        else if (metadata.OfType<FileBody>().Any()) operation.RequestBody = File();

        foreach (var response in description.SupportedResponseTypes)
        {
            if (response.Type is { } type && type != typeof(void))
                operation.Responses![$"{response.StatusCode}"].Content!["application/json"].Schema = await schemas.OfAsync(type);
        }
    }

    private static OpenApiParameter Describe(Parameter parameter)
    {
        var schema = parameter.Words is { } words ? ContractSchemas.Words(words)
            : ContractSchemas.Plain(parameter.Format == "int32" ? JsonSchemaType.Integer : JsonSchemaType.String, parameter.Format);
        return new OpenApiParameter
        {
            Name = parameter.Name,
            In = parameter.IsHeader ? ParameterLocation.Header : ParameterLocation.Query,
            Required = parameter.IsRequired,
            Description = parameter.Description,
            Schema = parameter.IsList ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = schema } : schema,
            // Separated by commas.
            Explode = !parameter.IsList,
        };
    }

    private static OpenApiRequestBody File()
    {
        var form = ContractSchemas.Object(("file", ContractSchemas.Plain(JsonSchemaType.String, "binary")));
        return new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { ["multipart/form-data"] = new() { Schema = form } } };
    }

    /// <summary><c>BulkDeleteAsync</c> -> <c>bulkDelete</c></summary>
    private static string Word(string name, params ReadOnlySpan<string> endings)
    {
        foreach (var ending in endings)
        {
            if (name.EndsWith(ending, StringComparison.Ordinal)) name = name[..^ending.Length];
        }

        return JsonNamingPolicy.CamelCase.ConvertName(name);
    }
}
