using System.Text;
using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime.FailedStarts;

/// <summary>The program, its filter and its working directory.</summary>
internal static class ProgramFailures
{
    internal static Dictionary<string, FailedStart> All { get; } =
        new(StringComparer.Ordinal)
        {
            ["a program for another architecture"] = new(
                "execve",
                "execute \"/x\"",
                "ENOEXEC",
                "built for another architecture",
                (_, b) => b.Program("/x", ForArm).Command("/x")
            ),
            ["a script whose interpreter is missing"] = new(
                "execve",
                "execute \"/x\"",
                "ENOENT",
                "interpreter or dynamic loader that it names is missing",
                (_, b) => b.Program("/x", Text("#!/no/such\n")).Command("/x")
            ),
            ["a dynamic program without its loader"] = new(
                "execve",
                "execute \"/x\"",
                "ENOENT",
                "interpreter or dynamic loader that it names is missing",
                (_, b) => b.Program("/x", File.ReadAllBytes("/bin/sh")).Command("/x")
            ),
            ["a program that is not on PATH"] = new(
                null,
                "find \"nothing\"",
                "ENOENT",
                "executable file not found in $PATH",
                (_, b) => b.Command("nothing")
            ),
            ["a file that is not executable"] = new(
                null,
                "find \"/etc/passwd\"",
                "EACCES",
                "not marked executable",
                (_, b) => b.Command("/etc/passwd")
            ),
            ["a program on a mount with noexec"] = new(
                null,
                "find \"/tmp/x\"",
                "EACCES",
                "a mount with noexec",
                (h, b) =>
                {
                    File.SetUnixFileMode(h.WriteFile("source/x", "#!/bin/sh\n"), (UnixFileMode)0x1ED);
                    b.Mount("/tmp", "bind", $"{h.Place}/source", "bind", "noexec").Command("/tmp/x");
                }
            ),
            ["arguments that are too long"] = new(
                "execve",
                "execute \"true\"",
                "E2BIG",
                "longer than 128 KiB",
                (_, b) => b.Command("true", new string('x', 200_000))
            ),
            ["execve refused by the seccomp profile"] = new(
                "execve",
                "execute \"true\"",
                "EPERM",
                "the seccomp profile refuses execve",
                (_, b) => b.WithLinux(l => l with { Seccomp = SeccompTests.Forbid("execve") })
            ),
            ["execve killed by the seccomp profile"] = new(
                null,
                null,
                null,
                "the seccomp profile does not allow execve",
                (_, b) => b.WithLinux(l => l with { Seccomp = Killing("execve") })
            ),
            ["nothing allowed by the seccomp profile"] = new(
                null,
                null,
                null,
                "the seccomp profile does not allow execve",
                (_, b) =>
                    b.WithLinux(l =>
                        l with
                        {
                            Seccomp = new() { DefaultAction = "SCMP_ACT_ERRNO", Architectures = ["SCMP_ARCH_X86_64"] },
                        }
                    )
            ),
            ["a working directory that is missing in a read-only root"] = new(
                "*",
                "enter the working directory /no/such",
                "EROFS",
                "make it in the image",
                (_, b) => b.With(s => s with { Root = s.Root! with { Readonly = true } }).WithProcess(p => p with { Cwd = "/no/such" })
            ),
            ["a working directory that is a file"] = new(
                "chdir",
                "enter the working directory /etc/passwd",
                "ENOTDIR",
                "is a file",
                (_, b) => b.WithProcess(p => p with { Cwd = "/etc/passwd" })
            ),
            ["a working directory that the user may not enter"] = new(
                "chdir",
                "enter the working directory /closed/in as the user",
                "EACCES",
                "may not enter it",
                (_, b) => Closed(b)
            ),
        };

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A program whose header says AArch64.</summary>
    private static byte[] ForArm
    {
        get
        {
            byte[] program = ProbeProgram.X64(new ProbeProgram.Call(39));
            program[18] = 183;
            return program;
        }
    }

    private static LinuxSeccomp Killing(string call) =>
        new()
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            Architectures = ["SCMP_ARCH_X86_64"],
            Syscalls = [new LinuxSyscall { Names = [call], Action = "SCMP_ACT_KILL_PROCESS" }],
        };

    private static void Closed(TestBundle bundle)
    {
        Directory.CreateDirectory($"{bundle.Rootfs}/closed/in");
        File.SetUnixFileMode($"{bundle.Rootfs}/closed", (UnixFileMode)0x1C0);
        // Neither root without its capabilities nor the user may pass.
        bundle
            .WithUserNamespace()
            .WithProcess(p =>
                p with
                {
                    Cwd = "/closed/in",
                    User = new() { Uid = 1000 },
                }
            );
    }
}
