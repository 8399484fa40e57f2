using System.CommandLine;
using Qmtl.Console.CommandLine.Remote;
using Qmtl.Console.Configuration;

namespace Qmtl.Console.CommandLine;

/// <summary>The commands that run without the web host. Standard output carries the answer alone.</summary>
public static class CommandLineProgram
{
    /// <summary>Done; warnings are allowed.</summary>
    public const int Done = 0;

    /// <summary>The answer is "no": errors were found.</summary>
    public const int ErrorsFound = 1;

    /// <summary>Wrong use, or a file that cannot be read or written.</summary>
    public const int WrongUse = 2;

    /// <summary>A person must decide first: confirm, or approve as the second.</summary>
    public const int WaitsForPerson = 3;

    /// <summary>The console could not be asked: not there, not trusted, or the key was refused.</summary>
    public const int NotAnswered = 5;

    private static readonly string[] OnOwnStore = ["audit", "users"];

    private static readonly string[] HelpWords = ["-h", "--help", "-?", "--version"];

    /// <summary>Whether the arguments name a command. Settings (<c>--Sandbox:Seed=7</c>) do not: then the console serves.</summary>
    public static bool IsCommand(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        return args.Count > 0 && (!args[0].StartsWith('-') && !args[0].Contains('=', StringComparison.Ordinal) || HelpWords.Contains(args[0]));
    }

    /// <summary>Runs a command with the process's own streams.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        await using var input = System.Console.OpenStandardInput();
        await using var output = new StreamWriter(System.Console.OpenStandardOutput(), new System.Text.UTF8Encoding(false), 1 << 16);
        return await RunAsync(args, new CommandStreams(input, output, System.Console.Error));
    }

    /// <summary>Runs a command with the given streams.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CommandStreams streams)
    {
        ArgumentNullException.ThrowIfNull(streams);
        // Only commands on the console's own store take its settings.
        var (command, settings) = args.Count > 0 && OnOwnStore.Contains(args[0]) ? CommandSettings.Split(args) : (args, []);
        var parsed = Root(streams, settings).Parse(command);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) await streams.Error.WriteLineAsync(error.Message);
            await streams.Error.WriteLineAsync("Use --help to see the commands.");
            return WrongUse;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = streams.Output, Error = streams.Error, EnableDefaultExceptionHandler = false });
        }
        catch (CommandFailedException failed)
        {
            await streams.Error.WriteLineAsync(failed.Message);
            return failed.ExitCode;
        }
        catch (SettingsRefusedException refused)
        {
            await streams.Error.WriteLineAsync(refused.Message);
            return ConsoleApplication.WrongConfiguration;
        }
        finally
        {
            await streams.Output.FlushAsync();
        }
    }

    private static RootCommand Root(CommandStreams streams, string[] settings) => new("Qmtl.Console, the operations console of QMTL. Without a command it serves.")
    {
        new Command("dag", "Works on DAG files: a bare DAG or a submission envelope, as JSON or base64.")
        {
            DagCheckCommand.Create(streams),
            NodeIdsCommand.Create(streams),
            DagLayoutCommand.Create(streams),
        },
        PlansCommand.Create(streams),
        RemoteDryRunCommand.Create(streams),
        new Command("audit", "Works on the console's audit.")
        {
            AuditVerifyCommand.Create(streams, settings),
        },
        new Command("users", "Works on the console's accounts.")
        {
            UsersAddCommand.Create(streams, settings),
        },
    };
}

/// <summary>Where a command reads and writes.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">The answer alone.</param>
/// <param name="Error">Everything else.</param>
public sealed record CommandStreams(Stream Input, TextWriter Output, TextWriter Error)
{
    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>A command cannot go on: the message says what was wrong and what to do.</summary>
public sealed class CommandFailedException(string message, int exitCode = CommandLineProgram.WrongUse) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
