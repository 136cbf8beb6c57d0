using System.Buffers.Binary;
using Conex.Linux.Errors;

namespace Conex.Images.Layers;

/// <summary>What setxattr(2) makes of a POSIX ACL: it checks it, writes the access ACL's permissions into the mode, and keeps only what the
/// mode cannot say (linux fs/posix_acl.c).</summary>
internal static class AccessControlList
{
    internal const string AccessName = "system.posix_acl_access";
    internal const string DefaultName = "system.posix_acl_default";

    /// <summary>Bytes of an ACL without entries, which is none.</summary>
    internal const int HeaderSize = 4;

    private const uint Version = 2;
    private const int EntrySize = 8;
    private const ushort UserObject = 0x01;
    private const ushort User = 0x02;
    private const ushort GroupObject = 0x04;
    private const ushort Group = 0x08;
    private const ushort Mask = 0x10;
    private const ushort Other = 0x20;

    /// <summary>Whether an ACL is one.</summary>
    /// <returns>EOPNOTSUPP: of another version; EINVAL: malformed.</returns>
    internal static Errno Check(ReadOnlySpan<byte> value)
    {
        if (value.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(value) != Version)
        {
            return value.Length < HeaderSize ? Errno.EINVAL : Errno.EOPNOTSUPP;
        }
        if ((value.Length - HeaderSize) % EntrySize != 0)
        {
            return Errno.EINVAL;
        }
        ushort expected = UserObject;
        bool needsMask = false;
        for (ReadOnlySpan<byte> rest = value[HeaderSize..]; !rest.IsEmpty; rest = rest[EntrySize..])
        {
            ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            bool names = tag is User or Group;
            needsMask |= names;
            if (
                BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]) > 7
                || (names && BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) == uint.MaxValue)
            )
            {
                return Errno.EINVAL;
            }
            ushort? next = (expected, tag) switch
            {
                (UserObject, UserObject) or (User, User) => User,
                (User, GroupObject) or (Group, Group) => Group,
                (Group, Mask) => Other,
                (Other, Other) => 0,
                (Group, Other) when !needsMask => 0,
                _ => null,
            };
            if (next is null)
            {
                return Errno.EINVAL;
            }
            expected = next.Value;
        }
        return expected == 0 || value.Length == HeaderSize ? Errno.None : Errno.EINVAL;
    }

    /// <summary>Whether two ACLs say the same: whom an entry names counts only where it names somebody.</summary>
    internal static bool AreSame(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.Length != other.Length || !one[..HeaderSize].SequenceEqual(other[..HeaderSize]))
        {
            return false;
        }
        for (int at = HeaderSize; at < one.Length; at += EntrySize)
        {
            bool names = BinaryPrimitives.ReadUInt16LittleEndian(one[at..]) is User or Group;
            int length = names ? EntrySize : EntrySize / 2;
            if (!one.Slice(at, length).SequenceEqual(other.Slice(at, length)))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>The mode of a file with this access ACL.</summary>
    /// <param name="isMore">Whether the ACL says more than the mode, and so is kept.</param>
    internal static uint ModeWith(ReadOnlySpan<byte> value, uint mode, out bool isMore)
    {
        isMore = false;
        for (ReadOnlySpan<byte> rest = value[HeaderSize..]; !rest.IsEmpty; rest = rest[EntrySize..])
        {
            uint permissions = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
            switch (BinaryPrimitives.ReadUInt16LittleEndian(rest))
            {
                case UserObject:
                    mode = (mode & ~0x1C0u) | (permissions << 6);
                    break;
                case GroupObject:
                    mode = (mode & ~0x38u) | (permissions << 3);
                    break;
                case Other:
                    mode = (mode & ~0x7u) | permissions;
                    break;
                case Mask:
                    // The group's bits show the mask: it limits the group and all named ones.
                    mode = (mode & ~0x38u) | (permissions << 3);
                    isMore = true;
                    break;
                default:
                    isMore = true;
                    break;
            }
        }
        return mode;
    }
}
