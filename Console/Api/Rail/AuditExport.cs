using System.Globalization;
using System.Text;
using System.Text.Json;
using Qmtl.Operations.Audit;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Api.Rail;

/// <summary>Records as files, written as they are read.</summary>
public static class AuditExport
{
    public const string Csv = "text/csv";
    public const string JsonLines = "application/jsonl";

    private const int FlushAt = 64 << 10;

    private static readonly System.Buffers.SearchValues<char> Quoted = System.Buffers.SearchValues.Create(",\"\r\n\t'");

    private static readonly (string Name, Func<NumberedRecord, string?> Value)[] Columns =
    [
        ("number", numbered => Number(numbered.Number)), ("at", numbered => numbered.Record.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture)),
        ("phase", numbered => Words.Of(numbered.Record.Phase)), ("action", numbered => numbered.Record.Action), ("outcome", numbered => numbered.Record.Outcome), ("actor", numbered => numbered.Record.Actor),
        ("actor_name", numbered => numbered.Record.ActorName), ("actor_kind", numbered => Words.Of(numbered.Record.ActorKind)), ("session", numbered => numbered.Record.Session), ("address", numbered => numbered.Record.Address),
        ("permission", numbered => numbered.Record.Permission), ("scope", numbered => numbered.Record.Scope), ("target", numbered => numbered.Record.Target), ("item", numbered => numbered.Record.Item),
        ("parameters", numbered => numbered.Record.Parameters), ("planned", numbered => Number(numbered.Record.Planned)), ("done", numbered => Number(numbered.Record.Done)), ("reason", numbered => numbered.Record.Reason),
        ("detail", numbered => numbered.Record.Detail), ("operation", numbered => numbered.Record.OperationId), ("correlation", numbered => numbered.Record.CorrelationId),
    ];

    public static async Task WriteCsvAsync(IAsyncEnumerable<NumberedRecord> records, Stream output, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', Columns.Select(column => column.Name)).Append("\r\n");
        await foreach (var record in records.WithCancellation(cancellation))
        {
            for (var column = 0; column < Columns.Length; column++)
            {
                if (column > 0) text.Append(',');
                text.Append(Cell(Columns[column].Value(record)));
            }

            text.Append("\r\n");
            if (text.Length >= FlushAt) await FlushAsync(text, output, cancellation);
        }

        await FlushAsync(text, output, cancellation);
    }

    public static async Task WriteJsonLinesAsync(IAsyncEnumerable<NumberedRecord> records, Stream output, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        await foreach (var record in records.WithCancellation(cancellation))
        {
            text.Append(JsonSerializer.Serialize(AuditRecordAnswer.Of(record), ApiJson.Options)).Append('\n');
            if (text.Length >= FlushAt) await FlushAsync(text, output, cancellation);
        }

        await FlushAsync(text, output, cancellation);
    }

    /// <summary>A cell that no spreadsheet takes for a formula and that holds commas, quotation marks and line ends.</summary>
    public static string Cell(string? value)
    {
        if (string.IsNullOrEmpty(value)) return "";
        var safe = value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' ? "'" + value : value;
        return safe.AsSpan().IndexOfAny(Quoted) >= 0 ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static async Task FlushAsync(StringBuilder text, Stream output, CancellationToken cancellation)
    {
        await output.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellation);
        text.Clear();
    }
}
