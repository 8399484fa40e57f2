using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.InMemory;

namespace Qmtl.Tests.Operations;

public sealed class InMemoryPlanTests : PlanContract
{
    private protected override Task<IDocumentStore> OpenAsync() => Task.FromResult<IDocumentStore>(new InMemoryDocumentStore(TimeProvider.System));
}

public sealed class InMemoryJobTests : JobContract
{
    private protected override Task<IDocumentStore> OpenAsync() => Task.FromResult<IDocumentStore>(new InMemoryDocumentStore(TimeProvider.System));
}
