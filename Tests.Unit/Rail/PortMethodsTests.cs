using System.Reflection;
using Microsoft.AspNetCore.Components;
using Qmtl.Console;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Unit.Rail;

/// <summary>
/// Every method of every port is listed in <c>PortMethods.approved.txt</c> as what it is, and what it is can be seen: a change takes a ticket, and what
/// takes a ticket is a change whose wrong tickets a contract test tries. A method that is not listed fails with the line to add.
/// </summary>
public sealed class PortMethodsTests
{
    private const string Read = "read";
    private const string Change = "change (ticket)";
    private const string Machine = "machine edge";
    private const string Own = "own store";

    /// <summary>What a machine or the sandbox does; a port that is not named here has no machine edge.</summary>
    private static readonly string[] MachineEdges =
    [
        "Qmtl.DagManager.IDagManager.RegisterAsync", "Qmtl.Gateway.IGateway.SubmitAsync", "Qmtl.Gateway.IStrategyWorker.AdvanceAsync", "Qmtl.Shared.Control.IControlEmitter.EmitAsync",
    ];

    private static readonly Assembly[] Assemblies =
    [
        typeof(RailTicket).Assembly, typeof(DagManager.IDagManager).Assembly, typeof(WorldService.IWorldService).Assembly, typeof(ControlBus.ControlBusOptions).Assembly,
        typeof(Gateway.IGateway).Assembly, typeof(IPlans).Assembly, typeof(Sandbox.SandboxOptions).Assembly, typeof(ConsoleApplication).Assembly,
    ];

    [Fact]
    public void Every_port_method_is_listed_as_what_it_is()
    {
        var approved = Approved();
        var found = PortMethods().ToDictionary(Name, StringComparer.Ordinal);
        var twice = approved.GroupBy(line => line.Method, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => $"listed twice: {group.Key}");
        var gone = approved.Where(line => !found.ContainsKey(line.Method)).Select(line => $"listed, but there is no such method: {line.Method}");
        var known = approved.Select(line => line.Method).ToHashSet(StringComparer.Ordinal);
        var missing = found.Where(pair => !known.Contains(pair.Key)).Select(pair => $"add this line with the right class to PortMethods.approved.txt: {(TakesTicket(pair.Value) ? Change : $"{Read}, {Own} or {Machine}")} | {pair.Key}");
        var wrong = approved.Where(line => found.ContainsKey(line.Method)).SelectMany(line => Problems(line, found[line.Method])).Select(problem => $"wrong: {problem}");
        var all = string.Join('\n', twice.Concat(gone).Concat(missing).Concat(wrong).Order(StringComparer.Ordinal));
        Assert.True(all.Length == 0, all);
    }

    [Fact]
    public void The_rule_sees_what_it_forbids()
    {
        var change = typeof(Offender).GetMethod(nameof(Offender.ChangeAsync))!;
        var ticketed = typeof(Offender).GetMethod(nameof(Offender.TicketedAsync))!;
        var test = nameof(PortMethodsTests) + "." + nameof(The_rule_sees_what_it_forbids);
        Assert.Contains("without a RailTicket", Assert.Single(Problems(new(Change, Name(change), test), change)), StringComparison.Ordinal);
        Assert.Contains("takes a RailTicket", Assert.Single(Problems(new(Read, Name(ticketed), ""), ticketed)), StringComparison.Ordinal);
        Assert.Contains("no contract test", Assert.Single(Problems(new(Change, Name(ticketed), "NoSuchTests.None"), ticketed)), StringComparison.Ordinal);
        Assert.Contains("no machine edge", Assert.Single(Problems(new(Machine, Name(change), ""), change)), StringComparison.Ordinal);
        Assert.Contains("no class of method", Assert.Single(Problems(new("harmless", Name(change), ""), change)), StringComparison.Ordinal);
        Assert.Empty(Problems(new(Change, Name(ticketed), test), ticketed));
        Assert.Contains(PortMethods(), method => method.Name == "PauseAsync" && TakesTicket(method));
    }

