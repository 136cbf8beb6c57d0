using System.Runtime.CompilerServices;
using System.Text;
using Conex.Engine.Security;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Specs;

/// <summary>The seccomp section of a specification, as bytes: the default profile is ten thousand of them and nearly always the same.</summary>
internal static class SeccompSection
{
    private static readonly ConditionalWeakTable<LinuxSeccomp, byte[]> Encoded = [];
    private static readonly KernelVersion Kernel = KernelVersion.Running;

    /// <summary>The section's JSON; null when nothing is filtered.</summary>
    /// <exception cref="Errors.InvalidRequestException">The user's profile cannot be understood.</exception>
    internal static byte[]? For(SecurityChoice security, bool privileged, IReadOnlyList<string> capabilities)
    {
        if (security.SeccompUnconfined || (privileged && security.SeccompProfile is null))
        {
            return null;
        }
        HashSet<string> set = new(capabilities, StringComparer.Ordinal);
        if (security.SeccompProfile is { } text)
        {
            return SeccompProfile.Parse(Encoding.UTF8.GetBytes(text)).Resolve(set, "amd64", Kernel).ToUtf8Json();
        }
        // Equal questions get the same record, which is therefore a key.
        return Encoded.GetValue(DefaultSeccompProfile.Profile.Resolve(set, "amd64", Kernel), section => section.ToUtf8Json());
    }

    /// <summary>Puts the section into a specification that was written without one.</summary>
    /// <param name="specification">Ends with the members of <c>linux</c>.</param>
    internal static byte[] Insert(ReadOnlySpan<byte> specification, byte[]? section)
    {
        if (section is null)
        {
            return specification.ToArray();
        }
        ReadOnlySpan<byte> name = ",\"seccomp\":"u8;
        ReadOnlySpan<byte> end = "}}"u8;
        byte[] whole = new byte[specification.Length + name.Length + section.Length];
        Span<byte> rest = whole;
        specification[..^end.Length].CopyTo(rest);
        rest = rest[(specification.Length - end.Length)..];
        name.CopyTo(rest);
        section.CopyTo(rest[name.Length..]);
        end.CopyTo(rest[(name.Length + section.Length)..]);
        return whole;
    }
}
