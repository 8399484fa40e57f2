using System.Reflection;
using Microsoft.AspNetCore.Components;
using Qmtl.Console;
using Qmtl.Console.Layout;

namespace Qmtl.Tests.Unit.Console;

/// <summary>Pages call services; they never touch an adapter, a driver or HttpClient.</summary>
public sealed class PageRulesTests
{
    private static readonly string[] Folders = ["InMemory", "Neo4j", "Redis", "Postgres", "Kafka", "Http"];
    private static readonly string[] Services = ["Qmtl.DagManager", "Qmtl.WorldService", "Qmtl.ControlBus", "Qmtl.DeadLetters", "Qmtl.Gateway"];
    private static readonly string[] Drivers = ["System.Net.Http", "System.Net.WebSockets", "System.Net.Sockets", "System.Data", "Npgsql", "StackExchange.Redis", "Confluent.Kafka", "Qmtl.Sandbox"];

    [Fact]
    public void Pages_and_components_reach_services_only()
    {
        var types = typeof(ConsoleApplication).Assembly.GetTypes()
            .Where(type => type.Namespace is { } space && (space.StartsWith("Qmtl.Console.Pages", StringComparison.Ordinal) || space.StartsWith("Qmtl.Console.Components", StringComparison.Ordinal) || space.StartsWith("Qmtl.Console.Layout", StringComparison.Ordinal)))
            .ToArray();
        Assert.Contains(types, type => type.IsAssignableTo(typeof(ComponentBase)));
        var wrong = types.SelectMany(type => Reached(type).Where(IsForbidden).Select(reached => $"{type.FullName} reaches {reached.FullName}")).Distinct().Order(StringComparer.Ordinal);
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_rule_sees_what_it_forbids()
    {
        Assert.True(IsForbidden(typeof(HttpClient)));
        Assert.True(IsForbidden(typeof(Qmtl.Gateway.InMemory.InMemoryStrategyCatalogue)));
        Assert.Contains(typeof(HttpClient), Reached(typeof(Offender)));
    }

    [Fact]
    public void The_navigation_shows_exactly_the_pages_that_exist()
    {
        Assert.Contains(ConsolePages.All, page => page.Href == "/");
        Assert.All(ConsolePages.All, page => Assert.True(ConsolePages.Exists(page.Href)));
        Assert.All(ConsolePages.All, page => Assert.NotEmpty(Qmtl.Console.Components.Icons.Drawing(page.Icon)));
        Assert.False(ConsolePages.Exists("/no-such-page"));
    }

    private static bool IsForbidden(Type type)
    {
        var space = type.Namespace ?? "";
        return Drivers.Any(driver => space == driver || space.StartsWith(driver + ".", StringComparison.Ordinal))
            || Services.Any(service => Folders.Any(folder => space == $"{service}.{folder}" || space.StartsWith($"{service}.{folder}.", StringComparison.Ordinal)));
    }

    private static IEnumerable<Type> Reached(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var direct = type.GetFields(All).Select(field => field.FieldType)
            .Concat(type.GetProperties(All).Select(property => property.PropertyType))
            .Concat(type.GetConstructors(All).SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.ParameterType))
            .Concat(type.GetMethods(All).SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType)))
            .Concat(type.GetMethods(All).SelectMany(method => method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? []));
        return direct.SelectMany(Unwrap).Distinct();
    }

    private static IEnumerable<Type> Unwrap(Type type)
    {
        if (type.HasElementType) return Unwrap(type.GetElementType()!);
        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Unwrap).Append(type) : [type];
    }

    private sealed class Offender
    {
        public Task<HttpClient>? Client { get; set; }
    }
}
