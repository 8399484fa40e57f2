using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.Console.Families;
using Qmtl.Console.Storage;

namespace Qmtl.Tests.Unit.Console;

public sealed class FamilyGroupsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-families-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_group_survives_a_restart_and_can_be_taken_back()
    {
        await Groups().AssignAsync("s1", "  carry ", CancellationToken.None);
        Assert.Equal("carry", Groups().Current["s1"]);
        var groups = Groups();
        await groups.AssignAsync("s1", "", CancellationToken.None);
        Assert.Empty(groups.Current);
        Assert.Empty(Groups().Current);
    }

    [Fact]
    public async Task A_name_that_is_too_long_changes_nothing()
    {
        var groups = Groups();
        await Assert.ThrowsAsync<ArgumentException>(() => groups.AssignAsync("s1", new string('x', FamilyGroups.MaxName + 1), CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => groups.AssignAsync("s1", "a\nb", CancellationToken.None));
        Assert.Empty(groups.Current);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_damaged_file_is_kept_aside()
    {
        File.WriteAllText(Path.Combine(_folder, "families.json"), "{ not json");
        Assert.Empty(Groups().Current);
        Assert.Equal("{ not json", File.ReadAllText(Path.Combine(_folder, "families.json.damaged")));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_now_is_not_overwritten()
    {
        await Groups().AssignAsync("s1", "carry", CancellationToken.None);
        var groups = Groups();
        using (File.Open(Path.Combine(_folder, "families.json"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Empty(groups.Current);
            await Assert.ThrowsAsync<IOException>(() => groups.AssignAsync("s2", "momentum", CancellationToken.None));
        }

        await groups.AssignAsync("s2", "momentum", CancellationToken.None);
        Assert.Equal("carry", groups.Current["s1"]);
    }

    private FamilyGroups Groups() => new(Options.Create(new StorageOptions { Path = _folder }), NullLogger<FamilyGroups>.Instance);
}
