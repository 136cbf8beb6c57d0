using Conex.Linux.Memory;

namespace Conex.Runtime.Monitors;

/// <summary>
/// Writes a container's output as lines of the CRI log format: <c>2026-01-02T03:04:05.123456789Z stdout F text</c>. <c>P</c> instead of
/// <c>F</c> marks a piece whose line goes on in the stream's next record.
/// </summary>
/// <remarks>
/// Output that does not end with a newline is written at once as a piece. So nothing waits in memory: a prompt without a newline is in the
/// log when it is on the screen, and a monitor that is killed loses nothing it had read.
/// </remarks>
internal sealed class LogWriter(LogFile file) : IDisposable
{
    /// <summary>Bytes of text in one record; a longer line is cut into pieces.</summary>
    private const int LongestText = 16 * 1024;
    private const int HeaderLength = UtcTime.TextLength + 10;
    private const int Capacity = 24 * 1024;

    private readonly PageBuffer memory = new(Capacity);
    private int buffered;

    /// <summary>Writes what was read from a stream at a time.</summary>
    internal void Write(OutputStream stream, ReadOnlySpan<byte> bytes, UtcTime time)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        time.Write(header);
        (stream == OutputStream.Stdout ? " stdout F "u8 : " stderr F "u8).CopyTo(header[UtcTime.TextLength..]);
        while (bytes.Length > 0)
        {
            int newline = bytes[..Math.Min(bytes.Length, LongestText + 1)].IndexOf((byte)'\n');
            header[^2] = newline >= 0 ? (byte)'F' : (byte)'P';
            int length = newline >= 0 ? newline : Math.Min(bytes.Length, LongestText);
            Add(header, bytes[..length]);
            bytes = bytes[(newline >= 0 ? length + 1 : length)..];
        }
        Flush();
    }

    public void Dispose()
    {
        file.Dispose();
        memory.Dispose();
    }

    private void Add(ReadOnlySpan<byte> header, ReadOnlySpan<byte> text)
    {
        int size = header.Length + text.Length + 1;
        if (!file.HasRoom(buffered + size))
        {
            Flush();
            if (file.Length > 0)
            {
                file.Rotate();
            }
        }
        if (buffered + size > Capacity)
        {
            Flush();
        }
        Span<byte> record = memory.Bytes.Slice(buffered, size);
        header.CopyTo(record);
        text.CopyTo(record[header.Length..]);
        record[^1] = (byte)'\n';
        buffered += size;
    }

    private void Flush()
    {
        if (buffered > 0)
        {
            file.Append(memory.Bytes[..buffered]);
            buffered = 0;
        }
    }
}
