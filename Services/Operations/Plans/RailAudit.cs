using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Qmtl.Operations.Audit;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>What the rail writes to the audit: intents that must be there before anything is done, and outcomes and denials that must not get lost.</summary>
internal sealed partial class RailAudit(IAuditLog log, IAuditSpool spool, TimeProvider time, ILogger<RailAudit> logger)
{
    /// <summary>Most records of one append.</summary>
    public const int MaxAppend = 1_000;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>A record about a plan.</summary>
    public AuditRecord About(Plan plan, Caller caller, AuditPhase phase, string action, string outcome) =>
        AuditRecord.Of(caller, Now, phase, action, plan.Content.Target, outcome) with
        {
            Permission = plan.Permission,
            Scope = plan.Content.Scope,
            OperationId = plan.Id,
            CorrelationId = caller.CorrelationId ?? plan.Id,
        };

    /// <summary>Writes what is about to be done.</summary>
    /// <exception cref="AuditUnavailableException">It could not be written: then nothing may be done. Never thrown in an emergency.</exception>
    public async Task IntendAsync(IReadOnlyList<AuditRecord> records, bool isEmergency, CancellationToken cancellation)
    {
        foreach (var part in records.Chunk(MaxAppend))
        {
            try
            {
                await log.AppendAsync(part, cancellation);
            }
            catch (AuditUnavailableException) when (isEmergency)
            {
                await spool.AppendAsync(part, cancellation);
            }
        }
    }

    /// <summary>Writes how it ended. False when it lies in the spool, or nowhere but in the program's log.</summary>
    public async Task<bool> TellAsync(IReadOnlyList<AuditRecord> records)
    {
        var told = true;
        foreach (var part in records.Chunk(MaxAppend))
        {
            try
            {
                // What was done is told, also when whoever asked no longer waits.
                await log.AppendAsync(part, CancellationToken.None);
            }
            catch (AuditUnavailableException problem)
            {
                told = false;
                await SpoolAsync(part, problem);
            }
        }

        return told;
    }

    /// <summary>Records that a plan's method was refused, and makes the exception to throw.</summary>
    public async Task<RailRefusedException> DenyAsync(Caller caller, string action, string target, string? planId, Refusal refusal)
    {
        await TellAsync(
        [
            AuditRecord.Of(caller, Now, AuditPhase.Denied, action, target, "denied") with
            {
                Detail = $"{refusal.Code}: {refusal.Message}",
                OperationId = planId,
                CorrelationId = caller.CorrelationId ?? planId,
            },
        ]);
        return new(refusal.Code, refusal.Message, refusal.Where, refusal.Advice);
    }

    /// <summary>Parameters without the values that the kind calls secret.</summary>
    public static JsonElement Mask(OperationKind kind, JsonElement parameters)
    {
        var secrets = kind.Parameters.Where(parameter => parameter.Secret).Select(parameter => parameter.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (secrets.Count == 0 || parameters.ValueKind != JsonValueKind.Object) return parameters;
        var masked = new JsonObject();
        foreach (var member in parameters.EnumerateObject())
        {
            masked[member.Name] = secrets.Contains(member.Name) ? JsonValue.Create(ParameterMask.Masked) : JsonNode.Parse(member.Value.GetRawText());
        }

        return JsonSerializer.SerializeToElement(masked);
    }

    private async Task SpoolAsync(AuditRecord[] records, AuditUnavailableException problem)
    {
        try
        {
            await spool.AppendAsync(records, CancellationToken.None);
            LogSpooled(logger, problem, records.Length);
        }
        catch (AuditUnavailableException lost)
        {
            foreach (var record in records) LogLost(logger, lost, record.Action, record.Target, record.Item, record.Outcome, record.Actor, record.OperationId);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit cannot be written; {Count} records were put into the spool.")]
    private static partial void LogSpooled(ILogger logger, Exception problem, int count);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Neither audit nor spool can be written. Unrecorded: {Action} on {Target} {Item}: {Outcome}, by {Actor}, operation {OperationId}.")]
    private static partial void LogLost(ILogger logger, Exception problem, string action, string target, string? item, string outcome, string actor, string? operationId);
}

/// <summary>Why the rail refuses something.</summary>
/// <param name="AllowedFrom">When it would be allowed; null when waiting does not help.</param>
internal sealed record Refusal(string Code, string Message, string Where, string Advice, DateTimeOffset? AllowedFrom = null);
