using Conex.Linux.Files;
using Conex.Linux.Polling;

namespace Conex.Runtime.Monitors;

/// <summary>A client that has not yet said what it wants.</summary>
internal sealed class NewConnection(ClientLink link, Monitor monitor) : IConnection
{
    private readonly LineBuffer lines = new();

    public ClientLink Link => link;

    /// <summary>The client in its role, once it named it.</summary>
    internal IConnection? Role { get; private set; }

    public void Ready(Readiness readiness)
    {
        Span<byte> line = stackalloc byte[LineBuffer.LongestLine];
        while (!lines.Space.IsEmpty)
        {
            // Byte by byte: what follows the line may be the container's input and is not this buffer's to hold.
            int n = FileIo.TryRead(link.Socket, lines.Space[..1], out Linux.Errors.Errno error);
            if (n < 0 && error == Linux.Errors.Errno.EAGAIN)
            {
                return;
            }
            if (n <= 0)
            {
                link.Close();
                return;
            }
            lines.Add(n);
            if (lines.TryTake(line, out int length))
            {
                Become(line[..length]);
                return;
            }
        }
        Refuse("error the first line is too long\n"u8);
    }

    public void Settle()
    {
        link.Watch.Reading = true;
        link.Watch.Update();
    }

    private void Become(ReadOnlySpan<byte> line)
    {
        if (line.SequenceEqual("control"u8))
        {
            Role = monitor.AddControl(link);
        }
        else if (
            line.Length == "attach 0 0 0".Length
            && line.StartsWith("attach "u8)
            && TryFlag(line[6..8], out bool stdin)
            && TryFlag(line[8..10], out bool stdout)
            && TryFlag(line[10..12], out bool stderr)
        )
        {
            Role = monitor.Attach(link, stdin, stdout, stderr);
        }
        else if (line.StartsWith("layer "u8))
        {
            if (!monitor.TrySendLayer(link, line[6..]))
            {
                Refuse("error the container has no such layer\n"u8);
            }
            link.Close();
        }
        else
        {
            Refuse("error the first line is neither control nor layer nor attach with three flags of 0 or 1\n"u8);
        }
    }

    private static bool TryFlag(ReadOnlySpan<byte> text, out bool flag)
    {
        flag = text[1] == (byte)'1';
        return text[0] == (byte)' ' && text[1] is (byte)'0' or (byte)'1';
    }

    private void Refuse(ReadOnlySpan<byte> answer)
    {
        _ = link.Socket.TrySend(answer, out _);
        link.Close();
    }
}
