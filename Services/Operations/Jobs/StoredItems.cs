using System.Globalization;
using System.Text.Json.Serialization;
using Qmtl.Operations.Storage;

namespace Qmtl.Operations.Jobs;

/// <summary>State of one item.</summary>
internal sealed record StoredItem
{
    public static readonly StoredItem Planned = new();

    [JsonPropertyName("s"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JobItemState State { get; init; }

    [JsonPropertyName("r"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Reason { get; init; }

    [JsonPropertyName("t"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public DateTimeOffset? At { get; init; }

    /// <summary>Its outcome was handed to the audit.</summary>
    [JsonPropertyName("a"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Told { get; init; }

    [JsonIgnore]
    public bool HasEnded => State is not (JobItemState.Planned or JobItemState.Started);
}

/// <summary>The items of one part, with the version of their document; without one all are planned.</summary>
internal sealed class StoredItems(JobPart part, StoredItem[] items, long version)
{
    public const string Kind = "job-items";

    public JobPart Part { get; } = part;

    public StoredItem[] Items { get; } = items;

    public long Version { get; set; } = version;

    public static async Task<StoredItems> ReadAsync(IDocumentStore store, string jobId, JobPart part, CancellationToken cancellation)
    {
        var document = await store.FindAsync(Kind, Id(jobId, part), cancellation);
        if (document is null)
        {
            var planned = new StoredItem[part.Count];
            Array.Fill(planned, StoredItem.Planned);
            return new(part, planned, 0);
        }

        return new(part, RailJson.Read<StoredItem[]>(document.Body), document.Version);
    }

    public DocumentWrite Write(string jobId) => new(Kind, Id(jobId, Part), Version, RailJson.Write(Items), []);

    public static string Id(string jobId, JobPart part) => string.Create(CultureInfo.InvariantCulture, $"{jobId}.{part.Index:00000}");
}
