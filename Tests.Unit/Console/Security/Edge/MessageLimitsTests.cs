using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Qmtl.Console;
using Qmtl.Console.Security.Edge;

namespace Qmtl.Tests.Unit.Console.Security.Edge;

/// <summary>The limits of what is sent here are in force in the real application, not only written down.</summary>
public sealed class MessageLimitsTests
{
    [Fact]
    public async Task Forms_circuits_and_hubs_are_bounded()
    {
        var folder = Directory.CreateTempSubdirectory("qmtl-console-limits-").FullName;
        try
        {
            await using var app = ConsoleApplication.Build(["--urls=http://127.0.0.1:0", "--SignIn:Mode=Open", $"--Storage:Path={folder}"]);
            var form = app.Services.GetRequiredService<IOptions<FormOptions>>().Value;
            Assert.Equal((64, 256, 16 * 1024, 64 * 1024L), (form.ValueCountLimit, form.KeyLengthLimit, form.ValueLengthLimit, form.MultipartBodyLengthLimit));
            Assert.Equal(1024 * 1024L, form.BufferBodyLengthLimit);
            Assert.Equal(MessageLimits.HubMessageBytes, app.Services.GetRequiredService<IOptions<HubOptions>>().Value.MaximumReceiveMessageSize);
            var circuits = typeof(Microsoft.AspNetCore.Components.Server.CircuitOptions).Assembly.GetType("Microsoft.AspNetCore.Components.Server.ComponentHub", throwOnError: true)!;
            var circuit = (IOptions<HubOptions>)app.Services.GetRequiredService(typeof(IOptions<>).MakeGenericType(typeof(HubOptions<>).MakeGenericType(circuits)));
            Assert.Equal(MessageLimits.CircuitMessageBytes, circuit.Value.MaximumReceiveMessageSize);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
