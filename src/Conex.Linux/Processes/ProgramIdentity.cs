using Conex.Linux.Files;

namespace Conex.Linux.Processes;

/// <summary>Tells two builds of a program apart by their files, without a version that somebody must remember to change.</summary>
public static class ProgramIdentity
{
    /// <summary>How every identity starts; text that starts otherwise is none.</summary>
    public const string Prefix = "exe-";

    /// <summary>The file that this process runs, also after a newer one took its place.</summary>
    public static string? OfThisProcess => Of("/proc/self/exe");

    /// <summary>The identity of the program at <paramref name="path"/>, or null when there is none.</summary>
    public static string? Of(string path) =>
        PathAt.Status(path) is { } status ? $"{Prefix}{status.Size:x}-{status.ModifiedSeconds:x}-{status.ModifiedNanoseconds:x}" : null;
}
