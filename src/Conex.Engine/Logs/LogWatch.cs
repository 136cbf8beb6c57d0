using System.Threading.Channels;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.Logs;

/// <summary>Tells followers of logs that something was written: one inotify instance and one thread for all of them, from the first on.</summary>
internal sealed class LogWatch
{
    private readonly Lock gate = new();
    private readonly Dictionary<int, List<LogChanges>> followers = [];
    private DirectoryWatch? watch;

    /// <exception cref="KernelException">The user has as many watches as allowed.</exception>
    internal LogChanges Subscribe(string logPath)
    {
        lock (gate)
        {
            watch ??= Begin();
            int number = watch.Add(logPath[..logPath.LastIndexOf('/')]);
            var changes = new LogChanges(this, number);
            if (!followers.TryGetValue(number, out List<LogChanges>? list))
            {
                followers[number] = list = [];
            }
            list.Add(changes);
            return changes;
        }
    }

    internal void Unsubscribe(LogChanges changes, int number)
    {
        lock (gate)
        {
            if (followers.TryGetValue(number, out List<LogChanges>? list) && list.Remove(changes) && list.Count == 0)
            {
                followers.Remove(number);
                watch?.Remove(number);
            }
        }
    }

    private DirectoryWatch Begin()
    {
        var begun = new DirectoryWatch();
        new Thread(() => Listen(begun), maxStackSize: 128 << 10) { IsBackground = true, Name = "log watch" }.Start();
        return begun;
    }

    private void Listen(DirectoryWatch source)
    {
        Span<int> numbers = stackalloc int[256];
        while (true)
        {
            int count = source.Read(numbers);
            lock (gate)
            {
                foreach (int number in numbers[..count])
                {
                    Notify(number);
                }
            }
        }
    }

    private void Notify(int number)
    {
        if (number < 0)
        {
            // The queue overflowed: everybody looks.
            foreach (LogChanges follower in followers.Values.SelectMany(list => list))
            {
                follower.Signal();
            }
        }
        else if (followers.TryGetValue(number, out List<LogChanges>? list))
        {
            foreach (LogChanges follower in list)
            {
                follower.Signal();
            }
        }
    }
}

/// <summary>One follower's view: changes since the last look are one change.</summary>
internal sealed class LogChanges(LogWatch watch, int number) : IDisposable
{
    private readonly Channel<bool> changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>Waits for a change.</summary>
    /// <returns>False after <see cref="Complete"/>: there will be none.</returns>
    internal async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        bool more = await changes.Reader.WaitToReadAsync(cancellationToken);
        changes.Reader.TryRead(out _);
        return more;
    }

    internal void Signal() => changes.Writer.TryWrite(true);

    internal void Complete() => changes.Writer.TryComplete();

    public void Dispose() => watch.Unsubscribe(this, number);
}
