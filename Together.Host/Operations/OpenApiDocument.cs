using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Operations;

/// <summary><c>GET /openapi/v1.json</c>: the REST API as it is mapped, spelled as it is on the wire.</summary>
internal static class OpenApiDocument
{
    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Together", Version = HealthEndpoint.Version };
            // The address that was asked for is the one to use.
            document.Servers = [];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            foreach (var parameter in context.Description.ActionDescriptor.EndpointMetadata.OfType<Parameter>())
            {
                operation.Parameters ??= [];
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = parameter.Name,
                    In = parameter.IsHeader ? ParameterLocation.Header : ParameterLocation.Query,
                    Description = parameter.Description,
                    Schema = new OpenApiSchema { Type = parameter.Format == "int32" ? JsonSchemaType.Integer : JsonSchemaType.String, Format = parameter.Format },
                });
            }

            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<FileBody>().Any())
            {
                var form = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema> { ["file"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
                };
                operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { ["multipart/form-data"] = new() { Schema = form } } };
            }

            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            Describe(schema, context.JsonTypeInfo.Type);
            return Task.CompletedTask;
        });
    }

    private static void Describe(OpenApiSchema schema, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        // Every field of a request may be absent as far as its shape goes; what is required is said by the 400.
        if (type.Namespace?.StartsWith("Together.Host", StringComparison.Ordinal) == true) schema.Required?.Clear();
        if (type == typeof(Permissions)) Become(schema, JsonSchemaType.String, "^[0-9]+$");
        else if (type.IsAssignableTo(typeof(Enum))) return;
        else if (type.Namespace == typeof(UserId).Namespace && type.Name.EndsWith("Id", StringComparison.Ordinal)) Become(schema, JsonSchemaType.String, null, "uuid");
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Patch<>)) DescribePatch(schema, type.GenericTypeArguments[0]);
    }

    /// <summary>A field of a PATCH is its own type, or null to clear it.</summary>
    private static void DescribePatch(OpenApiSchema schema, Type type)
    {
        var (kind, format) = type == typeof(int) ? (JsonSchemaType.Integer, "int32")
            : type == typeof(bool) ? (JsonSchemaType.Boolean, null)
            : type == typeof(DateTimeOffset) ? (JsonSchemaType.String, "date-time")
            : type == typeof(string) || type == typeof(Permissions) ? (JsonSchemaType.String, (string?)null)
            : (JsonSchemaType.String, "uuid");
        Become(schema, kind | JsonSchemaType.Null, null, format);
    }

    private static void Become(OpenApiSchema schema, JsonSchemaType type, string? pattern, string? format = null)
    {
        schema.Type = type;
        schema.Pattern = pattern;
        schema.Format = format;
        schema.Properties?.Clear();
        schema.Required?.Clear();
    }
}
