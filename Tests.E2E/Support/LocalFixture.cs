using System.Text.RegularExpressions;

namespace Qmtl.Tests.E2E.Support;

/// <summary>A console that keeps accounts of its own and has none yet.</summary>
public sealed partial class LocalFixture : ConsoleFixture
{
    protected override string[] Arguments => ["--SignIn:Mode=Local"];

    /// <summary>The token of the first run, from the console's standard output.</summary>
    public async Task<string> SetupTokenAsync() => (await Server.LineAsync(TokenLine())).Groups[1].Value;

    [GeneratedRegex("^\\s+([A-Za-z0-9_-]{43})\\s*$")]
    private static partial Regex TokenLine();
}

[CollectionDefinition(Name)]
public sealed class LocalCollection : ICollectionFixture<LocalFixture>
{
    public const string Name = "local";
}
