namespace Conex.Oci.RuntimeSpec;

/// <summary>Landlock rules of a process, as runtime-spec's pull request 1241 proposes them: <c>process.landlock</c>.</summary>
public sealed partial record Landlock
{
    /// <summary>What is forbidden unless a rule allows it.</summary>
    public LandlockRuleset? Ruleset { get; init; }

    /// <summary>What is allowed.</summary>
    public LandlockRules? Rules { get; init; }

    /// <summary>Whether it is an error that the kernel does not know a right; else that right is left out.</summary>
    public bool DisableBestEffort { get; init; }
}

/// <summary>The kinds of access that are forbidden unless a rule allows them.</summary>
public sealed partial record LandlockRuleset
{
    /// <summary>Of files, such as <c>execute</c>, <c>write_file</c>, <c>read_dir</c>.</summary>
    public IReadOnlyList<string>? HandledAccessFs { get; init; }

    /// <summary>Of the network: <c>bind_tcp</c>, <c>connect_tcp</c>.</summary>
    public IReadOnlyList<string>? HandledAccessNet { get; init; }

    /// <summary>What does not lead out of the container's own processes: <c>abstract_unix_socket</c>, <c>signal</c>.</summary>
    public IReadOnlyList<string>? Scoped { get; init; }
}

/// <summary>Exceptions from a ruleset.</summary>
public sealed partial record LandlockRules
{
    /// <summary>For files.</summary>
    public IReadOnlyList<LandlockPathBeneath>? PathBeneath { get; init; }

    /// <summary>For the network.</summary>
    public IReadOnlyList<LandlockNetPort>? NetPort { get; init; }
}

/// <summary>What is allowed to files and to directories with all that is below.</summary>
public sealed partial record LandlockPathBeneath
{
    /// <summary>The kinds of access.</summary>
    public IReadOnlyList<string>? AllowedAccess { get; init; }

    /// <summary>Absolute paths in the container.</summary>
    public IReadOnlyList<string>? Paths { get; init; }
}

/// <summary>What is allowed on TCP ports.</summary>
public sealed partial record LandlockNetPort
{
    /// <summary>The kinds of access.</summary>
    public IReadOnlyList<string>? AllowedAccess { get; init; }

    /// <summary>The ports.</summary>
    public IReadOnlyList<uint>? Ports { get; init; }
}
