using System.Diagnostics;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>An ordinary user who runs the runtime, and a house of theirs. The machine's /etc knows nothing of the user: each program runs in a
/// mount namespace of its own whose /etc has one more line in passwd, subuid and subgid.</summary>
internal sealed class OrdinaryUser : IDisposable
{
    internal const uint Id = 65_533;
    internal const uint FirstSubordinate = 1_000_000;
    internal const uint Subordinates = 65_536;

    /// <summary>The environment variable with what root does in the mount namespace before the user's program begins.</summary>
    internal const string Before = "CONEX_TEST_BEFORE";

    /// <summary>The environment variable with more options of setpriv(1).</summary>
    internal const string SetPriv = "CONEX_TEST_SETPRIV";

    private const string Name = "conex-tester";

    /// <summary>Shell commands that make root's mount namespace show an /etc in which the user is known, by a directory that $PLACE names.</summary>
    internal static string AddToEtc { get; } =
        "set -eu; mkdir -p \"$PLACE/etc\"; mount -t tmpfs tmpfs \"$PLACE/etc\"; mkdir \"$PLACE/etc/upper\" \"$PLACE/etc/work\"; "
        + "mount -t overlay -o \"lowerdir=/etc,upperdir=$PLACE/etc/upper,workdir=$PLACE/etc/work\" overlay /etc; "
        + $"echo {Name}:x:{Id}:{Id}::/:/bin/sh >>/etc/passwd; echo {Name}:x:{Id}: >>/etc/group; "
        + $"for file in subuid subgid; do echo {Name}:{FirstSubordinate}:{Subordinates} >>/etc/$file; done";

    internal OrdinaryUser()
    {
        Machine.RequireOrdinaryUserNamespaces();
        House = new RuntimeHouse();
        Product.OfMachine("newuidmap", "uidmap");
        Product.OfMachine("setpriv", "util-linux");
        // Root's, and reached by everybody, wherever the product lies.
        Runtime = $"{House.Place}/conex-runtime";
        Executable.Copy(Product.Runtime, Runtime);
        Directory.CreateDirectory(House.StateRoot);
        Directory.CreateDirectory(RuntimeDirectory);
        Chmod(RuntimeDirectory, 0x1C0);
        Chown(House.StateRoot, RuntimeDirectory);
        As = House.WriteScript(
            "as-user",
            $$"""
            export PLACE={{House.Place}} XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR-{{RuntimeDirectory}}}"
            exec unshare --mount --propagation private sh -c '
                {{AddToEtc}}
                eval "${ {{Before}}-}"
                exec setpriv --reuid {{Id}} --regid {{Id}} --clear-groups ${ {{SetPriv}}-} "$@"' sh "$@"
            """.Replace("${ ", "${", StringComparison.Ordinal)
        );
        House.Program = House.WriteScript("runtime-as-user", $"exec {As} {Runtime} \"$@\"");
    }

    internal RuntimeHouse House { get; }

    /// <summary>The runtime's file, which belongs to root.</summary>
    internal string Runtime { get; }

    /// <summary>Runs as the user what follows it.</summary>
    internal string As { get; }

    /// <summary>The user's XDG_RUNTIME_DIR.</summary>
    internal string RuntimeDirectory => $"{House.Place}/runtime";

    /// <summary>A bundle of the user's that asks for no more than the user may: root inside is the user.</summary>
    internal TestBundle NewBundle(string name = "bundle")
    {
        TestBundle bundle = House
            .NewBundle(name)
            .AddNamespace("user")
            .WithLinux(l => l with { UidMappings = [Own], GidMappings = [Own] })
            .WithoutMount("/dev/pts")
            .Mount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620");
        Chown("-R", bundle.Path);
        return bundle;
    }

    /// <summary>As <see cref="NewBundle"/>, and IDs from 1 on are the user's subordinate ones.</summary>
    internal TestBundle NewMappedBundle(string name = "bundle") =>
        NewBundle(name).WithLinux(l => l with { UidMappings = [Own, Subordinate], GidMappings = [Own, Subordinate] });

    internal static LinuxIdMapping Own { get; } = Mapping(0, Id, 1);

    internal static LinuxIdMapping Subordinate { get; } = Mapping(1, FirstSubordinate, Subordinates - 1);

    internal static LinuxIdMapping Mapping(uint inside, uint outside, uint size) =>
        new()
        {
            ContainerId = inside,
            HostId = outside,
            Size = size,
        };

    /// <summary>Runs a script as the user.</summary>
    internal CommandResult Shell(string script, Action<ProcessStartInfo>? configure = null) =>
        RunningProgram.Run(As, ["sh", "-c", script], configure);

    /// <summary>A directory of the user's.</summary>
    internal string NewDirectory(string name)
    {
        string path = $"{House.Place}/{name}";
        Directory.CreateDirectory(path);
        Chown(path);
        return path;
    }

    internal static void Chown(params string[] paths) => RunningProgram.Run("chown", [$"{Id}:{Id}", .. paths]).Succeeded();

    internal static void Chmod(string path, int mode) => File.SetUnixFileMode(path, (UnixFileMode)mode);

    public void Dispose() => House.Dispose();
}
