using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.Dags;
using Qmtl.Shared.NodeIds;

namespace Qmtl.Benchmarks;

/// <summary>
/// Parses and checks DAGs with valid ids from UTF-8, warm. Yardsticks in the same run: <see cref="JsonDocument"/> alone, and Python's
/// <c>json.loads</c> with the ids' canonical JSON and SHA-256 (the real system adds its own BLAKE3 and checks to that).
/// </summary>
internal static class ParseBenchmark
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var rounds = arguments.Length > 0 ? int.Parse(arguments[0]) : 200;
        var within = true;
        foreach (var nodes in (int[])[40, 1_000, 10_000])
        {
            var text = Dag(nodes);
            if (!DagReader.Read(text).IsValid) throw new InvalidOperationException("The sample DAG has errors.");
            var few = nodes > 1_000 ? Math.Max(5, rounds / 10) : rounds;
            var ours = Sample.Of(few, few, () => DagReader.Read(text));
            var parse = Sample.Of(few, few, () => JsonDocument.Parse(text).Dispose());
            System.Console.WriteLine(
                $"{nodes:N0} nodes, {text.Length / 1024.0:N0} KiB: p50 {ours.Median:F2} ms, p95 {ours.P95:F2} ms, best {ours.Best:F2} ms; JsonDocument.Parse alone p50 {parse.Median:F2} ms, best {parse.Best:F2} ms, ratio {ours.Median / parse.Median:F1}{await PythonAsync(text, ours.Median)}");
            if (nodes == 1_000) within = ours.Median <= 5;
        }

        System.Console.WriteLine($"bound for 1,000 nodes: p50 5 ms: {(within ? "kept" : "missed")}");
        return within ? 0 : 1;
    }

    /// <summary>A DAG with the shape of SDK output: sources, then nodes that read one or two earlier ones.</summary>
    private static byte[] Dag(int count)
    {
        var random = new Random(3);
        var ids = new List<string>();
        var text = new StringBuilder("{\"schema_version\":\"v1\",\"nodes\":[");
        for (var i = 0; i < count; i++)
        {
            string[] inputs = i < count / 20 + 1 ? [] : [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => ids[Math.Max(0, i - random.Next(1, 40))]).Distinct().Order(StringComparer.Ordinal)];
            var deps = string.Join(',', inputs.Select(id => $"\"{id}\""));
            var hash = Convert.ToHexStringLower(Blake3.Hash(Encoding.ASCII.GetBytes($"{i}")));
            var fields = $"\"node_type\":\"{(inputs.Length == 0 ? "StreamInput" : "ProcessingNode")}\",\"interval\":60,\"period\":{i % 50},\"dependencies\":[{deps}],\"schema_compat_id\":\"scalar-v1\",\"code_hash\":\"{hash}\",\"params\":{{\"window\":{i},\"alpha\":0.{i % 97},\"symbol\":\"BTC/USDT\"}},\"name\":\"node_{i}\",\"tags\":[\"btc\",\"indicator\"],\"inputs\":[{deps}],\"config_hash\":\"{hash}\",\"schema_hash\":\"{hash}\",\"pre_warmup\":true,\"expected_schema\":null";
            using var node = JsonDocument.Parse($"{{{fields}}}");
            var id = NodeIdentity.Newer(node.RootElement);
            ids.Add(id);
            text.Append(i == 0 ? "" : ",").Append('{').Append(fields).Append(",\"node_id\":\"").Append(id).Append("\"}");
        }

        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    private static async Task<string> PythonAsync(byte[] text, double ours)
    {
        const string script = """
            import sys, json, hashlib, time, zlib
            text = sys.stdin.buffer.read()
            best = 1e9
            for _ in range(7):
                start = time.perf_counter()
                dag = json.loads(text)
                crc = 0
                for n in dag["nodes"]:
                    blob = json.dumps(n["params"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
                    hashlib.sha256("|".join([n["node_type"], str(n["interval"]), str(n["period"]), blob, ",".join(sorted(n["inputs"])), n["schema_compat_id"], n["code_hash"]]).encode()).hexdigest()
                    crc = zlib.crc32(n["node_id"].encode(), crc)
                best = min(best, time.perf_counter() - start)
            print(best * 1000)
            """;
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", ["-c", script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            await python.StandardInput.BaseStream.WriteAsync(text);
            python.StandardInput.Close();
            var milliseconds = double.Parse(await python.StandardOutput.ReadToEndAsync());
            await python.WaitForExitAsync();
            return $"; Python json.loads, canonical text, SHA-256: {milliseconds:F2} ms, ratio {ours / milliseconds:F2}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "; python3 is not installed";
        }
    }
}
