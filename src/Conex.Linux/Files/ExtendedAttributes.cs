using System.Runtime.CompilerServices;
using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>Extended attributes, xattr(7).</summary>
[SkipLocalsInit]
public static unsafe class ExtendedAttributes
{
    /// <summary>Sets an attribute of an open file or directory.</summary>
    public static Errno Set(FileHandle file, string name, ReadOnlySpan<byte> value)
    {
        CString attribute;
        byte* n = CString.Fill(&attribute, Encoding.UTF8.GetBytes(name));
        fixed (byte* v = value)
        {
            return Libc.fsetxattr(file.Descriptor, n, v, (nuint)value.Length, 0) == -1 ? KernelCall.LastError : Errno.None;
        }
    }

    /// <summary>Sets an attribute of a directory's entry, of a symbolic link itself. For what cannot be opened: links, devices.</summary>
    /// <param name="entry">One component.</param>
    public static Errno SetAt(FileHandle directory, ReadOnlySpan<byte> entry, string name, ReadOnlySpan<byte> value)
    {
        CString path;
        CString attribute;
        byte* p = CString.Fill(&path, Path(directory, entry));
        byte* n = CString.Fill(&attribute, Encoding.UTF8.GetBytes(name));
        fixed (byte* v = value)
        {
            return Libc.lsetxattr(p, n, v, (nuint)value.Length, 0) == -1 ? KernelCall.LastError : Errno.None;
        }
    }

    /// <summary>The names of the attributes of a directory's entry, of a symbolic link itself; none where the file system has none.</summary>
    /// <param name="entry">One component.</param>
    /// <exception cref="KernelException">llistxattr(2) refused.</exception>
    public static IReadOnlyList<string> ListAt(FileHandle directory, ReadOnlySpan<byte> entry)
    {
        CString path;
        byte* p = CString.Fill(&path, Path(directory, entry));
        nint length = Libc.llistxattr(p, null, 0);
        if (length == 0 || (length == -1 && KernelCall.LastError == Errno.EOPNOTSUPP))
        {
            return [];
        }
        byte[] names = new byte[65536];
        fixed (byte* n = names)
        {
            length = (nint)
                KernelCall.Check(Libc.llistxattr(p, n, (nuint)names.Length), "list the attributes of", Encoding.UTF8.GetString(entry));
            return Encoding.UTF8.GetString(names, 0, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    /// <summary>The value of an attribute of a directory's entry, of a symbolic link itself; null when it has none of that name.</summary>
    /// <param name="entry">One component.</param>
    /// <exception cref="KernelException">lgetxattr(2) refused for another reason than ENODATA.</exception>
    public static byte[]? GetAt(FileHandle directory, ReadOnlySpan<byte> entry, string name)
    {
        CString path;
        CString attribute;
        byte* p = CString.Fill(&path, Path(directory, entry));
        byte* a = CString.Fill(&attribute, Encoding.UTF8.GetBytes(name));
        byte[] value = new byte[65536];
        fixed (byte* v = value)
        {
            nint length = Libc.lgetxattr(p, a, v, (nuint)value.Length);
            if (length != -1)
            {
                return value[..(int)length];
            }
            Errno error = KernelCall.LastError;
            return error == Errno.ENODATA
                ? null
                : throw new KernelException($"read the attribute {name} of", Encoding.UTF8.GetString(entry), error);
        }
    }

    /// <summary>The value of an entry's attribute; null when it has none of that name.</summary>
    /// <exception cref="KernelException">lgetxattr(2) refused for another reason than ENODATA.</exception>
    public static byte[]? Get(string path, string name)
    {
        byte[] value = new byte[65536];
        fixed (byte* v = value)
        {
            nint length = Libc.lgetxattr(path, name, v, (nuint)value.Length);
            if (length == -1)
            {
                Errno error = KernelCall.LastError;
                return error == Errno.ENODATA ? null : throw new KernelException($"read the attribute {name} of", path, error);
            }
            return value[..(int)length];
        }
    }

    /// <summary>The names of an entry's attributes.</summary>
    /// <exception cref="KernelException">llistxattr(2) refused.</exception>
    public static IReadOnlyList<string> List(string path)
    {
        CString copy;
        byte* p = CString.Fill(&copy, Encoding.UTF8.GetBytes(path));
        byte[] names = new byte[65536];
        fixed (byte* n = names)
        {
            nint length = (nint)KernelCall.Check(Libc.llistxattr(p, n, (nuint)names.Length), "list the attributes of", path);
            return Encoding.UTF8.GetString(names, 0, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    // There is no fsetxattrat before Linux 6.13; /proc/self/fd pins the directory, and lsetxattr(2) does not follow the last component.
    private static byte[] Path(FileHandle directory, ReadOnlySpan<byte> entry) =>
        [.. Encoding.ASCII.GetBytes($"/proc/self/fd/{directory.Descriptor}/"), .. entry];
}
