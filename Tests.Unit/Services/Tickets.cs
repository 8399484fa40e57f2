using System.Reflection;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Unit.Services;

/// <summary>
/// Tickets for tests of ports, by reflection: the constructor is for the rail's engine alone, and no test project is let in.
/// </summary>
internal static class Tickets
{
    public static RailTicket Make(string kind, string target, string item, DateTimeOffset expires) =>
        (RailTicket)Activator.CreateInstance(
            typeof(RailTicket), BindingFlags.Instance | BindingFlags.NonPublic, binder: null,
            ["op", kind, target, new HashSet<string> { item }, expires, null], culture: null)!;
}
