using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Oci.Json;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;
using Conex.Runtime.Notifications;

namespace Conex.Runtime.State;

/// <summary>The directory of one container below the runtime's root: <c>state.json</c>, a copy of <c>config.json</c>, and until the
/// start <c>start.sock</c>.</summary>
/// <remarks>Who makes a container holds the lock of its directory until the record leads to all that was made: what came after a removal could be found
/// by nobody.</remarks>
public sealed class StateDirectory : IDisposable
{
    private const string RecordName = "state.json";
    private const string ConfigName = "config.json";
    private const string MountsName = "mounts.json";
    private const string MountsLockName = "mounts.lock";
    private const string SocketName = "start.sock";
    private const string NotifyName = "notify";
    private const string RestoreRootName = "criu-root";
    private readonly string path;

    /// <summary>The directory itself, whatever has its name later; null where its name is enough.</summary>
    private DirectoryHandle? directory;

    private bool locked;

    private StateDirectory(string path) => this.path = path;

    /// <summary>Whether somebody else removed it; another container may have its name.</summary>
    public bool IsLost => directory is not null && PathAt.Status(directory, "") is not { Links: > 0 };

    /// <summary>Where a created container waits for its start.</summary>
    public string StartSocket => $"{path}/{SocketName}";

    /// <summary>Where the compiled system call filters of this root's containers are kept: no ID has this character.</summary>
    public string FilterCache => $"{path.AsSpan(0, path.LastIndexOf('/'))}/@seccomp";

    /// <summary>Where the payload of a container with a readiness proxy says that it is ready; null without.</summary>
    public string? NotifySocket => PathAt.Status($"{path}/{NotifyName}") is null ? null : NotifySocketPath;

    private string NotifySocketPath => $"{path}/{NotifyName}/{NotifyProxy.SocketName}";

    /// <summary>Whether the container waits for its start.</summary>
    public bool IsWaiting => PathAt.Status(StartSocket) is not null;

    /// <summary>Makes the directory of a new container, and locks it.</summary>
    /// <param name="stickyRoot">Whether a root that is made now has the sticky bit.</param>
    /// <exception cref="ContainerStateException">The ID is invalid or taken, or the container was deleted meanwhile.</exception>
    /// <exception cref="KernelException">The root cannot be written.</exception>
    public static StateDirectory Create(string root, string id, bool stickyRoot = false)
    {
        CheckId(id);
        if (!TryMake($"{root}/{id}", stickyRoot))
        {
            throw new ContainerStateException("container with given ID already exists");
        }
        var state = new StateDirectory($"{root}/{id}");
        return state.TryLock(RuntimeContext.Deadline)
            ? state
            : throw new ContainerStateException("the container was deleted while it was created");
    }

    /// <summary>Waits until nobody makes the container any more: it is there, or its maker has given up or ended.</summary>
    /// <returns>False when it is gone.</returns>
    /// <exception cref="ContainerStateException">Its maker does not get on.</exception>
    public bool TryLock(TimeSpan patience)
    {
        directory ??= PathAt.TryOpenDirectory(path);
        if (directory is null)
        {
            return false;
        }
        locked = FileLock.TryLock(directory, patience);
        return locked
            ? !IsLost
            : throw new ContainerStateException(
                "the container is still being created, and does not get on: end the runtime that creates it first"
            );
    }

    /// <summary>Lets others go on: all that was made can be found.</summary>
    public void Unlock()
    {
        if (locked)
        {
            locked = false;
            // Not by closing it: a process of the container may have a copy.
            FileLock.Unlock(directory!);
        }
    }

    /// <summary>Lets others go on, and closes the directory.</summary>
    public void Dispose()
    {
        Unlock();
        directory?.Dispose();
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
        using DirectoryHandle? opened = directory is null ? PathAt.TryOpenDirectory(path) : null;
        if ((directory ?? opened) is not { } place)
        {
            return;
        }
        PathAt.Unlink(place, SocketName);
        PathAt.Unlink(place, ConfigName);
        PathAt.Unlink(place, RecordName);
        try
        {
            PathAt.RemoveDirectory(PathAt.Current, path);
        }
        catch (KernelException e) when (e.Error == Errno.ENOTEMPTY)
        {
            // What few containers have, or a killed writer left.
            foreach (string name in (string[])[$".{RecordName}.tmp", $".{MountsName}.tmp", MountsName, MountsLockName])
            {
                PathAt.Unlink(place, name);
            }
            PathAt.Unlink(PathAt.Current, NotifySocketPath);
            PathAt.RemoveDirectory(place, NotifyName);
            PathAt.RemoveDirectory(place, RestoreRootName);
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
