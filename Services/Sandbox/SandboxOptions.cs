using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Qmtl.Sandbox;

/// <summary>How the sandbox behaves.</summary>
public sealed class SandboxOptions
{
    /// <summary>Setting <c>Sandbox:Seed</c>: the same seed gives the same strategy ids and the same activity.</summary>
    public int Seed { get; set; } = 7;

    /// <summary>Whether anything happens after the start. Tests that look at a still picture switch it off.</summary>
    public bool Activity { get; set; } = true;

    /// <summary>Shortest time between two things that happen.</summary>
    public TimeSpan ShortestPause { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Longest time between two things that happen.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(9);

    /// <summary>How many new versions are submitted while it runs.</summary>
    [Range(0, 1_000)]
    public int MaxNewVersions { get; set; } = 12;

    /// <summary>Setting <c>Sandbox:EventsPerSecond</c>: control events beside the activity, at a steady rate; 0: none.</summary>
    [Range(0, 20_000)]
    public int EventsPerSecond { get; set; }

    internal static int ReadSeed(IConfiguration configuration, int unset)
    {
        var setting = configuration["Sandbox:Seed"];
        if (string.IsNullOrWhiteSpace(setting)) return unset;
        return int.TryParse(setting, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : throw new OptionsValidationException(nameof(SandboxOptions), typeof(SandboxOptions), [$"Sandbox:Seed is \"{setting}\". Use a whole number."]);
    }
}
