using System.Net.Sockets;
using System.Text;
using Conex.Engine.Errors;

namespace Conex.Engine.Monitors;

/// <summary>A control connection: state lines come, requests go and are answered in order.</summary>
internal sealed class MonitorConnection : IDisposable
{
    private readonly Socket socket;
    private readonly Action<MonitorState> changed;
    private readonly Lock gate = new();
    private readonly Queue<TaskCompletionSource<string>> unanswered = new();
    private readonly SemaphoreSlim sending = new(1);
    private bool ended;

    private MonitorConnection(Socket socket, Action<MonitorState> changed)
    {
        this.socket = socket;
        this.changed = changed;
    }

    /// <summary>Completes when the monitor is gone, or this connection was disposed.</summary>
    internal Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Connects; null when nobody listens.</summary>
    /// <param name="changed">Called for each state line, one at a time.</param>
    internal static async Task<MonitorConnection?> TryConnectAsync(string path, Action<MonitorState> changed)
    {
        if (StreamSocket.TryConnect(path) is not { } socket)
        {
            return null;
        }
        var connection = new MonitorConnection(socket, changed);
        try
        {
            await SendAsync(socket, "control\n"u8.ToArray());
        }
        catch (SocketException)
        {
            connection.Dispose();
            return null;
        }
        connection.Ended = connection.ReadAsync();
        return connection;
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="RuntimeException">The monitor refused, or is gone.</exception>
    internal async Task RequestAsync(string line)
    {
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await sending.WaitAsync();
        try
        {
            lock (gate)
            {
                if (ended)
                {
                    throw Gone();
                }
                unanswered.Enqueue(answer);
            }
            await SendAsync(socket, Encoding.UTF8.GetBytes($"{line}\n"));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Gone();
        }
        finally
        {
            sending.Release();
        }
        string text = await answer.Task;
        if (text.StartsWith("error", StringComparison.Ordinal))
        {
            throw new RuntimeException(text["error".Length..].TrimStart());
        }
    }

    public void Dispose() => socket.Dispose();

    private static RuntimeException Gone() => new("the monitor of the container is gone");

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes)..];
        }
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[512];
        int length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }
                int count = await socket.ReceiveAsync(buffer.AsMemory(length));
                if (count == 0)
                {
                    break;
                }
                length += count;
                int start = 0;
                for (int end; (end = buffer.AsSpan(start, length - start).IndexOf((byte)'\n')) >= 0; start += end + 1)
                {
                    Handle(Encoding.UTF8.GetString(buffer, start, end));
                }
                buffer.AsSpan(start, length - start).CopyTo(buffer);
                length -= start;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A reset is an end like any other: what the run came to is in its exit file.
        }
        lock (gate)
        {
            ended = true;
            foreach (TaskCompletionSource<string> answer in unanswered)
            {
                answer.TrySetException(Gone());
            }
            unanswered.Clear();
        }
    }

    private void Handle(string line)
    {
        if (MonitorState.TryParse(line, out MonitorState state))
        {
            changed(state);
            return;
        }
        lock (gate)
        {
            if (unanswered.TryDequeue(out TaskCompletionSource<string>? answer))
            {
                answer.TrySetResult(line);
            }
        }
    }
}
