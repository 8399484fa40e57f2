using Qmtl.Shared.Rail;

namespace Qmtl.Tests.RailHost;

/// <summary>Sign-in and permissions are another test's; here everybody may do everything.</summary>
internal sealed class AllowAll : IAuthorizer
{
    public AccessDecision Decide(Caller caller, string permission, string? scope = null) => AccessDecision.Yes;

    public IReadOnlySet<string>? ScopesOf(Caller caller, string permission) => null;

    public ValueTask RequireAsync(Caller caller, string permission, string? scope, string target, CancellationToken cancellation) => ValueTask.CompletedTask;
}
