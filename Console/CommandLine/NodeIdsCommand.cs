using System.CommandLine;
using System.Text.Json;
using System.Text.Unicode;
using Qmtl.Shared.Dags;
using Qmtl.Shared.NodeIds;
using Qmtl.Shared.Text;

namespace Qmtl.Console.CommandLine;

/// <summary>
/// <c>dag node-ids FILE</c>: for each line with a node one line with its id and canonical form, or with the error QMTL raises.
/// For a whole DAG one line a node: index, given id, expected id.
/// </summary>
internal static class NodeIdsCommand
{
    /// <summary>Longest line, and longest text that is looked at as a whole DAG.</summary>
    private const int MaxText = 256 << 20;

    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = 990 };

    public static Command Create(CommandStreams streams)
    {
        var input = new DagInput();
        var command = new Command("node-ids", "Computes node ids: JSON Lines of nodes in, one JSON object for each line out. A whole DAG gives one object for each node.");
        input.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var file = parsed.GetRequiredValue(input.File);
            await using var stream = DagInput.Open(file, streams);
            try
            {
                return await RunAsync(new LineReader(stream, MaxText, () => streams.Output.FlushAsync(cancellation)), input.OptionsOf(parsed), streams.Output, cancellation);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new CommandFailedException($"{file} cannot be read: {exception.Message}");
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(LineReader lines, DagReadOptions options, TextWriter output, CancellationToken cancellation)
    {
        if (await lines.ReadAsync(cancellation) is not { } first) return CommandLineProgram.Done;
        var json = new AsciiJson();
        if (!lines.TooLong && MayBeDocument(first.Span))
        {
            var kept = first.ToArray();
            if (await lines.ReadRestAsync(kept, MaxText, cancellation) is not { } text)
                throw new CommandFailedException("The text starts like one DAG over several lines, but is longer than 256 MiB. Write one node a line.");
            var document = DagReader.Read(text, options with { MaxFindings = 1 });
            if (document.Form != DagInputForm.Unreadable && document.Dag is { } dag) return await WriteDagAsync(dag, json, output);
            lines = new LineReader(new MemoryStream(text), MaxText);
            if (await lines.ReadAsync(cancellation) is not { } again) return CommandLineProgram.Done;
            first = again;
        }

        for (ReadOnlyMemory<byte>? line = first; line is { } node; line = await lines.ReadAsync(cancellation))
        {
            json.Clear();
            if (lines.TooLong) WriteError(json, "ValueError", "The line is longer than 256 MiB.");
            else WriteNode(json, node, options);
            await output.WriteLineAsync(json.ToString());
        }

        return CommandLineProgram.Done;
    }

    /// <summary>Whether a first line begins a whole DAG: it is one, or an object that goes on, or base64.</summary>
    private static bool MayBeDocument(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) line = line[3..];
        var text = line.Trim(" \t\r"u8);
        if (text.IsEmpty) return false;
        if (text[0] != '{') return text.Length >= 4 && (text.StartsWith("ey"u8) || text.StartsWith("ew"u8));
        var reader = new Utf8JsonReader(text, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 2000 }));
        var isDocument = false;
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && (reader.ValueTextEquals("nodes"u8) || reader.ValueTextEquals("dag_json"u8))) isDocument = true;
                if (reader.CurrentDepth == 0 && reader.TokenType == JsonTokenType.EndObject) return isDocument;
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return true;
    }

    private static async Task<int> WriteDagAsync(Dag dag, AsciiJson json, TextWriter output)
    {
        var differs = false;
        foreach (var node in dag.Nodes)
        {
            json.Clear();
            differs |= node.Verdict.State is NodeIdState.Mismatch or NodeIdState.Refused;
            var state = node.Verdict.State switch
            {
                NodeIdState.Verified => "verified",
                NodeIdState.Mismatch => "mismatch",
                NodeIdState.NotVerifiable => "not_verifiable",
                _ => "refused",
            };
            json.Open('{').Member("index", node.Index).Member("node_id", node.NodeId).Member("expected", node.Verdict.Expected).Member("state", state);
            if (node.Verdict.State != NodeIdState.Verified) json.Member("reason", node.Verdict.Reason);
            await output.WriteLineAsync(json.Close('}').ToString());
        }

        return differs ? CommandLineProgram.ErrorsFound : CommandLineProgram.Done;
    }

    private static void WriteNode(AsciiJson json, ReadOnlyMemory<byte> line, DagReadOptions options)
    {
        if (line.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
        {
            WriteError(json, "JSONDecodeError", "The line is empty.");
            return;
        }

        if (!Utf8.IsValid(line.Span))
        {
            WriteError(json, "UnicodeDecodeError", "The line is not UTF-8.");
            return;
        }

        try
        {
            using var node = JsonDocument.Parse(line, Depth);
            if (options.Generation == DagGeneration.Older) WriteOlder(json, node.RootElement, options.WorldId ?? "");
            else WriteAnswer(json, NodeIdentity.Answer(node.RootElement));
        }
        catch (JsonException exception)
        {
            var words = exception.Message.Split(" LineNumber:")[0];
            if (words.Contains("maximum configured depth", StringComparison.Ordinal)) WriteError(json, "RecursionError", "The node is nested more than 990 levels deep.");
            else WriteError(json, "JSONDecodeError", $"Not JSON at byte {(exception.BytePositionInLine ?? 0) + 1}: {words}");
        }
    }

    private static void WriteOlder(AsciiJson json, JsonElement node, string world)
    {
        if (node.ValueKind != JsonValueKind.Object)
        {
            WriteError(json, "TypeError", "A node is a JSON object.");
            return;
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in (ReadOnlySpan<string>)["node_type", "code_hash", "config_hash", "schema_hash"])
        {
            if (JsonStrings.Find(node, field) is not { Length: > 0 } value)
            {
                WriteError(json, "KeyError", $"{field} is missing, empty or no text; an older id is made of it.");
                return;
            }

            values[field] = value;
        }

        var (type, code, config, schema) = (values["node_type"], values["code_hash"], values["config_hash"], values["schema_hash"]);
        try
        {
            WriteAnswer(json, new NodeIdAnswer(NodeIdentity.Older(world, type, code, config, schema), $"{world}:{type}:{code}:{config}:{schema}", null, null));
        }
        catch (NodeIdRefusedException refused)
        {
            WriteError(json, refused.PythonError, refused.Message);
        }
    }

    private static void WriteAnswer(AsciiJson json, NodeIdAnswer answer)
    {
        if (answer.NodeId is null) WriteError(json, answer.PythonError!, answer.Message!);
        else json.Open('{').Member("node_id", answer.NodeId).Member("canonical", answer.Canonical).Close('}');
    }

    private static void WriteError(AsciiJson json, string error, string message)
        => json.Open('{').Member("error", error).Member("message", message).Close('}');
}
