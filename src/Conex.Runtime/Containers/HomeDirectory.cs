using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Runtime.Containers;

/// <summary>Looks a user's home up in the image's own /etc/passwd.</summary>
internal static class HomeDirectory
{
    private const int LargestPasswd = 4 << 20;

    internal static string Find(string rootPath, uint user)
    {
        using FileHandle? root = PathAt.TryOpen(PathAt.Current, rootPath, OpenMode.Path | OpenMode.Directory, out _);
        using FileHandle? file = root is null
            ? null
            : PathAt.TryOpenResolved(
                root,
                "etc/passwd",
                OpenMode.Read | OpenMode.NonBlocking,
                ResolveRules.InRoot | ResolveRules.NoMagicLinks,
                out _
            );
        if (file is null)
        {
            return "/";
        }
        byte[] text;
        try
        {
            text = FileIo.ReadToEnd(file, "etc/passwd", LargestPasswd);
        }
        catch (KernelException)
        {
            return "/";
        }
        foreach (string line in Encoding.UTF8.GetString(text).Split('\n'))
        {
            string[] fields = line.Split(':');
            if (fields.Length >= 6 && uint.TryParse(fields[2], out uint id) && id == user && fields[5].StartsWith('/'))
            {
                return fields[5];
            }
        }
        return "/";
    }
}
