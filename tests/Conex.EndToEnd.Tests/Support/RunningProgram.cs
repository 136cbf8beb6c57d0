using System.Diagnostics;
using System.Text;
using Conex.Linux.Processes;
using HostProcess = System.Diagnostics.Process;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>A program of the host while it runs: what it prints is collected, every wait ends, and disposing kills it.</summary>
internal sealed class RunningProgram : IDisposable
{
    /// <summary>After this long a program counts as hung, however loaded the machine is.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly HostProcess process;
    private readonly string command;
    private readonly StreamText output;
    private readonly StreamText error;
    private bool disposed;

    private RunningProgram(string program, IEnumerable<string> arguments, Action<ProcessStartInfo>? configure)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        configure?.Invoke(start);
        command = $"{program} {string.Join(' ', arguments)}";
        process = Executable.Start(start) ?? throw new InvalidOperationException($"{command} did not start");
        output = new StreamText(process.StandardOutput.BaseStream);
        error = new StreamText(process.StandardError.BaseStream);
    }

    internal int Pid => process.Id;

    internal bool HasExited => process.HasExited;

    internal Stream Input => process.StandardInput.BaseStream;

    internal string Output => output.Text;

    internal string Error => error.Text;

    internal static RunningProgram Start(string program, IEnumerable<string> arguments, Action<ProcessStartInfo>? configure = null) =>
        new(program, arguments, configure);

    /// <summary>Runs a program to its end and to the end of what it, and whoever inherited its streams, prints.</summary>
    internal static CommandResult Run(
        string program,
        IEnumerable<string> arguments,
        Action<ProcessStartInfo>? configure = null,
        string input = "",
        TimeSpan? patience = null
    )
    {
        using RunningProgram running = Start(program, arguments, configure);
        running.Send(input);
        running.Input.Close();
        return running.Finish(patience);
    }

    internal void Send(string text)
    {
        try
        {
            Input.Write(Encoding.UTF8.GetBytes(text));
            Input.Flush();
        }
        catch (IOException)
        {
            // It has ended without reading: its code and its words tell why.
        }
    }

    internal void Signal(Signal signal) => Signals.Send(Pid, signal);

    /// <summary>Waits until the program has ended, and takes all that it has printed; what it started may go on and print.</summary>
    internal CommandResult WaitForExit(TimeSpan? patience = null)
    {
        Assert.True(
            process.WaitForExit(patience ?? Patience),
            $"{command} runs after {patience ?? Patience}\nstdout: {Output}\nstderr: {Error}"
        );
        output.CatchUp();
        error.CatchUp();
        return Result();
    }

    /// <summary>Waits until the program has ended and its streams too.</summary>
    internal CommandResult Finish(TimeSpan? patience = null)
    {
        WaitForExit(patience);
        Assert.True(
            output.WaitForEnd(Patience) && error.WaitForEnd(Patience),
            $"{command} has ended, but something holds its streams\nstdout: {Output}\nstderr: {Error}"
        );
        return Result();
    }

    /// <summary>Waits until standard output contains a text.</summary>
    internal void WaitForOutput(string text) =>
        Assert.True(output.WaitFor(text, Patience), $"{command} did not print \"{text}\"\nstdout: {Output}\nstderr: {Error}");

    /// <summary>The same of standard error, which may come after the program has ended.</summary>
    internal void WaitForError(string text) =>
        Assert.True(error.WaitFor(text, Patience), $"{command} did not say \"{text}\"\nstdout: {Output}\nstderr: {Error}");

    public void Dispose()
    {
        if (disposed)
        {
            return;
        }
        disposed = true;
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit(Patience);
        }
        process.Dispose();
    }

    private CommandResult Result() => new(command, process.ExitCode, Output, Error);
}
