using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Qmtl.Console.Api.Rail;
using Qmtl.Console.DryRuns;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Guards;
using Qmtl.Console.Security.SignIn;
using Qmtl.Console.Storage;

namespace Qmtl.Console.Api;

/// <summary>The HTTP API: what it needs, its guards, its end points.</summary>
public static class ConsoleApi
{
    private const string Root = "/api";

    /// <summary>Adds limits, the dry-run service with its store, and the OpenAPI document.</summary>
    public static IServiceCollection AddConsoleApi(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<LimitsOptions>().Bind(configuration.GetSection(LimitsOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LimitsOptions>, LimitsOptionsValidator>();
        services.AddOptions<StorageOptions>().Bind(configuration.GetSection(StorageOptions.Section));
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<LimitsOptions>>((server, limits) =>
            server.Limits.MaxRequestBodySize = limits.Value.BodyBytes);
        services.ConfigureHttpJsonOptions(json => ApiJson.Apply(json.SerializerOptions));
        services.AddProblemDetails();
        services.AddOpenApi(options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Qmtl.Console";
            document.Info.Description = "DAG check, dry-run, lookups, plans and jobs of the operations console. Errors are problem details (RFC 9457) with code, where and advice.";
            return Task.CompletedTask;
        }));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<PublicAddress>();
        services.AddSingleton(provider => new PlanReplays(provider.GetRequiredService<Qmtl.Operations.Storage.IDocumentStore>()));
        services.AddSingleton<BodyAdmission>();
        services.AddSingleton<DryRunStore>();
        services.AddScoped<DryRunService>();
        services.AddSingleton<DryRunGraph>();
        services.AddHostedService<DryRunSweeper>();
        return services;
    }

    /// <summary>Guards of the API: problem details for everything that goes wrong, foreign origins and large bodies refused. Before the end points.</summary>
    public static IApplicationBuilder UseConsoleApi(this IApplicationBuilder app) =>
        app.UseWhen(context => context.Request.Path.StartsWithSegments(Root), api =>
        {
            api.UseExceptionHandler(errors => errors.Run(AnswerExceptionAsync));
            api.UseStatusCodePages(AnswerStatusAsync);
            api.UseMiddleware<ApiGuard>();
        });

    /// <summary>Maps the end points under <c>/api/v1</c> and <c>/openapi/v1.json</c>.</summary>
    public static void MapConsoleApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup(Root + "/v1");
        DagEndpoints.Map(api);
        QueueEndpoints.Map(api);
        StrategyEndpoints.Map(api);
        EventEndpoints.Map(api);
        PlanEndpoints.Map(api);
        JobEndpoints.Map(api);
        AuditEndpoints.Map(api);
        AccessEndpoints.Map(api);
        SignInEndpoints.MapApi(api);
        SecretEndpoints.Map(api);
        routes.MapOpenApi().RequireSignedInOnly();
    }

    private static Task AnswerExceptionAsync(HttpContext http)
    {
        var error = http.Features.Get<IExceptionHandlerFeature>()?.Error;
        var problem = error switch
        {
            Qmtl.Shared.Rail.PermissionDeniedException denied => RailProblems.Of(denied)!,
            Microsoft.AspNetCore.Http.BadHttpRequestException bad => ApiProblem.Of(
                bad.StatusCode, "BAD_REQUEST", "The request could not be read", bad.Message, "request", "Check the request's headers and that its body arrives whole."),
            _ => ApiProblem.Of(
                StatusCodes.Status500InternalServerError, "INTERNAL", "The console failed", "This is a defect of the console, not of the request.", "console",
                $"Report it with the trace id {System.Diagnostics.Activity.Current?.Id ?? http.TraceIdentifier}; the console's log has the cause under it."),
        };
        return problem.ExecuteAsync(http);
    }

    private static Task AnswerStatusAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        var problem = http.Response.StatusCode switch
        {
            404 => ApiProblem.NotFound($"There is nothing at {http.Request.Path}.", "/openapi/v1.json lists what there is."),
            405 => ApiProblem.Of(405, "METHOD_NOT_ALLOWED", "Method not allowed", $"{http.Request.Path} does not take {http.Request.Method}.", "method",
                $"It takes {http.Response.Headers.Allow}."),
            415 => ApiProblem.Of(415, "UNSUPPORTED_MEDIA_TYPE", "The body is of a kind that is not read here", $"The content type is {http.Request.ContentType ?? "missing"}.", "header Content-Type", "/openapi/v1.json lists what is taken."),
            var status => ApiProblem.Of(status, "HTTP_" + status, "The request was refused", $"{http.Request.Method} {http.Request.Path} was answered with {status}.", "request", "/openapi/v1.json lists what is taken."),
        };
        return problem.ExecuteAsync(http);
    }
}
