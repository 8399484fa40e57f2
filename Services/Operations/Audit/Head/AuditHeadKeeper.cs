using System.Globalization;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Audit.Index;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit.Head;

/// <summary>
/// Puts the head elsewhere every minute and when the console ends. Before that it looks whether what the last head names is still there: if not,
/// the tail was cut, and a record names it, because the next head would cover it up.
/// </summary>
internal sealed class AuditHeadKeeper(IAuditStore store, AuditLog audit, AuditIndex index, AuditHeadTargets targets, IOptions<AuditOptions> options, TimeProvider time, ILogger<AuditHeadKeeper> log)
    : BackgroundService
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private AuditHead? _last;
    private bool _hasRead;

    /// <summary>Why the head could not be put there last time, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>When the head was put there last, or null.</summary>
    public DateTimeOffset? WrittenAt { get; private set; }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await KeepAsync(CancellationToken.None);
    }

    public override void Dispose()
    {
        base.Dispose();
        _one.Dispose();
    }

    /// <summary>Looks and puts once.</summary>
    internal async Task KeepAsync(CancellationToken cancellation)
    {
        if (targets.Target is not { } target) return;
        await _one.WaitAsync(cancellation);
        try
        {
            if (!_hasRead)
            {
                _last = (await target.ReadAsync(cancellation)).Heads.MaxBy(head => head.At);
                _hasRead = true;
            }

            if (_last is { } last) await LookForAsync(last, target, cancellation);
            var end = await store.EndAsync(cancellation);
            if (end.Number > 0 && end.Trouble is null && (_last is null || _last.Mac != end.MacText))
            {
                var head = new AuditHead(end.Number, end.MacText, end.KeyId, time.GetUtcNow());
                await target.WriteAsync(head, cancellation);
                _last = head;
                WrittenAt = head.At;
            }

            Problem = null;
        }
        catch (Exception problem) when (problem is HeadTargetException or AuditUnavailableException)
        {
            if (Problem != problem.Message) log.LogWarning("The audit's head cannot be kept at {Place}: {Problem}", target.Place, problem.Message);
            Problem = problem.Message;
        }
        finally
        {
            _one.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.HeadInterval, time);
        try
        {
            do
            {
                await KeepAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task LookForAsync(AuditHead head, IAuditHeadTarget target, CancellationToken cancellation)
    {
        var mac = await MacOfAsync(head.Number, cancellation);
        if (mac == head.Mac) return;
        var end = await store.EndAsync(cancellation);
        var detail = mac is null && end.Number < head.Number
            ? string.Create(CultureInfo.InvariantCulture, $"The head of {head.At:u} at {target.Place} names record {head.Number}, code {head.Mac}; the chain ended at {end.Number}.")
            : string.Create(CultureInfo.InvariantCulture, $"The head of {head.At:u} at {target.Place} names record {head.Number}, code {head.Mac}; {(mac is null ? "it is missing." : "another record has that number.")}");
        log.LogError("The audit was cut: {Detail}", detail);
        await audit.StoreAsync(
            [AuditRecord.Of(Caller.Console, time.GetUtcNow(), AuditPhase.Event, AuditActions.Break, string.Create(CultureInfo.InvariantCulture, $"head {head.Number}"), "done") with { Detail = detail }],
            cancellation);
        // Named once; from here on the chain goes on.
        _last = null;
    }

    private async Task<string?> MacOfAsync(long number, CancellationToken cancellation)
    {
        await foreach (var chunk in store.ReadAsync(new(number, number), index.PlaceOf(IndexBlock.BlockOf(number)), cancellation))
        {
            if (chunk.IsTorn) return null;
            var (isBeyond, mac) = Find(chunk.Lines.Span, number);
            if (mac is not null || isBeyond) return mac;
        }

        return null;
    }

    private static (bool IsBeyond, string? Mac) Find(ReadOnlySpan<byte> lines, long number)
    {
        while (lines.Length > 0)
        {
            var length = lines.IndexOf((byte)'\n');
            if (AuditLine.TryRead(lines[..length], out var record))
            {
                if (record.Number == number) return (false, Encoding.ASCII.GetString(record.Mac));
                if (record.Number > number) return (true, null);
            }

            lines = lines[(length + 1)..];
        }

        return (false, null);
    }
}
