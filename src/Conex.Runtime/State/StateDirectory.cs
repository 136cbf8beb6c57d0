using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Oci.Json;
using Conex.Runtime.Errors;
using Conex.Runtime.Notifications;

namespace Conex.Runtime.State;

/// <summary>The directory of one container below the runtime's root: <c>state.json</c>, a copy of <c>config.json</c>, and until the
/// start <c>start.sock</c>.</summary>
public sealed class StateDirectory
{
    private const string RecordName = "state.json";
    private const string ConfigName = "config.json";
    private const string MountsName = "mounts.json";
    private const string MountsLockName = "mounts.lock";
    private const string SocketName = "start.sock";
    private const string NotifyName = "notify";
    private const string RestoreRootName = "criu-root";
    private readonly string path;

    private StateDirectory(string path) => this.path = path;

    /// <summary>Where a created container waits for its start.</summary>
    public string StartSocket => $"{path}/{SocketName}";

    /// <summary>Where the compiled system call filters of this root's containers are kept: no ID has this character.</summary>
    public string FilterCache => $"{path.AsSpan(0, path.LastIndexOf('/'))}/@seccomp";

    /// <summary>Where the payload of a container with a readiness proxy says that it is ready; null without.</summary>
    public string? NotifySocket => PathAt.Status($"{path}/{NotifyName}") is null ? null : NotifySocketPath;

    private string NotifySocketPath => $"{path}/{NotifyName}/{NotifyProxy.SocketName}";

    /// <summary>Whether the container waits for its start.</summary>
    public bool IsWaiting => PathAt.Status(StartSocket) is not null;

    /// <summary>Makes the directory of a new container.</summary>
    /// <param name="stickyRoot">Whether a root that is made now has the sticky bit.</param>
    /// <exception cref="ContainerStateException">The ID is invalid or taken.</exception>
    /// <exception cref="KernelException">The root cannot be written.</exception>
    public static StateDirectory Create(string root, string id, bool stickyRoot = false)
    {
        CheckId(id);
        if (!TryMake($"{root}/{id}", stickyRoot))
        {
            throw new ContainerStateException("container with given ID already exists");
        }
        return new StateDirectory($"{root}/{id}");
    }

    /// <summary>The directory of a container.</summary>
    /// <exception cref="ContainerStateException">There is none.</exception>
    public static StateDirectory Open(string root, string id) =>
        TryOpen(root, id) ?? throw new ContainerStateException("container does not exist");

    /// <summary>The directory of a container, or null when there is none.</summary>
    /// <exception cref="ContainerStateException">The ID is invalid.</exception>
    public static StateDirectory? TryOpen(string root, string id)
    {
        CheckId(id);
        return PathAt.Status($"{root}/{id}") is { IsDirectory: true } ? new StateDirectory($"{root}/{id}") : null;
    }

