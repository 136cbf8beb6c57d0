using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Sockets;

/// <summary>An AF_UNIX socket by its descriptor. Paths of any length work: the last component is reached through its directory's descriptor.</summary>
public sealed unsafe class UnixSocket : FileHandle
{
    internal const int AddressSize = 110;
    private const int LongestPath = 107;

    /// <summary>Takes a socket's descriptor over.</summary>
    public UnixSocket(int descriptor)
        : base(descriptor) { }

    /// <summary>Connects to a listening stream socket.</summary>
    /// <exception cref="KernelException">ENOENT: no such socket; ECONNREFUSED: nobody listens.</exception>
    public static UnixSocket Connect(string path) =>
        TryConnect(path, out Errno error) ?? throw new KernelException("connect to", path, error);

    /// <summary>Connects as <see cref="Connect(string)"/>; connecting and each sending may take so many seconds, then EAGAIN: a peer that
    /// does not accept or read holds nobody up.</summary>
    /// <exception cref="KernelException">ENOENT: no such socket; ECONNREFUSED: nobody listens; EAGAIN: it does not accept.</exception>
    public static UnixSocket Connect(string path, int sendSeconds) =>
        TryConnect(path, out Errno error, sendSeconds) ?? throw new KernelException("connect to", path, error);

    /// <summary>Connects, or returns null and the reason.</summary>
    /// <param name="path">One that begins with a zero is a name in the abstract namespace.</param>
    /// <param name="sendSeconds">How long connecting and each sending may take; 0: for ever.</param>
    public static UnixSocket? TryConnect(string path, out Errno error, int sendSeconds = 0)
    {
        var socket = new UnixSocket(KernelCall.Check(Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0), "make a socket"));
        if (sendSeconds > 0)
        {
            // struct timeval. unix(7) obeys it in connect(2) too, when the listener's queue is full.
            long* time = stackalloc long[] { sendSeconds, 0 };
            _ = Libc.setsockopt(socket.Descriptor, Libc.SOL_SOCKET, Libc.SO_SNDTIMEO, time, 16);
        }
        byte* address = stackalloc byte[AddressSize];
        using FileHandle? directory = Address(path, address, out int length, out error);
        if (length > 0)
        {
            if (Libc.connect(socket.Descriptor, address, length) == 0)
            {
                return socket;
            }
            error = KernelCall.LastError;
        }
        socket.Dispose();
        return null;
    }

    /// <summary>Binds a stream socket to a path and listens. The path must be free.</summary>
    /// <exception cref="KernelException">EADDRINUSE: something has that name.</exception>
    public static UnixSocket Listen(string path, int backlog = 128)
    {
        var socket = new UnixSocket(KernelCall.Check(Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0), "make a socket"));
        byte* address = stackalloc byte[AddressSize];
        using FileHandle? directory = Address(path, address, out int length, out Errno error);
        if (length == 0)
        {
            throw new KernelException("listen on", path, error);
        }
        KernelCall.Check(Libc.bind(socket.Descriptor, address, length), "listen on", path);
        KernelCall.Check(Libc.listen(socket.Descriptor, backlog), "listen on", path);
        return socket;
    }

    /// <summary>Two connected sockets.</summary>
    /// <param name="packets">Whether message borders are kept (SOCK_SEQPACKET).</param>
    /// <exception cref="KernelException">socketpair(2) refused.</exception>
    public static (UnixSocket First, UnixSocket Second) Pair(bool packets = false)
    {
        int* fds = stackalloc int[2];
        int type = packets ? Libc.SOCK_SEQPACKET : Libc.SOCK_STREAM;
        KernelCall.Check(Libc.socketpair(Libc.AF_UNIX, type | Libc.SOCK_CLOEXEC, 0, fds), "make a pair of sockets");
        return (new UnixSocket(fds[0]), new UnixSocket(fds[1]));
    }

    /// <summary>Takes the next connection.</summary>
    /// <returns>Null when none waits (non-blocking) or the peer is gone already.</returns>
    public UnixSocket? TryAccept(bool nonBlocking = false)
    {
        int fd = Libc.accept4(Descriptor, null, null, Libc.SOCK_CLOEXEC | (nonBlocking ? Libc.SOCK_NONBLOCK : 0));
        return fd < 0 ? null : new UnixSocket(fd);
    }

    /// <summary>Ends one direction; the peer reads an end of file.</summary>
    public void ShutdownWrite() => _ = Libc.shutdown(Descriptor, 1);

    /// <summary>Sends without SIGPIPE: the number of bytes taken, or -1 and the reason (EPIPE, EAGAIN).</summary>
    public int TrySend(ReadOnlySpan<byte> bytes, out Errno error)
    {
        fixed (byte* p = bytes)
        {
            nint n;
            do
            {
                n = Libc.send(Descriptor, p, (nuint)bytes.Length, Libc.MSG_NOSIGNAL);
                error = n == -1 ? KernelCall.LastError : Errno.None;
            } while (error == Errno.EINTR);
            return (int)n;
        }
    }

    /// <summary>Sends all bytes on a blocking socket.</summary>
    /// <exception cref="KernelException">The peer is gone (EPIPE).</exception>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int n = TrySend(bytes, out Errno error);
            if (n < 0)
            {
                throw new KernelException("send", null, error);
            }
            bytes = bytes[n..];
        }
    }

    /// <summary>Sends bytes with one descriptor (SCM_RIGHTS, unix(7)).</summary>
    /// <exception cref="KernelException">The peer is gone (EPIPE).</exception>
    public void SendDescriptor(ReadOnlySpan<byte> payload, FileHandle descriptor)
    {
        byte* control = stackalloc byte[24];
        *(nuint*)control = 20;
        *(int*)(control + 8) = Libc.SOL_SOCKET;
        *(int*)(control + 12) = Libc.SCM_RIGHTS;
        *(int*)(control + 16) = descriptor.Descriptor;
        fixed (byte* p = payload)
        {
            var vector = new Libc.iovec { iov_base = p, iov_len = (nuint)payload.Length };
            var message = new Libc.msghdr
            {
                msg_iov = &vector,
                msg_iovlen = 1,
                msg_control = control,
                msg_controllen = 24,
            };
            KernelCall.Check(Libc.sendmsg(Descriptor, &message, Libc.MSG_NOSIGNAL), "send a descriptor");
        }
    }

    /// <summary>From now on a receive that waits for so many seconds ends with EAGAIN.</summary>
    public void LimitReceive(int seconds)
    {
        long* time = stackalloc long[] { seconds, 0 };
        _ = Libc.setsockopt(Descriptor, Libc.SOL_SOCKET, Libc.SO_RCVTIMEO, time, 16);
    }

    /// <summary>Receives bytes and at most one descriptor, close-on-exec.</summary>
    /// <returns>The number of bytes, 0 at the end.</returns>
    /// <exception cref="KernelException">recvmsg(2) refused.</exception>
    public int ReceiveDescriptor(Span<byte> payload, out FileHandle? descriptor)
    {
        byte* control = stackalloc byte[24];
        new Span<byte>(control, 24).Clear();
        fixed (byte* p = payload)
        {
            var vector = new Libc.iovec { iov_base = p, iov_len = (nuint)payload.Length };
            var message = new Libc.msghdr
            {
                msg_iov = &vector,
                msg_iovlen = 1,
                msg_control = control,
                msg_controllen = 24,
            };
            nint n;
            Errno error;
            do
            {
                n = Libc.recvmsg(Descriptor, &message, Libc.MSG_CMSG_CLOEXEC);
                error = n == -1 ? KernelCall.LastError : Errno.None;
            } while (error == Errno.EINTR);
            KernelCall.Check((long)n, "receive a descriptor");
            bool carried = message.msg_controllen >= 20 && *(int*)(control + 12) == Libc.SCM_RIGHTS;
            descriptor = carried ? new FileHandle(*(int*)(control + 16)) : null;
            return (int)n;
        }
    }

    /// <summary>Fills in a struct sockaddr_un; a path that is too long is reached through the descriptor returned.</summary>
    internal static FileHandle? Address(string path, byte* address, out int length, out Errno error)
    {
        new Span<byte>(address, AddressSize).Clear();
        *(ushort*)address = Libc.AF_UNIX;
        FileHandle? directory = null;
        error = Errno.None;
        string name = path;
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            int slash = path.LastIndexOf('/');
            directory = PathAt.TryOpen(PathAt.Current, path[..Math.Max(slash, 1)], OpenMode.Path | OpenMode.Directory, out error);
            name = directory is null ? "" : $"/proc/self/fd/{directory.Descriptor}/{path.AsSpan(slash + 1)}";
        }
        int count = Encoding.UTF8.GetByteCount(name);
        if (count is 0 or > LongestPath)
        {
            error = error == Errno.None ? Errno.ENAMETOOLONG : error;
            length = 0;
            return directory;
        }
        _ = Encoding.UTF8.GetBytes(name, new Span<byte>(address + 2, LongestPath));
        // The whole of the length is the name in the abstract namespace (unix(7)).
        length = 2 + count + (name[0] == '\0' ? 0 : 1);
        return directory;
    }
}
