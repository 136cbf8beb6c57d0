using System.Text;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Runtime.Monitors;

namespace Conex.Runtime.Tests.Monitors;

/// <summary>A monitor on a thread of the test, with a directory of its own.</summary>
internal sealed class RunningMonitor : IDisposable
{
    private readonly Thread thread;
    private readonly FileHandle diagnostics;
    private readonly FileHandle announcement;
    private Exception? failure;

    internal RunningMonitor(ShellPayload supervised, Func<MonitorOptions, MonitorOptions>? change = null, Action<string>? prepare = null)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("conex-monitor-").FullName;
        supervised.Directory = Directory;
        prepare?.Invoke(Directory);
        (announcement, FileHandle announce) = FileIo.Pipe();
        (diagnostics, FileHandle diagnose) = FileIo.Pipe();
        var options = new MonitorOptions
        {
            ContainerId = "c1",
            RunDirectory = Directory,
            LogFile = $"{Directory}/container.log",
            OwnsProcess = false,
            Announcement = announce,
            Diagnostics = diagnose,
        };
        options = change?.Invoke(options) ?? options;
        thread = new Thread(() =>
        {
            try
            {
                Assert.Equal(0, Conex.Runtime.Monitors.Monitor.Run(options, supervised));
            }
            catch (Exception e)
            {
                failure = e;
            }
            finally
            {
                announce.Dispose();
                diagnose.Dispose();
            }
        });
        thread.Start();
        Span<byte> line = stackalloc byte[64];
        int n = FileIo.Read(announcement, line);
        Assert.Equal("listening\n", Encoding.ASCII.GetString(line[..n]));
    }

    internal string Directory { get; }

    internal string Socket => $"{Directory}/monitor.sock";

    internal string Log => $"{Directory}/container.log";

    internal Client Connect(string firstLine) => new(Socket, firstLine);

    /// <summary>A control connection, after its first state line.</summary>
    internal Client Control(string state = "waiting")
    {
        Client control = Connect("control\n");
        Assert.Equal(state, control.ReadLine());
        return control;
    }

    internal Client Attach(bool stdin = false, bool stdout = true, bool stderr = true)
    {
        Client client = Connect($"attach {(stdin ? 1 : 0)} {(stdout ? 1 : 0)} {(stderr ? 1 : 0)}\n");
        Assert.Equal("ok", client.ReadLine());
        return client;
    }

    /// <summary>A control connection whose start was answered.</summary>
    internal Client Start()
    {
        Client control = Control();
        control.Send("start\n");
        Assert.StartsWith("running ", control.ReadLine());
        Assert.Equal("ok", control.ReadLine());
        return control;
    }

    /// <summary>Starts the container and waits for its end.</summary>
    internal ExitRecord RunToEnd()
    {
        using Client control = Start();
        _ = control.ReadLines();
        return Ended();
    }

    /// <summary>Waits for the monitor's end.</summary>
    internal ExitRecord Ended()
    {
        thread.Join();
        Assert.Null(failure);
        Assert.False(File.Exists(Socket));
        return ExitRecord.Parse(File.ReadAllBytes($"{Directory}/exit.json"));
    }

    /// <summary>What the monitor said to whoever runs it; only after its end.</summary>
    internal string Said()
    {
        byte[] buffer = new byte[4096];
        // A program that another test starts just now holds the other end until its execve.
        Assert.Equal(0, Poll.Readable([diagnostics], 60_000));
        return Encoding.UTF8.GetString(buffer, 0, FileIo.Read(diagnostics, buffer));
    }

    /// <summary>A named pipe in the directory, on which a script can wait.</summary>
    internal static void MakeGate(string directory) => PathAt.MakeNode(PathAt.Current, $"{directory}/gate", FileKind.Fifo, 0x180, 0, 0);

    /// <summary>Lets a script that reads <c>$1/gate</c> go on.</summary>
    internal void OpenGate()
    {
        using FileHandle gate = PathAt.Open($"{Directory}/gate", OpenMode.Write);
        FileIo.Write(gate, "go\n"u8);
    }

    public void Dispose()
    {
        EndAfterFailure();
        thread.Join();
        diagnostics.Dispose();
        announcement.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    /// <summary>A test that failed leaves a container behind.</summary>
    private void EndAfterFailure()
    {
        try
        {
            using var control = new Client(Socket, "control\nkillall 9\n");
            _ = control.ReadLines();
        }
        catch (Exception e) when (e is Conex.Linux.Errors.KernelException or InvalidDataException)
        {
            // It ended by itself.
        }
    }
}
