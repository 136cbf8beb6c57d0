using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Runtimes;
using Conex.Linux.Processes;

namespace Conex.Engine.Monitors;

/// <summary>One run of a container or an exec, seen through its monitor.</summary>
internal sealed class MonitorRun : IDisposable
{
    private readonly string directory;
    private readonly TimeProvider time;
    private readonly TaskCompletionSource<MonitorState> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ExitReport> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MonitorConnection? connection;
    private volatile bool letGo;
    private string? failure;

    private MonitorRun(string directory, TimeProvider time)
    {
        this.directory = directory;
        this.time = time;
        // A start that nobody waits for (an adopted run) must not end as an unobserved exception.
        _ = running.Task.ContinueWith(static task => task.Exception, TaskScheduler.Default);
    }

    /// <summary>How the run ended. Never completes after <see cref="Dispose"/>.</summary>
    internal Task<ExitReport> Exited => exited.Task;

    /// <summary>Completes when the monitor has left and was reaped: nothing of the run is there any more.</summary>
    internal Task Gone { get; private set; } = Task.CompletedTask;

    /// <summary>The payload as the host numbers it; 0 before it runs.</summary>
    internal int Pid { get; private set; }

    /// <summary>The first state that the monitor told.</summary>
    internal Task<MonitorState> FirstState => first.Task;

    /// <summary>Starts a monitor and connects to it.</summary>
    /// <exception cref="StartFailedException">The monitor did not come up.</exception>
    internal static async Task<MonitorRun> LaunchAsync(IRuntimeProgram runtime, MonitorLaunch launch, TimeProvider time)
    {
        IMonitorProcess process = await runtime.StartMonitorAsync(launch, CancellationToken.None);
        return await ConnectAsync(launch.RunDirectory, process, time)
            ?? throw new StartFailedException($"the monitor of container {launch.ContainerId} listened and is gone", 128);
    }

    /// <summary>Connects to a monitor that an earlier engine started; null when nobody listens.</summary>
    internal static Task<MonitorRun?> TryReconnectAsync(string directory, TimeProvider time) => ConnectAsync(directory, null, time);

    /// <summary>Starts the payload.</summary>
    /// <returns>Its number.</returns>
    /// <exception cref="StartFailedException">It cannot be executed, or the runtime refused.</exception>
    internal async Task<int> StartAsync()
    {
        try
        {
            await connection!.RequestAsync("start");
        }
        catch (RuntimeException e) when (!exited.Task.IsCompleted)
        {
            // A monitor that cannot start the payload writes its report before it answers.
            int code = ExitReport.TryRead($"{directory}/exit.json")?.ExitCode ?? 128;
            running.TrySetException(new StartFailedException(e.Message, code));
        }
        catch (RuntimeException)
        {
            // The end explains it better, below.
        }
        return await running.Task;
    }

    /// <summary>Sends a signal to the payload, or to everything in the cgroup.</summary>
    /// <exception cref="RuntimeException">The monitor refused, or is gone.</exception>
    internal Task KillAsync(Signal signal, bool everything = false) =>
        connection!.RequestAsync(string.Create(CultureInfo.InvariantCulture, $"{(everything ? "killall" : "kill")} {(int)signal}"));

    /// <summary>Sets the terminal's size.</summary>
    /// <exception cref="RuntimeException">There is no terminal, or the monitor is gone.</exception>
    internal Task ResizeAsync(TerminalSize size) =>
        connection!.RequestAsync(string.Create(CultureInfo.InvariantCulture, $"resize {size.Rows} {size.Columns}"));

    /// <summary>Connects to the streams; null when the monitor is gone.</summary>
    /// <exception cref="RuntimeException">The monitor refused.</exception>
    internal async Task<Socket?> AttachAsync(AttachStreams streams)
    {
        if (StreamSocket.TryConnect($"{directory}/monitor.sock") is not { } socket)
        {
            return null;
        }
        try
        {
            string request = $"attach {Digit(streams.Stdin)} {Digit(streams.Stdout)} {Digit(streams.Stderr)}\n";
            await socket.SendAsync(Encoding.ASCII.GetBytes(request));
            string answer = await StreamSocket.ReadLineAsync(socket, CancellationToken.None);
            if (answer is "ok")
            {
                return socket;
            }
            socket.Dispose();
            return answer.Length == 0 ? null : throw new RuntimeException(answer);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <summary>Lets go of the monitor, which goes on.</summary>
    public void Dispose()
    {
        letGo = true;
        connection?.Dispose();
    }

    private static char Digit(bool value) => value ? '1' : '0';

    private static async Task<MonitorRun?> ConnectAsync(string directory, IMonitorProcess? process, TimeProvider time)
    {
        var run = new MonitorRun(directory, time);
        run.connection = await MonitorConnection.TryConnectAsync($"{directory}/monitor.sock", run.Change);
        if (run.connection is null)
        {
            return null;
        }
        run.Gone = run.FinishAsync(run.connection, process);
        return run;
    }

    private void Change(MonitorState state)
    {
        first.TrySetResult(state);
        switch (state.Stage)
        {
            case MonitorStage.Running:
                Pid = state.Pid;
                running.TrySetResult(state.Pid);
                break;
            case MonitorStage.Failed:
                // The exit code is in the exit file, which is complete when the connection ends.
                failure = state.Message;
                break;
            case MonitorStage.Exited when ExitReport.TryRead($"{directory}/exit.json") is { } report:
                running.TrySetResult(report.Pid);
                exited.TrySetResult(report);
                break;
            default:
                break;
        }
    }

    private async Task FinishAsync(MonitorConnection control, IMonitorProcess? process)
    {
        await control.Ended;
        if (letGo)
        {
            return;
        }
        ExitReport report = ExitReport.TryRead($"{directory}/exit.json") ?? ExitReport.MonitorDied(time.GetUtcNow());
        first.TrySetResult(new MonitorState(MonitorStage.Exited));
        if (report.Ran && !report.IsMonitorDeath)
        {
            running.TrySetResult(report.Pid);
        }
        else
        {
            string message = report.IsMonitorDeath ? failure ?? report.Error! : report.Error!;
            running.TrySetException(new StartFailedException(message, report.IsMonitorDeath ? 128 : report.ExitCode));
        }
        exited.TrySetResult(report);
        control.Dispose();
        if (process is not null)
        {
            await process.WaitAsync();
        }
    }
}
