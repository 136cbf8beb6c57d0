using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Sockets;

namespace ConexRuntime;

/// <summary>Where errors go beside standard error: a file, the journal or syslog, named as crun names them.</summary>
internal sealed record ErrorLog
{
    private const string JournalSocket = "/run/systemd/journal/socket";
    private const string SyslogSocket = "/dev/log";
    private const string OwnName = "conex-runtime";

    /// <summary>LOG_USER and LOG_ERR, syslog(3).</summary>
    private const int UserError = (1 << 3) | 3;
    private readonly string text;
    private readonly string? journal;
    private readonly string? syslog;

    private ErrorLog(string text)
    {
        this.text = text;
        journal = NameAfter("journald:");
        syslog = NameAfter("syslog:");
        File = journal is null && syslog is null ? (text.StartsWith("file:", StringComparison.Ordinal) ? text[5..] : text) : null;
    }

    /// <summary>The file that takes lines of text or JSON; null where the message alone is sent.</summary>
    internal string? File { get; }

    /// <param name="text">A path, <c>file:PATH</c>, <c>journald:IDENTIFIER</c> or <c>syslog:IDENTIFIER</c>; null where nothing is named.</param>
    internal static ErrorLog? Parse(string? text) => string.IsNullOrEmpty(text) ? null : new ErrorLog(text);

    /// <summary>Adds an error.</summary>
    /// <param name="message">The sentence.</param>
    /// <param name="line">What a file gets.</param>
    /// <exception cref="KernelException">The file cannot be written, or nobody listens.</exception>
    internal void Add(string message, string line)
    {
        if (journal is not null)
        {
            Send(JournalSocket, JournalEntry(journal, message));
        }
        else if (syslog is not null)
        {
            Send(SyslogSocket, Encoding.UTF8.GetBytes($"<{UserError}>{syslog}[{Environment.ProcessId}]: {message}"));
        }
        else
        {
            using FileHandle file = PathAt.Open(File!, OpenMode.Write | OpenMode.Append | OpenMode.Create, 0x1A4);
            FileIo.Write(file, Encoding.UTF8.GetBytes(line));
        }
    }

    /// <inheritdoc/>
    public override string ToString() => text;

    private static void Send(string path, byte[] message)
    {
        using UnixSocket socket = DatagramSocket.Connect(path);
        socket.Send(message);
    }

    /// <summary>The journal's own protocol: a value with its length, since it may hold line ends (systemd.journal-fields(7)).</summary>
    private static byte[] JournalEntry(string name, string message)
    {
        byte[] head = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"PRIORITY={UserError & 7}\nSYSLOG_IDENTIFIER={name}\nMESSAGE\n")
        );
        byte[] body = Encoding.UTF8.GetBytes(message);
        byte[] entry = new byte[head.Length + 8 + body.Length + 1];
        head.CopyTo(entry, 0);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(head.Length), body.Length);
        body.CopyTo(entry, head.Length + 8);
        entry[^1] = (byte)'\n';
        return entry;
    }

    private string? NameAfter(string scheme) =>
        !text.StartsWith(scheme, StringComparison.Ordinal) ? null
        : text.Length == scheme.Length ? OwnName
        : text[scheme.Length..].ReplaceLineEndings(" ");
}
