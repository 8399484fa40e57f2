using System.Text.Json;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.ReadOnly;

/// <summary>Turns the read-only switch on or off. Each is the other's undo.</summary>
internal sealed class ReadOnlyOperation(bool on, ReadOnlySwitch readOnly, TimeProvider time) : IOperation
{
    public const string Target = "console";

    public static readonly OperationKind On = new()
    {
        Name = "console.read-only.on",
        Title = "Make the console read-only",
        Summary = "Stops every change through the console, running jobs included, but for emergencies and turning this off again.",
        Permission = Permissions.ReadOnlyChange,
        Danger = OperationDanger.Ordinary,
        Repeat = OperationRepeat.KeyedIdempotent,
        TargetWord = "console",
    };

    public static readonly OperationKind Off = On with
    {
        Name = "console.read-only.off",
        Title = "Let the console make changes again",
        Summary = "Ends the read-only state. Paused jobs stay paused until somebody resumes them.",
    };

    private static readonly JsonElement NoParameters = JsonDocument.Parse("{}").RootElement.Clone();

    public OperationKind Kind => on ? On : Off;

    public async Task<OperationPlan> PlanAsync(OperationRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Target != Target) throw new OperationRefusedException($"There is only one such switch, and its target is called {Target}.", "target", $"Use {Target}.");
        var version = await readOnly.RefreshAsync(cancellation);
        if (readOnly.IsOn == on) throw new OperationRefusedException(on ? $"The console is read-only already, since {readOnly.Since:yyyy-MM-dd HH:mm:ss} UTC by {readOnly.ByName}." : "The console is not read-only.", "target", "Nothing is needed.");
        return new()
        {
            Kind = Kind.Name,
            Target = Target,
            Parameters = NoParameters,
            Summary = on ? "Read-only: off → on" : "Read-only: on → off",
            Items = [new(Target, Word(!on), Word(on))],
            Preconditions = [$"The switch is still {(on ? "off" : "on")}, and nobody turned it meanwhile"],
            Fingerprint = Fingerprint(version),
        };
    }

    public async Task<string> FingerprintAsync(OperationPlan plan, CancellationToken cancellation) => Fingerprint(await readOnly.RefreshAsync(cancellation));

    public async Task ExecuteAsync(OperationBatch batch, RailTicket ticket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(ticket);
        var item = batch.Items[0];
        ticket.Require(Kind.Name, Target, item.Id, time.GetUtcNow());
        if (!await batch.BeginItemAsync(item, cancellation)) return;
        var version = await readOnly.RefreshAsync(cancellation);
        var turned = Fingerprint(version) == batch.Plan.Fingerprint && await readOnly.TurnAsync(
            new() { On = on, By = batch.Caller.UserId, ByName = batch.Caller.Name, Since = time.GetUtcNow(), Reason = batch.Reason }, version, cancellation);
        await batch.EndItemAsync(turned ? new(item.Id, ItemOutcome.Done) : new(item.Id, ItemOutcome.Failed, "Somebody else turned the switch at the same moment."), cancellation);
    }

    public async Task<ItemOutcome?> ReadOutcomeAsync(OperationPlan plan, PlanItem item, CancellationToken cancellation)
    {
        var version = await readOnly.RefreshAsync(cancellation);
        return readOnly.IsOn == on ? ItemOutcome.Done : Fingerprint(version) == plan.Fingerprint ? ItemOutcome.Failed : null;
    }

    public OperationRequest? Undo(OperationPlan plan) => new(Target, NoParameters) { Kind = on ? Off.Name : On.Name };

    private static string Word(bool on) => on ? "read-only" : "changes possible";

    private static string Fingerprint(long version) => $"read-only:{version}";
}
