using Conex.EndToEnd.Tests.Support;
using Conex.EndToEnd.Tests.Vm;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(MachinesBeside))]

namespace Conex.EndToEnd.Tests.Support;

/// <summary>Lets the virtual machines whose tests are to run boot beside all other tests, and asks for what they said last.</summary>
public sealed class MachinesBeside : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
    {
        foreach (string name in testCollections.Select(collection => collection.TestCollectionDisplayName).Order(StringComparer.Ordinal))
        {
            BootQueue.Begin(name);
        }
        return [.. testCollections.OrderBy(collection => BootQueue.Has(collection.TestCollectionDisplayName))];
    }
}
