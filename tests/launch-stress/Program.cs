using System.Globalization;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Linux.Polling;
using Conex.Linux.Processes;
using Conex.Linux.Sockets;
using Conex.Linux.SyscallPrograms;

namespace LaunchStress;

/// <summary>Starts system call programs by the thousand while other threads allocate and collect garbage: a child that enters anything of
/// the .NET runtime would wait for ever. Prints what it did; ends with 1 at the first child that hangs or ends wrongly.</summary>
internal static class Program
{
    private const ulong CLONE_VM = 0x100;
    private const ulong CLONE_NEWNS = 0x20000;
    private const ulong CLONE_NEWPID = 0x20000000;

    /// <summary>Milliseconds after which a child counts as hung, however loaded the machine is.</summary>
    private const int Patience = 60_000;

    /// <summary>Allocations of 1 kB in a row, and ten times the collections. Then the thread rests, in milliseconds: three that never do
    /// leave a machine of two processors no time for the starts.</summary>
    private const int Burst = 200;
    private const int Rest = 1;

    private static volatile bool stopping;

    private static int Main(string[] arguments)
    {
        int starts = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 2000;
        Thread[] threads = [new(Allocate), new(Collect), new(Allocate)];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }
        int failed = 0;
        for (int i = 0; i < starts && failed == 0; i++)
        {
            ulong shared = (i / 4 % 2) == 0 ? 0 : CLONE_VM;
            failed += (i % 4) switch
            {
                0 => Run(Mounting(shared), expectedCode: 0, expectFailure: false),
                1 => Run(Failing(shared), expectedCode: 3, expectFailure: true),
                2 => Run(Hooked(shared), expectedCode: 0, expectFailure: false),
                _ => Run(Sibling(shared), expectedCode: 0, expectFailure: false),
            };
        }
        stopping = true;
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Console.WriteLine($"{starts} starts, {GC.CollectionCount(0)} collections, {Finalized.Count} finalized, {failed} failed");
        return failed == 0 && Finalized.Count > 0 ? 0 : 1;
    }

    private static SyscallProgram Mounting(ulong shared)
    {
        var program = new SyscallProgramBuilder();
        _ = program.Register("channel");
        program.Step("mount and execute");
        program.SetPropagation("/", Propagation.Private);
        for (int i = 0; i < 4; i++)
        {
            Register file = program.OpenFileSystem("tmpfs");
            program.Configure(file, "size", "64k");
            program.CreateSuperblock(file);
            Register mount = program.MountFileSystem(file, MountAttributes.NoSuid);
            program.MoveMount(mount, FileCalls.WorkingDirectory, "/tmp");
        }
        program.UnblockSignals();
        program.Execute("/bin/true", program.Texts(["true"]), program.Texts([]), default);
        return program.Build(CLONE_NEWNS | CLONE_NEWPID | shared);
    }

    private static SyscallProgram Failing(ulong shared)
    {
        var program = new SyscallProgramBuilder();
        _ = program.Register("channel");
        program.Step("fail");
        program.Open(FileCalls.WorkingDirectory, "/no/such/file", OpenMode.Read, ResolveRules.None, new CallRules { ExitCode = 3 });
        return program.Build(CLONE_NEWNS | shared);
    }

    private static SyscallProgram Sibling(ulong shared)
    {
        var program = new SyscallProgramBuilder();
        Register channel = program.Register("channel");
        program.Step("go on as a sibling");
        program.GoOnAsSibling(CLONE_NEWPID, channel, (byte)'P', null);
        program.UnblockSignals();
        program.Execute("/bin/true", program.Texts(["true"]), program.Texts([]), default);
        return program.Build(shared);
    }

    private static SyscallProgram Hooked(ulong shared)
    {
        var program = new SyscallProgramBuilder();
        _ = program.Register("channel");
        program.Step("run a program to its end");
        Register file = program.Open(FileCalls.WorkingDirectory, "/dev/null", OpenMode.ReadWrite, ResolveRules.None);
        program.RunToEnd(new ChildProgram("/bin/true", ["true"], [], 60, file, file, file));
        program.UnblockSignals();
        program.Execute("/bin/true", program.Texts(["true"]), program.Texts([]), default);
        return program.Build(CLONE_NEWPID | shared);
    }

    private static int Run(SyscallProgram program, int expectedCode, bool expectFailure)
    {
        (UnixSocket channel, UnixSocket remote) = UnixSocket.Pair(packets: true);
        using (channel)
        {
            StartedProgram started;
            using (remote)
            {
                started = SyscallInterpreter.Start(program, remote, [(new Register(0), remote.Descriptor)]);
            }
            PidHandle last = started.Handle;
            bool reported = false;
            byte[] message = new byte[1024];
            while (true)
            {
                if (Poll.Readable(new FileHandle?[] { channel }, Patience) < 0)
                {
                    Console.WriteLine($"process {started.Pid} hangs");
                    return 1;
                }
                int n = channel.ReceiveDescriptor(message, out _);
                if (n == 0)
                {
                    break;
                }
                if (message[0] == (byte)'P')
                {
                    last.Wait();
                    last.Dispose();
                    last =
                        PidHandle.TryOpen(BitConverter.ToInt32(message.AsSpan(4)))
                        ?? throw new KernelException("open", "sibling", Errno.ESRCH);
                }
                else
                {
                    reported |= ProgramFailure.TryParse(message.AsSpan(0, n), out ProgramFailure failure) && failure.Error == Errno.ENOENT;
                }
            }
            ExitStatus status = last.Wait();
            last.Dispose();
            started.Memory?.Dispose();
            if (status.ShellCode == expectedCode && reported == expectFailure)
            {
                return 0;
            }
            Console.WriteLine($"process {started.Pid} ended with {status.ShellCode}, reported: {reported}");
            return 1;
        }
    }

    private static void Allocate()
    {
        var kept = new List<byte[]>();
        while (!stopping)
        {
            for (int i = 0; i < Burst; i++)
            {
                kept.Add(new byte[1000]);
            }
            _ = new Finalized();
            if (kept.Count > 1000)
            {
                kept.Clear();
            }
            Thread.Sleep(Rest);
        }
    }

    private static void Collect()
    {
        while (!stopping)
        {
            for (int i = 0; i < Burst / 10; i++)
            {
                GC.Collect(0);
            }
            Thread.Sleep(Rest);
        }
    }
}
