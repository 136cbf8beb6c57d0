using System.Collections.Concurrent;
using Conex.Engine.Errors;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Security;

/// <summary>A seccomp profile as engines keep it: the specification's rules, some of them only for containers with certain capabilities.</summary>
public sealed class SeccompProfile
{
    private readonly ConcurrentDictionary<string, LinuxSeccomp> _resolved = new(StringComparer.Ordinal);
    private readonly Lazy<string[]> _capabilities;

    /// <summary>Creates an empty profile; the members are its content.</summary>
    public SeccompProfile() => _capabilities = new Lazy<string[]>(MentionedCapabilities);

    /// <summary>The action for calls that no rule names.</summary>
    public required string DefaultAction { get; init; }

    /// <summary>The errno of <see cref="DefaultAction"/>.</summary>
    public uint? DefaultErrnoRet { get; init; }

    /// <summary>The architectures whose calls are filtered by rules, when they do not depend on the machine's.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>For a machine's architecture (<c>SCMP_ARCH_X86_64</c>) the others whose calls its kernel serves too.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? SubArchitectures { get; init; }

    /// <summary>Flags of seccomp(2).</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>A socket for notifications.</summary>
    public string? ListenerPath { get; init; }

    /// <summary>What is sent with a notification.</summary>
    public string? ListenerMetadata { get; init; }

    /// <summary>The rules, in order.</summary>
    public required IReadOnlyList<SeccompProfileRule> Rules { get; init; }

    /// <summary>Reads a profile: docker's format, or the seccomp section of a runtime specification.</summary>
    /// <exception cref="InvalidRequestException">It is no JSON, or has unknown members or words; the message is a sentence that names the place.</exception>
    public static SeccompProfile Parse(ReadOnlySpan<byte> utf8) => SeccompProfileReader.Read(utf8);

    /// <summary>The section of the specification for a container. Equal questions get the same record.</summary>
    /// <param name="capabilities">The container's bounding set, such as <c>CAP_CHOWN</c>.</param>
    /// <param name="architecture">The machine's architecture by its name in images: <c>amd64</c>.</param>
    /// <param name="kernel">The kernel's version.</param>
    public LinuxSeccomp Resolve(IReadOnlySet<string> capabilities, string architecture, KernelVersion kernel)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        ArgumentNullException.ThrowIfNull(architecture);
        // Containers differ in many capabilities and a profile asks for few.
        string key = $"{architecture} {kernel} {string.Join(' ', _capabilities.Value.Where(capabilities.Contains))}";
        return _resolved.TryGetValue(key, out LinuxSeccomp? known)
            ? known
            : _resolved.GetOrAdd(key, Build(capabilities, architecture, kernel));
    }

    private LinuxSeccomp Build(IReadOnlySet<string> capabilities, string architecture, KernelVersion kernel) =>
        new()
        {
            DefaultAction = DefaultAction,
            DefaultErrnoRet = DefaultErrnoRet,
            Architectures = Architectures ?? WithSubArchitectures(architecture),
            Flags = Flags,
            ListenerPath = ListenerPath,
            ListenerMetadata = ListenerMetadata,
            Syscalls = [.. Rules.Where(rule => rule.AppliesTo(capabilities, architecture, kernel)).Select(rule => rule.Syscall)],
        };

    private string[]? WithSubArchitectures(string architecture)
    {
        string? native = architecture switch
        {
            "amd64" => "SCMP_ARCH_X86_64",
            "arm64" => "SCMP_ARCH_AARCH64",
            "mips64" => "SCMP_ARCH_MIPS64",
            "mips64le" => "SCMP_ARCH_MIPSEL64",
            "s390x" => "SCMP_ARCH_S390X",
            "riscv64" => "SCMP_ARCH_RISCV64",
            "loong64" => "SCMP_ARCH_LOONGARCH64",
            _ => null,
        };
        return native is not null && SubArchitectures is not null && SubArchitectures.TryGetValue(native, out IReadOnlyList<string>? others)
            ? [native, .. others]
            : null;
    }

    private string[] MentionedCapabilities() =>
        [
            .. Rules
                .SelectMany(rule => rule.Includes.Capabilities.Concat(rule.Excludes.Capabilities))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
}
