using System.Net;
using Microsoft.Extensions.Configuration;

namespace Qmtl.Operations.Notifications;

/// <summary>Where plans are told of, if anywhere.</summary>
public sealed class WebhookOptions
{
    public const string UrlSetting = "Notifications:Webhook";
    public const string KeySetting = "Notifications:WebhookKey";

    /// <summary>Fewest characters of the key.</summary>
    public const int MinKey = 16;

    /// <summary>Null: nobody is told.</summary>
    public Uri? Url { get; init; }

    /// <summary>Signs each message.</summary>
    public string Key { get; init; } = "";

    /// <summary>As the browser sees the console, without a slash at the end; null: messages carry the path alone.</summary>
    public string? PublicOrigin { get; init; }

    /// <summary>For one try.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Before the second, third, … try; after the last the message is given up, and counted.</summary>
    public IReadOnlyList<TimeSpan> Waits { get; init; } = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5)];

    /// <summary>What is wrong with the settings, with what to do; empty when nothing is.</summary>
    public static IEnumerable<string> Errors(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var (url, key) = (configuration[UrlSetting], configuration[KeySetting]);
        if (string.IsNullOrWhiteSpace(url))
        {
            if (!string.IsNullOrWhiteSpace(key)) yield return $"{KeySetting} is set, but {UrlSetting} is not. Set both or neither.";
            yield break;
        }

        // The address may carry a secret of the receiver's: it is not repeated.
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Host.Length == 0 || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && IsLoopback(address))))
        {
            yield return $"{UrlSetting} is not an address that messages can be sent to: use https://, or http:// on this machine only (localhost, 127.0.0.1 or [::1]).";
        }
        else if (address.UserInfo.Length > 0)
        {
            yield return $"{UrlSetting} holds a name or password before the host. Remove it: messages are signed with {KeySetting}.";
        }

        if (string.IsNullOrWhiteSpace(key)) yield return $"{UrlSetting} is set, but {KeySetting} is not: the receiver could not tell our messages from others. Set a random text of at least {MinKey} characters, also known to the receiver.";
        else if (key.Length < MinKey) yield return $"{KeySetting} is shorter than {MinKey} characters. Use a random text of at least {MinKey}.";
    }

    internal static WebhookOptions Read(IConfiguration configuration) => new()
    {
        Url = configuration[UrlSetting] is { Length: > 0 } url ? new Uri(url) : null,
        Key = configuration[KeySetting] ?? "",
        PublicOrigin = configuration["Http:PublicOrigin"] is { Length: > 0 } origin ? origin.TrimEnd('/') : null,
    };

    private static bool IsLoopback(Uri address) =>
        address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
}
