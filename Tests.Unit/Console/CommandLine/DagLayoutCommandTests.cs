using System.Text;
using System.Xml.Linq;
using Qmtl.Console.CommandLine;

namespace Qmtl.Tests.Unit.Console.CommandLine;

public sealed class DagLayoutCommandTests
{
    [Fact]
    public async Task Draws_a_file_to_standard_output_and_tells_the_facts_on_standard_error()
    {
        var (code, output, error) = await RunAsync(["dag", "layout", Fixture.PathOf("contracts/dags/head-3-branching.json"), "--svg", "-"]);
        Assert.Equal(0, code);
        Assert.Equal("svg", XDocument.Parse(output).Root!.Name.LocalName);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.StartsWith("12 nodes, 14 edges, 5 layers, ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_standard_input_and_writes_a_file()
    {
        var target = Path.Combine(Path.GetTempPath(), $"layout-{Guid.NewGuid():N}.svg");
        try
        {
            var (code, output, _) = await RunAsync(["dag", "layout", "-", "--svg", target], Fixture.Bytes("contracts/dags/seed-1-linear.json"));
            Assert.Equal((0, ""), (code, output));
            Assert.Contains("ema_signal", await File.ReadAllTextAsync(target), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(target);
        }
    }

    [Fact]
    public async Task Says_what_the_drawing_leaves_out()
    {
        const string dag = """{"schema_version":"v1","nodes":[{"node_id":"a","node_type":"N","inputs":["b","gone"]},{"node_id":"b","node_type":"N","inputs":["a"]}]}""";
        var (code, _, error) = await RunAsync(["dag", "layout", "-", "--svg", "-"], Encoding.UTF8.GetBytes(dag));
        Assert.Equal(0, code);
        Assert.Contains("1 inputs name no node", error, StringComparison.Ordinal);
        Assert.Contains("1 edges close a cycle", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "not json", "-", "--svg", "-")]
    [InlineData(2, "", "there-is-no-such-file.json", "--svg", "-")]
    [InlineData(2, "{\"nodes\":[]}", "-")]
    [InlineData(2, "{\"nodes\":[]}", "-", "--svg", "/")]
    public async Task Bad_use_has_its_exit_code_and_a_message(int expected, string input, params string[] arguments)
    {
        var (code, output, error) = await RunAsync(["dag", "layout", .. arguments], Encoding.UTF8.GetBytes(input));
        Assert.Equal((expected, ""), (code, output));
        Assert.NotEmpty(error);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments, byte[]? input = null)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandLineProgram.RunAsync(arguments, new CommandStreams(new MemoryStream(input ?? []), output, error));
        return (code, output.ToString(), error.ToString());
    }
}
