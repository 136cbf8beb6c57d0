using System.Collections.Concurrent;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Layers;

/// <summary>Deletes what was a layer on a thread of its own, one after the other, since a tree takes seconds and even a tar a tenth of one for each
/// gigabyte. What a process leaves undone the next one does.</summary>
/// <param name="store">The directory in which it is, under names that no layer has.</param>
internal sealed class LayerDeletion(DirectoryHandle store) : IDisposable
{
    private const int StackSize = 256 << 10;
    private readonly ConcurrentDictionary<string, bool> names = [];
    private readonly BlockingCollection<string> waiting = [];
    private readonly CancellationTokenSource end = new();
    private readonly Lock starting = new();
    private Thread? thread;

    internal void Add(string name)
    {
        names[name] = true;
        waiting.Add(name);
        lock (starting)
        {
            if (thread is null)
            {
                thread = new Thread(Run, StackSize) { IsBackground = true };
                thread.Start();
            }
        }
    }

    /// <summary>Whether it is to be deleted, or is being deleted.</summary>
    internal bool Contains(string name) => names.ContainsKey(name);

    /// <summary>Returns in the midst of a tree.</summary>
    public void Dispose()
    {
        if (end.IsCancellationRequested)
        {
            return;
        }
        end.Cancel();
        thread?.Join();
        end.Dispose();
        waiting.Dispose();
    }

    private void Run()
    {
        try
        {
            foreach (string name in waiting.GetConsumingEnumerable(end.Token))
            {
                Delete(name);
                names.TryRemove(name, out _);
            }
        }
        catch (OperationCanceledException) { }
    }

    private void Delete(string name)
    {
        try
        {
            DirectoryTree.Remove(store, name, end.Token);
        }
        catch (KernelException)
        {
            // It stays, and the check of the store says so.
        }
    }
}
