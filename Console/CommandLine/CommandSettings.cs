using Qmtl.Console.Configuration;
using Qmtl.Console.Storage;

namespace Qmtl.Console.CommandLine;

/// <summary>
/// The settings of a command that works on the console's own store: the same places as for the console itself, <c>--Storage:Path=…</c> among the
/// arguments included.
/// </summary>
internal static class CommandSettings
{
    /// <summary>Takes the arguments that are settings, <c>--Section:Name=value</c> or <c>--Section:Name value</c>, out of the others.</summary>
    public static (IReadOnlyList<string> Command, string[] Settings) Split(IReadOnlyList<string> args)
    {
        var command = new List<string>();
        var settings = new List<string>();
        for (var index = 0; index < args.Count; index++)
        {
            var name = args[index].Split('=')[0];
            if (!name.StartsWith("--", StringComparison.Ordinal) || !name.Contains(':', StringComparison.Ordinal))
            {
                command.Add(args[index]);
                continue;
            }

            settings.Add(args[index]);
            if (name.Length == args[index].Length && index + 1 < args.Count) settings.Add(args[++index]);
        }

        return (command, [.. settings]);
    }

    /// <exception cref="SettingsRefusedException">Settings are wrong; it lists all errors.</exception>
    public static IConfigurationRoot Read(string[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables()
            .AddCommandLine(settings)
            .Build();
        SettingsReader.Read(configuration);
        return configuration;
    }

    /// <summary>Where the console's files lie.</summary>
    public static string Folder(IConfiguration configuration) => new StorageOptions { Path = configuration["Storage:Path"] }.Folder;
}
