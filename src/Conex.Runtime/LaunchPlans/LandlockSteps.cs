using System.Text;
using Conex.Linux.Files;
using Conex.Linux.Landlock;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Landlock rules (landlock(7)) from <c>process.landlock</c> or the annotation <c>org.conex.landlock</c>, which holds the same
/// object as JSON.</summary>
internal sealed class LandlockSteps
{
    private const string Annotation = "org.conex.landlock";

    private readonly Landlock rules;
    private readonly int abi;
    private readonly List<string> warnings = [];
    private readonly ulong files;
    private readonly ulong network;
    private readonly ulong scoped;
    private Register ruleset;

    private LandlockSteps(Landlock rules, int abi)
    {
        this.rules = rules;
        this.abi = abi;
        files = Rights(rules.Ruleset?.HandledAccessFs, LandlockRights.OfFile, "handledAccessFS");
        network = Rights(rules.Ruleset?.HandledAccessNet, LandlockRights.OfNetwork, "handledAccessNet");
        scoped = Rights(rules.Ruleset?.Scoped, LandlockRights.OfScope, "scoped");
    }

    /// <summary>Rights that this kernel cannot forbid, a sentence each.</summary>
    internal IReadOnlyList<string> Warnings => warnings;

    private bool IsEmpty => (files | network | scoped) == 0;

    /// <summary>Whether a process has rules: its own or the container's.</summary>
    internal static bool IsAsked(Process? process, RuntimeSpec container) =>
        process?.Landlock is not null || container.Process?.Landlock is not null || container.Annotations?.ContainsKey(Annotation) == true;

    /// <exception cref="InvalidSpecException">The rules are wrong, or the kernel does not know a right and that shall be an error.</exception>
    internal static LandlockSteps Of(Process process, RuntimeSpec container, int abi) =>
        new(process.Landlock ?? container.Process?.Landlock ?? Annotated(container) ?? new Landlock(), abi);

    /// <summary>Makes the ruleset and its rules.</summary>
    internal void Build(SyscallProgramBuilder program)
    {
        if (IsEmpty)
        {
            return;
        }
        program.Step("make the Landlock ruleset");
        ruleset = program.CreateLandlockRuleset(files, network, scoped);
        foreach (LandlockPathBeneath rule in rules.Rules?.PathBeneath ?? [])
        {
            // What is not forbidden needs no rule, and the kernel refuses one.
            ulong rights = Rights(rule.AllowedAccess, LandlockRights.OfFile, "pathBeneath.allowedAccess") & files;
            foreach (string path in rights == 0 ? [] : rule.Paths ?? [])
            {
                if (!path.StartsWith('/'))
                {
                    throw new InvalidSpecException($"landlock: the path \"{path}\" is not absolute");
                }
                program.Step($"allow access beneath {path} by Landlock");
                Register found = program.Open(FileCalls.WorkingDirectory, path, OpenMode.Path, ResolveRules.NoMagicLinks);
                program.AllowBeneath(ruleset, found, rights, rights & LandlockRights.OfFiles);
                program.Close(found);
            }
        }
        foreach (LandlockNetPort rule in rules.Rules?.NetPort ?? [])
        {
            ulong rights = Rights(rule.AllowedAccess, LandlockRights.OfNetwork, "netPort.allowedAccess") & network;
            foreach (uint port in rights == 0 ? [] : rule.Ports ?? [])
            {
                if (port > ushort.MaxValue)
                {
                    throw new InvalidSpecException($"landlock: {port} is no port");
                }
                program.Step($"allow port {port} by Landlock");
                program.AllowPort(ruleset, port, rights);
            }
        }
    }

    /// <summary>Puts the rules into force.</summary>
    internal void Apply(SyscallProgramBuilder program)
    {
        if (!IsEmpty)
        {
            program.Step("restrict this process by Landlock");
            program.RestrictSelf(ruleset);
        }
    }

    private static Landlock? Annotated(RuntimeSpec container)
    {
        if (container.Annotations?.GetValueOrDefault(Annotation) is not { } json)
        {
            return null;
        }
        try
        {
            return Landlock.Parse(Encoding.UTF8.GetBytes(json));
        }
        catch (FormatException e)
        {
            throw new InvalidSpecException($"annotation {Annotation}: {e.Message}");
        }
    }

    private ulong Rights(IReadOnlyList<string>? names, Func<string, (ulong Bit, int Abi)?> find, string member)
    {
        ulong rights = 0;
        foreach (string name in names ?? [])
        {
            (ulong bit, int since) = find(name) ?? throw new InvalidSpecException($"landlock: {member} has no right \"{name}\"");
            if (since <= abi)
            {
                rights |= bit;
                continue;
            }
            string text =
                $"landlock: this kernel does not know the right \"{name}\" (it needs version {since} of the interface and has {abi})";
            if (rules.DisableBestEffort)
            {
                throw new InvalidSpecException(text);
            }
            if (!warnings.Contains(text))
            {
                warnings.Add(text);
            }
        }
        return rights;
    }
}
