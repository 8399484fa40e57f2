namespace Qmtl.DagManager;

/// <summary>Makes parts of topic names that Kafka takes.</summary>
public static class KafkaName
{
    /// <summary>The part with a dash for everything but ASCII letters, digits, dot, dash and underscore.</summary>
    public static string Clean(string part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return part.All(Allowed)
            ? part
            : string.Create(part.Length, part, static (span, text) =>
            {
                for (var i = 0; i < text.Length; i++) span[i] = Allowed(text[i]) ? text[i] : '-';
            });
    }

    private static bool Allowed(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}
