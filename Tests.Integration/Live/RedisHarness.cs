using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Redis;
using Qmtl.ControlBus.Sources;

namespace Qmtl.Tests.Integration.Live;

/// <summary>One stream of the real server.</summary>
internal sealed class RedisHarness(RedisServer server) : TopicHarness
{
    public string Stream => RedisSettings.Prefix + Topic;

    public override IControlSource Create(LiveEngine engine, TimeProvider time) => Source(server.Address, Topic, time);

    public static IControlSource Source(string address, string topic, TimeProvider time) => new RedisControlSource(
        new() { Connection = address, Topics = [topic], LookInterval = TimeSpan.FromMilliseconds(200), Patience = TimeSpan.FromSeconds(2) }, time);

    public override Task PutAsync(string? key, ReadOnlyMemory<byte> value) => server.AskAsync("XADD", Stream, "*", "key", key ?? "", "value", value.ToArray(), "headers", "{}");

    public override Task KillAsync() => server.KillAsync();

    public override Task StartAsync() => server.StartAsync();

    public override Task DropTopicAsync() => server.AskAsync("DEL", Stream);

    /// <summary>A stream is made by its first entry.</summary>
    public override Task MakeTopicAsync() => Task.CompletedTask;
}
