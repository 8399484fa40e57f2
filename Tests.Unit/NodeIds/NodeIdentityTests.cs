using System.Text;
using Qmtl.Shared.Dags;
using Qmtl.Shared.NodeIds;

namespace Qmtl.Tests.Unit.NodeIds;

/// <summary>The ids and checksums that QMTL's own functions gave for known input.</summary>
public sealed class NodeIdentityTests
{
    private const string Null = "74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b";
    private const string Empty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    [Theory]
    [InlineData("", "N", "c1", "cfg1", "s1", "0aff1c91514ebf8e9ff3b1e57591fe92ad2ae19ae4dc37baec6ce770a017c048", "14bc10ff1590badcdbd368a502a11c179f70945ba970cfaa542202a8ee41daff")]
    [InlineData("w1", "N", "c1", "cfg1", "s1", "80c548f9f8c890d3356f9af7b786af739147c434224befcf8ba3d6784317f8ec", "2ce6a308a26dac8fd530f8d74682c22020dd437d9dc194e79c52e06545329e8c")]
    [InlineData("crypto_mom_1h", "StreamInput", Null, Empty, Empty, "5aaf8975b11f3415e5741036915bd1cef26a5e3494d723dbf060610f2578df7f", null)]
    [InlineData("", "TagQueryNode", Null, Empty, Empty, "cab5a4630f8c5daf173096cfc8ce19d70aeccdcdeec7670ebb41bd8818a48241", null)]
    public void Older_ids(string world, string type, string code, string config, string schema, string id, string? afterCollision)
    {
        Assert.Equal(id, NodeIdentity.Older(world, type, code, config, schema));
        if (afterCollision is not null) Assert.Equal(afterCollision, NodeIdentity.Older(world, type, code, config, schema, new HashSet<string> { id }));
    }

    [Fact]
    public void Own_sha3_equals_the_known_hash()
    {
        var hash = new byte[32];
        Sha3.Portable(":N:c1:cfg1:s1"u8, hash);
        Assert.Equal("14bc10ff1590badcdbd368a502a11c179f70945ba970cfaa542202a8ee41daff", Convert.ToHexStringLower(hash));
        Sha3.Portable([], hash);
        Assert.Equal("a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a", Convert.ToHexStringLower(hash));
        if (!System.Security.Cryptography.SHA3_256.IsSupported) return;
        for (var length = 0; length < 600; length += 17)
        {
            var data = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
            Sha3.Portable(data, hash);
            Assert.Equal(System.Security.Cryptography.SHA3_256.HashData(data), hash);
        }
    }

    [Theory]
    [InlineData("""{"node_type":"N","schema_compat_id":"s-major","code_hash":"c1"}""", "N|0|0|null||s-major|c1", "blake3:3b8bbd11fb78525c46a66ca2c1ffffcdfba7a477995badb7819f8daa7a5dff42")]
    [InlineData("""{"node_type":"ProcessingNode","interval":60,"period":20,"params":{"window":20,"alpha":0.5},"inputs":["blake3:aa","blake3:bb"],"schema_compat_id":"scalar-v1","code_hash":"c2"}""", """ProcessingNode|60|20|{"alpha":0.5,"window":20}|blake3:aa,blake3:bb|scalar-v1|c2""", "blake3:966adc0c93d5286c5ff6e57c9e2ade799956321b224a1f73e420e81adf7f7c6e")]
    [InlineData("""{"node_type":"ProcessingNode","interval":60,"period":20,"params":{"env_X":1,"alpha":0.5,"world_id":"w","window":20,"SEED":3},"inputs":["blake3:bb","blake3:aa"],"schema_compat_id":"scalar-v1","code_hash":"c2"}""", """ProcessingNode|60|20|{"alpha":0.5,"window":20}|blake3:aa,blake3:bb|scalar-v1|c2""", "blake3:966adc0c93d5286c5ff6e57c9e2ade799956321b224a1f73e420e81adf7f7c6e")]
    [InlineData("""{"node_type":"TagQueryNode","interval":300,"period":6,"params":{"query_tags":["momentum"," indicator","momentum"],"match_mode":"all"},"schema_compat_id":"s-major","code_hash":"c3"}""", """TagQueryNode|300|6|{"interval":300,"match_mode":"all","query_tags":["indicator","momentum"]}||s-major|c3""", "blake3:368f5655cc4bd25e4ee1a68ba4ed92819cfe7895e2057f76182ec10d4eb27510")]
    public void Newer_ids(string node, string canonical, string id)
    {
        Assert.Equal(canonical, NodeIdentity.Canonical(Fixture.Json(node)));
        Assert.Equal(id, NodeIdentity.Newer(Fixture.Json(node)));
    }

