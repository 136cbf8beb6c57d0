using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Content;

/// <summary>The beginning of a blob: what is there can be read, what comes is written behind it. Disposing keeps it.</summary>
internal sealed class PartialBlob : IDisposable
{
    private readonly string path;
    private readonly FileHandle file;
    private readonly Action verified;

    /// <param name="verified">Called when all of it is there.</param>
    internal PartialBlob(string path, Action verified)
    {
        this.path = path;
        this.verified = verified;
        file = PathAt.Open(path, OpenMode.Write | OpenMode.Create | OpenMode.Append, 0x180);
        Length = (long)PathAt.Status(path)!.Value.Size;
    }

    /// <summary>Bytes that are there.</summary>
    internal long Length { get; private set; }

    /// <exception cref="KernelException">write(2) refused: no space.</exception>
    internal void Append(ReadOnlySpan<byte> bytes)
    {
        FileIo.Write(file, bytes, path);
        Length += bytes.Length;
    }

    /// <summary>Reads from the start.</summary>
    internal Stream OpenRead() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);

    /// <summary>Forgets what is there.</summary>
    /// <exception cref="KernelException">ftruncate(2) refused.</exception>
    internal void Clear()
    {
        if (OpenFile.SetLength(file, 0) is var error and not Errno.None)
        {
            throw new KernelException("empty", path, error);
        }
        Length = 0;
    }

    /// <summary>All of it is there and has its digest.</summary>
    internal void Finish() => verified();

    public void Dispose() => file.Dispose();
}
