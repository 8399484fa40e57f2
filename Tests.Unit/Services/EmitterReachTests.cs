using System.Reflection;
using Qmtl.Shared.Control;

namespace Qmtl.Tests.Unit.Services;

/// <summary>The machine edge of the ControlBus is for machines: nobody else may ask for it.</summary>
public sealed class EmitterReachTests
{
    private static readonly string[] Allowed = ["Qmtl.DagManager", "Qmtl.WorldService", "Qmtl.Gateway", "Qmtl.Sandbox"];

    [Fact]
    public void Only_the_services_and_the_sandbox_take_the_emitter()
    {
        Assembly[] assemblies =
        [
            typeof(IControlEmitter).Assembly,
            typeof(DagManager.IDagManager).Assembly,
            typeof(WorldService.IWorldService).Assembly,
            typeof(ControlBus.ControlBusOptions).Assembly,
            typeof(Gateway.IGateway).Assembly,
            typeof(Sandbox.SandboxOptions).Assembly,
            Assembly.Load("Qmtl.Console"),
        ];
        var takers = assemblies
            .SelectMany(assembly => assembly.GetTypes())
            .Where(Takes)
            .Select(type => type.Assembly.GetName().Name!)
            .Distinct()
            .ToList();

        // The rule bites: these do take it.
        Assert.Contains("Qmtl.DagManager", takers);
        Assert.Contains("Qmtl.Sandbox", takers);
        Assert.Empty(takers.Except(Allowed));
    }

    private static bool Takes(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        return type.GetConstructors(All).SelectMany(constructor => constructor.GetParameters()).Any(parameter => parameter.ParameterType == typeof(IControlEmitter))
            || type.GetProperties(All).Any(property => property.PropertyType == typeof(IControlEmitter))
            || type.GetFields(All).Any(field => field.FieldType == typeof(IControlEmitter));
    }
}
