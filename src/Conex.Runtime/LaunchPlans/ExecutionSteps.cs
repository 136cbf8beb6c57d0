using Conex.Linux.Errors;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>The working directory, the look-up of the program and execve(2).</summary>
internal static class ExecutionSteps
{
    internal const int NotFound = 127;
    private const int NotExecutable = 126;

    /// <summary>Enters the working directory, making it when it is missing as runc does. Where only the payload's user may enter it, it is
    /// tried again after the change of user.</summary>
    /// <returns>The result of the first try.</returns>
    internal static Register EnterDirectory(SyscallProgramBuilder program, Process process)
    {
        string cwd = process.Cwd;
        if (!cwd.StartsWith('/'))
        {
            throw new InvalidSpecException($"process.cwd \"{cwd}\" is not absolute");
        }
        if (cwd == "/")
        {
            // Where a process is after pivot_root(2) and setns(2).
            return program.Register();
        }
        program.Step($"enter the working directory {cwd}");
        Register entered = program.ChangeDirectory(cwd, CallRules.Allow(Errno.ENOENT, Errno.EACCES));
        using (program.When(Guard.FailedWith(entered, Errno.ENOENT)))
        {
            string[] components = ContainerPath.Components(ContainerPath.Normalize(cwd));
            for (int i = 1; i <= components.Length; i++)
            {
                program.MakeDirectory(FileCalls.WorkingDirectory, $"/{string.Join('/', components, 0, i)}", 0x1ED);
            }
            program.ChangeDirectory(cwd);
        }
        return entered;
    }

    /// <summary>Enters the working directory as the payload's user where root may not.</summary>
    internal static void EnterDirectoryAsUser(SyscallProgramBuilder program, Process process, Register entered)
    {
        program.Step($"enter the working directory {process.Cwd} as the user");
        using (program.When(Guard.FailedWith(entered, Errno.EACCES)))
        {
            program.ChangeDirectory(process.Cwd);
        }
    }

    /// <summary>Looks for the program before anything waits, so that a missing one is an error of create.</summary>
    /// <returns>The places it may be at and the registers that say whether it is.</returns>
    internal static (string Path, Register Found)[] Find(SyscallProgramBuilder program, Process process, string name)
    {
        program.Step($"find \"{name}\"");
        string[] places = Places(name, process.Env ?? []);
        var found = new (string Path, Register Found)[places.Length];
        for (int i = 0; i < places.Length; i++)
        {
            Register result = program.Register();
            found[i] = (places[i], result);
            if (i == 0)
            {
                program.TryAccess(result, places[i]);
                continue;
            }
            // Only where the place before had nothing: a register that no call wrote holds 0, which stops the chain.
            using (program.When(Guard.Failed(found[i - 1].Found)))
            {
                program.TryAccess(result, places[i]);
            }
        }
        Register last = found[^1].Found;
        using (program.When(Guard.FailedWith(last, Errno.EACCES)))
        {
            program.Fail(Errno.EACCES, NotExecutable);
        }
        if (name.Contains('/'))
        {
            using (program.When(Guard.FailedWith(last, Errno.ENOTDIR)))
            {
                program.Fail(Errno.ENOTDIR, NotFound);
            }
        }
        using (program.When(Guard.Failed(last)))
        {
            program.Fail(Errno.ENOENT, NotFound);
        }
        return found;
    }

    internal static void Execute(SyscallProgramBuilder program, Process process, (string Path, Register Found)[] places)
    {
        program.Step($"execute \"{process.Args![0]}\"");
        program.UnblockSignals();
        Datum arguments = program.Texts(process.Args);
        Datum environment = program.Texts(process.Env ?? []);
        if (places is [(string only, _)])
        {
            ExecuteFile(program, only, arguments, environment);
            return;
        }
        foreach ((string path, Register found) in places)
        {
            using (program.When(Guard.Succeeded(found)))
            {
                program.Execute(path, arguments, environment, new CallRules { ExitCode = NotExecutable });
            }
        }
    }

    /// <summary>Executes the one file that it can be. execve(2) says EACCES of a directory: callers are told what it is.</summary>
    private static void ExecuteFile(SyscallProgramBuilder program, string path, Datum arguments, Datum environment)
    {
        Register executed = program.Register();
        program.Execute(
            path,
            arguments,
            environment,
            new CallRules { Allowed = new[] { Errno.EACCES }, ExitCode = NotExecutable },
            executed
        );
        Register directory = program.Open(
            FileCalls.WorkingDirectory,
            path,
            Linux.Files.OpenMode.Path | Linux.Files.OpenMode.Directory,
            Linux.Files.ResolveRules.None,
            new CallRules { AllowAll = true }
        );
        using (program.When(Guard.Succeeded(directory)))
        {
            program.Fail(Errno.EISDIR, NotExecutable);
        }
        program.Fail(Errno.EACCES, NotExecutable);
    }

    private static string[] Places(string name, IReadOnlyList<string> environment)
    {
        if (name.Contains('/'))
        {
            return [name];
        }
        const string prefix = "PATH=";
        string path = "";
        foreach (string variable in environment)
        {
            if (variable.StartsWith(prefix, StringComparison.Ordinal))
            {
                path = variable[prefix.Length..];
            }
        }
        string[] directories = path.Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (directories.Length == 0)
        {
            throw new LaunchException($"exec: \"{name}\": executable file not found in $PATH", NotFound);
        }
        string[] places = new string[directories.Length];
        for (int i = 0; i < directories.Length; i++)
        {
            places[i] = $"{directories[i]}/{name}";
        }
        return places;
    }
}
