using Qmtl.Console.Families;
using Qmtl.Console.Security.Accounts;
using Qmtl.Operations;
using Qmtl.Operations.Policies;
using Qmtl.Sandbox;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Configuration;

/// <summary>
/// Every kind of operation that this version has, whether or not this console offers it now: the settings <c>Operations:Policies:&lt;kind&gt;</c> are
/// checked against these before anything is composed.
/// </summary>
public static class KnownOperations
{
    public static IReadOnlyList<KnownKind> All { get; } =
    [
        .. OperationsRegistration.OwnKinds.Select(KnownKind.Of),
        .. SandboxOperations.Kinds.Select(KnownKind.Of),
        KnownKind.Of(FamilyOperation.TheKind),
        .. new[]
        {
            AccountKinds.Add, AccountKinds.Disable, AccountKinds.Enable, AccountKinds.Role, AccountKinds.PasswordLink, AccountKinds.RevokeKey, AccountKinds.EndSession,
        }.Select(name => new KnownKind(name, OperationDanger.Ordinary)),
    ];
}
