using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit.Chain;

namespace Qmtl.Operations.Audit.Head;

/// <summary>The target that the setting names, or none.</summary>
internal sealed class AuditHeadTargets : IDisposable
{
    public AuditHeadTargets(IOptions<AuditOptions> options, Func<AuditKeys> keys)
    {
        if (options.Value.HeadTarget is not { Length: > 0 } target) return;
        Target = target.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? new HttpHeadTarget(new Uri(target), keys) : new FileHeadTarget(target, keys);
    }

    internal AuditHeadTargets(IAuditHeadTarget? target) => Target = target;

    public IAuditHeadTarget? Target { get; }

    public void Dispose() => (Target as IDisposable)?.Dispose();
}
