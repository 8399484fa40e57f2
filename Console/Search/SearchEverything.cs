using Qmtl.Shared.Rail;
using Qmtl.Shared.Search;

namespace Qmtl.Console.Search;

/// <summary>Results of one source.</summary>
/// <param name="Group">Heading.</param>
/// <param name="Hits">Bounded.</param>
/// <param name="Problem">Why the source gave no answer, or null.</param>
public sealed record SearchGroup(string Group, IReadOnlyList<SearchHit> Hits, string? Problem);

/// <summary>Asks every source side by side; one that fails or is slow does not hold up the others.</summary>
public sealed class SearchEverything(IEnumerable<ISearchSource> sources, TimeProvider time, ILogger<SearchEverything> log)
{
    public const int HitsPerGroup = 6;
    public const int MaxText = 200;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(1);

    private readonly ISearchSource[] _sources = [.. sources.OrderBy(source => source.Order)];

    /// <summary>Groups with results, or with a problem, in their order. Nothing for a blank text.</summary>
    public async Task<IReadOnlyList<SearchGroup>> SearchAsync(string text, CancellationToken cancellation)
    {
        var wanted = (text ?? "").Trim();
        if (wanted.Length == 0) return [];
        if (wanted.Length > MaxText) wanted = wanted[..MaxText];
        var groups = await Task.WhenAll(_sources.Select(source => AskAsync(source, wanted, cancellation)));
        return [.. groups.Where(group => group.Hits.Count > 0 || group.Problem is not null)];
    }

    private async Task<SearchGroup> AskAsync(ISearchSource source, string text, CancellationToken cancellation)
    {
        using var budget = new CancellationTokenSource(Budget, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, budget.Token);
        try
        {
            var hits = await source.SearchAsync(text, HitsPerGroup, either.Token).WaitAsync(either.Token);
            return new(source.Group, [.. hits.Take(HitsPerGroup)], null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(source.Group, [], "no answer within a second");
        }
        catch (PermissionDeniedException)
        {
            // What somebody may not see is not searched.
            return new(source.Group, [], null);
        }
#pragma warning disable CA1031 // One broken source must not take the others with it.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            log.LogWarning(exception, "Search in {Group} failed", source.Group);
            return new(source.Group, [], exception.Message);
        }
    }
}
