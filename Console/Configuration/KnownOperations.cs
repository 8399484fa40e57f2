using Qmtl.Console.Families;
using Qmtl.Operations;
using Qmtl.Sandbox;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Configuration;

/// <summary>
/// Every kind of operation that this version has, whether or not this console offers it now: the settings <c>Operations:Policies:&lt;kind&gt;</c> are
/// checked against these before anything is composed.
/// </summary>
public static class KnownOperations
{
    public static IReadOnlyList<OperationKind> All { get; } =
    [
        .. OperationsRegistration.OwnKinds,
        .. SandboxOperations.Kinds,
        FamilyOperation.TheKind,
    ];
}