    [Fact]
    public void A_newer_id_after_a_collision()
    {
        var node = Fixture.Json("""{"node_type":"N","schema_compat_id":"s-major","code_hash":"c1"}""");
        Assert.Equal(
            "blake3:77d7a309eb85d9d99cee2fa0d625ea6bd84012f28d07e515cc167d1ee125e9ee02c8ae9c0720be009791fadd109a5f6c2b483e8abd97589898b232145ac75e95",
            NodeIdentity.Newer(node, new HashSet<string> { NodeIdentity.Newer(node) }));
    }

    /// <summary>What Python's str(), int() and iteration make of odd values.</summary>
    [Theory]
    [InlineData("""{"node_type":null,"code_hash":null}""", "None|0|0|null|||None")]
    [InlineData("""{"node_type":"N","interval":true,"period":"1_0"}""", "N|1|10|null|||")]
    [InlineData("""{"node_type":"N","interval":1e20,"period":-60.9}""", "N|100000000000000000000|-60|null|||")]
    [InlineData("""{"node_type":"N","inputs":"ba"}""", "N|0|0|null|a,b||")]
    [InlineData("""{"node_type":"N","inputs":{"k":1,"a":2,"k":3}}""", "N|0|0|null|a,k||")]
    [InlineData("""{"node_type":"N","inputs":[true,1.50,0,"",null,{"a":"it's"},[1,"x"]]}""", "N|0|0|null|0,1.5,True,[1, 'x'],{'a': \"it's\"}||")]
    [InlineData("""{"node_type":"N","inputs":[],"dependencies":["d"]}""", "N|0|0|null|d||")]
    [InlineData("""{"node_type":"TagQueryNode","tags":"b, a ,,b"}""", """TagQueryNode|0|0|{"interval":null,"match_mode":"any","query_tags":["a","b"]}|||""")]
    [InlineData("""{"node_type":"TagQueryNode","tags":["z"],"params":{"query_tags":[],"tags":""}}""", """TagQueryNode|0|0|{"interval":null,"match_mode":"any","query_tags":[]}|||""")]
    [InlineData("""{"node_type":"TagQueryNode","match_mode":"all","params":{"match_mode":"none"}}""", """TagQueryNode|0|0|{"interval":null,"match_mode":"any","query_tags":[]}|||""")]
    [InlineData("""{"node_type":"N","params":{"a":1,"a":2,"Env_b":1,"environment":[{"DOMAIN":1}]}}""", """N|0|0|{"a":2,"environment":[{}]}|||""")]
    public void Odd_values_become_what_python_makes_of_them(string node, string canonical) => Assert.Equal(canonical, NodeIdentity.Canonical(Fixture.Json(node)));

    [Theory]
    [InlineData("""{"interval":"x"}""", "ValueError")]
    [InlineData("""{"interval":[1]}""", "TypeError")]
    [InlineData("""{"interval":1e999}""", "OverflowError")]
    [InlineData("""{"inputs":5}""", "TypeError")]
    [InlineData("""{"schema_compat_id":"a","schema_id":"b"}""", "ValueError")]
    [InlineData("""{"node_type":"TagQueryNode","tags":false}""", "TypeError")]
    [InlineData("""{"node_type":"TagQueryNode","match_mode":5}""", "AttributeError")]
    [InlineData("""{"params":{"a":"\ud800"}}""", "UnicodeEncodeError")]
    [InlineData("[]", "AttributeError")]
    public void What_python_refuses_is_refused(string node, string error)
    {
        Assert.Equal(error, Assert.Throws<NodeIdRefusedException>(() => NodeIdentity.Newer(Fixture.Json(node))).PythonError);
        Assert.Equal(error, NodeIdentity.Answer(Fixture.Json(node)).PythonError);
    }

    [Fact]
    public void Checksums_of_known_ids()
    {
        Assert.Equal(812207111u, NodeIdChecksum.Of(["A", "B"]));
        Assert.Equal(0u, NodeIdChecksum.Of([]));
        Assert.Equal(0xCBF43926u, Crc32.Append(0, "123456789"u8));
        Assert.Equal(NodeIdChecksum.Of(["Ünï😀"]), Crc32.Append(0, Encoding.UTF8.GetBytes("Ünï😀")));
    }

    [Theory]
    [InlineData(null, null, null, null, "blake3:36f24e6b56850016343993f2b6bcded6d9696e75309ab347e335cd10393497d8")]
    [InlineData("w1", "live", null, null, "blake3:1171c0f7d32de81f5d6fba05bbfa0dad70e7aee5c98cb4da57e7a233b90da086")]
    [InlineData("w1", "live", null, "p1", "blake3:338db723ee68b55aebbcb81f33edf6b0dbdcd315a9ca2762eddf6f4c22c3c054")]
    [InlineData("w1", "backtest", "2025-09-30T00:00:00Z", null, "blake3:c53298f7b5e9f9755eea2b4ea0dd0dbe7518658b8a06d1588201a8dccafbb4c8")]
    public void Compute_keys_of_known_contexts(string? world, string? domain, string? asOf, string? partition, string key)
        => Assert.Equal(key, ComputeKeys.Compute("blake3:aa", new ComputeContext(world, domain, asOf, partition)).Key);
}
