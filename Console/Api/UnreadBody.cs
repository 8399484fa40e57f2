using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace Qmtl.Console.Api;

/// <summary>
/// Answers at once and then reads what a refused sender still sends, and throws it away. Cutting the connection instead would keep many senders
/// from ever seeing the answer: they write the whole body first. Costs one small buffer, and ends after a time and a number of bytes.
/// </summary>
internal sealed class UnreadBody(IResult answer, long mostBytes) : IResult
{
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(30);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (httpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        httpContext.Response.Headers.Connection = "close";
        await answer.ExecuteAsync(httpContext);
        await httpContext.Response.CompleteAsync();
        await ThrowAwayAsync(httpContext);
    }

    private async Task ThrowAwayAsync(HttpContext http)
    {
        // A sender that waits for "100 Continue" sends nothing more; reading would ask it to.
        if (string.Equals(http.Request.Headers.Expect, "100-continue", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        enough.CancelAfter(MostTime);
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            long seen = 0;
            int read;
            while (seen <= mostBytes && (read = await http.Request.Body.ReadAsync(buffer, enough.Token)) > 0)
            {
                seen += read;
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // The sender has gone, or took too long: the answer was sent anyway.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
