using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.LaunchPlans;

/// <summary>A pseudo terminal of the container's own devpts, and the payload's standard streams.</summary>
internal static class TerminalSteps
{
    private const long DevptsMagic = 0x1cd1;
    private const ulong TIOCSPTLCK = 0x40045431;
    private const ulong TIOCGPTPEER = 0x5441;
    private const ulong TIOCSWINSZ = 0x5414;
    private const ulong TIOCSCTTY = 0x540E;
    private const int PeerFlags = 0x80102; // O_RDWR | O_NOCTTY | O_CLOEXEC

    /// <summary>Opens the terminal, sends its master to the starter, and shows its other side as /dev/console. The peer comes from the
    /// master by ioctl: no path that the container could have changed is followed (CVE-2025-52565).</summary>
    /// <param name="directory">What the path <c>dev/pts/ptmx</c> starts from.</param>
    internal static Register Open(SyscallProgramBuilder program, Process process, Register directory, Register channel)
    {
        program.Step("open a terminal of the container's devpts");
        Register master = program.Open(
            directory,
            "dev/pts/ptmx",
            OpenMode.ReadWrite | OpenMode.NoControllingTerminal,
            ResolveRules.InRoot | ResolveRules.NoMagicLinks | ResolveRules.NoSymlinks
        );
        program.RequireFileSystem(master, DevptsMagic, Errno.ENOTTY);
        program.Control(master, TIOCSPTLCK, program.Words(0));
        Register terminal = program.Control(master, TIOCGPTPEER, PeerFlags);
        if (process.ConsoleSize is { } size)
        {
            program.Control(master, TIOCSWINSZ, program.Words((ushort)size.Height | ((ulong)(ushort)size.Width << 16)));
        }
        if (process.User.Uid != 0)
        {
            program.SetOwner(terminal, "", process.User.Uid, -1);
        }
        program.TellDescriptor(channel, LaunchPlan.Message.Terminal, master);
        return terminal;
    }

    internal static void AddConsole(PlanContext context, Register terminal)
    {
        SyscallProgramBuilder program = context.Program;
        program.Step("show the terminal as /dev/console");
        Register directory = InRoot.MountPoint(context, "/dev", isDirectory: true);
        program.MakeNode(directory, "console", FileKind.Regular, 0x180, 0, 0, CallRules.Allow(Errno.EEXIST));
        Register console = program.Open(
            directory,
            "console",
            OpenMode.Path | OpenMode.NoFollow,
            ResolveRules.Beneath | ResolveRules.NoSymlinks | ResolveRules.NoMagicLinks
        );
        Register clone = program.CloneMount(terminal, "", recursive: false);
        program.MoveMount(clone, console, "");
    }

    /// <summary>Gives pipes among the standard streams to the payload's user. A pipe of another user namespace stays as it is.</summary>
    internal static void GiveStreams(SyscallProgramBuilder program, Process process, IReadOnlyList<int> pipes)
    {
        if (process.Terminal || process.User.Uid == 0 || pipes.Count == 0)
        {
            return;
        }
        program.Step($"give the standard streams to user {process.User.Uid}");
        foreach (int pipe in pipes)
        {
            program.SetOwner(pipe, "", process.User.Uid, -1, CallRules.Allow(Errno.EPERM, Errno.EINVAL, Errno.EROFS));
        }
    }

    /// <summary>Makes the terminal, or the descriptors that the starter handed in, the standard streams.</summary>
    internal static void Attach(SyscallProgramBuilder program, Register? terminal, (Register Input, Register Output, Register Error)? stdio)
    {
        if (terminal is { } side)
        {
            program.Step("make the terminal the controlling terminal and the standard streams");
            program.Control(side, TIOCSCTTY, 0);
            program.DuplicateOnto(side, 0);
            program.DuplicateOnto(side, 1);
            program.DuplicateOnto(side, 2);
        }
        else if (stdio is { } streams)
        {
            program.Step("connect the standard streams");
            program.DuplicateOnto(streams.Input, 0);
            program.DuplicateOnto(streams.Output, 1);
            program.DuplicateOnto(streams.Error, 2);
        }
    }
}
