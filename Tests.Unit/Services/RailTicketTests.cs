using System.Reflection;
using System.Runtime.CompilerServices;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Unit.Services;

public sealed class RailTicketTests
{
    [Fact]
    public void Only_the_rails_engine_can_make_a_ticket()
    {
        Assert.Equal(["Qmtl.Operations"], typeof(RailTicket).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Select(attribute => attribute.AssemblyName));
        Assert.Empty(typeof(RailTicket).GetConstructors(BindingFlags.Instance | BindingFlags.Public));
        Assert.True(typeof(RailTicket).IsSealed);
    }
}
