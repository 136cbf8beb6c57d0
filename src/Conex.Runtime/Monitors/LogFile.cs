using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;

namespace Conex.Runtime.Monitors;

/// <summary>The file behind a log and its older ones. What cannot be written is lost and said once: a full disk must not stop a container.</summary>
internal sealed class LogFile : IDisposable
{
    /// <summary>0640: a group of log readers can be given access.</summary>
    private const uint Mode = 0x1A0;

    private readonly string path;
    private readonly long maximumSize;
    private readonly int maximumFiles;
    private readonly Diagnostics diagnostics;
    private FileHandle? file;
    private long limit;
    private bool torn;
    private bool complained;

    /// <summary>Opens the log, or tries again with each write.</summary>
    internal LogFile(string path, long maximumSize, int maximumFiles, Diagnostics diagnostics)
    {
        this.path = path;
        this.maximumSize = maximumSize > 0 ? maximumSize : long.MaxValue / 2;
        this.maximumFiles = Math.Max(maximumFiles, 1);
        this.diagnostics = diagnostics;
        limit = this.maximumSize;
        _ = TryOpen();
    }

    /// <summary>Bytes in the file that is written.</summary>
    internal long Length { get; private set; }

    /// <summary>Whether so many bytes more stay within the limit.</summary>
    internal bool HasRoom(long count) => Length + count <= limit;

    /// <summary>Appends whole lines.</summary>
    internal void Append(ReadOnlySpan<byte> lines)
    {
        if ((file is null && !TryOpen()) || (torn && !Write("\n"u8)))
        {
            return;
        }
        torn = false;
        _ = Write(lines);
        CrashStep.At("monitor.log.written");
    }

    /// <summary>Renames the file and those before it by one number, drops the oldest, and begins a new one.</summary>
    internal void Rotate()
    {
        try
        {
            Shift();
        }
        catch (KernelException e)
        {
            Complain($"the log cannot be rotated and grows on: {e.Message}");
            limit = Length + maximumSize;
            return;
        }
        file?.Dispose();
        file = null;
        limit = maximumSize;
        _ = TryOpen();
        CrashStep.At("monitor.rotate.opened");
    }

    public void Dispose() => file?.Dispose();

    private void Shift()
    {
        for (int number = maximumFiles - 2; number >= 1; number--)
        {
            string older = $"{path}.{number}";
            if (PathAt.Status(older, follow: false) is not null)
            {
                PathAt.Rename(PathAt.Current, older, PathAt.Current, $"{path}.{number + 1}");
                CrashStep.At("monitor.rotate.shifted");
            }
        }
        if (maximumFiles > 1)
        {
            PathAt.Rename(PathAt.Current, path, PathAt.Current, $"{path}.1");
        }
        else
        {
            PathAt.Unlink(PathAt.Current, path);
        }
        CrashStep.At("monitor.rotate.renamed");
    }

    private bool TryOpen()
    {
        file = PathAt.TryOpen(PathAt.Current, path, OpenMode.ReadWrite | OpenMode.Append | OpenMode.Create, out Errno error, Mode);
        if (file is null)
        {
            Complain($"the log {path} cannot be opened, lines are lost: {KernelException.Explain(error)}");
            return false;
        }
        Length = (long)(PathAt.Status(file, "")?.Size ?? 0);
        torn = Length > 0 && !EndsWithNewline(file, Length);
        return true;
    }

    /// <summary>A monitor that was killed may have left half a line: the next line must not become its end.</summary>
    private static bool EndsWithNewline(FileHandle file, long length)
    {
        Span<byte> last = stackalloc byte[1];
        return PositionedRead.TryRead(file, last, length - 1, out _) != 1 || last[0] == (byte)'\n';
    }

    private bool Write(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> rest = bytes;
        while (rest.Length > 0)
        {
            int n = FileIo.TryWrite(file!, rest, out Errno error);
            if (n <= 0)
            {
                torn |= rest.Length < bytes.Length && bytes[^(rest.Length + 1)] != (byte)'\n';
                Complain($"the log {path} cannot be written, lines are lost: {KernelException.Explain(error)}");
                return false;
            }
            rest = rest[n..];
            Length += n;
        }
        return true;
    }

    private void Complain(string sentence)
    {
        if (!complained)
        {
            complained = true;
            diagnostics.Say(sentence);
        }
    }
}
