using Microsoft.AspNetCore.Mvc;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Guards;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Api.Rail;

/// <summary>Roles, policies and accounts over HTTP; read only: roles are code, policies settings, and accounts are changed by plans. Who may read
/// plans may read what they must pass; who has an account is for fewer.</summary>
internal static class AccessEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var access = api.MapGroup("/access").WithTags("Access").AddEndpointFilter(RailProblems.Answer).ProducesProblem(403);
        access.MapGet("/roles", RolesAsync).WithName("Roles").RequirePermission(Permissions.PlansRead).WithSummary("Roles with their permissions").Produces<RolesAnswer>();
        access.MapGet("/policies", PoliciesAsync).WithName("Policies").RequirePermission(Permissions.PlansRead).WithSummary("What each kind of operation must pass, and which setting says so").Produces<PoliciesAnswer>();
        access.MapGet("/accounts", AccountsAsync).WithName("Accounts").RequirePermission(Permissions.AccessRead).WithSummary("Who has an account, a session or a key, and where accounts are kept").Produces<AccountsAnswer>();
    }

    internal sealed record RolesAnswer(IReadOnlyList<RoleAnswer> Roles, IReadOnlyList<string> Permissions);

    internal sealed record RoleAnswer(string Name, string Summary, IReadOnlyList<string> Permissions);

    internal sealed record PoliciesAnswer(IReadOnlyList<PolicyAnswer> Policies);

    internal sealed record PolicyAnswer(string Kind, OperationDanger Danger, PlanPolicy Policy, string Source);

    /// <param name="KeptHere">Whether accounts are kept in the console's own store.</param>
    internal sealed record AccountsAnswer(IReadOnlyList<AccountView> Accounts, bool KeptHere, string Where);

    private static async Task<IResult> AccountsAsync(HttpContext http, [FromServices] ICurrentCaller current, [FromServices] IAccounts accounts) =>
        TypedResults.Json(new AccountsAnswer(await accounts.ListAsync(current.Caller, http.RequestAborted), accounts.AreKeptHere, accounts.Where), ApiJson.Options);

    private static async Task<IResult> RolesAsync(HttpContext http, [FromServices] ICurrentCaller current, [FromServices] IAuthorizer authorizer)
    {
        await authorizer.RequireAsync(current.Caller, Permissions.PlansRead, null, "roles", http.RequestAborted);
        return TypedResults.Json(new RolesAnswer(
            [.. Roles.All.Select(role => new RoleAnswer(role.Name, role.Summary, [.. role.Permissions.Order(StringComparer.Ordinal)]))], Permissions.All), ApiJson.Options);
    }

    private static async Task<IResult> PoliciesAsync(HttpContext http, [FromServices] ICurrentCaller current, [FromServices] IAuthorizer authorizer, [FromServices] IPlans plans)
    {
        await authorizer.RequireAsync(current.Caller, Permissions.PlansRead, null, "policies", http.RequestAborted);
        return TypedResults.Json(new PoliciesAnswer([.. plans.Kinds.Select(kind => new PolicyAnswer(kind.Kind.Name, kind.Kind.Danger, kind.Policy, kind.PolicySource))]), ApiJson.Options);
    }
}
