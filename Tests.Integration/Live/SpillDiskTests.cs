using System.Text;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus;
using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Ordering;
using Qmtl.ControlBus.Spill;
using Qmtl.Tests.Integration.Support;

namespace Qmtl.Tests.Integration.Live;

/// <summary>The spilled journal on a disk that becomes full.</summary>
public sealed class SpillDiskTests
{
    [MountFact]
    public async Task A_full_disk_is_told_and_no_place_is_ahead_of_what_reached_it()
    {
        var folder = Directory.CreateTempSubdirectory("qmtl-console-spill-").FullName;
        Assert.True(Mounts.Run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder));
        try
        {
            var filler = Path.Combine(folder, "filler");
            await File.WriteAllBytesAsync(filler, new byte[256 * 1024]);
            var last = 4_000;
            using (var engine = Open(folder))
            {
                for (var offset = 0; offset < last; offset++)
                {
                    Take(engine, 0, offset);
                    Take(engine, 1, offset);
                }

                await SettledAsync(engine, folder);
                Assert.True(engine.Spill!.Lost > 0, $"The disk should have become full: {engine.Spill}");
                // A short batch may still have found room: to the last byte.
                Mounts.Fill(filler);
                for (var lost = engine.Spill.Lost; engine.Spill.Lost == lost; last++)
                {
                    Take(engine, 1, last);
                    await SettledAsync(engine, folder);
                }

                await Waiting.ForAsync(() => engine.Spill.Problem is not null, () => $"the full disk is told, not {engine.Spill}");
                File.Delete(filler);
                Take(engine, 0, last);
                await Waiting.ForAsync(() => engine.Spill.Problem is null, () => $"the spill goes on, not {engine.Spill}");
            }

            var newest = OnDisk(folder, Assert.Fail).Where(place => place.Lane == "1").Max(place => place.Major);
            Assert.True(newest < last - 1, "The last event of partition 1 did not reach the disk.");
            using var again = Open(folder);
            Assert.Equal(new LanePlace(newest, 0), again.PlaceOf("kafka", "sentinel_weight", "1"));
        }
        finally
        {
            Mounts.Run("umount", folder);
            Directory.Delete(folder);
        }
    }

    /// <summary>Waits until each event is on the disk, whole, or counted as lost.</summary>
    private static Task SettledAsync(LiveEngine engine, string folder) => Waiting.ForAsync(
        () => OnDisk(folder).Count() + engine.Spill!.Lost == engine.Status.Received, () => $"all is written or lost, not {engine.Spill} with {OnDisk(folder).Count()} of {engine.Status.Received} on the disk");

    /// <param name="damage">Not while it is written: half a record may stand there for a moment.</param>
    private static IEnumerable<Position> OnDisk(string folder, Action<string>? damage = null) =>
        SpillSegment.In(folder).SelectMany(segment => segment.Read(damage)).OfType<SpillRecord.Added>().Select(added => Position.Parse(added.Journalled.Event.Position)!.Value);

    private static LiveEngine Open(string folder) =>
        new(Options.Create(new ControlBusOptions()), TimeProvider.System, new JournalSpill(new SpillOptions { Hours = 1, Path = folder }, TimeProvider.System));

    private static void Take(LiveEngine engine, int partition, int offset) => engine.Take(new RawMessage
    {
        Source = "kafka", Topic = "sentinel_weight", Position = FormattableString.Invariant($"{partition}:{offset}"), ReceivedAt = DateTimeOffset.UtcNow,
        Value = Encoding.UTF8.GetBytes(FormattableString.Invariant($$"""{"type":"SentinelWeightUpdated","sentinel_id":"s{{partition}}","weight":0.{{offset:D5}},"version":{{offset}}}""")),
    });
}
