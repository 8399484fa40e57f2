using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Graphs;

namespace Qmtl.Console.CommandLine;

/// <summary><c>dag layout FILE --svg OUT</c>: the drawing of a DAG as SVG.</summary>
internal static class DagLayoutCommand
{
    public static Command Create(CommandStreams streams)
    {
        var input = new DagInput();
        var svg = new Option<string>("--svg") { Description = "Where the SVG goes; - for standard output.", HelpName = "OUT", Required = true };
        var command = new Command("layout", "Draws a DAG as SVG. Exit code 0: drawn, 1: the file holds no DAG, 2: cannot be read or written.");
        input.AddTo(command);
        command.Options.Add(svg);
        command.SetAction(async (parsed, cancellation) =>
        {
            var file = parsed.GetRequiredValue(input.File);
            var document = DagReader.Read(await DagInput.ReadAllAsync(file, streams, cancellation), input.OptionsOf(parsed));
            if (document.Dag is not { } dag)
            {
                var why = document.Findings.Count > 0 ? document.Findings[0].Message : "The text holds no DAG.";
                await streams.Error.WriteLineAsync($"{file}: {why} `dag check` tells more.");
                return CommandLineProgram.ErrorsFound;
            }

            var graph = DagGraph.FromDag(dag);
            var start = Stopwatch.GetTimestamp();
            var layout = LayeredLayout.Compute(graph, cancel: cancellation);
            var took = Stopwatch.GetElapsedTime(start);
            await WriteAsync(parsed.GetRequiredValue(svg), SvgDrawing.ToSvg(dag.Nodes, graph, layout, title: Title(file, dag)), streams, cancellation);
            await streams.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{graph.NodeCount} nodes, {graph.EdgeCount} edges, {layout.LayerCount} layers, {layout.Width:F0} x {layout.Height:F0} px, {took.TotalMilliseconds:F1} ms{Notes(graph, layout)}"));
            return CommandLineProgram.Done;
        });
        return command;
    }

    private static string Title(string file, Dag dag) => dag.FamilyName ?? (file == "-" ? "DAG" : Path.GetFileNameWithoutExtension(file));

    /// <summary>What the drawing leaves out or turns round.</summary>
    private static string Notes(DagGraph graph, LayoutResult layout)
    {
        var notes = new StringBuilder();
        if (graph.UnknownInputs > 0) notes.Append(CultureInfo.InvariantCulture, $"; {graph.UnknownInputs} inputs name no node of this DAG and are not drawn");
        if (graph.DuplicateIds > 0) notes.Append(CultureInfo.InvariantCulture, $"; {graph.DuplicateIds} nodes share their id with a later one");
        if (layout.ReversedEdges > 0) notes.Append(CultureInfo.InvariantCulture, $"; {layout.ReversedEdges} edges close a cycle and run right to left");
        return notes.ToString();
    }

    private static async Task WriteAsync(string target, string svg, CommandStreams streams, CancellationToken cancellation)
    {
        if (target == "-")
        {
            await streams.Output.WriteAsync(svg.AsMemory(), cancellation);
            return;
        }

        try
        {
            await File.WriteAllTextAsync(target, svg, new UTF8Encoding(false), cancellation);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CommandFailedException(
                Directory.Exists(target) ? $"{target} is a directory; name a file for the SVG." : $"{target} cannot be written: {exception.Message}");
        }
    }
}
