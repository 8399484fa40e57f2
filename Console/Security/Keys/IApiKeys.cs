namespace Qmtl.Console.Security.Keys;

/// <summary>Takes keys in from requests.</summary>
public interface IApiKeyUse
{
    /// <summary>The key of a token, while it stands and its owner may still do anything; else why not, in words. Notes its use at most once a minute.</summary>
    ValueTask<(ApiKey? Key, string Why)> UseAsync(string token, CancellationToken cancellation);
}