    /// <summary>Whether a text may name a container: letters, digits, <c>_ + - .</c>, not <c>.</c> or <c>..</c>.</summary>
    public static bool IsValidId(string id)
    {
        foreach (char c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '+' or '-' or '.'))
            {
                return false;
            }
        }
        return id.Length is > 0 and <= 1024 && id is not ("." or "..");
    }

    /// <summary>The record, or null when creation was cut before it was written.</summary>
    /// <exception cref="FormatException">The record is damaged.</exception>
    public ContainerRecord? ReadRecord()
    {
        using FileHandle? file = PathAt.TryOpen(PathAt.Current, $"{path}/{RecordName}", OpenMode.Read, out _);
        byte[] text = file is null ? [] : FileIo.ReadToEnd(file, RecordName, 16 << 20);
        return text.Length == 0 ? null : ContainerRecord.Parse(text);
    }

    /// <summary>Writes the first record, in one piece into a new file: whoever reads meanwhile finds all of it or none.</summary>
    /// <exception cref="KernelException">The directory cannot be written, or has a record.</exception>
    public void CreateRecord(ContainerRecord record) => Create(RecordName, record.ToUtf8Json());

    /// <exception cref="KernelException">The directory cannot be written.</exception>
    public void WriteRecord(ContainerRecord record) => AtomicFile.Write($"{path}/{RecordName}", record.ToUtf8Json());

    /// <summary>The configuration as it was at create: later changes of the bundle have no effect.</summary>
    /// <exception cref="KernelException">There is none.</exception>
    public byte[] ReadConfig() => FileIo.ReadAll($"{path}/{ConfigName}");

    /// <exception cref="KernelException">The directory cannot be written.</exception>
    public void WriteConfig(ReadOnlySpan<byte> config)
    {
        // Nobody reads it before the record names a process.
        Create(ConfigName, config);
    }

    /// <summary>Waits until nobody else adds mounts to the container or removes some.</summary>
    /// <exception cref="KernelException">The directory cannot be written, or is gone.</exception>
    public FileLock LockMounts() => FileLock.Take($"{path}/{MountsLockName}", wait: true)!;

    /// <summary>What was added to the container's mounts, in that order.</summary>
    /// <exception cref="FormatException">The list is damaged.</exception>
    public IReadOnlyList<AddedMount> ReadMounts()
    {
        using FileHandle? file = PathAt.TryOpen(PathAt.Current, $"{path}/{MountsName}", OpenMode.Read, out _);
        return file is null ? [] : JsonReader.DocumentList<AddedMount>(FileIo.ReadToEnd(file, MountsName, 16 << 20));
    }

    /// <exception cref="KernelException">The directory cannot be written.</exception>
    public void WriteMounts(IReadOnlyList<AddedMount> mounts) => AtomicFile.Write($"{path}/{MountsName}", JsonWriter.Document(mounts));

    /// <summary>Makes the directory that a container with a readiness proxy sees.</summary>
    /// <exception cref="KernelException">The directory cannot be written.</exception>
    public string MakeNotifyDirectory()
    {
        string directory = $"{path}/{NotifyName}";
        // For payloads of any user.
        uint before = CurrentProcess.SetUmask(0);
        _ = PathAt.TryMakeDirectory(PathAt.Current, directory, 0x1ED);
        _ = CurrentProcess.SetUmask(before);
        return directory;
    }

    /// <summary>Makes the directory that a restore mounts the root file system on.</summary>
    /// <exception cref="KernelException">The directory cannot be written.</exception>
    public string MakeRestoreRoot()
    {
        string directory = $"{path}/{RestoreRootName}";
        _ = PathAt.TryMakeDirectory(PathAt.Current, directory, 0x1C0);
        return directory;
    }

    /// <summary>Removes the directory with all that the runtime keeps in it.</summary>
    /// <exception cref="KernelException">Something else is in it.</exception>
    public void Remove()
    {
        using DirectoryHandle? directory = PathAt.TryOpenDirectory(path);
        if (directory is null)
        {
            return;
        }
        PathAt.Unlink(directory, SocketName);
        PathAt.Unlink(directory, ConfigName);
        PathAt.Unlink(directory, RecordName);
        try
        {
            PathAt.RemoveDirectory(PathAt.Current, path);
        }
        catch (KernelException e) when (e.Error == Errno.ENOTEMPTY)
        {
            // What few containers have, or a killed writer left.
            foreach (string name in (string[])[$".{RecordName}.tmp", $".{MountsName}.tmp", MountsName, MountsLockName])
            {
                PathAt.Unlink(directory, name);
            }
            PathAt.Unlink(PathAt.Current, NotifySocketPath);
            PathAt.RemoveDirectory(directory, NotifyName);
            PathAt.RemoveDirectory(directory, RestoreRootName);
            PathAt.RemoveDirectory(PathAt.Current, path);
        }
    }

    private static bool TryMake(string directory, bool stickyRoot)
    {
        try
        {
            return PathAt.TryMakeDirectory(PathAt.Current, directory, 0x1C0);
        }
        catch (KernelException e) when (e.Error == Errno.ENOENT)
        {
            const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            string root = Path.GetDirectoryName(directory)!;
            Directory.CreateDirectory(root, own);
            if (stickyRoot)
            {
                // mkdir(2) takes the bit too, but .NET's does not pass it on.
                File.SetUnixFileMode(root, own | UnixFileMode.StickyBit);
            }
            return PathAt.TryMakeDirectory(PathAt.Current, directory, 0x1C0);
        }
    }

    private static void CheckId(string id)
    {
        if (!IsValidId(id))
        {
            throw new ContainerStateException($"invalid container ID format: \"{id}\" (letters, digits, _ + - . are allowed)");
        }
    }

    private void Create(string name, ReadOnlySpan<byte> content)
    {
        string file = $"{path}/{name}";
        using FileHandle made = PathAt.Open(file, OpenMode.Write | OpenMode.Create | OpenMode.Exclusive, 0x180);
        FileIo.Write(made, content, file);
    }
}
