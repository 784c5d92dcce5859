using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Together.Protocol.Gateway;
using static Together.Host.Operations.ContractSchemas;

namespace Together.Host.Operations;

/// <summary><c>GET /openapi/gateway.json</c>: the gateway's frames as schemas, made of the tables that the host sends them by.</summary>
internal static class GatewayDocument
{
    public static void Configure(OpenApiOptions options)
    {
        options.ShouldInclude = _ => false;
        options.AddDocumentTransformer(async (document, context, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Together gateway", Version = OpenApiDocument.Version };
            document.Servers = [];
            var schemas = new ContractSchemas(document, context);

            var dispatches = new List<IOpenApiSchema>();
            foreach (var dispatch in GatewayEvents.All)
                dispatches.Add(Object(("op", Word(GatewayOps.Dispatch)), ("s", Plain(JsonSchemaType.Integer, "int64")), ("t", Word(dispatch.Name)), ("d", await schemas.OfAsync(dispatch.Payload))));
            var events = OneOf(dispatches);
            events.Description = "What happens, from the host. `s` is its position, which never goes back within a session.";

            var fromHost = new List<IOpenApiSchema> { schemas.Add("Dispatch", events) };
            foreach (var op in GatewayOps.All)
                fromHost.Add(Object(("op", Word(op.Name)), ("s", Null()), ("t", Null()), ("d", op.Payload is { } payload ? await schemas.OfAsync(payload) : Null())));
            schemas.Add("HostFrame", OneOf(fromHost));

            var fromClient = new List<IOpenApiSchema>();
            foreach (var (op, payload) in ClientOps.All) fromClient.Add(Object(("op", Word(op)), ("d", await schemas.OfAsync(payload, isRequest: true))));
            schemas.Add("ClientFrame", OneOf(fromClient));

            schemas.Add(nameof(CloseCode), CloseCodesSchema());
        });
    }

    private static OpenApiSchema Null() => Plain(JsonSchemaType.Null);

    /// <summary>The names and descriptions as generators of code look for them.</summary>
    private static OpenApiSchema CloseCodesSchema()
    {
        var codes = Enum.GetValues<CloseCode>();
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Integer,
            Description = "Why the host closes a connection, and what the client does next.",
            Enum = [.. codes.Select(code => JsonValue.Create((int)code))],
            Extensions = new Dictionary<string, IOpenApiExtension>
            {
                ["x-enum-varnames"] = Texts(codes.Select(code => code.ToString())),
                ["x-enum-descriptions"] = Texts(codes.Select(code => $"{code.Meaning()}: {Next(code)}")),
            },
        };

        static JsonNodeExtension Texts(IEnumerable<string> texts) => new(new JsonArray([.. texts.Select(text => JsonValue.Create(text))]));

        static string Next(CloseCode code) => JsonNamingPolicy.CamelCase.ConvertName(code.Next().ToString());
    }
}
