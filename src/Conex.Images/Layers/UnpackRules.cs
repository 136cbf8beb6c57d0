namespace Conex.Images.Layers;

/// <summary>What the process that unpacks may do.</summary>
/// <param name="Privileged">As root: owners are set, device nodes are made, and the opaque mark is trusted.overlay.opaque. Without: all
/// files belong to the user, device nodes and file capabilities are left out, and the mark is user.overlay.opaque, for mounts with userxattr.</param>
public sealed record UnpackRules(bool Privileged)
{
    /// <summary>Those of this process.</summary>
    public static UnpackRules Current => new(Environment.IsPrivilegedProcess);

    internal string OpaqueAttribute => Privileged ? "trusted.overlay.opaque" : "user.overlay.opaque";
}