    [Fact]
    public void A_page_takes_no_ticket_and_no_machine_edge()
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var edges = MachineEdges.Select(edge => edge[..edge.LastIndexOf('.')]).ToHashSet(StringComparer.Ordinal);
        edges.Remove("Qmtl.DagManager.IDagManager");
        edges.Remove("Qmtl.Gateway.IGateway");
        var components = typeof(ConsoleApplication).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IComponent))).ToArray();
        Assert.NotEmpty(components);
        Assert.DoesNotContain(components, component =>
            component.GetMethods(All).SelectMany(method => method.GetParameters()).Any(parameter => parameter.ParameterType == typeof(RailTicket))
            || component.GetProperties(All).Select(property => property.PropertyType).Concat(component.GetFields(All).Select(field => field.FieldType)).Any(type => type == typeof(RailTicket) || edges.Contains(type.FullName ?? "")));
    }

    private static IEnumerable<string> Problems(Line line, MethodInfo method)
    {
        var takes = TakesTicket(method);
        switch (line.Class)
        {
            case Change when !takes:
                yield return $"{line.Method} is a change without a RailTicket.";
                break;
            case Change when !TestExists(line.Contract):
                yield return $"{line.Method} names no contract test that tries a ticket of another kind, of another item and an expired one: \"{line.Contract}\".";
                break;
            case Read or Own or Machine when takes:
                yield return $"{line.Method} takes a RailTicket, so it is a change.";
                break;
            case Machine when !MachineEdges.Contains(line.Method[..line.Method.IndexOf('(', StringComparison.Ordinal)]):
                yield return $"{line.Method} is no machine edge that is known by name.";
                break;
            case not (Change or Read or Own or Machine):
                yield return $"\"{line.Class}\" is no class of method.";
                break;
        }
    }

    /// <summary>The methods of the public interfaces, and whatever else in public takes a ticket without being one of theirs.</summary>
    private static IEnumerable<MethodInfo> PortMethods()
    {
        var types = Assemblies.SelectMany(assembly => assembly.GetExportedTypes()).ToArray();
        var ports = types.Where(type => type.IsInterface).SelectMany(type => type.GetMethods()).Where(method => !method.IsSpecialName);
        var others = types.Where(type => type is { IsInterface: false, IsAbstract: false })
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => TakesTicket(method) && !method.DeclaringType!.GetInterfaces().Any(port => method.DeclaringType.GetInterfaceMap(port).TargetMethods.Contains(method)));
        return ports.Concat(others);
    }

    private static bool TakesTicket(MethodInfo method) => method.GetParameters().Any(parameter => parameter.ParameterType == typeof(RailTicket));

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.FullName}.{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => Short(parameter.ParameterType)))})";

    private static string Short(Type type) => type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Short))}>" : type.Name;

    private static bool TestExists(string contract) => contract.Split('.') is [var type, var name]
        && typeof(PortMethodsTests).Assembly.GetTypes().Where(known => known.Name == type).Any(known => known.GetMethod(name) is { } test && test.GetCustomAttributes<FactAttribute>(inherit: true).Any(fact => fact.Skip is null));

    private static Line[] Approved()
    {
        using var stream = typeof(PortMethodsTests).Assembly.GetManifestResourceStream("PortMethods.approved.txt") ?? throw new InvalidOperationException("PortMethods.approved.txt is not embedded.");
        using var reader = new StreamReader(stream);
        return
        [
            .. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(line => !line.StartsWith('#'))
                .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).Select(parts => new Line(parts[0], parts.ElementAtOrDefault(1) ?? "", parts.ElementAtOrDefault(2) ?? "")),
        ];
    }

    private sealed record Line(string Class, string Method, string Contract);

    private interface Offender
    {
        Task ChangeAsync(string item);

        Task TicketedAsync(RailTicket ticket, string item);
    }
}
