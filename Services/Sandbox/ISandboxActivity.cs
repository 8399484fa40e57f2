using Qmtl.Shared.Rail;

namespace Qmtl.Sandbox;

/// <summary>Whether anything happens in the sandbox.</summary>
public interface ISandboxActivity
{
    /// <summary>Now.</summary>
    SandboxActivityState State { get; }

    /// <summary>Nothing happens any more, until it is resumed; pages, submissions and dry-runs go on.</summary>
    /// <param name="ticket">Of kind <see cref="SandboxOperations.Pause"/>, for target and item <see cref="SandboxOperations.Target"/>.</param>
    /// <exception cref="RailTicketRefusedException">The ticket is for something else, or expired. Nothing happened.</exception>
    Task PauseAsync(RailTicket ticket, Caller by, CancellationToken cancellation);

    /// <summary>Things happen again.</summary>
    /// <param name="ticket">Of kind <see cref="SandboxOperations.Resume"/>, for target and item <see cref="SandboxOperations.Target"/>.</param>
    /// <exception cref="RailTicketRefusedException">The ticket is for something else, or expired. Nothing happened.</exception>
    Task ResumeAsync(RailTicket ticket, Caller by, CancellationToken cancellation);
}

/// <param name="IsPaused">Whether nothing happens.</param>
/// <param name="ByName">Who paused or resumed it last, for people; null when nobody did since the start.</param>
/// <param name="Since">When; null when nobody did since the start.</param>
/// <param name="Turns">How often it was paused or resumed since the start.</param>
public sealed record SandboxActivityState(bool IsPaused, string? ByName, DateTimeOffset? Since, int Turns);
