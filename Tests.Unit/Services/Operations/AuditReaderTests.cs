using Microsoft.Extensions.Options;
using NSubstitute;
using Qmtl.Operations.Audit;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Audit.Head;
using Qmtl.Operations.Audit.InMemory;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Operations;

/// <summary>The audit as services and pages see it: each method asks for its permission, and what is looked at leaves a record.</summary>
public sealed class AuditReaderTests : IDisposable
{
    private static readonly Caller Somebody = new() { UserId = "local:eve", Name = "Eve", Kind = CallerKind.Person, SessionId = "s" };
    private readonly InMemoryAuditStore _store = new();
    private readonly AuditParts _parts;
    private readonly Authorizer _authorizer = new();
    private readonly AuditReader _reader;
    private readonly InMemoryDocumentStore _documents = new(TimeProvider.System);
    private readonly AuditViews _views;

    public AuditReaderTests()
    {
        _parts = new(_store, new AuditKeys(AuditKey.New()));
        _reader = new(
            _parts.Search, _store, () => _parts.Keys, new AuditHeadTargets((IAuditHeadTarget?)null), _parts.HeadKeeper, _parts.Log, Substitute.For<IAuditSpool>(), _authorizer,
            Options.Create(new AuditOptions()), Options.Create(new OperationsStorageOptions()), TimeProvider.System);
        _views = new(_documents, _parts.Log, _authorizer, TimeProvider.System);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _parts.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    public static TheoryData<string, string> Methods => new()
    {
        { nameof(IAuditReader.QueryAsync), Permissions.AuditRead },
        { nameof(IAuditReader.FindAsync), Permissions.AuditRead },
        { nameof(IAuditReader.ExportAsync), Permissions.AuditRead },
        { nameof(IAuditReader.VerifyAsync), Permissions.AuditVerify },
        { nameof(IAuditViews.ListAsync), Permissions.AuditRead },
        { nameof(IAuditViews.SaveAsync), Permissions.AuditViewsChange },
        { nameof(IAuditViews.DeleteAsync), Permissions.AuditViewsChange },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Who_may_not_gets_nothing_and_nothing_happens(string method, string permission)
    {
        await _parts.AppendAsync(0, 5);
        await _documents.CommitAsync([new("audit.view", "local:eve/mine", 0, "{\"Name\":\"mine\",\"Filter\":\"x\"}", ["user:local:eve"])], default);
        _authorizer.Denies = true;

        var denied = await Assert.ThrowsAsync<PermissionDeniedException>(() => CallAsync(method));

        Assert.Equal(permission, denied.Permission);
        Assert.Equal([(Somebody, permission)], _authorizer.Asked);
        Assert.Equal(6, (await _store.EndAsync(default)).Number);
        Assert.Equal(1, _documents.Count);
    }

    [Theory]
    [InlineData(nameof(IAuditReader.ExportAsync), AuditActions.Export)]
    [InlineData(nameof(IAuditReader.VerifyAsync), AuditActions.Verify)]
    public async Task Taking_out_and_verifying_are_recorded(string method, string action)
    {
        await _parts.AppendAsync(0, 5);
        await CallAsync(method);
        Assert.Equal("local:eve", Assert.Single(await _parts.AllAsync(new() { Action = action })).Record.Actor);
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_not_taken_out()
    {
        await _parts.AppendAsync(0, 5);
        _store.Failure = "The disk is full.";
        await Assert.ThrowsAsync<AuditUnavailableException>(() => CallAsync(nameof(IAuditReader.ExportAsync)));
        await Assert.ThrowsAsync<AuditUnavailableException>(() => CallAsync(nameof(IAuditViews.SaveAsync)));
        Assert.Equal(0, _documents.Count);
    }

    [Fact]
    public async Task Views_are_kept_by_user_and_name_and_each_change_is_recorded()
    {
        await _views.SaveAsync(Somebody, new("denied", "outcome:denied"), default);
        await _views.SaveAsync(Somebody, new(" denied ", "outcome:denied from:7d"), default);
        await _views.SaveAsync(Somebody with { UserId = "local:bob" }, new("his", "from:1h"), default);
        Assert.Equal([new AuditView("denied", "outcome:denied from:7d")], await _views.ListAsync(Somebody, default));
        await _views.DeleteAsync(Somebody, "denied", default);
        await _views.DeleteAsync(Somebody, "his", default);
        Assert.Empty(await _views.ListAsync(Somebody, default));
        Assert.Equal(1, _documents.Count);
        Assert.Equal(["audit.view.delete", "audit.view.delete", "audit.view.save", "audit.view.save", "audit.view.save", "audit.view.save"],
            (await _parts.AllAsync(new() { Actor = "local:eve" })).Select(record => record.Record.Action));
        await Assert.ThrowsAsync<OperationRefusedException>(() => _views.SaveAsync(Somebody, new(" ", "x"), default));
        await Assert.ThrowsAsync<OperationRefusedException>(() => _views.SaveAsync(Somebody, new("x", ""), default));
    }

    private async Task CallAsync(string method)
    {
        switch (method)
        {
            case nameof(IAuditReader.QueryAsync): await _reader.QueryAsync(Somebody, new(), default); break;
            case nameof(IAuditReader.FindAsync): await _reader.FindAsync(Somebody, 1, default); break;
            case nameof(IAuditReader.VerifyAsync): await _reader.VerifyAsync(Somebody, null, default); break;
            case nameof(IAuditViews.ListAsync): await _views.ListAsync(Somebody, default); break;
            case nameof(IAuditViews.SaveAsync): await _views.SaveAsync(Somebody, new("mine too", "outcome:denied"), default); break;
            case nameof(IAuditViews.DeleteAsync): await _views.DeleteAsync(Somebody, "mine", default); break;
            default:
                await foreach (var record in await _reader.ExportAsync(Somebody, new(), "csv", default)) Assert.True(record.Number > 0);
                break;
        }
    }

    private sealed class Authorizer : IAuthorizer
    {
        public bool Denies { get; set; }

        public List<(Caller, string)> Asked { get; } = [];

        public AccessDecision Decide(Caller caller, string permission, string? scope = null) => Denies ? AccessDecision.No("No.") : AccessDecision.Yes;

        public IReadOnlySet<string>? ScopesOf(Caller caller, string permission) => null;

        public ValueTask RequireAsync(Caller caller, string permission, string? scope, string target, CancellationToken cancellation)
        {
            Asked.Add((caller, permission));
            return Denies ? throw new PermissionDeniedException(permission, scope, "No.") : ValueTask.CompletedTask;
        }
    }
}
