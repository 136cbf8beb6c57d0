using System.Collections.Concurrent;
using Conex.Images.Content;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Layers;

/// <summary>Deletes later what was a layer, since a tree takes seconds and even a tar a tenth of one for each gigabyte. What a process leaves undone the
/// next one does.</summary>
/// <param name="store">The directory in which it is, under names that no layer has.</param>
internal sealed class LayerDeletion(DirectoryHandle store) : IDisposable
{
    private readonly ConcurrentDictionary<string, bool> names = [];
    private readonly LaterWork work = new();

    internal void Add(string name)
    {
        names[name] = true;
        work.Add(() => Delete(name));
    }

    /// <summary>Whether it is to be deleted, or is being deleted.</summary>
    internal bool Contains(string name) => names.ContainsKey(name);

    /// <summary>Returns in the midst of a tree.</summary>
    public void Dispose() => work.Dispose();

    private void Delete(string name)
    {
        try
        {
            DirectoryTree.Remove(store, name, work.Ended);
        }
        catch (KernelException)
        {
            // It stays, and the check of the store says so.
        }
        names.TryRemove(name, out _);
    }
}
