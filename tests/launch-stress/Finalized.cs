namespace LaunchStress;

/// <summary>Something with a finalizer. The static programs start the thread for finalizers with the first collection that finds one
/// (src/static-start.S).</summary>
internal sealed class Finalized
{
    private static int count;

    /// <summary>How many finalizers ran.</summary>
    internal static int Count => Volatile.Read(ref count);

#pragma warning disable MA0055 // A finalizer is what this is about.
    ~Finalized() => Interlocked.Increment(ref count);
#pragma warning restore MA0055
}
