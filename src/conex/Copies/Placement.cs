using Conex.Cli.Output;

namespace Conex.Cli.Copies;

/// <summary>Where a copy goes: the directory that takes the archive, and what its one top-level name becomes.</summary>
/// <param name="Directory">A directory that exists.</param>
/// <param name="Name">The copy's name in there; <c>.</c>: what is in the source goes straight into the directory.</param>
internal readonly record struct Placement(string Directory, string Name)
{
    /// <summary>Docker's rules.</summary>
    /// <param name="sourceName">The source's own name; <c>.</c> for a directory's content.</param>
    /// <param name="destination">The path as it was given, links followed.</param>
    /// <param name="isDirectory">Whether it is one; null: nothing is there.</param>
    /// <exception cref="CommandException">The source does not fit the destination.</exception>
    internal static Placement Of(string sourceName, bool isSourceDirectory, string destination, bool? isDirectory)
    {
        if (isDirectory == true)
            return new Placement(destination, sourceName);
        if (isDirectory == false && isSourceDirectory)
            throw new CommandException($"cannot copy directory: \"{destination}\" is a file");
        if (isDirectory is null && !isSourceDirectory && PathText.IsDirectory(destination))
            throw new CommandException($"no such directory: \"{destination}\"");
        var (directory, name) = PathText.Split(destination);
        return new Placement(directory, name);
    }
}
