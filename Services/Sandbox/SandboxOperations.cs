using System.Globalization;
using System.Text.Json;
using Qmtl.Shared.Rail;

namespace Qmtl.Sandbox;

/// <summary>Pauses or resumes the sandbox's activity; each is the other's undo. Nothing real hangs on it: a way to try the whole rail.</summary>
public sealed class SandboxOperations(bool pause, ISandboxActivity activity) : IOperation
{
    public const string Pause = "sandbox.pause";
    public const string Resume = "sandbox.resume";
    public const string Target = "sandbox";

    private static readonly JsonElement NoParameters = JsonDocument.Parse("{}").RootElement.Clone();

    /// <summary>Both kinds.</summary>
    public static IReadOnlyList<OperationKind> Kinds { get; } =
    [
        new()
        {
            Name = Pause,
            Title = "Pause sandbox activity",
            Summary = "Stops weight changes, activations, queue updates and submissions that happen in the sandbox by themselves.",
            Permission = Permissions.SandboxActivityChange,
            Danger = OperationDanger.Ordinary,
            Repeat = OperationRepeat.KeyedIdempotent,
            TargetWord = "sandbox",
        },
        new()
        {
            Name = Resume,
            Title = "Resume sandbox activity",
            Summary = "Lets things happen in the sandbox by themselves again.",
            Permission = Permissions.SandboxActivityChange,
            Danger = OperationDanger.Ordinary,
            Repeat = OperationRepeat.KeyedIdempotent,
            TargetWord = "sandbox",
        },
    ];

    public OperationKind Kind => Kinds[pause ? 0 : 1];

    public Task<OperationPlan> PlanAsync(OperationRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Target != Target) throw new OperationRefusedException($"There is one sandbox here, and it is called {Target}.", "target", $"Use {Target}.");
        var state = activity.State;
        if (state.IsPaused == pause)
        {
            throw new OperationRefusedException(
                pause ? $"The sandbox's activity is paused already, by {state.ByName} at {state.Since:yyyy-MM-dd HH:mm:ss} UTC." : "The sandbox's activity is not paused.", "target", "Nothing is needed.");
        }

        return Task.FromResult(new OperationPlan
        {
            Kind = Kind.Name,
            Target = Target,
            Parameters = NoParameters,
            Summary = pause ? "Activity of the sandbox: running → paused" : "Activity of the sandbox: paused → running",
            Items = [new(Target, Word(!pause), Word(pause))],
            Preconditions = [$"The activity is still {Word(!pause)}, and nobody paused or resumed it meanwhile"],
            Fingerprint = Fingerprint(state),
        });
    }

    public Task<string> FingerprintAsync(OperationPlan plan, CancellationToken cancellation) => Task.FromResult(Fingerprint(activity.State));

    public async Task ExecuteAsync(OperationBatch batch, RailTicket ticket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (var item in batch.Items)
        {
            if (!await batch.BeginItemAsync(item, cancellation)) return;
            await (pause ? activity.PauseAsync(ticket, batch.Caller, cancellation) : activity.ResumeAsync(ticket, batch.Caller, cancellation));
            await batch.EndItemAsync(new(item.Id, ItemOutcome.Done), cancellation);
        }
    }

    public Task<ItemOutcome?> ReadOutcomeAsync(OperationPlan plan, PlanItem item, CancellationToken cancellation) =>
        Task.FromResult<ItemOutcome?>(activity.State.IsPaused == pause ? ItemOutcome.Done : ItemOutcome.Failed);

    public OperationRequest? Undo(OperationPlan plan) => new(Target, NoParameters) { Kind = pause ? Resume : Pause };

    private static string Word(bool paused) => paused ? "paused" : "running";

    /// <summary>The count too: paused and resumed meanwhile is not the state that was looked at.</summary>
    private static string Fingerprint(SandboxActivityState state) => string.Create(CultureInfo.InvariantCulture, $"{Word(state.IsPaused)}:{state.Turns}");
}
