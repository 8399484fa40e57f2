using System.CommandLine;
using Qmtl.Shared.Dags;

namespace Qmtl.Console.CommandLine;

/// <summary>The file argument and the options that all commands on DAG files share.</summary>
internal sealed class DagInput
{
    public Argument<string> File { get; } = new("FILE") { Description = "A file, or - for standard input." };

    public Option<string?> World { get; } = new("--world") { Description = "The world older node ids are made with.", HelpName = "ID" };

    public Option<DagGeneration?> Generation { get; } = new("--generation")
    {
        Description = "older or newer; without it the node ids decide.",
        HelpName = "older|newer",
        CustomParser = result =>
        {
            switch (result.Tokens is [var token] ? token.Value : "")
            {
                case "older": return DagGeneration.Older;
                case "newer": return DagGeneration.Newer;
                default:
                    result.AddError("--generation is 'older' or 'newer'.");
                    return null;
            }
        },
    };

    public void AddTo(Command command)
    {
        command.Arguments.Add(File);
        command.Options.Add(World);
        command.Options.Add(Generation);
    }

    public DagReadOptions OptionsOf(ParseResult parsed) => new() { Generation = parsed.GetValue(Generation), WorldId = parsed.GetValue(World) };

    /// <summary>Opens the file or standard input. <see cref="CommandFailedException"/> where it cannot be read.</summary>
    public static Stream Open(string file, CommandStreams streams)
    {
        if (file == "-") return streams.Input;
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw CannotRead(file, exception);
        }
    }

    /// <summary>The whole file or standard input. <see cref="CommandFailedException"/> where it cannot be read.</summary>
    public static async Task<byte[]> ReadAllAsync(string file, CommandStreams streams, CancellationToken cancellation)
    {
        var stream = Open(file, streams);
        try
        {
            using var text = new MemoryStream();
            await stream.CopyToAsync(text, cancellation);
            return text.ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotRead(file, exception);
        }
        finally
        {
            if (file != "-") await stream.DisposeAsync();
        }
    }

    private static CommandFailedException CannotRead(string file, Exception exception)
    {
        if (Directory.Exists(file)) return new CommandFailedException($"{file} is a directory; name a file.");
        return new CommandFailedException(exception is FileNotFoundException or DirectoryNotFoundException ? $"{file}: there is no such file." : $"{file} cannot be read: {exception.Message}");
    }
}
