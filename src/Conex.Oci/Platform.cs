using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Conex.Oci;

/// <summary>
/// What an image runs on, normalised as image indexes write it: <c>linux/amd64</c>, <c>linux/arm/v7</c>. Names are those of Go's GOOS and
/// GOARCH (image-spec image-index.md).
/// </summary>
public readonly record struct Platform
{
    private Platform(string os, string architecture, string variant)
    {
        Os = os;
        Architecture = architecture;
        Variant = variant;
    }

    /// <summary>The platform of this process.</summary>
    public static Platform Current => Create("linux", HostArchitecture(), variant: null);

    /// <summary>The operating system: <c>linux</c>.</summary>
    public string Os { get; }

    /// <summary>The processor: <c>amd64</c>, <c>arm64</c>.</summary>
    public string Architecture { get; }

    /// <summary>The processor's variant: <c>v7</c>; empty where the architecture's usual one is meant.</summary>
    public string Variant { get; }

    /// <summary>A platform from its parts, normalised: <c>x86_64</c> is <c>amd64</c>, <c>aarch64</c> and <c>arm64/v8</c> are <c>arm64</c>.</summary>
    public static Platform Create(string os, string architecture, string? variant)
    {
        ArgumentNullException.ThrowIfNull(os);
        ArgumentNullException.ThrowIfNull(architecture);
        (string arch, string var) = PlatformNames.Architecture(architecture.ToLowerInvariant(), variant?.ToLowerInvariant() ?? "");
        return new Platform(PlatformNames.Os(os.ToLowerInvariant()), arch, var);
    }

    /// <summary>Reads <c>os</c>, <c>arch</c>, <c>os/arch</c> or <c>os/arch/variant</c>; what is missing is this process's.</summary>
    /// <exception cref="FormatException">A part is empty or has other characters than letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, or a single word is no known system or processor.</exception>
    public static Platform Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PlatformNames.Parse(text, out Platform platform) is { } fault ? throw new FormatException(fault) : platform;
    }

    /// <summary>Reads a platform as <see cref="Parse"/> does; false when <paramref name="text"/> is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Platform platform)
    {
        platform = default;
        return text is not null && PlatformNames.Parse(text, out platform) is null;
    }

    /// <summary>The platforms whose images run on this one, the best first: older variants, then the architecture's 32-bit predecessor.</summary>
    public IReadOnlyList<Platform> Runnable() => PlatformNames.Runnable(this);

    /// <summary>The platform as it is written; empty for the default value.</summary>
    public override string ToString() =>
        Os is null ? ""
        : Variant.Length == 0 ? $"{Os}/{Architecture}"
        : $"{Os}/{Architecture}/{Variant}";

    private static string HostArchitecture() =>
        RuntimeInformation.ProcessArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => "amd64",
            System.Runtime.InteropServices.Architecture.X86 => "386",
            System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
            System.Runtime.InteropServices.Architecture.Arm => "arm",
            System.Runtime.InteropServices.Architecture.Ppc64le => "ppc64le",
            System.Runtime.InteropServices.Architecture.S390x => "s390x",
            System.Runtime.InteropServices.Architecture.RiscV64 => "riscv64",
            System.Runtime.InteropServices.Architecture.LoongArch64 => "loong64",
            var other => other.ToString().ToLowerInvariant(),
        };
}
