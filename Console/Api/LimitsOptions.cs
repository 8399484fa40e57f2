using Microsoft.Extensions.Options;

namespace Qmtl.Console.Api;

/// <summary>Bounds of request bodies, and of the dry-run results and graphs that are kept. Settings <c>Limits:*</c>.</summary>
public sealed class LimitsOptions
{
    public const string Section = "Limits";

    /// <summary>Largest body of a DAG end point, as sent (base64 and envelope count). Bytes.</summary>
    public int DagBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Largest body of every other end point; DAG bodies up to this size count as small. Bytes.</summary>
    public int BodyBytes { get; set; } = 1024 * 1024;

    /// <summary>How many large DAG bodies (more than <see cref="BodyBytes"/>, or of unknown length) are taken at once; further ones get 429.</summary>
    public int ConcurrentLargeBodies { get; set; } = 2;

    /// <summary>How many small DAG bodies are worked on at once; further ones wait.</summary>
    public int ConcurrentSmallBodies { get; set; } = 4;

    /// <summary>How many small DAG bodies may wait; further ones get 429.</summary>
    public int WaitingSmallBodies { get; set; } = 64;

    /// <summary>What 429 says in <c>Retry-After</c>. Seconds.</summary>
    public int RetryAfterSeconds { get; set; } = 5;

    /// <summary>How long a dry-run result is kept. Hours.</summary>
    public int DryRunHours { get; set; } = 24;

    /// <summary>How many dry-run results are kept; the oldest go first.</summary>
    public int DryRunResults { get; set; } = 500;

    /// <summary>How much all dry-run results may take on disk, compressed; the oldest go first. Bytes.</summary>
    public long DryRunBytes { get; set; } = 1024L * 1024 * 1024;

    /// <summary>Nodes of all laid out graphs that are kept together; a node takes about 3 KB. What was not looked at for the longest time goes first.</summary>
    public int GraphNodesKept { get; set; } = 60_000;

    /// <summary>What all graph messages that are kept take together, before compression. Bytes.</summary>
    public long GraphMessageBytes { get; set; } = 32L * 1024 * 1024;
}

/// <summary>Refuses limits that could not work, each by name.</summary>
public sealed class LimitsOptionsValidator : IValidateOptions<LimitsOptions>
{
    public ValidateOptionsResult Validate(string? name, LimitsOptions options)
    {
        var errors = new List<string>();
        Require(nameof(options.DagBytes), options.DagBytes, 64 * 1024, 512 * 1024 * 1024);
        Require(nameof(options.BodyBytes), options.BodyBytes, 16 * 1024, 64 * 1024 * 1024);
        Require(nameof(options.ConcurrentLargeBodies), options.ConcurrentLargeBodies, 1, 64);
        Require(nameof(options.ConcurrentSmallBodies), options.ConcurrentSmallBodies, 1, 256);
        Require(nameof(options.WaitingSmallBodies), options.WaitingSmallBodies, 0, 10_000);
        Require(nameof(options.RetryAfterSeconds), options.RetryAfterSeconds, 1, 3600);
        Require(nameof(options.DryRunHours), options.DryRunHours, 1, 24 * 31);
        Require(nameof(options.DryRunResults), options.DryRunResults, 1, 100_000);
        Require(nameof(options.DryRunBytes), options.DryRunBytes, 1024 * 1024, 1L << 40);
        Require(nameof(options.GraphNodesKept), options.GraphNodesKept, 0, 10_000_000);
        Require(nameof(options.GraphMessageBytes), options.GraphMessageBytes, 0, 1L << 34);
        if (options.BodyBytes > options.DagBytes)
        {
            errors.Add($"{LimitsOptions.Section}:{nameof(options.BodyBytes)} is {options.BodyBytes}; it must not exceed {LimitsOptions.Section}:{nameof(options.DagBytes)} ({options.DagBytes}).");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Require(string setting, long value, long least, long most)
        {
            if (value < least || value > most)
            {
                errors.Add($"{LimitsOptions.Section}:{setting} is {value}; it must be from {least} to {most}.");
            }
        }
    }
}
