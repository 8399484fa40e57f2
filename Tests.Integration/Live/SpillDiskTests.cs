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
            using (var engine = Open(folder))
            {
                for (var offset = 0; offset < 4_000; offset++)
                {
                    Take(engine, 0, offset);
                    Take(engine, 1, offset);
                }

                await Waiting.ForAsync(() => engine.Spill is { Problem: not null, Lost: > 0 }, () => $"the full disk is told, not {engine.Spill}");
                Assert.Equal(8_000, engine.Status.Received);
                File.Delete(filler);
                var written = 4_000;
                // What was waiting is lost or written by now; one more reaches the disk and ends the trouble.
                await Waiting.ForAsync(
                    () =>
                    {
                        Take(engine, 0, written++);
                        return engine.Spill!.Problem is null;
                    },
                    () => $"the spill goes on, not {engine.Spill}");
            }

            var onDisk = SpillSegment.In(folder).SelectMany(segment => segment.Read()).OfType<SpillRecord.Added>().Select(added => added.Journalled.Event.Position!).Where(position => position.StartsWith("1:", StringComparison.Ordinal)).Max(position => long.Parse(position[2..], System.Globalization.CultureInfo.InvariantCulture));
            Assert.True(onDisk < 3_999, "The test needs events of partition 1 that did not reach the disk.");
            using var again = Open(folder);
            Assert.Equal(new LanePlace(onDisk, 0), again.PlaceOf("kafka", "sentinel_weight", "1"));
        }
        finally
        {
            Mounts.Run("umount", folder);
            Directory.Delete(folder);
        }
    }

    private static LiveEngine Open(string folder) =>
        new(Options.Create(new ControlBusOptions()), TimeProvider.System, new JournalSpill(new SpillOptions { Hours = 1, Path = folder }, TimeProvider.System));

    private static void Take(LiveEngine engine, int partition, int offset) => engine.Take(new RawMessage
    {
        Source = "kafka", Topic = "sentinel_weight", Position = FormattableString.Invariant($"{partition}:{offset}"), ReceivedAt = DateTimeOffset.UtcNow,
        Value = Encoding.UTF8.GetBytes(FormattableString.Invariant($$"""{"type":"SentinelWeightUpdated","sentinel_id":"s{{partition}}","weight":0.{{offset:D5}},"version":{{offset}}}""")),
    });
}
