using Conex.Engine.Mounts;
using Conex.Linux.Files;

namespace Conex.Engine.RootFilesystems;

/// <summary>Follows symbolic links as text, for the answer to a client that wants to know where a link leads. Nothing is opened by what this
/// returns: whoever asks for it next is resolved by the kernel again.</summary>
internal static class LinkWalk
{
    private const int MostLinks = 255;
    private const ResolveRules InRoot = ResolveRules.InRoot | ResolveRules.NoMagicLinks;

    /// <summary>The path without links, as far as there is something; what is missing stays as it is written.</summary>
    internal static string Follow(DirectoryHandle root, string cleanPath)
    {
        Stack<string> rest = new(cleanPath.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        string walked = "/";
        int links = 0;
        while (rest.TryPop(out string? name))
        {
            string next = ContainerPath.Clean($"{walked}/{name}");
            using FileHandle? found = PathAt.TryOpenResolved(root, $".{next}", OpenMode.Path | OpenMode.NoFollow, InRoot, out _);
            if (found is null || PathAt.Status(found, "") is not { Kind: FileKind.SymbolicLink } || ++links > MostLinks)
            {
                walked = next;
                continue;
            }
            string target = PathAt.ReadLink(found, "");
            walked = target.StartsWith('/') ? "/" : walked;
            foreach (string part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                rest.Push(part);
            }
        }
        return walked;
    }
}
