using System.Text;
using System.Text.Json;
using Conex.Linux.Files;
using Conex.Linux.Sockets;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>A container under <c>conex-runtime monitor</c>, driven over the monitor's socket as the engine does.</summary>
internal sealed class MonitoredContainer : IDisposable
{
    private readonly string runDirectory;
    private UnixSocket? control;
    private string received = "";

    internal MonitoredContainer(RuntimeHouse house, TestBundle bundle, params string[] options)
        : this(house, bundle, "", options) { }

    /// <param name="crashAt">The step at which a monitor of the crash-steps build ends; empty for none.</param>
    internal MonitoredContainer(RuntimeHouse house, TestBundle bundle, string crashAt, string[] options)
    {
        bundle.Write();
        runDirectory = $"{house.Place}/run";
        Directory.CreateDirectory(runDirectory);
        Log = $"{house.Place}/container.log";
        Monitor = house.Begin(
            start => start.Environment["CONEX_CRASH_AT"] = crashAt,
            ["monitor", "--bundle", bundle.Path, "--run-dir", runDirectory, "--log", Log, .. options, house.Id]
        );
    }

    internal RunningProgram Monitor { get; }

    internal string Log { get; }

    /// <summary>exit.json, once it is there.</summary>
    internal JsonElement? Exit
    {
        get
        {
            string file = $"{runDirectory}/exit.json";
            if (!File.Exists(file))
            {
                return null;
            }
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            return document.RootElement.Clone();
        }
    }

    internal MonitoredContainer WaitForListening()
    {
        Monitor.WaitForOutput("listening");
        return this;
    }

    /// <summary>Asks for the start and waits until the payload runs.</summary>
    /// <returns>The payload's number.</returns>
    internal int Start()
    {
        AskForStart();
        string line = WaitForLine("running ");
        return int.Parse(line["running ".Length..]);
    }

    internal void AskForStart()
    {
        control = UnixSocket.Connect($"{runDirectory}/monitor.sock");
        control.Send("control\nstart\n"u8);
    }

    /// <summary>Waits for a line of the control connection that begins so.</summary>
    internal string WaitForLine(string beginning)
    {
        byte[] buffer = new byte[4096];
        while (true)
        {
            if (Array.Find(received.Split('\n')[..^1], l => l.StartsWith(beginning, StringComparison.Ordinal)) is { } line)
            {
                return line;
            }
            int n = FileIo.TryRead(control!, buffer, out _);
            Assert.True(n > 0, $"the monitor ended the connection before \"{beginning}\"; it said: {received}\nstderr: {Monitor.Error}");
            received += Encoding.UTF8.GetString(buffer, 0, n);
        }
    }

    /// <summary>Removes what the engine would remove: socket, exit record, logs.</summary>
    internal void RemoveTraces()
    {
        Directory.Delete(runDirectory, recursive: true);
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(Log)!, "container.log*"))
        {
            File.Delete(file);
        }
    }

    public void Dispose()
    {
        control?.Dispose();
        Monitor.Dispose();
    }
}
