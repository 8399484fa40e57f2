using System.Buffers;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Qmtl.Operations.Audit.Head;

namespace Qmtl.Operations.Audit.Chain;

/// <summary>Checks the chain from the first to the last stored byte, and against the heads that were put elsewhere.</summary>
internal sealed class AuditVerifier(IAuditStore store, AuditKeys keys, IAuditHeadTarget? headTarget)
{
    private const int PiecesAhead = 4;

    /// <param name="isWritten">Whether a console may be writing just now: then an unfinished last line says nothing.</param>
    public async Task<AuditVerification> VerifyAsync(bool isWritten, IProgress<long>? progress, CancellationToken cancellation)
    {
        // Heads first: what they name is in the chain when it is read.
        AuditHeads? heads = null;
        var headProblem = "";
        try
        {
            heads = headTarget is null ? null : await headTarget.ReadAsync(cancellation);
        }
        catch (HeadTargetException problem)
        {
            headProblem = $"The head at {headTarget!.Place} cannot be read ({problem.Message.TrimEnd('.')}): ";
        }

        await store.OpenAsync(cancellation);
        var check = new ChainCheck(heads?.Heads ?? []);
        var pieces = Channel.CreateBounded<Piece>(PiecesAhead);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = Task.Run(() => ReadAsync(pieces.Writer, stop.Token), CancellationToken.None);
        try
        {
            using var lines = new VerifiedLines();
            await foreach (var piece in pieces.Reader.ReadAllAsync(cancellation))
            {
                if (piece.IsTorn)
                {
                    check.Torn(piece.Length, piece.Where, piece.Place);
                }
                else
                {
                    lines.Check(piece.Bytes.AsMemory(0, piece.Length), keys);
                    check.Add(lines, piece.Where, piece.Place);
                    progress?.Report(check.Checked);
                }

                ArrayPool<byte>.Shared.Return(piece.Bytes);
            }

            await reading;
        }
        finally
        {
            await stop.CancelAsync();
        }

        return Result(check, heads, headProblem, isWritten);
    }

    private async Task ReadAsync(ChannelWriter<Piece> pieces, CancellationToken cancellation)
    {
        Exception? problem = null;
        try
        {
            await foreach (var chunk in store.ReadAsync(NumberRange.All, -1, cancellation))
            {
                var bytes = ArrayPool<byte>.Shared.Rent(chunk.Lines.Length);
                chunk.Lines.CopyTo(bytes);
                await pieces.WriteAsync(new(bytes, chunk.Lines.Length, chunk.Where, chunk.Place & uint.MaxValue, chunk.IsTorn), cancellation);
            }
        }
        catch (Exception failure)
        {
            problem = failure;
        }

        pieces.Complete(problem);
    }

    private AuditVerification Result(ChainCheck check, AuditHeads? heads, string headProblem, bool isWritten)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{check.Checked:N0} records checked"));
        text.Append(check.Last > 0 ? string.Create(CultureInfo.InvariantCulture, $", the last is {check.Last:N0}. ") : ". ");
        var cut = check.Cut(headTarget?.Place ?? "");
        AuditVerdict verdict;
        if (check.FirstBroken is not null)
        {
            verdict = AuditVerdict.Broken;
            text.Append(check.FirstProblem).Append(' ');
            if (check.Broken > 1) text.Append(CultureInfo.InvariantCulture, $"{check.Broken:N0} records in all are not as they were written or missing. ");
            if (cut is not null) text.Append(cut).Append(' ');
        }
        else if (cut is not null)
        {
            verdict = AuditVerdict.TailCut;
            text.Append(cut).Append(' ');
        }
        else if (check.TornEnd is { } torn && !isWritten)
        {
            verdict = AuditVerdict.TornTail;
            text.Append(torn).Append(' ');
        }
        else if (check.UnknownKeys.Count > 0)
        {
            verdict = AuditVerdict.KeyUnknown;
        }
        else
        {
            verdict = heads is { Heads.Count: > 0 } ? AuditVerdict.Ok : AuditVerdict.OkButTailUnknown;
            text.Append("Every record that is there is as it was written, and none is missing between the first and the last. ");
        }

        if (check.UnknownKeys.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{check.WithUnknownKey:N0} records were written under a key that is not known here ({string.Join(", ", check.UnknownKeys)}); their codes were not checked. Add the earlier key as a further line of Audit:KeyFile. ");
        }

        if (heads is { Heads.Count: > 0 } known)
        {
            var newest = known.Heads.MaxBy(head => head.Number)!;
            text.Append(CultureInfo.InvariantCulture, $"The head at {headTarget!.Place} names record {newest.Number:N0} of {newest.At:u}{(cut is null ? ", and it is there" : "")}. ");
        }
        else
        {
            text.Append(headProblem);
            text.Append(headProblem.Length > 0 || headTarget is null ? "" : $"There is no head at {headTarget.Place}: ");
            text.Append(headTarget is null ? "A cut tail cannot be found: no head is kept elsewhere (Audit:HeadTarget). " : "a cut tail cannot be found. ");
        }

        if (heads is { Ignored: > 0 }) text.Append(CultureInfo.InvariantCulture, $"{heads.Ignored} line(s) there are not heads signed with a known key and were left out. ");
        return new(verdict, check.Checked, check.FirstBroken, text.ToString().TrimEnd(), check.Named);
    }

    private readonly record struct Piece(byte[] Bytes, int Length, string Where, long Place, bool IsTorn);
}
