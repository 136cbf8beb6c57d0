using System.Globalization;
using System.Text;
using System.Text.Json;
using Conex.Engine.Networks;
using Conex.Engine.Runtimes;
using Conex.Images.Layers;
using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;

namespace Conex.Engine.Containers;

/// <summary>Containers on the disk: one directory each, which counts from the moment its <c>container.json</c> is there.</summary>
internal sealed class ContainerStore(EnginePaths paths)
{
    private const uint Searchable = 0x1C9; // 0711: a container's root in a user namespace passes through
    private const uint PublicDirectory = 0x1ED; // 0755
    private const uint PublicFile = 0x1A4; // 0644
    private const uint PrivateFile = 0x180; // 0600
    private const string RemovalPrefix = ".removing-";

    internal ContainerFiles FilesOf(string id) => new(paths, id);

    /// <summary>Makes the directories of a new container, all but its record.</summary>
    internal static void MakeDirectories(ContainerFiles files)
    {
        Make(files.Directory, Searchable);
        CrashStep.At("container.create.directory-made");
        Make(files.Bundle, Searchable);
        Make($"{files.Bundle}/rootfs", Searchable);
        Make(files.Upper, PublicDirectory);
        Make(files.Work, Searchable);
        CrashStep.At("container.create.layer-made");
    }

    /// <summary>Writes the record: durable unless the container goes with its run.</summary>
    internal void WriteRecord(ContainerRecord record, ContainerFiles files, bool isNew = false)
    {
        bool durable = !record.Configuration.Host.AutoRemove;
        AtomicFile.Write(files.Record, ContainerRecordJson.Write(record), durable);
        if (durable && isNew)
        {
            using DirectoryHandle directory = PathAt.OpenDirectory(paths.Containers);
            FileIo.Sync(directory, paths.Containers);
        }
    }

    /// <summary>Writes what a start needs: the specification, how the root file system is put together, and the network's files.</summary>
    internal static void WriteStartFiles(
        ContainerRecord record,
        ContainerFiles files,
        byte[] specification,
        IReadOnlyList<LayerSource> layers,
        string strategy,
        bool hostNetwork
    )
    {
        ContainerConfiguration configuration = record.Configuration;
        WriteAssembly(layers, strategy, files);
        Write(files.Specification, specification, PrivateFile);
        Write(files.Hostname, Encoding.UTF8.GetBytes($"{configuration.Hostname}\n"), PublicFile);
        Write(files.Hosts, Encoding.UTF8.GetBytes(NetworkFiles.Hosts(configuration, configuration.Hostname, hostNetwork)), PublicFile);
        Write(files.ResolvConf, Encoding.UTF8.GetBytes(NetworkFiles.ResolvConf(configuration.Host, hostNetwork)), PublicFile);
    }

    /// <summary>Makes an empty run directory.</summary>
    internal static void MakeRunDirectory(ContainerFiles files)
    {
        RemoveRunDirectory(files);
        PathAt.MakeDirectory(PathAt.Current, files.RunDirectory, 0x1C0);
    }

    internal static void RemoveRunDirectory(ContainerFiles files) => DirectoryTree.Remove(PathAt.Current, files.RunDirectory);

    /// <summary>Removes everything of a container. The rename is the moment at which it is gone; the rest may be cut and is finished by
    /// <see cref="Load"/>.</summary>
    internal void Remove(ContainerFiles files, string id)
    {
        string doomed = $"{paths.Containers}/{RemovalPrefix}{id}";
        try
        {
            PathAt.Rename(PathAt.Current, files.Directory, PathAt.Current, doomed);
        }
        catch (KernelException e) when (e.Error == Errno.ENOENT)
        {
            // Somebody removed the directory by hand: the record goes all the same.
        }
        CrashStep.At("container.remove.renamed");
        RemoveRunDirectory(files);
        CrashStep.At("container.remove.run-directory-removed");
        DirectoryTree.Remove(PathAt.Current, doomed);
        CrashStep.At("container.remove.directory-removed");
    }

