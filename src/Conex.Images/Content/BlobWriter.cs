using System.Security.Cryptography;
using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Content;

/// <summary>Content on its way into the store: a temporary file that is hashed while it is written. Gone when disposed, unless committed.</summary>
public sealed class BlobWriter : IDisposable
{
    private readonly string path;
    private readonly FileHandle file;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool isCommitted;

    internal BlobWriter(string path)
    {
        this.path = path;
        file = PathAt.Open(path, OpenMode.Write | OpenMode.Create | OpenMode.Exclusive, 0x180);
    }

    /// <summary>Bytes written so far.</summary>
    public long Size { get; private set; }

    /// <summary>The digest of what was written so far.</summary>
    public Digest Digest => Digest.FromSha256(hash.GetCurrentHash());

    /// <exception cref="KernelException">write(2) refused: no space.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        FileIo.Write(file, bytes, path);
        hash.AppendData(bytes);
        Size += bytes.Length;
    }

    /// <summary>Reads what was written, from the start.</summary>
    public Stream OpenRead() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        file.Dispose();
        hash.Dispose();
        if (!isCommitted)
        {
            PathAt.Unlink(PathAt.Current, path);
        }
    }

    /// <summary>Gives what was written to whoever syncs it.</summary>
    internal void MoveInto(DirectoryHandle directory, string name)
    {
        PathAt.Rename(PathAt.Current, path, directory, name);
        isCommitted = true;
    }

    internal void MoveTo(string target)
    {
        FileIo.Sync(file, path);
        CrashStep.At("blob.commit.written");
        PathAt.Rename(PathAt.Current, path, PathAt.Current, target);
        isCommitted = true;
        CrashStep.At("blob.commit.renamed");
        using DirectoryHandle parent = PathAt.OpenDirectory(Path.GetDirectoryName(target)!);
        FileIo.Sync(parent, target);
    }
}
