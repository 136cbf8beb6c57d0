namespace Conex.Api.Translation;

/// <summary>What the engine calls its parts towards clients.</summary>
internal static class EngineNames
{
    internal const string Runtime = "conex";

    /// <summary>Clients read logs through the API only from drivers they know.</summary>
    internal const string LogDriver = "json-file";

    /// <summary>How the root filesystem is made: overlayfs over layers, which Docker calls so.</summary>
    internal const string StorageDriver = "overlay2";
}
