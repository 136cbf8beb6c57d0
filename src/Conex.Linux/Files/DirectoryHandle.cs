namespace Conex.Linux.Files;

/// <summary>An open directory: the first half of a (directory, relative path) pair.</summary>
public sealed class DirectoryHandle(int descriptor) : FileHandle(descriptor);
