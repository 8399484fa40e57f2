using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security;

/// <summary>
/// Who is behind this circuit, request or hub connection. Scoped: a circuit keeps the session that opened it. Pages hand <see cref="Caller"/> to
/// services, which ask for the permission; <see cref="May"/> only draws the page.
/// </summary>
public interface ICurrentCaller
{
    Caller Caller { get; }

    /// <summary>Whether a control should be enabled, and why not.</summary>
    AccessDecision May(string permission, string? scope = null);

    /// <summary>Raised when what the caller may do has changed, the end of the session and the read-only switch included.</summary>
    event Action Changed;
}
