using Microsoft.Extensions.Configuration;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Storage;

namespace Qmtl.Tests.Operations;

public sealed class OperationsSettingsTests : IDisposable
{
    private const string Connection = "Host=db;Database=d;Username=u;Password=hidden";
    private static readonly string Key = Convert.ToBase64String(new byte[32]);
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-console-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Nothing_set_is_right() => Assert.Empty(Errors());

    [Fact]
    public void Everything_set_is_right()
    {
        var outside = Path.Combine(Path.GetDirectoryName(_folder)!, "head.jsonl");
        Assert.Empty(Errors(("Postgres:Connection", Connection), ("Postgres:MigrationConnection", Connection), ("Audit:Key", Key), ("Audit:HeadTarget", outside)));
        Assert.Empty(Errors(("Audit:Key", new string('a', 64)), ("Audit:HeadTarget", "https://heads.example/console")));
    }

    [Fact]
    public void All_errors_come_in_one_list_and_no_secret_among_them()
    {
        var errors = Errors(("Postgres:Connection", "Password=hidden;Nonsense=hidden2"), ("Postgres:MigrationConnection", "Host=x;Password=hidden"), ("Audit:Key", "hidden3"), ("Audit:KeyFile", Path.Combine(_folder, "none")), ("Audit:HeadTarget", "http://user:hidden4@x/"));
        Assert.Equal(5, errors.Count);
        Assert.DoesNotContain("hidden", string.Join('\n', errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_without_a_key_is_refused() =>
        Assert.Contains("must not lie in the database", Assert.Single(Errors(("Postgres:Connection", Connection))), StringComparison.Ordinal);

    [Theory]
    [InlineData("head")]
    [InlineData("audit/../head")]
    [InlineData("link/head")]
    public void A_head_beside_the_audit_is_refused(string path)
    {
        if (!OperatingSystem.IsWindows()) Directory.CreateSymbolicLink(Path.Combine(_folder, "link"), _folder);
        Assert.Contains("inside Storage:Path", Assert.Single(Errors(("Audit:HeadTarget", Path.Combine(_folder, path)))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_behind_a_link_that_leads_into_the_folder_is_refused()
    {
        var link = _folder + "-link";
        Directory.CreateSymbolicLink(link, _folder);
        try
        {
            Assert.Contains("inside Storage:Path", Assert.Single(Errors(("Audit:HeadTarget", Path.Combine(link, "head")))), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(link);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    [InlineData("AAAA")]
    public void A_key_file_without_a_key_is_refused(string content)
    {
        var file = Path.Combine(_folder, "key");
        File.WriteAllText(file, content);
        Assert.Contains("does not hold a key", Assert.Single(Errors(("Audit:KeyFile", file))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_read_from_base64_and_from_hexadecimal_digits()
    {
        var key = AuditKey.New();
        Assert.Equal(key.Id, AuditKey.Parse(key.ToBase64())!.Id);
        Assert.Equal(key.Id, AuditKey.Parse(Convert.ToHexString(Convert.FromBase64String(key.ToBase64())) + "\n")!.Id);
        Assert.Null(AuditKey.Parse(key.ToBase64()[..^4]));
    }

    private IReadOnlyList<string> Errors(params (string Name, string Value)[] settings) => OperationsSettings.Errors(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Name, setting.Value))).Build(), _folder);
}
