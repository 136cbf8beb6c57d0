using Conex.Engine.Errors;

namespace Conex.Engine.Specs;

/// <summary>What <c>--security-opt</c> asks for.</summary>
internal sealed record SecurityChoice
{
    internal bool NoNewPrivileges { get; init; }

    /// <summary>Whether no system call is filtered.</summary>
    internal bool SeccompUnconfined { get; init; }

    /// <summary>The text of a profile; null: the default one.</summary>
    internal string? SeccompProfile { get; init; }

    /// <summary>An AppArmor profile by name; null: none.</summary>
    internal string? ApparmorProfile { get; init; }

    /// <summary>Whether nothing in /proc and /sys is masked.</summary>
    internal bool SystemPathsUnconfined { get; init; }

    internal bool WritableCgroups { get; init; }

    /// <exception cref="InvalidRequestException">An option that cannot be understood.</exception>
    internal static SecurityChoice Parse(IReadOnlyList<string>? options)
    {
        SecurityChoice choice = new();
        foreach (string option in options ?? [])
        {
            // Docker takes key=value, and key:value from its early days.
            int separator = option.AsSpan().IndexOfAny('=', ':');
            string key = separator < 0 ? option : option[..separator];
            string? value = separator < 0 ? null : option[(separator + 1)..];
            choice = (key, value) switch
            {
                ("no-new-privileges", null) => choice with { NoNewPrivileges = true },
                ("no-new-privileges", _) => choice with { NoNewPrivileges = Flag(option, value) },
                ("writable-cgroups", null) => choice with { WritableCgroups = true },
                ("writable-cgroups", _) => choice with { WritableCgroups = Flag(option, value) },
                ("seccomp", "unconfined") => choice with { SeccompUnconfined = true, SeccompProfile = null },
                ("seccomp", "builtin") => choice with { SeccompUnconfined = false, SeccompProfile = null },
                ("seccomp", { Length: > 0 }) => choice with { SeccompUnconfined = false, SeccompProfile = value },
                ("apparmor", "unconfined") => choice with { ApparmorProfile = null },
                ("apparmor", { Length: > 0 }) => choice with { ApparmorProfile = value },
                ("systempaths", "unconfined") => choice with { SystemPathsUnconfined = true },
                ("label", { Length: > 0 }) => choice,
                _ => throw new InvalidRequestException($"invalid --security-opt 2: \"{option}\""),
            };
        }
        return choice;
    }

    private static bool Flag(string option, string? value) =>
        value switch
        {
            "true" or "1" or "t" or "T" or "TRUE" or "True" => true,
            "false" or "0" or "f" or "F" or "FALSE" or "False" => false,
            _ => throw new InvalidRequestException($"invalid --security-opt 2: \"{option}\""),
        };
}
