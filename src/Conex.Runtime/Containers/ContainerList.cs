using Conex.Linux.Errors;
using Conex.Runtime.Errors;
using Conex.Runtime.State;

namespace Conex.Runtime.Containers;

/// <summary>All containers below a root.</summary>
public static class ContainerList
{
    /// <summary>Reads them in the order of their IDs; damaged and half-made ones are left out.</summary>
    public static List<Container> Read(RuntimeContext context)
    {
        List<Container> containers = [];
        string[] directories;
        try
        {
            directories = Directory.GetDirectories(context.Root);
        }
        catch (DirectoryNotFoundException)
        {
            return containers;
        }
        Array.Sort(directories, StringComparer.Ordinal);
        foreach (string directory in directories)
        {
            string id = Path.GetFileName(directory);
            if (!StateDirectory.IsValidId(id))
            {
                continue;
            }
            try
            {
                containers.Add(Container.Open(context, id));
            }
            catch (Exception e) when (e is ContainerStateException or KernelException or FormatException)
            {
                // Removed in between, or its creation was cut: no container to list.
            }
        }
        return containers;
    }
}
