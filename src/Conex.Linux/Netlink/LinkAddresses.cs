using System.Buffers.Binary;
using Conex.Linux.Errors;

namespace Conex.Linux.Netlink;

/// <summary>Addresses of network devices (rtnetlink(7), RTM_*ADDR).</summary>
public static class LinkAddresses
{
    private const ushort RTM_NEWADDR = 20;
    private const ushort RTM_GETADDR = 22;
    private const ushort IFA_LABEL = 3;
    private const ushort IFA_CACHEINFO = 6;
    private const ushort IFA_FLAGS = 8;
    private const uint IFA_F_PERMANENT = 0x80;

    /// <summary>NODAD, HOMEADDRESS, MANAGETEMPADDR, NOPREFIXROUTE, MCAUTOJOIN: what an address was given, not what became of it.</summary>
    private const uint GivenFlags = 0x712;

    private const byte RT_SCOPE_UNIVERSE = 0;
    private const int StructureSize = 8;

    /// <summary>The addresses of a device that somebody gave it for good and that mean the same everywhere: permanent, of global scope.</summary>
    /// <exception cref="KernelException">The kernel refused.</exception>
    public static IReadOnlyList<LinkAddress> ListPermanent(RouteSocket socket, int index)
    {
        List<LinkAddress> addresses = [];
        Errno error = socket.Request(
            new NetlinkMessage(RTM_GETADDR, NetlinkMessage.Dump, new byte[StructureSize]),
            body =>
            {
                Dictionary<ushort, byte[]> attributes = NetlinkMessage.ReadAttributes(body, StructureSize);
                uint flags = attributes.TryGetValue(IFA_FLAGS, out byte[]? wide) ? BinaryPrimitives.ReadUInt32LittleEndian(wide) : body[2];
                if (
                    BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(4)) == index
                    && body[3] == RT_SCOPE_UNIVERSE
                    && (flags & IFA_F_PERMANENT) != 0
                )
                {
                    // A label holds the device's old name, the cache information is the kernel's.
                    attributes.Remove(IFA_LABEL);
                    attributes.Remove(IFA_CACHEINFO);
                    attributes.Remove(IFA_FLAGS);
                    addresses.Add(new LinkAddress(body[0], body[1], flags & GivenFlags, attributes));
                }
            }
        );
        return error == Errno.None ? addresses : throw new KernelException("list the addresses of the network devices", null, error);
    }

    /// <summary>Gives a device an address.</summary>
    public static Errno Add(RouteSocket socket, int index, LinkAddress address)
    {
        byte[] structure = new byte[StructureSize];
        structure[0] = address.Family;
        structure[1] = address.PrefixLength;
        structure[3] = RT_SCOPE_UNIVERSE;
        BinaryPrimitives.WriteInt32LittleEndian(structure.AsSpan(4), index);
        var message = new NetlinkMessage(RTM_NEWADDR, NetlinkMessage.New, structure);
        foreach ((ushort type, byte[] value) in address.Attributes)
        {
            message.Add(type, value);
        }
        return socket.Request(message.Add(IFA_FLAGS, address.Flags));
    }
}

/// <summary>An address as the kernel writes it.</summary>
/// <param name="Family">AF_INET or AF_INET6.</param>
/// <param name="Flags">IFA_F_* that were given with it.</param>
/// <param name="Attributes">IFA_* by type: the address, the peer's, the broadcast address, the metric.</param>
public sealed record LinkAddress(byte Family, byte PrefixLength, uint Flags, IReadOnlyDictionary<ushort, byte[]> Attributes);
