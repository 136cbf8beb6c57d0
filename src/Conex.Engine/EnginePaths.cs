namespace Conex.Engine;

/// <summary>The names of an engine's directories.</summary>
internal sealed class EnginePaths(string dataRoot, string runRoot)
{
    internal string Data => dataRoot;

    internal string Run => runRoot;

    internal string Containers { get; } = $"{dataRoot}/containers";

    internal string RunContainers { get; } = $"{runRoot}/containers";

    /// <summary>Where images are mounted that a user wants to look into.</summary>
    internal string ImageMounts { get; } = $"{dataRoot}/mounts";

    /// <summary>What <c>conex-runtime --root</c> gets.</summary>
    internal string RuntimeState { get; } = $"{runRoot}/runtime";
}
