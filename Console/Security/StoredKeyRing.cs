using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Qmtl.Operations.Storage;

namespace Qmtl.Console.Security;

/// <summary>
/// Keeps the framework's data-protection keys in the console's own store, so that several consoles read each other's antiforgery tokens and page states.
/// Sessions and keys do not depend on them: those are random and stored as hashes.
/// </summary>
internal sealed class StoredKeyRing(IDocumentStore store) : IXmlRepository
{
    private const string Kind = "data-protection-key";

    public IReadOnlyCollection<XElement> GetAllElements() =>
        // The framework asks rarely, and only in this blocking way.
        [.. store.ListAllAsync(Kind, 1_000, CancellationToken.None).GetAwaiter().GetResult().Select(document => XElement.Parse(SecurityDocuments.Read<KeyDocument>(document).Xml))];

    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        var body = SecurityDocuments.Write(new KeyDocument(element.ToString(SaveOptions.DisableFormatting)));
        if (!store.CommitAsync([new(Kind, Secrets.NewToken(), 0, body, [])], CancellationToken.None).GetAwaiter().GetResult()) throw new InvalidOperationException("Two random ids were equal.");
    }

    private sealed record KeyDocument(string Xml);
}
