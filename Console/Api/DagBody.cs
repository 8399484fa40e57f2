using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Qmtl.Console.Api;

/// <summary>Marks an end point that takes a DAG and reads its body itself, up to <see cref="LimitsOptions.DagBytes"/>.</summary>
public sealed class DagBodyMetadata;

/// <summary>A DAG body in memory, with the slot it occupies. Dispose when the work on it is done.</summary>
public sealed class DagBody : IDisposable
{
    // The last is what curl --data-binary says when it is told nothing; the body is read as text all the same.
    private static readonly string[] MediaTypes = ["application/json", "text/plain", "application/octet-stream", "application/x-www-form-urlencoded"];

    private IDisposable? _slot;

    private DagBody(IDisposable slot, ReadOnlyMemory<byte> bytes)
    {
        _slot = slot;
        Bytes = bytes;
    }

    public ReadOnlyMemory<byte> Bytes { get; }

    public void Dispose() => Interlocked.Exchange(ref _slot, null)?.Dispose();

    /// <summary>Reads the body, or says why it is not taken. What is refused by its headers is refused unread.</summary>
    public static async Task<(DagBody? Body, IResult? Problem)> ReadAsync(HttpContext http)
    {
        var limits = http.RequestServices.GetRequiredService<IOptions<LimitsOptions>>().Value;
        if (RefuseByHeaders(http.Request, limits) is { } refusal)
        {
            return (null, new UnreadBody(refusal, 2L * limits.DagBytes));
        }

        var length = http.Request.ContentLength;
        var admission = http.RequestServices.GetRequiredService<BodyAdmission>();
        var slot = await admission.EnterAsync(length is null || length > limits.BodyBytes, http.RequestAborted);
        if (slot is null)
        {
            http.Response.Headers.RetryAfter = limits.RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            var busy = ApiProblem.Of(
                StatusCodes.Status429TooManyRequests,
                "TOO_MANY_LARGE_BODIES",
                "Too many DAGs at once",
                length is null || length > limits.BodyBytes
                    ? $"{limits.ConcurrentLargeBodies} DAGs of more than {Mebibytes(limits.BodyBytes)} (or of unknown length) are being read already."
                    : $"{limits.ConcurrentSmallBodies} DAGs are being read and {limits.WaitingSmallBodies} wait already.",
                "request body",
                $"Send it again in {limits.RetryAfterSeconds} s. Nothing was read or kept.");
            return (null, new UnreadBody(busy, 2L * limits.DagBytes));
        }

        try
        {
            Prepare(http, limits);
            var (bytes, problem) = await FillAsync(http.Request, limits, http.RequestAborted);
            if (problem is null)
            {
                return (new DagBody(slot, bytes), null);
            }

            slot.Dispose();
            return (null, new UnreadBody(problem, limits.DagBytes));
        }
        catch
        {
            slot.Dispose();
            throw;
        }
    }

    private static ProblemHttpResult? RefuseByHeaders(HttpRequest request, LimitsOptions limits)
    {
        if (request.ContentLength > limits.DagBytes)
        {
            return TooLarge(limits, $"The body has {request.ContentLength} bytes.");
        }

        if (request.Headers.ContentEncoding.Count > 0 && !string.Equals(request.Headers.ContentEncoding, "identity", StringComparison.OrdinalIgnoreCase))
        {
            return Unsupported($"The body is sent with Content-Encoding: {request.Headers.ContentEncoding}.", "Send it uncompressed.", "header Content-Encoding");
        }

        if (string.IsNullOrEmpty(request.ContentType))
        {
            return null;
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !MediaTypes.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase))
        {
            return Unsupported(
                $"The content type is {request.ContentType}.",
                "Send application/json, text/plain or application/octet-stream; with curl: -H 'Content-Type: application/json' --data-binary @FILE.",
                "header Content-Type");
        }

        var charset = HeaderUtilities.RemoveQuotes(type.Charset).Value;
        return string.IsNullOrEmpty(charset) || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase)
            ? null
            : Unsupported($"The charset is {charset}.", "Send UTF-8.", "header Content-Type");
    }

    private static ProblemHttpResult Unsupported(string detail, string advice, string where) =>
        ApiProblem.Of(StatusCodes.Status415UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "The body is of a kind that is not read here", detail, where, advice);

    private static ProblemHttpResult TooLarge(LimitsOptions limits, string detail) =>
        ApiProblem.Of(
            StatusCodes.Status413PayloadTooLarge,
            "BODY_TOO_LARGE",
            "The DAG is too large",
            $"{detail} At most {limits.DagBytes} bytes ({Mebibytes(limits.DagBytes)}) are taken; base64 and the envelope count as sent.",
            "request body",
            "Send the bare DAG as JSON without base64, or split the strategy. The bound is the setting Limits:DagBytes.");

    /// <summary>The whole body in one array: of the announced length, else grown while it is read.</summary>
    private static async Task<(ReadOnlyMemory<byte> Bytes, ProblemHttpResult? Problem)> FillAsync(HttpRequest request, LimitsOptions limits, CancellationToken cancellation)
    {
        var announced = (int?)request.ContentLength;
        // An array of the announced length is reserved step by step: a sender who announces 64 MiB and sends nothing holds little.
        var buffer = GC.AllocateUninitializedArray<byte>(Math.Min(announced ?? 64 * 1024, 1024 * 1024));
        var filled = 0;
        while (true)
        {
            if (filled == buffer.Length)
            {
                if (announced == filled)
                {
                    return (buffer, null);
                }

                var next = announced ?? (int)Math.Min((long)buffer.Length * 4, limits.DagBytes + 1L);
                if (next <= filled)
                {
                    return (default, TooLarge(limits, "The body goes on after the bound."));
                }

                var larger = GC.AllocateUninitializedArray<byte>(next);
                buffer.AsSpan(0, filled).CopyTo(larger);
                buffer = larger;
            }

            var read = await request.Body.ReadAsync(buffer.AsMemory(filled), cancellation);
            if (read == 0)
            {
                return filled > limits.DagBytes
                    ? (default, TooLarge(limits, $"The body has {filled} bytes."))
                    : (buffer.AsMemory(0, filled), null);
            }

            filled += read;
        }
    }

    private static void Prepare(HttpContext http, LimitsOptions limits)
    {
        // Chunked bodies are counted while they are read; the server's own bound lies above ours, so that ours can answer.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limits.DagBytes + 1024L * 1024;
        }

        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = new(bytesPerSecond: 16 * 1024, gracePeriod: TimeSpan.FromSeconds(10));
        }
    }

    private static string Mebibytes(int bytes) => bytes % (1024 * 1024) == 0 ? $"{bytes / (1024 * 1024)} MiB" : $"{bytes} bytes";
}
