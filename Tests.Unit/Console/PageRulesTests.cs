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
    private static readonly string[] Drivers = ["System.Net.Http", "System.Net.WebSockets", "System.Net.Sockets", "System.Data", "Npgsql", "Dapper", "StackExchange.Redis", "Confluent.Kafka", "Qmtl.Sandbox"];

    /// <summary>Where the rail and the audit keep things. Pages go through <c>IPlans</c>, <c>IJobs</c> and <c>IAuditReader</c>.</summary>
    private static readonly string[] Stores =
    [
        "Qmtl.Operations.Storage.Postgres", "Qmtl.Operations.Storage.Files", "Qmtl.Operations.Storage.InMemory",
        "Qmtl.Operations.Audit.Postgres", "Qmtl.Operations.Audit.Files", "Qmtl.Operations.Audit.InMemory",
    ];

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
        Assert.True(IsForbidden(typeof(Dapper.SqlMapper)));
        Assert.True(IsForbidden(typeof(Npgsql.NpgsqlDataSource)));
        Assert.Contains(typeof(HttpClient), Reached(typeof(Offender)));
        var operations = typeof(Qmtl.Operations.Plans.IPlans).Assembly.GetTypes();
        Assert.All(Stores, store => Assert.Contains(operations, type => type.Namespace == store && IsForbidden(type)));
    }

    /// <summary>Text that a browser takes as markup: a new use is a decision, so it is named here.</summary>
    [Fact]
    public void Only_the_drawings_of_icons_are_rendered_as_markup()
    {
        string[] approved = ["Qmtl.Console.Components.Icon"];
        var types = typeof(ConsoleApplication).Assembly.GetTypes();
        Assert.Contains(types, type => type.FullName == approved[0] && MakesMarkup(type));
        var others = types.Where(type => MakesMarkup(type) || Reached(type).Any(reached => reached == typeof(MarkupString)))
            .Select(type => type.FullName!).Except(approved).ToArray();
        Assert.True(others.Length == 0, string.Join('\n', others));
        Assert.True(MakesMarkup(typeof(MarkupOffender)));
        Assert.False(MakesMarkup(typeof(Offender)));
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
            || Stores.Any(store => space == store || space.StartsWith(store + ".", StringComparison.Ordinal))
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

    /// <summary>Whether a method makes a <see cref="MarkupString"/>, or hands the renderer markup that is not in the source as text.</summary>
    private static bool MakesMarkup(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        return type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)).Any(method => method.GetMethodBody()?.GetILAsByteArray() is { } code && Calls(method.Module, code).Any(IsMarkup));

        static bool IsMarkup(MethodBase called) => called.DeclaringType == typeof(MarkupString);
    }

    /// <summary>The methods that the code may call. Bytes that only look like a call name no method, or one more than there is: never one less.</summary>
    private static IEnumerable<MethodBase> Calls(Module module, byte[] code)
    {
        const byte Call = 0x28, CallVirtual = 0x6F, New = 0x73;
        for (var at = 0; at + 4 < code.Length; at++)
        {
            if (code[at] is not (Call or CallVirtual or New)) continue;
            var token = BitConverter.ToInt32(code, at + 1);
            if ((token >>> 24) is not (0x06 or 0x0A)) continue;
            MethodBase? called = null;
            try
            {
                called = module.ResolveMethod(token);
            }
            catch (Exception none) when (none is ArgumentException or BadImageFormatException)
            {
                // No method has that number.
            }

            if (called is not null) yield return called;
        }
    }

    private sealed class MarkupOffender
    {
        public static MarkupString Raw(string text) => new(text);
    }

    private sealed class Offender
    {
        public Task<HttpClient>? Client { get; set; }
    }
}
