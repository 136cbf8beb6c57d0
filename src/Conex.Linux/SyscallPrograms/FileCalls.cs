using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.SyscallPrograms;

/// <summary>Calls on files and descriptors, as instructions.</summary>
public static class FileCalls
{
    /// <summary>AT_FDCWD.</summary>
    public const int WorkingDirectory = Libc.AT_FDCWD;

    /// <summary>openat2(2) with close-on-exec.</summary>
    public static Register Open(
        this SyscallProgramBuilder program,
        Argument directory,
        string path,
        OpenMode mode,
        ResolveRules rules,
        CallRules call = default,
        Register? into = null
    )
    {
        Datum how = program.Words((ulong)((int)mode | Libc.O_CLOEXEC), (mode & OpenMode.Create) != 0 ? 0x1A4UL : 0, (ulong)rules);
        Register result = into ?? program.Register();
        program.CallInto(result, SyscallNumber.openat2, call, directory, program.Text(path), how, 24);
        return result;
    }

    /// <summary>mkdirat(2); an existing name is no error.</summary>
    public static void MakeDirectory(this SyscallProgramBuilder program, Argument directory, string name, uint mode) =>
        program.Do(SyscallNumber.mkdirat, CallRules.Allow(Errno.EEXIST), directory, program.Text(name), mode);

    /// <summary>mknodat(2).</summary>
    public static Register MakeNode(
        this SyscallProgramBuilder program,
        Argument directory,
        string name,
        FileKind kind,
        uint mode,
        uint major,
        uint minor,
        CallRules call
    ) => program.Call(SyscallNumber.mknodat, call, directory, program.Text(name), (uint)kind | mode, DeviceNumber.Encode(major, minor));

    /// <summary>symlinkat(2); an existing name is no error.</summary>
    public static void MakeSymbolicLink(this SyscallProgramBuilder program, Argument directory, string name, string target) =>
        program.Do(SyscallNumber.symlinkat, CallRules.Allow(Errno.EEXIST), program.Text(target), directory, program.Text(name));

    /// <summary>fchownat(2) of the name itself; an empty name is the descriptor's own file. -1 leaves an ID as it is.</summary>
    public static void SetOwner(
        this SyscallProgramBuilder program,
        Argument directory,
        string name,
        long user,
        long group,
        CallRules call = default
    ) =>
        program.Do(
            SyscallNumber.fchownat,
            call,
            directory,
            program.Text(name),
            user,
            group,
            Libc.AT_SYMLINK_NOFOLLOW | (name.Length == 0 ? Libc.AT_EMPTY_PATH : 0)
        );

    /// <summary>write(2) of a whole text in one call.</summary>
    public static void Write(this SyscallProgramBuilder program, Argument file, string text, CallRules call = default)
    {
        int length = System.Text.Encoding.UTF8.GetByteCount(text);
        program.Do(SyscallNumber.write, call with { Expected = length }, file, program.Text(text), length);
    }

    /// <summary>statx(2) of a name (not followed) and a comparison: a character or block device with this number, else <paramref name="error"/>.</summary>
    public static void RequireDevice(
        this SyscallProgramBuilder program,
        Argument directory,
        string name,
        FileKind kind,
        uint major,
        uint minor,
        Errno error
    )
    {
        Datum status = program.RequireKind(directory, name, kind, error);
        // stx_rdev_major lies at 128 and stx_rdev_minor at 132.
        program.Check(status.At(128), ulong.MaxValue, major | ((ulong)minor << 32), error);
    }

    /// <summary>statx(2) of a name (not followed) and a comparison: a file of this kind, else <paramref name="error"/>.</summary>
    /// <returns>The struct statx.</returns>
    public static Datum RequireKind(this SyscallProgramBuilder program, Argument directory, string name, FileKind kind, Errno error)
    {
        Datum status = program.Cell(256);
        int flags = Libc.AT_SYMLINK_NOFOLLOW | (name.Length == 0 ? Libc.AT_EMPTY_PATH : 0);
        program.Do(SyscallNumber.statx, default, directory, program.Text(name), flags, Libc.STATX_BASIC_STATS, status);
        // stx_mode lies at 28, the upper half of the word at 24.
        program.Check(status.At(24), 0xF000UL << 32, (ulong)kind << 32, error);
        return status;
    }

