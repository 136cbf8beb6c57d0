namespace Conex.Images.Archives;

/// <summary>Unpacking is system calls and decompression, all blocking: it gets a thread of its own instead of one of the pool's.</summary>
internal static class BlockingWork
{
    internal static Task<T> RunAsync<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
