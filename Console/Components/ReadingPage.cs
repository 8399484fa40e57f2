using Qmtl.Console.Components.Feedback;

namespace Qmtl.Console.Components;

/// <summary>A page that reads, again and again, and shows what failed beside what it read before.</summary>
public abstract class ReadingPage<TState> : UrlPage<TState>
    where TState : class, IUrlState<TState>
{
    private readonly CancellationTokenSource _leaving = new();

    /// <summary>Takes the token while the source lives: it may be asked for after the page was left.</summary>
    protected ReadingPage() => Leaving = _leaving.Token;

    /// <summary>Cancelled when the page is left.</summary>
    protected CancellationToken Leaving { get; }

    protected bool HasLeft => Leaving.IsCancellationRequested;

    /// <summary>Why the last reading failed; null when it did not.</summary>
    protected Failure? ReadFailure { get; set; }

    protected bool IsReading { get; private set; }

    /// <summary>Reads. Whatever it throws becomes <see cref="ReadFailure"/>; an end because the page was left is none.</summary>
    protected async Task TryReadAsync(Func<Task> read, Func<Exception, Failure> failed)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(failed);
        IsReading = true;
        try
        {
            await read();
        }
        catch (OperationCanceledException) when (HasLeft)
        {
            // The page was left.
        }
#pragma warning disable CA1031 // Whatever the store throws is shown beside the old state.
        catch (Exception error)
#pragma warning restore CA1031
        {
            ReadFailure = failed(error);
        }
        finally
        {
            IsReading = false;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !HasLeft)
        {
            _leaving.Cancel();
            _leaving.Dispose();
        }

        base.Dispose(disposing);
    }
}