    /// <summary>statx(2) of a descriptor's own file: the register takes its permission bits.</summary>
    public static Register LoadMode(this SyscallProgramBuilder program, Register file)
    {
        const int permissions = 0xFFF;
        Datum status = program.Cell(256);
        program.Do(SyscallNumber.statx, default, file, program.Text(""), Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, status);
        // stx_mode lies at 28, the upper half of the word at 24.
        return program.Call(Operation.Load, default, status.At(24), (ulong)permissions << 32, 32);
    }

    /// <summary>fchmodat(2) of a directory's own mode.</summary>
    public static void SetMode(this SyscallProgramBuilder program, Register directory, Argument mode) =>
        program.Do(SyscallNumber.fchmodat, default, directory, program.Text("."), mode);

    /// <summary>readlinkat(2) and a comparison: a symbolic link with just this target, else <paramref name="error"/>.</summary>
    public static void RequireSymbolicLink(this SyscallProgramBuilder program, Argument directory, string name, string target, Errno error)
    {
        byte[] wanted = System.Text.Encoding.UTF8.GetBytes(target);
        // Compared with the zero after it, so that a longer target shows.
        byte[] words = new byte[((wanted.Length / 8) + 1) * 8];
        wanted.CopyTo(words, 0);
        Datum found = program.Cell(words.Length);
        program.Do(SyscallNumber.readlinkat, default, directory, program.Text(name), found, wanted.Length + 1);
        for (int at = 0; at < words.Length; at += 8)
        {
            program.Check(found.At(at), ulong.MaxValue, BitConverter.ToUInt64(words, at), error);
        }
    }

    /// <summary>setxattr(2) on the working directory.</summary>
    public static void SetAttributeHere(this SyscallProgramBuilder program, string name, string value) =>
        program.Do(
            SyscallNumber.setxattr,
            default,
            program.Text("."),
            program.Text(name),
            program.Text(value),
            System.Text.Encoding.UTF8.GetByteCount(value) + 1,
            0
        );

    /// <summary>fstatfs(2) and a comparison: the file lies on this kind of file system, else <paramref name="error"/>.</summary>
    public static void RequireFileSystem(this SyscallProgramBuilder program, Argument file, long magic, Errno error)
    {
        Datum status = program.Cell(128);
        program.Do(SyscallNumber.fstatfs, default, file, status);
        program.Check(status, ulong.MaxValue, (ulong)magic, error);
    }

    /// <summary>fstatfs(2) and a comparison: the file lies on another kind of file system, else <paramref name="error"/>.</summary>
    public static void RefuseFileSystem(this SyscallProgramBuilder program, Argument file, long magic, Errno error)
    {
        Datum status = program.Cell(128);
        program.Do(SyscallNumber.fstatfs, default, file, status);
        Register same = program.Call(Operation.Check, CallRules.Allow(error), status, ulong.MaxValue, (ulong)magic, (int)error);
        using (program.When(Guard.Succeeded(same)))
        {
            program.Fail(error);
        }
    }

    /// <summary>Fails with <paramref name="error"/> unless the word at <paramref name="at"/>, masked, is <paramref name="value"/>.</summary>
    public static void Check(this SyscallProgramBuilder program, Datum at, ulong mask, ulong value, Errno error) =>
        program.Do(Operation.Check, default, at, mask, value, (int)error);

    /// <summary>Stores a register's value as 32 bits into prepared bytes.</summary>
    public static void Store(this SyscallProgramBuilder program, Datum at, Register value) =>
        program.Do(Operation.Store, default, at, value);

    /// <summary>Gives a register a constant.</summary>
    public static void Set(this SyscallProgramBuilder program, Register register, long value) =>
        program.CallInto(register, Operation.Move, new CallRules { AllowAll = true }, value);

    /// <summary>Fails with <paramref name="error"/>; stands under a guard.</summary>
    public static void Fail(this SyscallProgramBuilder program, Errno error, int exitCode = 1) =>
        program.Do(Operation.Fail, new CallRules { ExitCode = exitCode }, (int)error);

    /// <summary>dup3(2) onto a fixed number, not close-on-exec.</summary>
    public static void DuplicateOnto(this SyscallProgramBuilder program, Argument file, int number) =>
        program.Do(SyscallNumber.dup3, default, file, number, 0);

