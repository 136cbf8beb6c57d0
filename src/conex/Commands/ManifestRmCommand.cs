using Conex.Cli.Manifests;
using Conex.CommandLine;

namespace Conex.Cli.Commands;

/// <summary><c>manifest rm</c>: forgets lists that <c>manifest create</c> made.</summary>
internal static class ManifestRmCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "rm",
            Description = "Delete one or more manifest lists from local storage",
            Usage = "MANIFEST_LIST [MANIFEST_LIST...]",
            Arguments = ArgumentCount.AtLeast(1),
            Run = static options =>
                EachTarget.RunAndPrint(
                    options.Arguments,
                    static name =>
                    {
                        ManifestLists.Remove(RemoteManifests.Parse(name));
                        return null;
                    }
                ),
        };
}
