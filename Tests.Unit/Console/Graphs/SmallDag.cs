using System.Text;
using System.Text.Json;
using Qmtl.Console.Configuration;
using Qmtl.Console.Security;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Unit.Console.Security;

namespace Qmtl.Tests.Unit.Console.Graphs;

/// <summary>DAGs and records made by hand.</summary>
internal static class SmallDag
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static DagNode Node(string id, string[] inputs, string name = "", string code = "c") => new()
    {
        Index = 0,
        NodeId = id,
        NodeType = "ProcessingNode",
        Name = name.Length > 0 ? name : id,
        Interval = 60,
        Tags = ["btc"],
        Inputs = inputs,
        CodeHash = code,
        Json = JsonDocument.Parse($$"""{"node_id":"{{id}}"}""").RootElement,
        Verdict = new(NodeIdState.Verified, id, "The id equals what the fields give."),
    };

    /// <summary>a → b → c, or the nodes given.</summary>
    public static DagDocument Document(params DagNode[] nodes)
    {
        if (nodes.Length == 0) nodes = [Node("a", []), Node("b", ["a"]), Node("c", ["b"])];
        return new()
        {
            Form = DagInputForm.BareDag,
            DagUtf8 = Encoding.UTF8.GetBytes("""{"nodes":[]}"""),
            Findings = [],
            ErrorCount = 0,
            WarningCount = 0,
            Dag = new() { Generation = DagGeneration.Newer, Nodes = nodes, SubmissionChecksum = 1, DiffChecksum = 1 },
        };
    }

    public static StrategyRecord Record(string id, string hash = "h", int hour = 0, string version = "1.0.0") => new()
    {
        StrategyId = id,
        Family = "momentum",
        Version = version,
        State = StrategyState.Queued,
        WorldIds = ["w"],
        Tags = ["btc"],
        NodeCount = 3,
        SubmittedAt = Noon.AddHours(hour),
        SentinelId = id + "-sentinel",
        DagHash = hash,
    };

    /// <summary>The service, or, for null, its absence in a console connected to something else.</summary>
    public static Available<T> Available<T>(T? service, TestAuthorizer? authorizer = null)
        where T : class
    {
        var services = new SingleService(typeof(T), service, authorizer ?? new TestAuthorizer());
        return new(services, new ServiceDirectory(new ConsoleSettings
        {
            Environment = null!,
            IsSandbox = false,
            ObservedSystems = ["Gateway:Url"],
            InForce = [],
        }));
    }

    private sealed class SingleService(Type type, object? service, TestAuthorizer authorizer) : IServiceProvider
    {
        public object? GetService(Type serviceType) =>
            serviceType == type ? service
            : serviceType == typeof(ICurrentCaller) ? new TestCaller()
            : serviceType == typeof(IAuthorizer) ? authorizer
            : null;
    }
}
