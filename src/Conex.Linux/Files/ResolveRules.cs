namespace Conex.Linux.Files;

/// <summary>How openat2(2) may walk a path; the kernel's RESOLVE_* values.</summary>
[Flags]
public enum ResolveRules : ulong
{
    None = 0,
    NoCrossDevice = 0x01,
    NoMagicLinks = 0x02,
    NoSymlinks = 0x04,
    Beneath = 0x08,
    InRoot = 0x10,
}
