using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Sockets;

namespace Conex.Runtime.Tests.Monitors;

/// <summary>A client of a monitor's socket.</summary>
internal sealed class Client : IDisposable
{
    /// <summary>Only a hung monitor makes a test wait this long.</summary>
    private const int Watchdog = 60_000;

    private readonly UnixSocket socket;

    internal Client(string path, string firstLine)
    {
        socket = UnixSocket.Connect(path);
        Send(firstLine);
    }

    internal void Send(string text) => socket.Send(Encoding.UTF8.GetBytes(text));

    internal void Send(ReadOnlySpan<byte> bytes) => socket.Send(bytes);

    internal int TrySend(ReadOnlySpan<byte> bytes)
    {
        FileIo.SetNonBlocking(socket);
        int n = socket.TrySend(bytes, out Errno error);
        FileIo.SetNonBlocking(socket, false);
        Assert.True(n >= 0 || error == Errno.EAGAIN, error.ToString());
        return n;
    }

    internal void EndInput() => socket.ShutdownWrite();

    /// <summary>A line without its newline; null at the end.</summary>
    internal string? ReadLine()
    {
        List<byte> line = [];
        byte[] one = new byte[1];
        while (Read(one) == 1)
        {
            if (one[0] == (byte)'\n')
            {
                return Encoding.UTF8.GetString([.. line]);
            }
            line.Add(one[0]);
        }
        return line.Count == 0 ? null : throw new InvalidDataException($"the line '{Encoding.UTF8.GetString([.. line])}' has no end");
    }

    /// <summary>All lines up to the end.</summary>
    internal List<string> ReadLines()
    {
        List<string> lines = [];
        while (ReadLine() is { } line)
        {
            lines.Add(line);
        }
        return lines;
    }

    /// <summary>Exactly so many bytes.</summary>
    internal byte[] ReadExactly(int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count; )
        {
            int n = Read(bytes.AsSpan(at));
            Assert.NotEqual(0, n);
            at += n;
        }
        return bytes;
    }

    /// <summary>All bytes up to the end.</summary>
    internal byte[] ReadToEnd()
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[65536];
        int n;
        while ((n = Read(buffer)) > 0)
        {
            all.Write(buffer, 0, n);
        }
        return all.ToArray();
    }

    /// <summary>All frames up to the end, joined for each stream.</summary>
    internal (string Stdout, string Stderr) ReadFrames()
    {
        byte[] all = ReadToEnd();
        using var stdout = new MemoryStream();
        using var stderr = new MemoryStream();
        for (int at = 0; at < all.Length; )
        {
            Assert.Equal([0, 0, 0], all[(at + 1)..(at + 4)]);
            int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(all.AsSpan(at + 4));
            MemoryStream stream = all[at] switch
            {
                1 => stdout,
                2 => stderr,
                _ => throw new InvalidDataException($"stream {all[at]}"),
            };
            stream.Write(all, at + 8, length);
            at += 8 + length;
        }
        return (Encoding.Latin1.GetString(stdout.ToArray()), Encoding.Latin1.GetString(stderr.ToArray()));
    }

    public void Dispose() => socket.Dispose();

    private int Read(Span<byte> buffer)
    {
        Assert.Equal(0, Poll.Readable([socket], Watchdog));
        return FileIo.Read(socket, buffer);
    }
}
