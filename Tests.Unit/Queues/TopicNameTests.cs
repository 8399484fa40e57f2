using System.Text.Json;
using Qmtl.Shared.Queues;

namespace Qmtl.Tests.Unit.Queues;

public sealed class TopicNameTests
{
    [Fact]
    public void Every_recorded_name_comes_out()
    {
        foreach (var (line, vector) in Fixture.Lines("vectors/topic-names.jsonl"))
        {
            var existing = vector.GetProperty("existing").EnumerateArray().Select(e => e.GetString()!).ToHashSet();
            string Build() => TopicNames.Build(
                Fixture.Text(vector, "asset")!, Fixture.Text(vector, "node_type")!, Fixture.Text(vector, "node_id")!, Fixture.Text(vector, "version")!,
                TopicNames.Namespace(vector.GetProperty("namespace")), vector.GetProperty("dry_run").GetBoolean(), existing.Contains);
            if (vector.TryGetProperty("error", out _)) Assert.Throws<InvalidOperationException>(Build);
            else Assert.True(Fixture.Text(vector, "topic") == Build(), $"line {line}: {Build()}");
        }
    }

    [Fact]
    public void Older_names_start_with_six_characters_of_the_code_hash()
    {
        Assert.Equal("asset_ProcessingNode_abcdef_v1", TopicNames.Older("ProcessingNode", "abcdef0123456789"));
        Assert.Equal("asset_ProcessingNode_abcdef01_v1", TopicNames.Older("ProcessingNode", "abcdef0123456789", existing: "asset_ProcessingNode_abcdef_v1".Equals));
        Assert.Equal("asset_StreamInput_74234e_v1_sim", TopicNames.Older("StreamInput", "74234e98", dryRun: true));
    }

    [Fact]
    public void Numbers_follow_when_the_hash_is_used_up_and_end()
    {
        var taken = new HashSet<string>();
        for (var i = 0; i < 10_000; i++) Assert.True(taken.Add(TopicNames.Build("a", "N", "blake3:0123456789", "v1", existing: taken.Contains)));
        Assert.Contains("a_N_0123456789_v1-1", taken);
        Assert.Contains("a_N_0123456789_v1-9998", taken);
        TopicNames.Build("a", "N", "blake3:0123456789", "v1", existing: taken.Contains);
        taken.Add("a_N_0123456789_v1-9999");
        Assert.Throws<InvalidOperationException>(() => TopicNames.Build("a", "N", "blake3:0123456789", "v1", existing: taken.Contains));
    }

    [Fact]
    public void A_name_with_the_code_hash_that_exists_wins()
        => Assert.Equal(
            "btc_N_abcdef_v1",
            TopicNames.Build("btc", "N", "blake3:0123456789", "v1", existing: "btc_N_abcdef_v1".Equals, legacyCodeHash: "abcdef99"));

    [Theory]
    [InlineData("Crypto Mom.LIVE", "crypto-mom.live")]
    [InlineData("..", null)]
    [InlineData(" _a_.-b- ", "a.b")]
    [InlineData("Ünï.Σς", "ünï.σς")]
    public void Namespaces_are_cleaned(string text, string? expected) => Assert.Equal(expected, TopicNames.Namespace(text));

    [Fact]
    public void A_namespace_object_needs_world_and_domain()
    {
        Assert.Equal("w1.live", TopicNames.Namespace(Fixture.Json("""{"world_id":"W1","execution_domain":"live"}""")));
        Assert.Null(TopicNames.Namespace(Fixture.Json("""{"world":"w1"}""")));
        Assert.Null(TopicNames.Namespace(Fixture.Json("""{"world":1,"domain":"live"}""")));
        Assert.Null(TopicNames.Namespace(Fixture.Json("[1]")));
    }

    [Theory]
    [InlineData(" rel/2025 10", "rel-2025-10", "rel-2025-10")]
    [InlineData("v1.2.3", "v1.2.3", "v1.2.3")]
    [InlineData("-._", "v1", "v1")]
    [InlineData(null, "v1", "v1")]
    [InlineData("größe2", "größe2", "gr--e2")]
    public void Versions_are_cleaned(string? version, string expected, string ascii)
    {
        Assert.Equal(expected, TopicNames.Version(version));
        Assert.Equal(ascii, TopicNames.AsciiVersion(version));
    }

    [Theory]
    [InlineData("überasset", "berasset", "Über Asset", "x")]
    [InlineData("日本", "x", "日本", "x")]
    [InlineData("btc-usd_1", "btc-usd_1", "", "!!", "BTC-USD_1")]
    [InlineData("asset", "asset", "/ /")]
    [InlineData("asset", "asset")]
    public void Assets_come_from_the_first_usable_tag(string expected, string ascii, params string[] tags)
    {
        Assert.Equal(expected, TopicNames.Asset(tags));
        Assert.Equal(ascii, TopicNames.AsciiAsset(tags));
    }

    [Fact]
    public void Partition_keys_are_written_and_read()
    {
        Assert.Equal("n1:0:0", PartitionKey.Format("n1", null, null));
        Assert.Equal("n1:60:7", PartitionKey.Format("n1", 60, 7));
        Assert.Equal("blake3:aa:60:7#ck=blake3:ck", PartitionKey.Format("blake3:aa", 60, 7, "blake3:ck"));
        Assert.Equal(new PartitionKey("blake3:aa", 60, 7, "blake3:ck"), PartitionKey.Parse("blake3:aa:60:7#ck=blake3:ck"));
        Assert.Equal(new PartitionKey("blake3:aa", 60, 7, null), PartitionKey.Parse("blake3:aa:60:7"));
        Assert.Equal(new PartitionKey("n1", 0, 0, null), PartitionKey.Parse("n1:0:0"));
        foreach (var wrong in new[] { "", "n1", "n1:0", "n1:x:0", ":::", "n1:1:" }) Assert.Throws<FormatException>(() => PartitionKey.Parse(wrong));
    }
}
