using System.Collections.Concurrent;
using Conex.Engine.Errors;
using Conex.Engine.Runtimes;

namespace Conex.Engine.Tests.Fixtures;

/// <summary>Stands for conex-runtime: monitors that live as long as the test, whatever engine comes and goes.</summary>
public sealed class FakeRuntime(string runRoot) : IRuntimeProgram
{
    private int nextPid = 1000;

    /// <summary>The latest monitor of each container; of each exec by its directory.</summary>
    public ConcurrentDictionary<string, FakeMonitor> Monitors { get; } = new(StringComparer.Ordinal);

    /// <summary>Containers that were deleted by force.</summary>
    public ConcurrentQueue<string> Deleted { get; } = new();

    /// <summary>Changes a monitor before it is used.</summary>
    public Action<FakeMonitor>? Prepare { get; set; }

    /// <summary>Why no monitor can be started; null when one can.</summary>
    public string? LaunchFailure { get; set; }

    /// <summary>What every container runs.</summary>
    public IReadOnlyList<int> Processes { get; set; } = [];

    public Task<IMonitorProcess> StartMonitorAsync(MonitorLaunch launch, CancellationToken cancellationToken)
    {
        if (LaunchFailure is { } failure)
        {
            throw new StartFailedException(failure, 128);
        }
        var monitor = new FakeMonitor(launch, $"{runRoot}/runtime/{launch.ContainerId}", Interlocked.Increment(ref nextPid));
        Prepare?.Invoke(monitor);
        Monitors[launch.ProcessFile is null ? launch.ContainerId : launch.RunDirectory] = monitor;
        return Task.FromResult<IMonitorProcess>(monitor);
    }

    /// <summary>Containers that stand still.</summary>
    public ConcurrentDictionary<string, bool> Paused { get; } = new(StringComparer.Ordinal);

    public Task PauseAsync(string id)
    {
        Paused[id] = true;
        return Task.CompletedTask;
    }

    public Task ResumeAsync(string id)
    {
        Paused.TryRemove(id, out _);
        return Task.CompletedTask;
    }

    public Task DeleteAsync(string id)
    {
        Deleted.Enqueue(id);
        if (Directory.Exists($"{runRoot}/runtime/{id}"))
        {
            Directory.Delete($"{runRoot}/runtime/{id}", recursive: true);
        }
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<int>> ProcessesAsync(string id, CancellationToken cancellationToken) => Task.FromResult(Processes);
}
