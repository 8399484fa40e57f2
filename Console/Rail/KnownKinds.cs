using Qmtl.Console.Families;
using Qmtl.Console.Security.Accounts.Operations;
using Qmtl.Operations;
using Qmtl.Sandbox;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Rail;

/// <summary>The kinds of operations that this version knows, whichever of them run here: what a policy may be set for.</summary>
public static class KnownKinds
{
    public static IReadOnlyList<OperationKind> All { get; } =
    [
        .. OperationsRegistration.OwnKinds, .. SandboxOperations.Kinds, FamilyOperation.TheKind,
        AddAccount.TheKind, ChangeRole.TheKind, SwitchAccount.DisableKind, SwitchAccount.EnableKind, HandOutPasswordLink.TheKind, RevokeKey.TheKind, EndSession.TheKind,
    ];
}
