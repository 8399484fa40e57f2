using System.CommandLine;
using System.Globalization;
using Qmtl.Operations.Audit;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.CommandLine;

/// <summary><c>audit verify</c>: checks the chain of the console's audit. Reads only, also beside a running console.</summary>
internal static class AuditVerifyCommand
{
    public static Command Create(CommandStreams streams, string[] settings)
    {
        var json = new Option<bool>("--json") { Description = "One JSON object instead of text." };
        var command = new Command("verify", "Checks the audit from its first to its last record, and against the head that is kept elsewhere (Audit:HeadTarget). Reads only. Takes settings as the console does, for instance --Storage:Path=DIR. Exit code 0: as written, as far as can be told; 1: broken, cut, torn or not checkable; 2: cannot be read; 4: wrong settings.")
        {
            json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var configuration = CommandSettings.Read(settings);
            try
            {
                var found = await AuditOffline.VerifyAsync(configuration, CommandSettings.Folder(configuration), null, cancellation);
                await streams.Output.WriteLineAsync(parsed.GetValue(json) ? Json(found) : Words(found));
                return found.Verification.Verdict is AuditVerdict.Ok or AuditVerdict.OkButTailUnknown ? CommandLineProgram.Done : CommandLineProgram.ErrorsFound;
            }
            catch (Exception problem) when (problem is StorageRefusedException or AuditUnavailableException or IOException or UnauthorizedAccessException)
            {
                throw new CommandFailedException(problem.Message);
            }
        });
        return command;
    }

    private static string Json(OfflineVerification found)
    {
        var verification = found.Verification;
        var json = new AsciiJson().Open('{')
            .Member("verdict", AuditWords.NameOf(verification.Verdict))
            .Member("store", found.Store)
            .Member("place", found.Place)
            .Member("checked", verification.Checked)
            .Member("first_broken", verification.FirstBroken)
            .Member("explanation", verification.Explanation)
            .Name("breaks").Open('[');
        foreach (var one in verification.Breaks) json.Value(one);
        return json.Close(']').Close('}').ToString();
    }

    private static string Words(OfflineVerification found)
    {
        var verification = found.Verification;
        var lines = new List<string> { string.Create(CultureInfo.InvariantCulture, $"{AuditWords.Of(verification.Verdict)}: {found.Store}, {found.Place}"), verification.Explanation };
        if (verification.Breaks.Count > 0)
        {
            lines.Add("Breaks that records of the chain name:");
            lines.AddRange(verification.Breaks.Select(one => "  " + one));
        }

        return string.Join(Environment.NewLine, lines.Select(line => string.Concat(line.Select(letter => char.IsControl(letter) ? ' ' : letter))));
    }
}
