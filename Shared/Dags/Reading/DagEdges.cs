using System.Globalization;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.Dags.Reading;

/// <summary>
/// What the inputs of a DAG's nodes say: unknown inputs, cycles, and the order in which the DAG Manager walks the nodes.
/// Everything here is iterative and linear in nodes and inputs.
/// </summary>
internal sealed class DagEdges
{
    private const int ShownOnCycle = 20;

    private readonly IReadOnlyList<DagNode> _nodes;

    // One place an id: where it stands first, with the node that has it last.
    private readonly List<int> _nodeOfPlace = [];
    private readonly Dictionary<string, int> _placeOfId;
    private readonly int[] _inStart;
    private readonly int[] _in;
    private bool _hasUnknownInput;

    public DagEdges(IReadOnlyList<DagNode> nodes, FindingList findings, TextLocator locator)
    {
        _nodes = nodes;
        _placeOfId = new Dictionary<string, int>(nodes.Count, StringComparer.Ordinal);
        for (var i = 0; i < nodes.Count; i++)
        {
            if (nodes[i].NodeId.Length == 0) continue;
            if (_placeOfId.TryAdd(nodes[i].NodeId, _nodeOfPlace.Count)) _nodeOfPlace.Add(i);
            else ReportDuplicate(i, findings, locator);
        }

        var places = _nodeOfPlace.Count;
        _inStart = new int[places + 1];
        var inputs = new List<int>(nodes.Count);
        for (var place = 0; place < places; place++)
        {
            AddInputs(place, inputs, findings, locator);
            _inStart[place + 1] = inputs.Count;
        }

        _in = [.. inputs];
        (Order, IsCyclic) = Walk();
        if (IsCyclic) ReportCycles(findings, locator);
    }

    /// <summary>Nodes in the DAG Manager's order: first in, first out; in list order where an input is unknown or a cycle exists.</summary>
    public IReadOnlyList<DagNode> Order { get; }

    public bool IsCyclic { get; }

    private void ReportDuplicate(int node, FindingList findings, TextLocator locator)
    {
        var place = _placeOfId[_nodes[node].NodeId];
        var earlier = _nodes[_nodeOfPlace[place]];
        _nodeOfPlace[place] = node;
        if (!findings.WantsError()) return;
        var id = _nodes[node].NodeId;
        findings.AddError(
            FindingCodes.DuplicateNodeId, JsonPath.Node(_nodes[node].Index, "node_id"), RangeOf(_nodes[node], "node_id", locator),
            string.Create(CultureInfo.InvariantCulture, $"The id {JsonPath.Shown(id)} stands at node {earlier.Index} already; the DAG Manager keeps the last one alone."),
            "Two nodes with equal type, interval, period, params, inputs, schema and code get one id; name and tags do not make a difference. Keep one of them, or change its params.", id);
    }

    private void AddInputs(int place, List<int> inputs, FindingList findings, TextLocator locator)
    {
        var node = _nodes[_nodeOfPlace[place]];
        var first = inputs.Count;
        for (var i = 0; i < node.Inputs.Count; i++)
        {
            if (!_placeOfId.TryGetValue(node.Inputs[i], out var producer))
            {
                _hasUnknownInput = true;
                ReportDangling(node, i, findings, locator);
                continue;
            }

            inputs.Add(producer);
        }

        // An input that is named twice is one edge. Short lists are compared, long ones sorted.
        var count = inputs.Count - first;
        if (count < 2) return;
        if (count <= 8)
        {
            for (var i = inputs.Count - 1; i > first; i--)
            {
                if (inputs.IndexOf(inputs[i], first, i - first) >= 0) inputs.RemoveAt(i);
            }
        }
        else
        {
            var unique = new HashSet<int>();
            var kept = first;
            for (var i = first; i < inputs.Count; i++)
            {
                if (unique.Add(inputs[i])) inputs[kept++] = inputs[i];
            }

            inputs.RemoveRange(kept, inputs.Count - kept);
        }
    }

    private static void ReportDangling(DagNode node, int input, FindingList findings, TextLocator locator)
    {
        if (!findings.WantsWarning()) return;
        findings.AddWarning(
            FindingCodes.DanglingInput, JsonPath.Node(node.Index, "inputs", input), RangeOf(node, "inputs", locator, input),
            $"No node of this DAG has the id {JsonPath.Shown(node.Inputs[input])}.",
            "Add the missing node or put the id right. With an unknown input the DAG Manager keeps the nodes in list order.", node.NodeId);
    }

    private (IReadOnlyList<DagNode> Order, bool IsCyclic) Walk()
    {
        var places = _nodeOfPlace.Count;
        var (outStart, consumers) = Reversed();
        var open = new int[places];
        var queue = new int[places];
        var tail = 0;
        for (var place = 0; place < places; place++)
        {
            open[place] = _inStart[place + 1] - _inStart[place];
            if (open[place] == 0) queue[tail++] = place;
        }

        for (var head = 0; head < tail; head++)
        {
            for (var i = outStart[queue[head]]; i < outStart[queue[head] + 1]; i++)
            {
                if (--open[consumers[i]] == 0) queue[tail++] = consumers[i];
            }
        }

        var cyclic = tail < places;
        var order = new DagNode[places];
        for (var i = 0; i < places; i++) order[i] = _nodes[_nodeOfPlace[cyclic || _hasUnknownInput ? i : queue[i]]];
        return (order, cyclic);
    }

