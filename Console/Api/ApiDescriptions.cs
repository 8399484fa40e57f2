using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Qmtl.Console.Api;

/// <summary>What the end points that read their request themselves say in the OpenAPI document.</summary>
internal static class ApiDescriptions
{
    public static RouteHandlerBuilder DescribeDagBody(this RouteHandlerBuilder route, params string[] parameters)
    {
        foreach (var status in new[] { 400, 403, 413, 415, 429 })
        {
            route.ProducesProblem(status);
        }

        return route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            var text = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Description = "A bare DAG or a submission envelope; JSON, or base64 of it. At most Limits:DagBytes (64 MiB), uncompressed UTF-8.",
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.Object } },
                    ["text/plain"] = text,
                    ["application/octet-stream"] = text,
                },
            };
            operation.Parameters ??= [];
            foreach (var parameter in parameters)
            {
                operation.Parameters.Add(parameter switch
                {
                    "world_id" => Query("world_id", "World; may be repeated. It wins over the document's.", false, JsonSchemaType.String),
                    _ => new OpenApiParameter
                    {
                        Name = "generation",
                        In = ParameterLocation.Query,
                        Description = "Overrides what the node ids tell.",
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [JsonValue.Create("older"), JsonValue.Create("newer")] },
                    },
                });
            }

            return Task.CompletedTask;
        });
    }

    public static RouteHandlerBuilder DescribeQuery(this RouteHandlerBuilder route, params (string Name, string Text, bool Required)[] parameters) =>
        route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters ??= [];
            foreach (var (name, text, required) in parameters)
            {
                operation.Parameters.Add(Query(name, text, required, name == "interval" ? JsonSchemaType.Integer : JsonSchemaType.String));
            }

            return Task.CompletedTask;
        });

    /// <summary>A JSON body of this shape, which the end point reads itself.</summary>
    public static RouteHandlerBuilder DescribeBody<TBody>(this RouteHandlerBuilder route) =>
        route.AddOpenApiOperationTransformer(async (operation, context, cancellation) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Description = "At most Limits:BodyBytes (1 MiB). Members that mean nothing are refused.",
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new OpenApiMediaType { Schema = await context.GetOrCreateSchemaAsync(typeof(TBody), cancellationToken: cancellation) },
                },
            };
        });

    private static OpenApiParameter Query(string name, string text, bool required, JsonSchemaType type) => new()
    {
        Name = name,
        In = ParameterLocation.Query,
        Required = required,
        Description = text,
        Schema = new OpenApiSchema { Type = type },
    };
}
