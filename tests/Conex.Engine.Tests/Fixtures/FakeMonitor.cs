using System.Net.Sockets;
using System.Text;
using Conex.Engine.Runtimes;
using Conex.Linux.Files;
using Conex.Linux.Sockets;

namespace Conex.Engine.Tests.Fixtures;

/// <summary>A monitor in this process that speaks the protocol and runs nothing: the test says what happens.</summary>
public sealed class FakeMonitor : IMonitorProcess, IDisposable
{
    private readonly Lock gate = new();
    private readonly Socket listener;
    private readonly List<Socket> controls = [];
    private readonly List<Socket> attached = [];
    private readonly TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string runtimeState;
    private string state = "waiting";

    public FakeMonitor(MonitorLaunch launch, string runtimeState, int pid)
    {
        Launch = launch;
        Pid = pid;
        this.runtimeState = runtimeState;
        UnixSocket socket = UnixSocket.Listen($"{launch.RunDirectory}/monitor.sock");
        listener = new Socket(new SafeSocketHandle(socket.Descriptor, ownsHandle: true));
        socket.SetHandleAsInvalid();
        Directory.CreateDirectory(runtimeState);
        _ = AcceptAsync();
    }

    public MonitorLaunch Launch { get; }

    public int Pid { get; }

    /// <summary>All requests in order.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>What a start comes to; null: it runs.</summary>
    public (string Message, int ExitCode)? StartFailure { get; set; }

    /// <summary>Whether SIGTERM ends the payload.</summary>
    public bool HeedsSignals { get; set; } = true;

    /// <summary>How many clients were attached before the start.</summary>
    public int AttachedAtStart { get; private set; }

    public Task WaitAsync() => gone.Task;

    /// <summary>The payload ends.</summary>
    public void Exit(int code, bool oom = false)
    {
        WriteExit(
            $$"""
            {"pid":{{Pid}},"exitCode":{{code}},"signal":0,"oomKilled":{{(oom ? "true" : "false")}},
            "startedAt":"2026-01-02T03:04:05.123456789Z","finishedAt":"2026-01-02T03:04:07.5Z","error":null}
            """
        );
        Tell($"exited {code} {(oom ? 1 : 0)}");
        Close();
    }

    public void Dispose() => Die();

    /// <summary>The monitor is killed.</summary>
    public void Die()
    {
        lock (gate)
        {
            listener.Dispose();
            controls.ForEach(socket => socket.Dispose());
            attached.ForEach(socket => socket.Dispose());
        }
        gone.TrySetResult();
    }

    /// <summary>Output that attached clients see.</summary>
    public void Print(string text)
    {
        lock (gate)
        {
            attached.ForEach(socket => socket.Send(Encoding.UTF8.GetBytes(text)));
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed by the test.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var reader = new StreamReader(new NetworkStream(client, ownsSocket: false), Encoding.UTF8, false, bufferSize: 1);
        string? first = await reader.ReadLineAsync();
        if (first == "control")
        {
            lock (gate)
            {
                controls.Add(client);
                client.Send(Encoding.UTF8.GetBytes($"{state}\n"));
            }
            try
            {
                while (await reader.ReadLineAsync() is { } request)
                {
                    Handle(client, request);
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The engine let go.
            }
        }
        else if (first is not null)
        {
            lock (gate)
            {
                Requests.Add(first);
                client.Send("ok\n"u8);
                attached.Add(client);
            }
        }
    }

    private void Handle(Socket client, string request)
    {
        lock (gate)
        {
            Requests.Add(request);
        }
        switch (request)
        {
            case "start" when StartFailure is { } failure:
                client.Send("ok\n"u8);
                Tell($"failed {failure.Message}");
                WriteExit($$"""{"pid":0,"exitCode":{{failure.ExitCode}},"oomKilled":false,"error":"{{failure.Message}}"}""");
                Close();
                break;
            case "start":
                AttachedAtStart = attached.Count;
                client.Send("ok\n"u8);
                Tell($"running {Pid}");
                break;
            case "kill 9" or "killall 9":
                client.Send("ok\n"u8);
                Exit(137);
                break;
            case "kill 15" when HeedsSignals:
                client.Send("ok\n"u8);
                Exit(143);
                break;
            default:
                client.Send("ok\n"u8);
                break;
        }
    }

    private void WriteExit(string json) => AtomicFile.Write($"{Launch.RunDirectory}/exit.json", Encoding.UTF8.GetBytes(json));

    private void Tell(string line)
    {
        lock (gate)
        {
            state = line;
            foreach (Socket control in controls)
            {
                try
                {
                    control.Send(Encoding.UTF8.GetBytes($"{line}\n"));
                }
                catch (SocketException)
                {
                    // An engine that let go.
                }
            }
        }
    }

    private void Close()
    {
        if (Launch.ProcessFile is null)
        {
            Directory.Delete(runtimeState, recursive: true);
        }
        Die();
    }
}
