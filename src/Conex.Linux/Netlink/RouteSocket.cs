using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Raw;

namespace Conex.Linux.Netlink;

/// <summary>A socket of rtnetlink(7): links and addresses of one network namespace.</summary>
public sealed class RouteSocket(int descriptor) : FileHandle(descriptor)
{
    private const int AF_NETLINK = 16;
    private const int SOCK_RAW = 3;
    private const int SYS_setns = 308;
    private const int CLONE_NEWNET = 0x40000000;
    private const ushort NLMSG_ERROR = 2;
    private const ushort NLMSG_DONE = 3;

    /// <summary>The kernel answers at once; a wait this long means that it does not.</summary>
    private const int Deadline = 10_000;

    /// <summary>Opens one for this process's network namespace.</summary>
    /// <exception cref="KernelException">socket(2) refused.</exception>
    public static RouteSocket Open() =>
        new(KernelCall.Check(Libc.socket(AF_NETLINK, SOCK_RAW | Libc.SOCK_CLOEXEC, 0), "make a netlink socket"));

    /// <summary>Opens one for another network namespace: a socket stays in the namespace of the thread that made it.</summary>
    /// <exception cref="KernelException">setns(2) or socket(2) refused.</exception>
    public static RouteSocket OpenIn(FileHandle networkNamespace)
    {
        RouteSocket? socket = null;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                long joined = Libc.syscall(SYS_setns, networkNamespace.Descriptor, CLONE_NEWNET, 0, 0, 0, 0);
                KernelCall.Check(joined, "join a network namespace");
                socket = Open();
            }
            catch (KernelException e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return socket!;
    }

    /// <summary>Asks for a change or for an object.</summary>
    /// <param name="each">Gets each message that the kernel sends, without its header.</param>
    /// <returns>The kernel's answer; ETIMEDOUT when it gives none.</returns>
    public Errno Request(NetlinkMessage message, Action<byte[]>? each = null)
    {
        if (FileIo.TryWrite(this, message.Bytes, out Errno error) < 0)
        {
            return error;
        }
        byte[] buffer = new byte[32768];
        while (true)
        {
            if (Poll.Readable(new FileHandle?[] { this }, Deadline) < 0)
            {
                return Errno.ETIMEDOUT;
            }
            int length = FileIo.TryRead(this, buffer, out error);
            if (length < 0)
            {
                return error;
            }
            if (Read(buffer.AsSpan(0, length), each) is { } answer)
            {
                return answer;
            }
        }
    }

    private static Errno? Read(ReadOnlySpan<byte> packet, Action<byte[]>? each)
    {
        while (packet.Length >= NetlinkMessage.HeaderSize)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(packet);
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(packet[4..]);
            if (size < NetlinkMessage.HeaderSize || size > packet.Length)
            {
                return Errno.EBADMSG;
            }
            ReadOnlySpan<byte> body = packet[NetlinkMessage.HeaderSize..size];
            if (type is NLMSG_ERROR or NLMSG_DONE)
            {
                return body.Length < 4 ? Errno.None : (Errno)(-BinaryPrimitives.ReadInt32LittleEndian(body));
            }
            each?.Invoke(body.ToArray());
            packet = packet[Math.Min(NetlinkMessage.Aligned(size), packet.Length)..];
        }
        return null;
    }
}
