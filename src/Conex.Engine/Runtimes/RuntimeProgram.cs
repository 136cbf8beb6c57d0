using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Conex.Engine.Errors;
using Conex.Engine.Monitors;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Linux.Sockets;

namespace Conex.Engine.Runtimes;

/// <summary>The program <c>conex-runtime</c>.</summary>
internal sealed class RuntimeProgram(string path, string stateDirectory, string? conexdPath, string engineSocket) : IRuntimeProgram
{
    private const int LargestMessage = 64 << 10;
    private const uint OwnerOnly = 0x180; // 0600

    public async Task<IMonitorProcess> StartMonitorAsync(MonitorLaunch launch, CancellationToken cancellationToken)
    {
        string errorFile = $"{launch.RunDirectory}/monitor.err";
        MonitorProcess process;
        Socket output;
        try
        {
            // A socket instead of a pipe: waiting for it costs no thread.
            (UnixSocket ours, UnixSocket theirs) = UnixSocket.Pair();
            using (theirs)
            using (FileHandle errors = PathAt.Open(errorFile, OpenMode.Write | OpenMode.Create | OpenMode.Truncate, OwnerOnly))
            {
                output = StreamSocket.Take(ours);
                process = new MonitorProcess(ChildProcess.Spawn(path, Arguments(launch), null, [null, theirs, errors, .. launch.Layers]));
            }
        }
        catch (KernelException e)
        {
            throw new StartFailedException(e.Message, 128);
        }
        using (output)
        {
            string line = await StreamSocket.ReadLineAsync(output, cancellationToken);
            if (line is "listening")
            {
                return process;
            }
        }
        await process.WaitAsync();
        throw new StartFailedException(Message(errorFile) ?? "the monitor ended before it listened", 128);
    }

    public async Task DeleteAsync(string id) => await RunAsync(["delete", "--force", id], CancellationToken.None);

    public async Task<IReadOnlyList<int>> ProcessesAsync(string id, CancellationToken cancellationToken)
    {
        string json = await RunAsync(["ps", "--format", "json", id], cancellationToken);
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        List<int> processes = [];
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Number)
            {
                processes.Add(reader.GetInt32());
            }
        }
        return processes;
    }

    public Task PauseAsync(string id) => RunAsync(["pause", id], CancellationToken.None);

    public async Task ResumeAsync(string id)
    {
        try
        {
            await RunAsync(["resume", id], CancellationToken.None);
        }
        catch (RuntimeException e) when (e.Message.EndsWith("container not paused", StringComparison.Ordinal))
        {
            // They go on already.
        }
    }

    private static string? Message(string errorFile)
    {
        string text = Encoding.UTF8.GetString(FileIo.ReadAll(errorFile, LargestMessage)).Trim();
        return text.Length > 0 ? text : null;
    }

    private List<string> Arguments(MonitorLaunch launch)
    {
        List<string> arguments = [path, "--root", stateDirectory, "monitor"];
        if (launch.ProcessFile is { } processFile)
        {
            arguments.AddRange(["--exec", "--process", processFile]);
        }
        if (launch.Bundle is { } bundle)
        {
            arguments.AddRange(["--bundle", bundle]);
        }
        arguments.AddRange(["--run-dir", launch.RunDirectory]);
        if (launch.LogFile is { } log)
        {
            arguments.AddRange([
                "--log",
                log,
                "--log-max-size",
                launch.LogMaximumSize.ToString(CultureInfo.InvariantCulture),
                "--log-max-files",
                launch.LogMaximumFiles.ToString(CultureInfo.InvariantCulture),
            ]);
        }
        if (launch.Stdin)
        {
            arguments.Add("--stdin");
        }
        if (launch.StdinOnce)
        {
            arguments.Add("--stdin-once");
        }
        if (conexdPath is not null && launch.ProcessFile is null)
        {
            arguments.AddRange(["--conexd", conexdPath, "--engine-socket", engineSocket]);
        }
        arguments.Add(launch.ContainerId);
        return arguments;
    }

    /// <summary>Runs a command to its end.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="RuntimeException">It failed.</exception>
    private async Task<string> RunAsync(string[] command, CancellationToken cancellationToken)
    {
        Socket output;
        Socket errors;
        MonitorProcess process;
        try
        {
            (UnixSocket ourOutput, UnixSocket theirOutput) = UnixSocket.Pair();
            (UnixSocket ourErrors, UnixSocket theirErrors) = UnixSocket.Pair();
            using (theirOutput)
            using (theirErrors)
            {
                output = StreamSocket.Take(ourOutput);
                errors = StreamSocket.Take(ourErrors);
                process = new MonitorProcess(
                    ChildProcess.Spawn(path, [path, "--root", stateDirectory, .. command], null, [null, theirOutput, theirErrors])
                );
            }
        }
        catch (KernelException e)
        {
            throw new RuntimeException(e.Message);
        }
        using (output)
        using (errors)
        {
            Task<string> messages = StreamSocket.ReadToEndAsync(errors, cancellationToken);
            string text = await StreamSocket.ReadToEndAsync(output, cancellationToken);
            string message = (await messages).Trim();
            ExitStatus status = await process.WaitForStatusAsync();
            return status.ShellCode == 0
                ? text
                : throw new RuntimeException(message.Length > 0 ? message : $"conex-runtime {command[0]} failed");
        }
    }

    /// <summary>A child of this process.</summary>
    private sealed class MonitorProcess(ChildProcess child) : IMonitorProcess
    {
        public Task WaitAsync() => WaitForStatusAsync();

        // Called when its last descriptor was closed: the end is near, and waitid(2) waits for it on a pool thread.
        internal Task<ExitStatus> WaitForStatusAsync() => Task.Run(child.Wait);
    }
}
