using System.Text.Json;
using Qmtl.Console.Api;
using Qmtl.Console.DryRuns;

namespace Qmtl.Console.Pages.DryRun;

/// <summary>What the editor tells about its text; the text itself stays in the browser.</summary>
public sealed record EditorText
{
    public string Name { get; init; } = "";

    public int Characters { get; init; }

    /// <summary>Size of the file; null when the text was typed, pasted or edited.</summary>
    public long? Bytes { get; init; }

    public int Lines { get; init; }

    /// <summary>Too large for the editor: kept as a file and shown in part.</summary>
    public bool Attached { get; init; }

    /// <summary>Small enough to be checked while typing.</summary>
    public bool Live { get; init; }

    public bool Edited { get; init; }

    /// <summary>The decoded DAG is shown and the text it came from can be brought back.</summary>
    public bool CanRestore { get; init; }

    /// <summary>A very long line was broken into lines for display.</summary>
    public bool Broken { get; init; }

    /// <summary>Start of the shown part of an attachment. Bytes.</summary>
    public long? WindowStart { get; init; }

    /// <summary>How many texts were put in as a whole; a new number is another text.</summary>
    public int Loads { get; init; }

    public bool IsEmpty => Characters == 0 && !Attached;
}

/// <summary>What the editor asked the server for.</summary>
public enum EditorRequest
{
    Check,
    Run,
    Decode,
    Load,
}

/// <summary>The server's answer to a request of the editor.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Status">HTTP status; 0 when there was no answer.</param>
/// <param name="RetryAfter">Seconds to wait; null when the server names none.</param>
/// <param name="Body">Its body.</param>
public sealed record EditorAnswer(EditorRequest Request, int Status, int? RetryAfter, ReadOnlyMemory<byte> Body)
{
    /// <summary>The body as a value; null when it is something else.</summary>
    public T? Read<T>()
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Body.Span, ApiJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Something that went wrong between the editor and the server, in words.</summary>
public sealed record EditorProblem
{
    public string? Code { get; init; }

    public string Title { get; init; } = "";

    public string? Detail { get; init; }

    public string? Where { get; init; }

    public string? Advice { get; init; }

    /// <summary>What was read, when the server got that far.</summary>
    public InputView? Input { get; init; }

    public FindingsView? Findings { get; init; }

    /// <summary>Seconds to wait before another try; null when waiting would not help.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Reads an answer that is no success.</summary>
    public static EditorProblem Of(EditorAnswer answer)
    {
        var read = answer.Status == 0 ? null : answer.Read<EditorProblem>();
        if (read is { Title.Length: > 0 })
        {
            return read with { RetryAfter = answer.RetryAfter };
        }

        return answer.Status == 0
            ? new EditorProblem
            {
                Title = "The server did not answer",
                Detail = "The connection ended before an answer came.",
                Advice = "Check that the console still runs and that the network is up, then try again. The text is still here.",
            }
            : new EditorProblem
            {
                Title = "The request was refused",
                Detail = $"Something between this page and the console answered with HTTP {answer.Status}.",
                Advice = "A proxy may limit the size of requests; then it has to allow what Limits:DagBytes allows. The text is still here.",
                RetryAfter = answer.RetryAfter,
            };
    }
}
