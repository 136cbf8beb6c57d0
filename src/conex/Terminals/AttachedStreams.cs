using Conex.DockerApi.Client;
using Conex.DockerApi.Streams;
using Conex.Linux.Files;
using Conex.Linux.Polling;

namespace Conex.Cli.Terminals;

/// <summary>
/// Joins this process's standard streams to a container's over one connection. Output and signals are handled by the calling thread; input
/// by a thread of its own, so that a container that does not read its input can still write.
/// </summary>
internal sealed class AttachedStreams : IDisposable
{
    private const int BufferSize = 64 * 1024;
    private readonly HijackedConnection _connection;
    private readonly StdCopyDemultiplexer? _frames;
    private readonly CaughtSignals _signals;
    private readonly DetachKeys? _keys;
    private readonly FileHandle? _detachedRead;
    private readonly FileHandle? _detachedWrite;
    private volatile bool _detached;

    /// <param name="connection">The connection.</param>
    /// <param name="tty">Whether the bytes are those of a terminal; otherwise they come in frames.</param>
    /// <param name="signals">What to do with signals.</param>
    /// <param name="keys">The keys that end the attachment; null when there are none.</param>
    internal AttachedStreams(HijackedConnection connection, bool tty, CaughtSignals signals, DetachKeys? keys)
    {
        _connection = connection;
        _frames = tty ? null : new StdCopyDemultiplexer();
        _signals = signals;
        _keys = keys;
        if (keys is not null)
            (_detachedRead, _detachedWrite) = FileIo.Pipe();
    }

    /// <summary>Starts to copy standard input.</summary>
    internal void StartInput()
    {
        var thread = new Thread(CopyInput, maxStackSize: 256 * 1024) { IsBackground = true, Name = "standard input" };
        thread.Start();
    }

    /// <summary>Copies output until it ends.</summary>
    /// <returns>False when the user detached.</returns>
    internal bool CopyOutput()
    {
        var buffer = new byte[BufferSize];
        ReadOnlySpan<FileHandle?> sources = [_connection.Socket, _signals.Handle, _detachedRead];
        while (true)
        {
            var ready = _connection.HasBuffered ? 0 : Poll.Readable(sources, -1);
            switch (ready)
            {
                case 0:
                    var count = _connection.Read(buffer);
                    if (count == 0)
                        return true;
                    Write(buffer.AsSpan(0, count));
                    // Output that keeps coming must not keep the rest waiting: Poll reports the first source that is ready.
                    _signals.HandleAll();
                    if (_detached)
                        return false;
                    break;
                case 1:
                    _signals.HandleAll();
                    break;
                case 2:
                    return false;
            }
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _detachedRead?.Dispose();
        _detachedWrite?.Dispose();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (_frames is null)
        {
            FileIo.Write(FileHandle.StandardOutput, bytes);
            return;
        }
        while (_frames.TryTake(ref bytes, out var stream, out var payload))
            FileIo.Write(stream == StdCopyStream.Stdout ? FileHandle.StandardOutput : FileHandle.StandardError, payload);
    }

    private void CopyInput()
    {
        var buffer = new byte[BufferSize];
        var send = new List<byte>();
        while (true)
        {
            // A terminal that hung up gives EIO: that is an end, too.
            var count = FileIo.TryRead(FileHandle.StandardInput, buffer, out _);
            if (count <= 0)
                break;
            if (_keys is null)
            {
                if (!_connection.TryWrite(buffer.AsSpan(0, count)))
                    return;
                continue;
            }
            send.Clear();
            var detached = _keys.Take(buffer.AsSpan(0, count), send);
            if (!_connection.TryWrite(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(send)))
                return;
            if (detached)
            {
                _detached = true;
                _ = FileIo.TryWrite(_detachedWrite!, "x"u8, out _);
                return;
            }
        }
        _connection.CloseWrite();
    }
}
