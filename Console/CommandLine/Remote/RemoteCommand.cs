using System.CommandLine;
using System.Text.Json;

namespace Qmtl.Console.CommandLine.Remote;

/// <summary>What all commands on a running console share: <c>--url</c>, <c>--json</c>, and how refusals end.</summary>
internal sealed class RemoteCommand(CommandStreams streams)
{
    public Option<string> Url { get; } = new("--url")
    {
        Description = "The console's address, https or loopback only. The API key is read from the environment variable QMTL_CONSOLE_KEY.",
        HelpName = "URL",
        DefaultValueFactory = _ => ConsoleClient.DefaultUrl,
    };

    public Option<bool> Json { get; } = new("--json") { Description = "The console's answer as JSON instead of text." };

    public CommandStreams Streams => streams;

    public void AddTo(Command command)
    {
        command.Options.Add(Url);
        command.Options.Add(Json);
    }

    /// <summary>Runs an action with a client; a refusal is said on standard error, with <c>--json</c> as JSON on standard output too.</summary>
    public void Run(Command command, Func<ParseResult, ConsoleClient, CancellationToken, Task<int>> act)
    {
        AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = ConsoleClient.Open(parsed.GetRequiredValue(Url), streams);
            try
            {
                return await act(parsed, client, cancellation);
            }
            catch (ConsoleRefusedException refused)
            {
                if (parsed.GetValue(Json)) await WriteJsonAsync(refused.Problem);
                await streams.Error.WriteLineAsync(refused.Words);
                return CommandLineProgram.ErrorsFound;
            }
        });
    }

    public Task WriteJsonAsync(JsonElement json) => streams.Output.WriteLineAsync(Ascii(json));

    /// <summary>Text, or the same as JSON where that was asked for.</summary>
    public Task WriteAsync(ParseResult parsed, JsonElement json, Func<IEnumerable<string>> words) => parsed.GetValue(Json)
        ? WriteJsonAsync(json)
        : streams.Output.WriteLineAsync(string.Join(Environment.NewLine, words().Select(TerminalText.Printable)));

    // The default encoder escapes everything beyond ASCII: it survives any terminal.
    private static string Ascii(JsonElement json) => JsonSerializer.Serialize(json);
}
