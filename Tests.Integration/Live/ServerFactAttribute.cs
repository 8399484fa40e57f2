using Xunit.Abstractions;
using Xunit.Sdk;

namespace Qmtl.Tests.Integration.Live;

/// <summary>A test that may need a server that this machine lacks: then it is skipped, and says which. What a class needs stands on it as <see cref="NeedsTestServerAttribute"/>.</summary>
[XunitTestCaseDiscoverer("Qmtl.Tests.Integration.Live.ServerFactDiscoverer", "Qmtl.Tests.Integration")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class ServerFactAttribute : FactAttribute;

/// <summary>The tests of this class need a server that no Debian package brings.</summary>
/// <param name="folder">Of <c>QMTL_TEST_SERVERS</c>, for instance <c>kafka</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsTestServerAttribute(string folder) : Attribute
{
    public string Folder { get; } = folder;

    /// <summary>The script that starts it; null when this machine has none.</summary>
    public static string? ScriptOf(string folder) =>
        Environment.GetEnvironmentVariable("QMTL_TEST_SERVERS") is { Length: > 0 } servers && Path.Combine(servers, folder, "start") is var script && File.Exists(script) ? script : null;
}

/// <summary>Finds the tests, with a reason to skip them where their class needs what is not there.</summary>
public sealed class ServerFactDiscoverer(IMessageSink messages) : IXunitTestCaseDiscoverer
{
    public IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute)
    {
        ArgumentNullException.ThrowIfNull(testMethod);
        var display = discoveryOptions.MethodDisplayOrDefault();
        var options = discoveryOptions.MethodDisplayOptionsOrDefault();
        var needs = testMethod.TestClass.Class.GetCustomAttributes(typeof(NeedsTestServerAttribute)).SingleOrDefault()?.GetConstructorArguments().OfType<string>().Single();
        return needs is null || NeedsTestServerAttribute.ScriptOf(needs) is not null
            ? [new XunitTestCase(messages, display, options, testMethod)]
            : [new XunitSkippedDataRowTestCase(messages, display, options, testMethod, $"QMTL_TEST_SERVERS names no folder with {needs}/start: there is no real {needs} here.")];
    }
}
