using System.Text;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.NodeIds;

/// <summary>Execution domains (<c>backtest</c>, <c>dryrun</c>, <c>live</c>, <c>shadow</c>) and their aliases.</summary>
public static class ExecutionDomains
{
    /// <summary>
    /// The domain an alias stands for: the first part between slashes and colons that is one, white space, <c>_</c> and <c>-</c> ignored.
    /// Anything else comes back in lower case, null as empty text.
    /// </summary>
    public static string Resolve(string? value)
    {
        if (value is null) return "";
        var lowered = PythonText.Lower(value);
        foreach (var part in lowered.Split('/', ':'))
        {
            var resolved = Token(part) switch
            {
                "backtest" or "backtesting" or "compute" or "computeonly" or "offline" or "sandbox" or "validate" or "validation" => "backtest",
                "dryrun" or "dryrunmode" or "paper" or "papermode" or "papertrade" or "papertrader" or "papertrading" or "sim" or "simulated" or "simulation" => "dryrun",
                "live" or "prod" or "production" => "live",
                "shadow" => "shadow",
                _ => null,
            };
            if (resolved is not null) return resolved;
        }

        return lowered;
    }

    private static string Token(string part)
    {
        var token = new StringBuilder(part.Length);
        foreach (var c in part)
        {
            if (c is not ('_' or '-') && !PythonText.IsSpace(c)) token.Append(c);
        }

        return token.ToString();
    }
}
