using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Qmtl.Console.Live;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Guards;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Bunit.Components;

/// <summary>Somebody who holds every permission, but for those that a test takes away.</summary>
public sealed class TestAccess : IAuthorizer, ICurrentCaller
{
    private readonly HashSet<string> _denied = [];

    public Caller Caller { get; } = new() { UserId = "test:ada", Name = "Ada", Kind = CallerKind.Person, SessionId = "s" };

    public event Action? Changed;

    /// <summary>Adds who is behind the page, what asks for permissions, and a bus on which nothing happens.</summary>
    public static TestAccess AddTo(IServiceCollection services)
    {
        var access = new TestAccess();
        services.AddSingleton<IAuthorizer>(access);
        services.AddSingleton<ICurrentCaller>(access);
        services.AddSingleton<ReadAccess>();
        services.AddSingleton(Substitute.For<IAuditLog>());
        services.AddSingleton<AuditAfterwards>();
        services.AddSingleton(Substitute.For<ILiveWatch>());
        return access;
    }

    public void Deny(string permission)
    {
        _denied.Add(permission);
        Changed?.Invoke();
    }

    public AccessDecision Decide(Caller caller, string permission, string? scope = null) => _denied.Contains(permission) ? AccessDecision.No($"Needs {permission}.") : AccessDecision.Yes;

    public AccessDecision May(string permission, string? scope = null) => Decide(Caller, permission, scope);

    public IReadOnlySet<string>? ScopesOf(Caller caller, string permission) => _denied.Contains(permission) ? new HashSet<string>() : null;

    public ValueTask RequireAsync(Caller caller, string permission, string? scope, string target, CancellationToken cancellation) =>
        _denied.Contains(permission) ? throw new PermissionDeniedException(permission, scope, $"Needs {permission}.") : ValueTask.CompletedTask;
}
