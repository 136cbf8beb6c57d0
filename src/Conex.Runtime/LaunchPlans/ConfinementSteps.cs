using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.LaunchPlans;

/// <summary>What the security modules do to the payload: AppArmor profile and SELinux label from execve(2) on, Landlock rules at once.</summary>
internal sealed class ConfinementSteps
{
    private const ResolveRules InProc = ResolveRules.Beneath | ResolveRules.NoCrossDevice | ResolveRules.NoMagicLinks;

    private readonly string? profile;
    private readonly string? label;
    private readonly LandlockSteps landlock;

    /// <summary>The host's procfs. Opened before anything of the container is in sight and checked by what it is, it cannot be a file of
    /// the image (CVE-2019-19921); what is written is the process's own, whatever PID namespace it is in.</summary>
    private Register proc;

    private ConfinementSteps(string? profile, string? label, LandlockSteps landlock)
    {
        this.profile = profile;
        this.label = label;
        this.landlock = landlock;
    }

    /// <summary>What of it the kernel cannot give and that is no error, a sentence each.</summary>
    internal IReadOnlyList<string> Warnings => landlock.Warnings;

    /// <summary>Reads what is asked for, and opens what it needs of the host. What the process itself leaves open is the container's.</summary>
    internal static ConfinementSteps Prepare(SyscallProgramBuilder program, Process process, RuntimeSpec container, LaunchOptions options)
    {
        var steps = new ConfinementSteps(
            Value(process.ApparmorProfile) ?? Value(container.Process?.ApparmorProfile),
            Value(process.SelinuxLabel) ?? Value(container.Process?.SelinuxLabel),
            LandlockSteps.Of(process, container, options.LandlockAbi)
        );
        if (steps.profile is not null || steps.label is not null)
        {
            program.Step("open the procfs that takes the process's labels");
            steps.proc = program.Open(FileCalls.WorkingDirectory, "/proc", OpenMode.Path | OpenMode.Directory, ResolveRules.None);
            program.RequireFileSystem(steps.proc, ProcPaths.Magic, Errno.ENODEV);
        }
        return steps;
    }

    /// <summary>Joins a session keyring that the payload's label may use.</summary>
    internal void JoinSessionKeyring(SyscallProgramBuilder program, string name)
    {
        if (label is null)
        {
            program.JoinSessionKeyring(name);
            return;
        }
        program.Step($"apply the SELinux label {label} to the session keyring");
        Write(program, "keycreate", label);
        program.JoinSessionKeyring(name);
        Write(program, "keycreate", "");
    }

    /// <summary>Makes the Landlock rules, while the process may still open every path.</summary>
    internal void Build(SyscallProgramBuilder program) => landlock.Build(program);

    /// <summary>Applies all of it: before the seccomp filter, which may refuse what this needs. An attribute must be opened and written with
    /// the same credentials (proc_pid_attr(5)).</summary>
    internal void Apply(SyscallProgramBuilder program)
    {
        if (profile is not null)
        {
            program.Step($"apply the AppArmor profile {profile}");
            Register file = program.Open(proc, "thread-self/attr/apparmor/exec", OpenMode.Write, InProc, CallRules.Allow(Errno.ENOENT));
            using (program.When(Guard.Failed(file)))
            {
                // Kernels before 5.8 have the common file alone.
                program.Open(proc, "thread-self/attr/exec", OpenMode.Write, InProc, into: file);
            }
            program.Write(file, $"exec {profile}");
        }
        if (label is not null)
        {
            program.Step($"apply the SELinux label {label}");
            Write(program, "exec", label);
        }
        landlock.Apply(program);
    }

    private void Write(SyscallProgramBuilder program, string attribute, string text)
    {
        Register file = program.Open(proc, $"thread-self/attr/{attribute}", OpenMode.Write, InProc);
        program.Write(file, text);
        program.Close(file);
    }

    private static string? Value(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
