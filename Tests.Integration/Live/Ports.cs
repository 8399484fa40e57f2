using System.Net;
using System.Net.Sockets;

namespace Qmtl.Tests.Integration.Live;

internal static class Ports
{
    /// <summary>A loopback port where nobody listens now.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
