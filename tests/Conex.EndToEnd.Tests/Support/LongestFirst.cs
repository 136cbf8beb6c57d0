using Conex.EndToEnd.Tests.Support;
using Conex.EndToEnd.Tests.Vm;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Conex.EndToEnd.Tests.Support;

/// <summary>Begins with the virtual machines: whatever else runs beside them, they end last.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(collection => collection.TestCollectionDisplayName == VirtualMachine.OneAtATime)];
}
