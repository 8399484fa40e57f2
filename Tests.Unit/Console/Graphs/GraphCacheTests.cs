using System.IO.Compression;
using System.Text;
using Qmtl.Console.Graphs;
using Qmtl.Shared.Dags;

namespace Qmtl.Tests.Unit.Console.Graphs;

public sealed class GraphCacheTests
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"v":1,"w":24}""", 200)));

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("identity", null)]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("br;q=0, gzip;q=0.8", "gzip")]
    [InlineData("gzip; q=0", null)]
    [InlineData("GZIP", "gzip")]
    public void Takes_the_best_encoding_that_the_client_knows(string? header, string? expected) => Assert.Equal(expected, new GraphBytes(Text).For(header).Encoding);

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public void Compressed_bytes_are_the_same_message(string encoding)
    {
        var bytes = new GraphBytes(Text).For(encoding).Bytes;
        Assert.True(bytes.Length < Text.Length / 4);
        using var source = new MemoryStream(bytes);
        using Stream stream = encoding == "gzip" ? new GZipStream(source, CompressionMode.Decompress) : new BrotliStream(source, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        stream.CopyTo(plain);
        Assert.Equal(Text, plain.ToArray());
    }

    [Fact]
    public void The_tag_tells_messages_apart()
    {
        Assert.Equal(new GraphBytes(Text).ETag, new GraphBytes([.. Text]).ETag);
        Assert.NotEqual(new GraphBytes(Text).ETag, new GraphBytes([.. Text, 32]).ETag);
        Assert.Matches("^\"[0-9a-f]{24}\"$", new GraphBytes(Text).ETag);
    }

    [Fact]
    public void Layouts_stay_within_their_bound_and_the_least_recently_used_goes_first()
    {
        var layouts = new DagLayouts(maxNodes: 7);
        Draw("one");
        Draw("two");
        Assert.NotNull(layouts.Find("one"));
        Draw("three");
        Assert.Equal(6, layouts.NodesKept);
        Assert.NotNull(layouts.Find("one"));
        Assert.Null(layouts.Find("two"));
        Assert.NotNull(layouts.Find("three"));

        void Draw(string hash)
        {
            var document = SmallDag.Document();
            layouts.Draw(hash, document, document.Dag!, default);
        }
    }

    [Fact]
    public void A_graph_larger_than_the_bound_is_drawn_and_not_kept()
    {
        var layouts = new DagLayouts(maxNodes: 2);
        var document = SmallDag.Document();
        Assert.Equal(3, layouts.Draw("one", document, document.Dag!, default).Layout.X.Length);
        Assert.Null(layouts.Find("one"));
        Assert.Equal(0, layouts.NodesKept);
    }

    [Fact]
    public void Drawing_the_same_twice_counts_once()
    {
        var layouts = new DagLayouts(maxNodes: 100);
        var document = SmallDag.Document();
        layouts.Draw("one", document, document.Dag!, default);
        layouts.Draw("one", document, document.Dag!, default);
        Assert.Equal(3, layouts.NodesKept);
    }
}
