namespace Qmtl.Operations.Storage.InMemory;

/// <summary>The documents of one kind, with those of each label in the order of lists.</summary>
internal sealed class DocumentsOfKind
{
    private readonly Dictionary<string, StoredDocument> _byId = new(StringComparer.Ordinal);
    private readonly SortedSet<Place> _places = [];
    private readonly Dictionary<string, SortedSet<Place>> _byLabel = new(StringComparer.Ordinal);

    public IEnumerable<StoredDocument> All => _byId.Values;

    public StoredDocument? Find(string id) => _byId.GetValueOrDefault(id);

    public long CountOf(string? label) => label is null ? _byId.Count : _byLabel.GetValueOrDefault(label)?.Count ?? 0;

    public IReadOnlyList<StoredDocument> List(DocumentQuery query)
    {
        // The label that fewest carry leads; the others are asked of each document.
        var places = _places;
        foreach (var label in query.Labels)
        {
            if (!_byLabel.TryGetValue(label, out var carried)) return [];
            if (carried.Count < places.Count) places = carried;
        }

        var view = query.After is { } after && places.Count > 0 ? After(places, new(after.Order, after.Id)) : places;
        var found = new List<StoredDocument>();
        foreach (var place in view)
        {
            var document = _byId[place.Id];
            if (!query.Labels.All(document.Labels.Contains)) continue;
            found.Add(document);
            if (found.Count == query.Limit) break;
        }

        return found;
    }

    public void Replace(StoredDocument? before, StoredDocument? after)
    {
        if (before is not null)
        {
            var place = new Place(before.Order, before.Id);
            _byId.Remove(before.Id);
            _places.Remove(place);
            foreach (var label in before.Labels)
            {
                if (_byLabel.TryGetValue(label, out var carried) && carried.Remove(place) && carried.Count == 0) _byLabel.Remove(label);
            }
        }

        if (after is not null)
        {
            var place = new Place(after.Order, after.Id);
            _byId[after.Id] = after;
            _places.Add(place);
            foreach (var label in after.Labels)
            {
                if (!_byLabel.TryGetValue(label, out var carried)) _byLabel[label] = carried = [];
                carried.Add(place);
            }
        }
    }

    private static IEnumerable<Place> After(SortedSet<Place> places, Place after)
    {
        var last = places.Max;
        return after.CompareTo(last) >= 0 ? [] : places.GetViewBetween(after, last).SkipWhile(place => place.CompareTo(after) == 0);
    }

    /// <summary>Where a document stands in lists: greatest order first, then greatest id.</summary>
    private readonly record struct Place(string Order, string Id) : IComparable<Place>
    {
        public int CompareTo(Place other)
        {
            var order = string.CompareOrdinal(other.Order, Order);
            return order != 0 ? order : string.CompareOrdinal(other.Id, Id);
        }

        public static bool operator <(Place left, Place right) => left.CompareTo(right) < 0;

        public static bool operator >(Place left, Place right) => left.CompareTo(right) > 0;

        public static bool operator <=(Place left, Place right) => left.CompareTo(right) <= 0;

        public static bool operator >=(Place left, Place right) => left.CompareTo(right) >= 0;
    }
}
