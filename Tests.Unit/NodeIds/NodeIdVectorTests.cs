using System.Text.Json;
using Qmtl.Shared.Dags;
using Qmtl.Shared.NodeIds;

namespace Qmtl.Tests.Unit.NodeIds;

/// <summary>What the real QMTL computed for random input, line by line.</summary>
public sealed class NodeIdVectorTests
{
    [Fact]
    public void Every_node_has_the_recorded_canonical_form_and_id()
    {
        var answered = 0;
        var collided = 0;
        foreach (var (line, vector) in Fixture.Lines("vectors/node-ids.jsonl"))
        {
            var node = vector.GetProperty("node");
            if (Fixture.Text(vector, "error") is { } error)
            {
                var refused = Assert.Throws<NodeIdRefusedException>(() => NodeIdentity.Newer(node));
                Assert.True(error == refused.PythonError, $"line {line}: {refused.PythonError} instead of {error}");
                continue;
            }

            var expected = vector.GetProperty("node_id").GetString()!;
            Assert.True(vector.GetProperty("canonical").GetString() == NodeIdentity.Canonical(node), $"line {line}: {NodeIdentity.Canonical(node)}");
            Assert.True(expected == NodeIdentity.Newer(node), $"line {line}");
            answered++;
            if (Fixture.Text(vector, "colliding_once") is not { } once) continue;
            collided++;
            Assert.True(once == NodeIdentity.Newer(node, new HashSet<string> { expected }), $"line {line}, one collision");
            Assert.True(Fixture.Text(vector, "colliding_twice") == NodeIdentity.Newer(node, new HashSet<string> { expected, once }), $"line {line}, two collisions");
        }

        Assert.Equal(266, answered);
        Assert.True(collided > 10);
    }

    [Fact]
    public void Every_compute_key_is_the_recorded_one()
    {
        foreach (var (line, vector) in Fixture.Lines("vectors/compute-keys.jsonl"))
        {
            var context = vector.GetProperty("context");
            var key = ComputeKeys.Compute(vector.GetProperty("node_id").GetString()!, new ComputeContext(
                Fixture.Text(context, "world_id"), Fixture.Text(context, "execution_domain"), Fixture.Text(context, "as_of"),
                Fixture.Text(context, "partition"), Fixture.Text(context, "dataset_fingerprint")));
            var expected = new ComputeKey(
                vector.GetProperty("compute_key").GetString()!, vector.GetProperty("execution_domain").GetString()!,
                vector.GetProperty("safe_mode").GetBoolean(), vector.GetProperty("downgraded").GetBoolean());
            Assert.True(expected == key, $"line {line}: {key}");
        }
    }

    [Fact]
    public void Every_execution_domain_resolves_as_recorded()
    {
        foreach (var (line, vector) in Fixture.Lines("vectors/execution-domains.jsonl"))
            Assert.True(Fixture.Text(vector, "resolved") == ExecutionDomains.Resolve(Fixture.Text(vector, "value")), $"line {line}");
    }

    [Fact]
    public void Every_dag_has_the_recorded_hash_and_checksum()
    {
        foreach (var (line, vector) in Fixture.Lines("vectors/dag-hashes.jsonl"))
        {
            var dag = vector.GetProperty("dag");
            Assert.True(Fixture.Text(vector, "sha256_sorted") == DagHash.Sha256Sorted(dag), $"line {line}");
            var ids = dag.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("node_id").GetString()!);
            Assert.True(vector.GetProperty("crc32_list_order").GetUInt32() == NodeIdChecksum.Of(ids), $"line {line}");
        }
    }
}
