namespace Conex.Runtime.ContainerHooks;

/// <summary>Annotations about hooks, by the names that crun gave them.</summary>
internal static class HookAnnotations
{
    /// <summary>A file that takes what hooks write to standard output.</summary>
    internal const string Output = "run.oci.hooks.stdout";

    /// <summary>A file that takes what hooks write to standard error.</summary>
    internal const string Error = "run.oci.hooks.stderr";
}
