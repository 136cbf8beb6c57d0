using Conex.DockerApi.Contracts;
using Conex.Engine.RootFilesystems;
using Conex.Linux.Files;

namespace Conex.Api.Translation;

/// <summary>What is at a path of a container, in Docker's words.</summary>
internal static class PathAnswers
{
    private const uint SetUser = 0x800;
    private const uint SetGroup = 0x400;
    private const uint Sticky = 0x200;

    internal static ContainerPathStat From(PathStatus path)
    {
        FileStatus status = path.Status;
        return new ContainerPathStat
        {
            Name = path.Name,
            Size = (long)status.Size,
            Mode = GoMode(status),
            ModifiedAt = Time(status),
            LinkTarget = path.LinkTarget,
        };
    }

    /// <summary>Go's io/fs.FileMode of a kernel's mode.</summary>
    private static uint GoMode(FileStatus status)
    {
        uint type = status.Kind switch
        {
            FileKind.Directory => ContainerPathStat.ModeDirectory,
            FileKind.SymbolicLink => ContainerPathStat.ModeSymbolicLink,
            FileKind.BlockDevice => ContainerPathStat.ModeDevice,
            FileKind.CharacterDevice => ContainerPathStat.ModeDevice | ContainerPathStat.ModeCharacterDevice,
            FileKind.Fifo => ContainerPathStat.ModeFifo,
            FileKind.Socket => ContainerPathStat.ModeSocket,
            _ => 0,
        };
        return type
            | (status.Mode & 0x1FF)
            | ((status.Mode & SetUser) != 0 ? ContainerPathStat.ModeSetUser : 0)
            | ((status.Mode & SetGroup) != 0 ? ContainerPathStat.ModeSetGroup : 0)
            | ((status.Mode & Sticky) != 0 ? ContainerPathStat.ModeSticky : 0);
    }

    /// <summary>A file may have any time; what RFC 3339 cannot say becomes the nearest that it can.</summary>
    private static string Time(FileStatus status)
    {
        const long first = -62_135_596_800; // 0001-01-01
        const long last = 253_402_300_799; // 9999-12-31
        long seconds = Math.Clamp(status.ModifiedSeconds, first, last);
        string fraction = $".{status.ModifiedNanoseconds:D9}".TrimEnd('0').TrimEnd('.');
        return $"{DateTimeOffset.FromUnixTimeSeconds(seconds):yyyy-MM-ddTHH:mm:ss}{fraction}Z";
    }
}
