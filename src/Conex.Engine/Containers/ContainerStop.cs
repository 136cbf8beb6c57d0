using Conex.Engine.Errors;
using Conex.Engine.Monitors;
using Conex.Engine.Specs;
using Conex.Linux.Processes;

namespace Conex.Engine.Containers;

/// <summary>Signals to containers, and their end on request.</summary>
internal sealed class ContainerStop(ContainerEvents events, TimeProvider time)
{
    private const int UsualPatience = 10;

    /// <returns>False when the container does not run.</returns>
    internal async Task<bool> StopAsync(Container container, int? timeout, string? signalName, CancellationToken cancellationToken)
    {
        ContainerConfiguration configuration = container.Record.Configuration;
        Signal signal = SpecParts.ParseSignal(signalName ?? configuration.StopSignal, Signal.SIGTERM);
        if (container is not { State.IsRunning: true, Run: { } run })
        {
            return false;
        }
        int seconds = timeout ?? configuration.StopTimeout ?? UsualPatience;
        Task ended = container.WaitAsync(WaitCondition.NotRunning, CancellationToken.None);
        await SendAsync(container, run, signal);
        TimeSpan patience = seconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds);
        try
        {
            await ended.WaitAsync(patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            await EndAsync(container, run);
        }
        events.Publish(container, "stop");
        return true;
    }

    /// <exception cref="ConflictException">It does not run.</exception>
    internal async Task KillAsync(Container container, string? signalName)
    {
        Signal signal = SpecParts.ParseSignal(signalName, Signal.SIGKILL);
        if (container is not { State.IsRunning: true, Run: { } run })
        {
            throw new ConflictException($"cannot kill container: {container.Record.Name}: container {container.Id} is not running");
        }
        if (signal == Signal.SIGKILL)
        {
            await EndAsync(container, run);
        }
        else
        {
            await SendAsync(container, run, signal);
        }
    }

    /// <summary>Ends everything in the container at once, and waits for its end.</summary>
    internal async Task EndAsync(Container container, MonitorRun run)
    {
        Task ended = container.WaitAsync(WaitCondition.NotRunning, CancellationToken.None);
        await SendAsync(container, run, Signal.SIGKILL, everything: true);
        await ended;
    }

    private async Task SendAsync(Container container, MonitorRun run, Signal signal, bool everything = false)
    {
        events.Publish(container, "kill", ("signal", ((int)signal).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        try
        {
            await run.KillAsync(signal, everything);
        }
        catch (RuntimeException)
        {
            // The container ends just now, and its end is worked up.
        }
    }
}
