using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine.Unpacked;

/// <summary>An engine whose layers are unpacked, as where the kernel mounts none.</summary>
public sealed class UnpackedHouse : EngineHouse
{
    public UnpackedHouse() => Environment["CONEX_LAYERS"] = "unpacked";
}
