using Conex.Linux.Files;

namespace Conex.Runtime.Checkpoints;

/// <summary>Makes the directories that criu works in.</summary>
internal static class CriuDirectories
{
    /// <summary>Group root is who restores into a user namespace (<see cref="RestoreImages"/>).</summary>
    private const UnixFileMode Roots =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    /// <summary>Images hold the memory of processes: directories that are made here are root's and its group's alone.</summary>
    /// <exception cref="Conex.Runtime.Errors.CheckpointException">The directory of earlier images is none.</exception>
    internal static void Make(CriuOptions options)
    {
        Directory.CreateDirectory(options.ImagePath, Roots);
        if (options.WorkPath is { } work)
        {
            Directory.CreateDirectory(work, Roots);
        }
        if (options.ParentPath is { } parent)
        {
            // criu takes it relative to the images, and says little when nothing is there.
            if (parent.StartsWith('/'))
            {
                throw new Errors.CheckpointException("--parent-path must be relative, it counts from --image-path");
            }
            if (PathAt.Status($"{options.ImagePath}/{parent}") is not { IsDirectory: true })
            {
                throw new Errors.CheckpointException($"invalid --parent-path: {options.ImagePath}/{parent} is no directory");
            }
        }
    }
}
