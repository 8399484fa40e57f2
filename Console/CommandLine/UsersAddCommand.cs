using System.CommandLine;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations;
using Qmtl.Operations.Audit;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.CommandLine;

/// <summary><c>users add</c>: adds an account on the console's own store, for the first administrator and when nobody can sign in any more.</summary>
internal static class UsersAddCommand
{
    public static Command Create(CommandStreams streams, string[] settings)
    {
        var name = new Argument<string>("NAME") { Description = "User name. " + AccountNames.Rule };
        var role = new Option<string>("--role") { Description = "viewer, analyst, operator or administrator.", Required = true };
        var scopes = new Option<string[]>("--scope") { Description = "Narrows the account, for instance world:crypto; may be repeated. None: everywhere.", DefaultValueFactory = _ => [] };
        var display = new Option<string?>("--name") { Description = "Name for people; the user name when left out." };
        var command = new Command("add", "Adds an account and prints a link by which its owner sets a password: one use, 24 hours. On files only while no console runs; then use its Access page. Refused while the console is read-only. Exit code 0: added; 2: refused; 4: wrong settings.")
        {
            name, role, scopes, display,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var configuration = CommandSettings.Read(settings);
            if (SignInOptions.Of(configuration).Mode != SignInMode.Local) throw new CommandFailedException($"SignIn:Mode is {configuration["SignIn:Mode"]}: accounts are not kept here. Set it to Local, or add people where they are kept.");
            var account = Read(parsed.GetValue(name), parsed.GetValue(display), parsed.GetValue(role), parsed.GetValue(scopes) ?? []);
            try
            {
                var link = await AddAsync(configuration, account, cancellation);
                await streams.Error.WriteLineAsync($"Added {account.UserName}. The link counts once, for 24 hours; whoever has it can set the password:");
                await streams.Output.WriteLineAsync(link);
                return CommandLineProgram.Done;
            }
            catch (StorageRefusedException refused)
            {
                throw new CommandFailedException($"{refused.Message} While a console runs on these files, accounts are added on its Access page.");
            }
            catch (Exception problem) when (problem is StorageUnavailableException or AuditUnavailableException or AccountRefusedException or IOException or UnauthorizedAccessException)
            {
                throw new CommandFailedException(problem.Message);
            }
        });
        return command;
    }

    private static NewAccount Read(string? name, string? display, string? role, string[] scopes)
    {
        if (AccountNames.Normal(name) is not { } user) throw new CommandFailedException($"\"{name}\" cannot be a user name. {AccountNames.Rule}");
        display ??= user;
        if ((AccountNames.DisplayProblem(display) ?? AccountNames.RoleProblem(role) ?? AccountNames.ScopesProblem(scopes)) is { } problem) throw new CommandFailedException(problem);
        return new(user, display.Trim(), role!, [.. scopes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }

    private static async Task<string> AddAsync(IConfigurationRoot configuration, NewAccount account, CancellationToken cancellation)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddOperationsStorage(configuration, CommandSettings.Folder(configuration));
        builder.Services.AddAudit(configuration);
        builder.Services.AddReadOnlySwitch();
        builder.Services.AddAccountStore(SignInOptions.Of(configuration) with { IsCommandLine = true });
        using var host = builder.Build();
        await host.StartAsync(cancellation);
        try
        {
            var time = host.Services.GetRequiredService<TimeProvider>();
            var caller = new Caller { UserId = "os:" + Environment.UserName, Name = Environment.UserName, Kind = CallerKind.CommandLine, SessionId = "command-line", CorrelationId = Correlation.New() };
            var token = await host.Services.GetRequiredService<AccountsOnHost>().AddAsync(caller, account, cancellation);
            var origin = configuration["Http:PublicOrigin"]?.TrimEnd('/') ?? configuration["urls"]?.Split(';')[0].TrimEnd('/') ?? "http://127.0.0.1:5080";
            return origin + PasswordLinks.Secret(account.UserName, token, time.GetUtcNow()).Path;
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }
}
