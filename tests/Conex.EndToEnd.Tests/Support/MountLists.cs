using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>What <c>mounts add</c> and <c>mounts remove</c> are told, and what is mounted then.</summary>
internal static class MountLists
{
    /// <summary>A file with the mounts as JSON.</summary>
    internal static string MountList(this RuntimeHouse house, params Mount[] mounts) =>
        house.WriteFile("mounts.json", $"[{string.Join(',', mounts.Select(Json))}]");

    /// <summary>The lines of the container's mount table for these places, empty where nothing is mounted.</summary>
    internal static string[] Mounted(this RuntimeHouse house, params string[] paths)
    {
        string[] table = house.Exec("cat", "/proc/self/mountinfo").Lines;
        return [.. paths.Select(path => table.LastOrDefault(line => line.Split(' ')[4] == path) ?? "")];
    }

    internal static string Mounted(this RuntimeHouse house, string path) => house.Mounted([path])[0];

    private static string Json(Mount mount) =>
        $$"""
            {"destination":"{{mount.Destination}}","type":"{{mount.Type}}","source":"{{mount.Source}}","options":[{{string.Join(
                ',',
                (mount.Options ?? []).Select(option => $"\"{option}\"")
            )}}]}
            """;
}
