using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Rootfs;

namespace Conex.Runtime.Containers;

/// <summary>A bundle as it lies on disk: the configuration and how the root file system comes about.</summary>
/// <param name="Config">config.json, byte for byte.</param>
public sealed record Bundle(string Path, byte[] Config, RuntimeSpec Spec, RootfsAssembly? Rootfs)
{
    /// <exception cref="InvalidSpecException">Something is missing or wrong.</exception>
    public static Bundle Load(string path, string configFile)
    {
        string config = configFile.StartsWith('/') ? configFile : $"{path}/{configFile}";
        byte[] bytes =
            TryRead(config)
            ?? throw new InvalidSpecException($"JSON specification file {configFile} not found in {path}: make one with spec");
        byte[]? rootfs = TryRead($"{path}/rootfs.json");
        try
        {
            RuntimeSpec spec = RuntimeSpec.Parse(bytes);
            return new Bundle(path, bytes, spec, rootfs is null ? null : RootfsAssembly.Parse(rootfs));
        }
        catch (FormatException e)
        {
            throw new InvalidSpecException($"{config}: {e.Message}");
        }
    }

    /// <summary>The root file system's directory, absolute.</summary>
    /// <exception cref="InvalidSpecException">There is none.</exception>
    public string RootPath
    {
        get
        {
            string root = Spec.Root?.Path ?? throw new InvalidSpecException("config.json has no root.path");
            string path = root.StartsWith('/') ? root : $"{Path}/{root}";
            return PathAt.Status(path) switch
            {
                null => throw new InvalidSpecException($"invalid rootfs: stat {path}: no such file or directory"),
                { IsDirectory: false } => throw new InvalidSpecException($"invalid rootfs: {path} is not a directory"),
                _ => path,
            };
        }
    }

    private static byte[]? TryRead(string path)
    {
        const int limit = 16 << 20;
        using FileHandle? file = PathAt.TryOpen(PathAt.Current, path, OpenMode.Read, out Errno error);
        return file is null
            ? error is Errno.ENOENT or Errno.ENOTDIR
                ? null
                : throw new InvalidSpecException($"open {path}: {KernelException.Explain(error)}")
            : FileIo.ReadToEnd(file, path, limit);
    }
}
