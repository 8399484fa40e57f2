using System.Net;
using System.Text;
using Qmtl.Operations.Audit.Chain;

namespace Qmtl.Operations.Audit.Head;

/// <summary>The head at an https address: PUT stores it, GET answers the one stored last, or several, one a line.</summary>
internal sealed class HttpHeadTarget : IAuditHeadTarget, IDisposable
{
    private const int MaxAnswer = 4 << 20;
    private readonly Uri _address;
    private readonly Func<AuditKeys> _keys;
    private readonly HttpClient _client;

    public HttpHeadTarget(Uri address, Func<AuditKeys> keys, HttpMessageHandler? handler = null)
    {
        _address = new UriBuilder(address) { UserName = "", Password = "" }.Uri;
        _keys = keys;
        // A redirect could lead the head away from https.
        _client = new(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = TimeSpan.FromSeconds(15), MaxResponseContentBufferSize = MaxAnswer };
        if (address.UserInfo.Length > 0) _client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo))));
    }

    public string Place => _address.GetLeftPart(UriPartial.Path);

    public async Task WriteAsync(AuditHead head, CancellationToken cancellation)
    {
        try
        {
            using var content = new StringContent(head.ToLine(_keys().Current) + "\n", Encoding.UTF8, "application/json");
            using var answer = await _client.PutAsync(_address, content, cancellation);
            answer.EnsureSuccessStatusCode();
        }
        catch (Exception problem) when (problem is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new HeadTargetException(problem.Message, problem);
        }
    }

    public async Task<AuditHeads> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await _client.GetAsync(_address, cancellation);
            if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.NoContent) return new([], 0);
            answer.EnsureSuccessStatusCode();
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            var heads = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => AuditHead.Read(line, _keys())).ToArray();
            return new([.. heads.OfType<AuditHead>()], heads.Count(head => head is null));
        }
        catch (Exception problem) when (problem is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new HeadTargetException(problem.Message, problem);
        }
    }

    public void Dispose() => _client.Dispose();
}
