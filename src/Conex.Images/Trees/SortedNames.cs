using Conex.Images.Paging;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Trees;

/// <summary>Lists directories by the bytes of their names. Those of a large one are sorted in runs that lie in pages, and merged as they are asked for.</summary>
internal sealed class SortedNames(BlobHeap heap)
{
    // A walk holds as many lists as the tree has levels.
    private const int MostInMemory = 512;
    private const int NamesOfRun = 8192;

    private static readonly Comparer<byte[]> Order = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    /// <param name="directory">Opened for reading, at its start.</param>
    /// <exception cref="KernelException">The directory cannot be read.</exception>
    internal IEnumerable<byte[]> Of(DirectoryHandle directory)
    {
        List<Run> runs = [];
        List<byte[]> names = [];
        foreach (DirectoryEntry entry in DirectoryEntries.ReadInTurn(directory))
        {
            names.Add(entry.Name);
            if (names.Count == NamesOfRun)
            {
                runs.Add(Write(names));
                names = [];
            }
        }
        if (runs.Count == 0 && names.Count <= MostInMemory)
        {
            names.Sort(Order);
            return names;
        }
        runs.Add(Write(names));
        return Merged(runs);
    }

    private Run Write(List<byte[]> names)
    {
        names.Sort(Order);
        long first = 0;
        foreach (byte[] name in names)
        {
            long place = heap.Add(name);
            first = first == 0 ? place : first;
        }
        return new Run(first, names.Count);
    }

    private IEnumerable<byte[]> Merged(List<Run> runs)
    {
        PriorityQueue<Run, byte[]> rest = new(Order);
        foreach (Run run in runs)
        {
            Add(run);
        }
        while (rest.TryDequeue(out Run run, out byte[]? name))
        {
            Add(new Run(heap.PlaceBehind(run.First), run.Count - 1));
            yield return name;
        }

        void Add(Run run)
        {
            if (run.Count > 0)
            {
                rest.Enqueue(run, heap.Get(run.First));
            }
        }
    }

    /// <summary>Sorted names that lie one behind the other.</summary>
    /// <param name="First">The place of the first of them.</param>
    private readonly record struct Run(long First, int Count);
}
