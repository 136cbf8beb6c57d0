using Conex.Linux.Cgroups;
using Conex.Linux.Files;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Containers;

/// <summary>Where an exec goes that is to run in a cgroup below the container's (<c>--cgroup [controller[,controller]:]path</c>).</summary>
internal static class ExecCgroup
{
    /// <param name="places">The option's values; none: the container's own cgroup.</param>
    /// <exception cref="InvalidSpecException">A path leads out of the container's cgroup or nowhere, or a controller is unknown.</exception>
    internal static Cgroup? Open(Container container, IReadOnlyList<string> places)
    {
        Cgroup? own = container.OpenCgroup();
        if (places.Count == 0)
        {
            return own;
        }
        using (own)
        {
            if (own is null)
            {
                throw new InvalidSpecException("--cgroup: the container was made without a cgroup of its own");
            }
            var paths = new Dictionary<string, string>(own.Paths);
            foreach (string place in places)
            {
                Move(own, paths, place);
            }
            return Cgroup.Open(own.Host, own.Path, paths);
        }
    }

    private static void Move(Cgroup own, Dictionary<string, string> paths, string place)
    {
        int colon = place.IndexOf(':');
        string path = place[(colon + 1)..].Trim('/');
        foreach (string component in path.Split('/'))
        {
            if (component is "." or "..")
            {
                throw new InvalidSpecException($"--cgroup {place}: the path must lie below the container's cgroup");
            }
        }
        string[] hierarchies = colon < 0 ? [.. paths.Keys] : Hierarchies(own.Host, place, place[..colon]);
        bool found = false;
        foreach (string name in hierarchies)
        {
            string moved = path.Length == 0 ? own.Paths[name] : $"{own.Paths[name]}/{path}";
            if (PathAt.Status(moved) is { IsDirectory: true })
            {
                paths[name] = moved;
                found = true;
            }
            else if (colon >= 0)
            {
                throw new InvalidSpecException($"--cgroup {place}: {moved} does not exist");
            }
        }
        if (!found)
        {
            throw new InvalidSpecException($"--cgroup {place}: the container's cgroup has no {path} below it");
        }
    }

    private static string[] Hierarchies(CgroupHost host, string place, string controllers) =>
        [
            .. controllers
                .Split(',')
                .Select(c =>
                    host.Find(c)?.Name ?? throw new InvalidSpecException($"--cgroup {place}: this host has no cgroup controller \"{c}\"")
                ),
        ];
}
