using System.Buffers.Binary;
using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Linux.Netlink;

/// <summary>Network devices of a namespace (rtnetlink(7), RTM_*LINK).</summary>
public static class Links
{
    private const ushort RTM_NEWLINK = 16;
    private const ushort RTM_GETLINK = 18;
    private const ushort IFLA_IFNAME = 3;
    private const ushort IFLA_NET_NS_FD = 28;
    private const uint IFF_UP = 1;

    /// <summary>The index of the loopback device of every namespace (LOOPBACK_IFINDEX of the kernel's net/flow.h).</summary>
    public const int Loopback = 1;

    /// <summary>The devices: name and index.</summary>
    /// <exception cref="KernelException">The kernel refused.</exception>
    public static IReadOnlyDictionary<string, int> List(RouteSocket socket)
    {
        var links = new Dictionary<string, int>(StringComparer.Ordinal);
        Errno error = socket.Request(
            new NetlinkMessage(RTM_GETLINK, NetlinkMessage.Dump, Structure(0, 0, 0)),
            body =>
            {
                if (NetlinkMessage.ReadAttributes(body, StructureSize).TryGetValue(IFLA_IFNAME, out byte[]? name))
                {
                    links[Encoding.UTF8.GetString(name).TrimEnd('\0')] = BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(4));
                }
            }
        );
        return error == Errno.None ? links : throw new KernelException("list the network devices", null, error);
    }

    /// <summary>Moves a device to another network namespace, where it gets a name; it is down afterwards and without addresses.</summary>
    public static Errno Move(RouteSocket socket, int index, FileHandle networkNamespace, string name) =>
        socket.Request(
            new NetlinkMessage(RTM_NEWLINK, 0, Structure(index, 0, 0))
                .Add(IFLA_NET_NS_FD, (uint)networkNamespace.Descriptor)
                .Add(IFLA_IFNAME, name)
        );

    /// <summary>Brings a device up.</summary>
    public static Errno Raise(RouteSocket socket, int index) =>
        socket.Request(new NetlinkMessage(RTM_NEWLINK, 0, Structure(index, IFF_UP, IFF_UP)));

    private const int StructureSize = 16;

    /// <summary>struct ifinfomsg: family, type, index, flags, which flags change.</summary>
    private static byte[] Structure(int index, uint flags, uint change)
    {
        byte[] bytes = new byte[StructureSize];
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), index);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), flags);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), change);
        return bytes;
    }
}
