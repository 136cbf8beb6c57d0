using Conex.CommandLine;
using Conex.Oci.RuntimeSpec;

namespace ConexRuntime.Commands;

/// <summary><c>--version</c> and <c>features</c>.</summary>
internal static class Information
{
    internal static Command Features { get; } =
        new()
        {
            Name = "features",
            Description = "Print what this runtime supports as JSON",
            Arguments = ArgumentCount.None,
            Run = invocation => CommandTable.Guard(invocation, _ => PrintFeatures(invocation.Root.Text("criu"))),
        };

    /// <summary>runc's lines, since callers parse them.</summary>
    internal static int Version()
    {
        Output.Text($"conex-runtime version {ThisBuild.Version}\ncommit: {ThisBuild.Id}\nspec: {RuntimeSpec.CurrentVersion}\n");
        return 0;
    }

    private static int PrintFeatures(string? criu)
    {
        Output.Bytes(FeatureList.Current(criu).ToUtf8Json());
        Output.Text("\n");
        return 0;
    }
}