    /// <summary>Reads all records, and removes what interrupted creations and removals left.</summary>
    /// <param name="problems">Gets a sentence for each record that cannot be read.</param>
    internal IReadOnlyList<ContainerRecord> Load(ICollection<string> problems)
    {
        List<ContainerRecord> records = [];
        using DirectoryHandle containers = PathAt.OpenDirectory(paths.Containers);
        foreach (DirectoryEntry entry in DirectoryEntries.Read(containers))
        {
            string name = entry.Text;
            ContainerFiles files = FilesOf(name);
            bool isContainer = RandomId.IsOne(name);
            if (name.StartsWith(RemovalPrefix, StringComparison.Ordinal) || (isContainer && PathAt.Status(files.Record) is null))
            {
                DirectoryTree.Remove(containers, name);
                continue;
            }
            if (!isContainer)
            {
                continue;
            }
            PathAt.Unlink(PathAt.Current, $"{files.Directory}/.container.json.tmp");
            try
            {
                records.Add(ContainerRecordJson.Read(FileIo.ReadAll(files.Record)));
            }
            catch (Exception e) when (e is JsonException or KernelException)
            {
                problems.Add($"read the record of container {name}: {e.Message}");
            }
        }
        return records;
    }

    /// <summary>Whether a record can be understood.</summary>
    internal static bool CanRead(string record)
    {
        try
        {
            ContainerRecordJson.Read(FileIo.ReadAll(record));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (KernelException e)
        {
            // Removed a moment ago.
            return e.Error == Errno.ENOENT;
        }
    }

    /// <summary>The IDs of the containers that have a run directory, or that the runtime knows.</summary>
    internal IReadOnlyCollection<string> RunningIds()
    {
        using DirectoryHandle directory = PathAt.OpenDirectory(paths.RunContainers);
        using DirectoryHandle states = PathAt.OpenDirectory(paths.RuntimeState);
        return
        [
            .. DirectoryEntries
                .Read(directory)
                .Concat(DirectoryEntries.Read(states))
                .Select(entry => entry.Text)
                .Where(name => RandomId.IsOne(name))
                .Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>Whether the runtime knows a container.</summary>
    internal bool HasRuntimeState(string id) => PathAt.Status($"{paths.RuntimeState}/{id}") is not null;

    /// <summary>Makes a directory with exactly this mode, whatever umask this process has: the upper directory's is that of the container's
    /// root, and processes of other users pass through the others.</summary>
    private static void Make(string directory, uint mode)
    {
        PathAt.MakeDirectory(PathAt.Current, directory, mode);
        PathAt.SetMode(PathAt.Current, directory, mode);
    }

    private static void WriteAssembly(IReadOnlyList<LayerSource> layers, string strategy, ContainerFiles files)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("strategy", strategy);
            json.WriteStartArray("lowers");
            int descriptor = MonitorLaunch.FirstLayer;
            foreach (LayerSource layer in layers)
            {
                json.WriteStringValue(layer.Mount is null ? layer.Path : string.Create(CultureInfo.InvariantCulture, $"fd:{descriptor++}"));
            }
            if (layers.Count == 0)
            {
                // overlayfs wants at least one lower layer: an image without layers gets the empty mount point.
                json.WriteStringValue($"{files.Bundle}/rootfs");
            }
            json.WriteEndArray();
            json.WriteString("upper", files.Upper);
            json.WriteString("work", files.Work);
            json.WriteEndObject();
        }
        Write(files.Assembly, stream.ToArray(), PrivateFile);
    }

    private static void Write(string path, ReadOnlySpan<byte> bytes, uint mode)
    {
        using FileHandle file = PathAt.Open(path, OpenMode.Write | OpenMode.Create | OpenMode.Truncate, mode);
        FileIo.Write(file, bytes, path);
        if (mode == PublicFile)
        {
            OpenFile.SetMode(file, mode);
        }
    }
}
