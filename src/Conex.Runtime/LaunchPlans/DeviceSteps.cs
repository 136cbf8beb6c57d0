using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>The nodes and links of /dev (runtime-spec config-linux.md, "Default Devices").</summary>
internal static class DeviceSteps
{
    private static readonly LinuxDevice[] Defaults =
    [
        Character("/dev/null", 1, 3),
        Character("/dev/zero", 1, 5),
        Character("/dev/full", 1, 7),
        Character("/dev/random", 1, 8),
        Character("/dev/urandom", 1, 9),
        Character("/dev/tty", 5, 0),
    ];

    private static readonly (string Name, string Target)[] Links =
    [
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
        ("core", "/proc/kcore"),
        ("ptmx", "pts/ptmx"),
    ];

    internal static void Add(PlanContext context)
    {
        if (!context.FillsDevices)
        {
            return;
        }
        SyscallProgramBuilder program = context.Program;
        program.Step("create the default devices in /dev");
        Register directory = context.OwnTrees.At("/dev") ?? InRoot.MountPoint(context, "/dev", isDirectory: true);
        IReadOnlyList<LinuxDevice> configured = context.Linux.Devices ?? [];
        foreach (LinuxDevice device in Defaults)
        {
            if (!Contains(configured, device.Path))
            {
                Node(context, directory, device.Path["/dev/".Length..], device);
            }
        }
        foreach (LinuxDevice device in configured)
        {
            string path = ContainerPath.Normalize(device.Path);
            program.Step($"create device {path}");
            Register parent =
                path.LastIndexOf('/') == "/dev".Length && path.StartsWith("/dev/", StringComparison.Ordinal)
                    ? directory
                    : InRoot.Parent(context, path);
            Node(context, parent, path[(path.LastIndexOf('/') + 1)..], device);
        }
        program.Step("create the links in /dev");
        foreach ((string name, string target) in Links)
        {
            program.MakeSymbolicLink(directory, name, target);
        }
    }

    private static void Node(PlanContext context, Register directory, string name, LinuxDevice device)
    {
        SyscallProgramBuilder program = context.Program;
        FileKind kind = device.Type switch
        {
            "c" or "u" => FileKind.CharacterDevice,
            "b" => FileKind.BlockDevice,
            "p" => FileKind.Fifo,
            { } other => throw new InvalidSpecException($"device {device.Path}: unknown type \"{other}\", known are c, b, u and p"),
        };
        const long mostMajors = 0xFFF;
        const long mostMinors = 0xFFFFF;
        if (kind != FileKind.Fifo && (device.Major is < 0 or > mostMajors || device.Minor is < 0 or > mostMinors))
        {
            throw new InvalidSpecException($"device {device.Path}: {device.Major}:{device.Minor} is no device number");
        }
        if (context.IsInUserNamespace && kind != FileKind.Fifo)
        {
            // A user namespace may make no device nodes: the host's node is shown instead.
            program.MakeNode(directory, name, FileKind.Regular, 0x1B6, 0, 0, CallRules.Allow(Errno.EEXIST));
            Register host = program.CloneMount(FileCalls.WorkingDirectory, device.Path, recursive: false);
            program.RequireDevice(host, "", kind, (uint)device.Major, (uint)device.Minor, Errno.ENODEV);
            program.MoveMount(host, directory, name);
            return;
        }
        uint mode = device.FileMode ?? 0x1B6;
        Register made = program.MakeNode(
            directory,
            name,
            kind,
            mode & 0xFFF,
            (uint)device.Major,
            (uint)device.Minor,
            CallRules.Allow(Errno.EEXIST)
        );
        // What the image brought must be the same device.
        using (program.When(Guard.Failed(made)))
        {
            if (kind == FileKind.Fifo)
            {
                _ = program.RequireKind(directory, name, kind, Errno.EEXIST);
            }
            else
            {
                program.RequireDevice(directory, name, kind, (uint)device.Major, (uint)device.Minor, Errno.EEXIST);
            }
        }
        if ((device.Uid ?? 0) != 0 || (device.Gid ?? 0) != 0)
        {
            program.SetOwner(directory, name, device.Uid ?? 0, device.Gid ?? 0);
        }
    }

    private static bool Contains(IReadOnlyList<LinuxDevice> devices, string path)
    {
        foreach (LinuxDevice device in devices)
        {
            if (ContainerPath.Normalize(device.Path) == path)
            {
                return true;
            }
        }
        return false;
    }

    private static LinuxDevice Character(string path, long major, long minor) =>
        new()
        {
            Path = path,
            Type = "c",
            Major = major,
            Minor = minor,
            FileMode = 0x1B6,
        };
}
