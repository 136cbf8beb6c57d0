using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;

namespace Conex.Runtime.Monitors;

/// <summary>The engine's connection: the container's state as it changes, requests and their answers.</summary>
internal sealed class ControlConnection(ClientLink link, ContainerLife life) : IConnection
{
    private readonly LineBuffer lines = new();
    private byte[] unsent = [];

    public ClientLink Link => link;

    /// <summary>Sends a line; what the client does not take is kept, and then no request of its is read.</summary>
    internal void Send(ReadOnlySpan<byte> line)
    {
        if (link.IsClosed)
        {
            return;
        }
        if (unsent.Length == 0)
        {
            int n = link.Socket.TrySend(line, out Errno error);
            if (n < 0 && error != Errno.EAGAIN)
            {
                link.Close();
                return;
            }
            line = line[Math.Max(n, 0)..];
        }
        if (line.Length > 0)
        {
            unsent = [.. unsent, .. line];
        }
    }

    public void Ready(Readiness readiness)
    {
        if (unsent.Length > 0)
        {
            byte[] waiting = unsent;
            unsent = [];
            Send(waiting);
        }
        Answer();
        if (link.IsClosed || unsent.Length > 0 || (readiness & ~Readiness.Writable) == 0)
        {
            return;
        }
        int n = FileIo.TryRead(link.Socket, lines.Space, out Errno error);
        if (n > 0)
        {
            lines.Add(n);
            Answer();
        }
        else if (n == 0 || error != Errno.EAGAIN)
        {
            link.Close();
        }
    }

    public void Settle()
    {
        link.Watch.HangUps = true;
        link.Watch.Reading = unsent.Length == 0;
        link.Watch.Writing = unsent.Length > 0;
        link.Watch.Update();
    }

    private void Answer()
    {
        Span<byte> line = stackalloc byte[LineBuffer.LongestLine];
        while (!link.IsClosed && unsent.Length == 0 && lines.TryTake(line, out int length))
        {
            string? error = ControlRequest.TryParse(line[..length], out ControlRequest request, out string? mistake)
                ? life.Execute(request)
                : mistake;
            Send(error is null ? "ok\n"u8 : Encoding.UTF8.GetBytes($"error {error}\n"));
        }
        if (lines.Space.IsEmpty && unsent.Length == 0)
        {
            Send("error the request is too long\n"u8);
            link.Close();
        }
    }
}
