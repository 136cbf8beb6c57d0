using Conex.Linux.Files;

namespace Conex.Linux.Mounts;

/// <summary>What fsconfig(2) tells a file system before it is mounted.</summary>
/// <param name="Key">The option's name.</param>
/// <param name="Value">Its value, at most 255 bytes; null: it is a flag, or has a descriptor.</param>
/// <param name="Descriptor">A descriptor in place of a value.</param>
public readonly record struct FileSystemOption(string Key, string? Value = null, FileHandle? Descriptor = null);
