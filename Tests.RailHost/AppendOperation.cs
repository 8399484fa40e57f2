using System.Globalization;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.RailHost;

/// <summary>A bulk operation that can be seen from outside: each item becomes one line of a file, with the process that did it.</summary>
/// <param name="readable">Whether the file may be asked how an item ended; else nobody can tell.</param>
internal sealed class AppendOperation(string file, TimeSpan each, bool readable, TimeProvider time) : IOperation
{
    public OperationKind Kind { get; } = new()
    {
        Name = "test.append",
        Title = "Append lines",
        Summary = "Appends one line an item to a file.",
        Permission = Permissions.SandboxActivityChange,
        Danger = OperationDanger.Ordinary,
        Repeat = OperationRepeat.AtMostOnce,
        TargetWord = "number of lines",
    };

    public Task<OperationPlan> PlanAsync(OperationRequest request, CancellationToken cancellation) => Task.FromResult(new OperationPlan
    {
        Kind = Kind.Name,
        Target = request.Target,
        Parameters = JsonDocument.Parse("{}").RootElement.Clone(),
        Summary = $"Appends {request.Target} lines",
        Items = [.. Enumerable.Range(0, int.Parse(request.Target, CultureInfo.InvariantCulture)).Select(number => new PlanItem($"line-{number}", null, "a line"))],
        Fingerprint = "-",
    });

    public Task<string> FingerprintAsync(OperationPlan plan, CancellationToken cancellation) => Task.FromResult("-");

    public async Task ExecuteAsync(OperationBatch batch, RailTicket ticket, CancellationToken cancellation)
    {
        foreach (var item in batch.Items)
        {
            if (!await batch.BeginItemAsync(item, cancellation)) return;
            ticket.Require(Kind.Name, batch.Plan.Target, item.Id, time.GetUtcNow());
            await using (var stream = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes($"{Environment.ProcessId} {item.Id}\n"), cancellation);
            }

            await Task.Delay(each, time, cancellation);
            await batch.EndItemAsync(new(item.Id, ItemOutcome.Done), cancellation);
        }
    }

    public async Task<ItemOutcome?> ReadOutcomeAsync(OperationPlan plan, PlanItem item, CancellationToken cancellation)
    {
        if (!readable) return null;
        var lines = File.Exists(file) ? await File.ReadAllLinesAsync(file, cancellation) : [];
        return lines.Any(line => line.EndsWith(" " + item.Id, StringComparison.Ordinal)) ? ItemOutcome.Done : ItemOutcome.Failed;
    }
}