    /// <summary>close(2).</summary>
    public static void Close(this SyscallProgramBuilder program, Argument file) => program.Do(SyscallNumber.close, default, file);

    /// <summary>ioctl(2).</summary>
    public static Register Control(
        this SyscallProgramBuilder program,
        Argument file,
        ulong request,
        Argument argument,
        CallRules call = default
    ) => program.Call(SyscallNumber.ioctl, call, file, request, argument);

    /// <summary>close_range(2) with CLOSE_RANGE_CLOEXEC: what is open from <paramref name="first"/> on closes at execve(2).</summary>
    public static void CloseOnExecFrom(this SyscallProgramBuilder program, int first) =>
        program.Do(SyscallNumber.close_range, default, first, uint.MaxValue, 4);

    /// <summary>close_range(2): closes everything from <paramref name="first"/> on.</summary>
    public static void CloseFrom(this SyscallProgramBuilder program, int first) =>
        program.Do(SyscallNumber.close_range, default, first, uint.MaxValue, 0);

    /// <summary>Reads exactly one byte: the moment for which the other side makes this process wait. The end of the stream ends the program.</summary>
    public static void Await(this SyscallProgramBuilder program, Argument channel) =>
        program.Do(SyscallNumber.read, new CallRules { Expected = 1 }, channel, program.Cell(8), 1);

    /// <summary>Sends one byte; fails when the other side is gone.</summary>
    public static void Tell(this SyscallProgramBuilder program, Argument channel, byte message)
    {
        const int MSG_NOSIGNAL = 0x4000;
        program.Do(SyscallNumber.sendto, new CallRules { Expected = 1 }, channel, program.Bytes([message]), 1, MSG_NOSIGNAL);
    }

    /// <summary>Sends one byte together with the descriptor that a register holds (SCM_RIGHTS).</summary>
    public static void TellDescriptor(this SyscallProgramBuilder program, Argument channel, byte message, Register descriptor)
    {
        Datum vector = program.Words(0, 1);
        program.Point(vector, program.Bytes([message]));
        Datum header = Envelope(program, vector, descriptor);
        program.Do(SyscallNumber.sendmsg, new CallRules { Expected = 1 }, channel, header, Libc.MSG_NOSIGNAL);
    }

    /// <summary>read(2) of a whole prepared message, which <see cref="SendDescriptor"/> sends.</summary>
    /// <param name="size">More than the message has.</param>
    public static (Datum Text, Register Length) ReadMessage(this SyscallProgramBuilder program, Argument file, int size)
    {
        Datum text = program.Cell(size);
        return (text, program.Call(SyscallNumber.read, default, file, text, size));
    }

    /// <summary>sendmsg(2) of a message with one descriptor (SCM_RIGHTS).</summary>
    public static void SendDescriptor(
        this SyscallProgramBuilder program,
        Argument socket,
        (Datum Text, Register Length) message,
        Register descriptor
    )
    {
        Datum vector = program.Words(0, 0);
        program.Point(vector, message.Text);
        program.Store(vector.At(8), message.Length);
        program.Do(SyscallNumber.sendmsg, default, socket, Envelope(program, vector, descriptor), Libc.MSG_NOSIGNAL);
    }

    /// <summary>accept4(2): waits for a connection.</summary>
    public static Register Accept(this SyscallProgramBuilder program, Argument listener) =>
        program.Call(SyscallNumber.accept4, default, listener, 0, 0, Libc.SOCK_CLOEXEC);

    /// <summary>Failures are reported on this socket from here on.</summary>
    public static void ReportTo(this SyscallProgramBuilder program, Register socket) => program.Do(Operation.ReportTo, default, socket);

    /// <summary>struct msghdr with a descriptor as its control message.</summary>
    private static Datum Envelope(SyscallProgramBuilder program, Datum vector, Register descriptor)
    {
        Datum control = program.Words(20, (ulong)Libc.SCM_RIGHTS << 32 | (uint)Libc.SOL_SOCKET, 0);
        program.Store(control.At(16), descriptor);
        // struct msghdr: name, namelen, iov, iovlen, control, controllen, flags.
        Datum header = program.Words(0, 0, 0, 1, 0, 24, 0);
        program.Point(header.At(16), vector);
        program.Point(header.At(32), control);
        return header;
    }
}