    private (int[] Start, int[] Consumers) Reversed()
    {
        var places = _nodeOfPlace.Count;
        var start = new int[places + 1];
        foreach (var producer in _in) start[producer + 1]++;
        for (var i = 0; i < places; i++) start[i + 1] += start[i];
        var next = start.AsSpan(0, places).ToArray();
        var consumers = new int[_in.Length];
        for (var place = 0; place < places; place++)
        {
            for (var i = _inStart[place]; i < _inStart[place + 1]; i++) consumers[next[_in[i]]++] = place;
        }

        return (start, consumers);
    }

    /// <summary>Reports each strongly connected component with more than one node, or with a node that reads itself, once.</summary>
    private void ReportCycles(FindingList findings, TextLocator locator)
    {
        var component = Components(out var sizes);
        var reported = new bool[sizes.Count];
        for (var place = 0; place < component.Length; place++)
        {
            var mine = component[place];
            if (reported[mine] || sizes[mine] == 1 && !ReadsItself(place)) continue;
            reported[mine] = true;
            if (!findings.WantsError()) continue;
            var cycle = CycleFrom(place, component).ConvertAll(p => _nodes[_nodeOfPlace[p]]);
            var names = string.Join(" → ", cycle.Take(ShownOnCycle).Select(Label)) + (cycle.Count > ShownOnCycle ? string.Create(CultureInfo.InvariantCulture, $" → … ({cycle.Count - ShownOnCycle:N0} more)") : "");
            var others = sizes[mine] > cycle.Count ? string.Create(CultureInfo.InvariantCulture, $" {sizes[mine]:N0} nodes hang together this way.") : "";
            findings.AddError(
                FindingCodes.Cycle, JsonPath.Node(cycle[0].Index, "inputs"), RangeOf(cycle[0], "inputs", locator),
                $"The inputs form a cycle: {names} → {Label(cycle[0])}.{others}",
                "A node must not read its own output, directly or through others; remove one of these inputs.", cycle[0].NodeId, [.. cycle.Take(1000).Select(node => node.NodeId)]);
        }
    }

    private bool ReadsItself(int place) => _in.AsSpan(_inStart[place].._inStart[place + 1]).Contains(place);

    /// <summary>Walks along inputs inside the component until it meets itself; returned in the direction of the data.</summary>
    private List<int> CycleFrom(int place, int[] component)
    {
        var step = new Dictionary<int, int>();
        var walk = new List<int>();
        while (step.TryAdd(place, walk.Count))
        {
            walk.Add(place);
            for (var i = _inStart[place]; i < _inStart[place + 1]; i++)
            {
                if (component[_in[i]] != component[place]) continue;
                place = _in[i];
                break;
            }
        }

        var cycle = walk[step[place]..];
        cycle.Reverse();
        var smallest = cycle.IndexOf(cycle.Min());
        return [.. cycle[smallest..], .. cycle[..smallest]];
    }

    /// <summary>Tarjan's strongly connected components with a stack of its own.</summary>
    private int[] Components(out List<int> sizes)
    {
        var n = _nodeOfPlace.Count;
        var number = new int[n];
        var low = new int[n];
        var component = new int[n];
        var next = new int[n];
        var path = new Stack<int>();
        var open = new Stack<int>();
        sizes = [];
        var counter = 0;
        Array.Fill(component, -1);
        for (var root = 0; root < n; root++)
        {
            if (number[root] != 0) continue;
            Enter(root);
            while (path.TryPeek(out var place))
            {
                if (next[place] < _inStart[place + 1])
                {
                    var to = _in[next[place]++];
                    if (number[to] == 0) Enter(to);
                    else if (component[to] < 0) low[place] = Math.Min(low[place], number[to]);
                    continue;
                }

                path.Pop();
                if (path.TryPeek(out var caller)) low[caller] = Math.Min(low[caller], low[place]);
                if (low[place] != number[place]) continue;
                var size = 0;
                int member;
                do
                {
                    member = open.Pop();
                    component[member] = sizes.Count;
                    size++;
                }
                while (member != place);
                sizes.Add(size);
            }
        }

        return component;

        void Enter(int place)
        {
            number[place] = low[place] = ++counter;
            next[place] = _inStart[place];
            path.Push(place);
            open.Push(place);
        }
    }

    private static string Label(DagNode node) => JsonPath.Shown(node.DisplayName);

    private static ByteRange RangeOf(DagNode node, string field, TextLocator locator, int item = -1)
    {
        var value = JsonText.Find(node.Json, Encoding.ASCII.GetBytes(field));
        if (value.ValueKind == JsonValueKind.Undefined) return locator.RangeOf(node.Json);
        if (item < 0 || value.ValueKind != JsonValueKind.Array) return locator.RangeOf(value);
        foreach (var element in value.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.String && item-- == 0) return locator.RangeOf(element);
        }

        return locator.RangeOf(value);
    }
}
