using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Security;

/// <summary>Reads one rule of a profile file.</summary>
internal static class SeccompRuleReader
{
    internal static SeccompProfileRule Read(ProfileValue rule)
    {
        string? single = null;
        string[]? names = null;
        string? action = null;
        uint? errno = null;
        string? namedErrno = null;
        List<LinuxSeccompArg> arguments = [];
        SeccompProfileScope includes = SeccompProfileScope.Empty;
        SeccompProfileScope excludes = SeccompProfileScope.Empty;
        foreach ((string name, ProfileValue value) in rule.Members())
        {
            switch (name)
            {
                case "name":
                    single = value.Text();
                    break;
                case "names":
                    names = value.Texts();
                    break;
                case "action":
                    action = value.Text();
                    break;
                case "errnoRet":
                    errno = value.UInt32();
                    break;
                case "errno":
                    namedErrno = value.Text();
                    break;
                case "args":
                    arguments.AddRange(value.Items().Select(Argument));
                    break;
                case "includes":
                    includes = Scope(value);
                    break;
                case "excludes":
                    excludes = Scope(value);
                    break;
                case "comment":
                    break;
                default:
                    throw value.Unknown();
            }
        }
        if (!string.IsNullOrEmpty(single) && names is { Length: > 0 })
        {
            throw SeccompProfileReader.Bad($"{rule.Path} has both name and names; use names");
        }
        return new SeccompProfileRule
        {
            Syscall = new LinuxSyscall
            {
                Names =
                    names is { Length: > 0 } ? names
                    : !string.IsNullOrEmpty(single) ? [single]
                    : throw rule.Missing("names"),
                Action = action ?? throw rule.Missing("action"),
                ErrnoRet = Errno(namedErrno, $"{rule.Path}.errno") ?? errno,
                Args = arguments.Count == 0 ? null : arguments,
            },
            Includes = includes,
            Excludes = excludes,
        };
    }

    private static LinuxSeccompArg Argument(ProfileValue argument)
    {
        uint? index = null;
        ulong? first = null;
        ulong second = 0;
        string? comparison = null;
        foreach ((string name, ProfileValue value) in argument.Members())
        {
            switch (name)
            {
                case "index":
                    index = value.UInt32();
                    break;
                case "value":
                    first = value.UInt64();
                    break;
                case "valueTwo":
                    second = value.UInt64() ?? 0;
                    break;
                case "op":
                    comparison = value.Text();
                    break;
                default:
                    throw value.Unknown();
            }
        }
        return new LinuxSeccompArg
        {
            Index = index ?? throw argument.Missing("index"),
            Value = first ?? throw argument.Missing("value"),
            ValueTwo = second,
            Op = comparison ?? throw argument.Missing("op"),
        };
    }

    private static SeccompProfileScope Scope(ProfileValue scope)
    {
        SeccompProfileScope result = SeccompProfileScope.Empty;
        foreach ((string name, ProfileValue value) in scope.Members())
        {
            result = name switch
            {
                "caps" => result with { Capabilities = value.Texts() ?? [] },
                "arches" => result with { Architectures = value.Texts() ?? [] },
                "minKernel" => result with { MinimumKernel = Kernel(value) },
                _ => throw value.Unknown(),
            };
        }
        return result;
    }

    private static KernelVersion? Kernel(ProfileValue value)
    {
        string? text = value.Text();
        return string.IsNullOrEmpty(text) ? null
            : KernelVersion.TryParse(text, out KernelVersion version) ? version
            : throw SeccompProfileReader.Bad($"{value.Path}: \"{text}\" is no kernel version; write it like 4.8");
    }

    internal static uint? Errno(string? name, string path) =>
        string.IsNullOrEmpty(name) ? null
        : Enum.TryParse(name, out Conex.Linux.Errors.Errno error) && char.IsAsciiLetter(name[0]) ? (uint)error
        : throw SeccompProfileReader.Bad($"{path}: \"{name}\" is no errno; write it like EPERM");
}
