using System.Runtime.Intrinsics.X86;
using Conex.Oci;

namespace Conex.Images.Registries;

/// <summary>What this machine runs best, with the level of its processor (x86-64 psABI, "Micro-architecture Levels").</summary>
internal static class HostPlatform
{
    internal static Platform Current { get; } = Detect();

    private static Platform Detect()
    {
        Platform platform = Platform.Current;
        return platform.Architecture == "amd64" ? Platform.Create(platform.Os, platform.Architecture, Level()) : platform;
    }

    private static string Level() =>
        !(Sse42.IsSupported && Popcnt.IsSupported) ? "v1"
        : !(Avx2.IsSupported && Bmi1.IsSupported && Bmi2.IsSupported && Fma.IsSupported && Lzcnt.IsSupported) ? "v2"
        : Avx512F.IsSupported && Avx512BW.IsSupported && Avx512CD.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported ? "v4"
        : "v3";
}
