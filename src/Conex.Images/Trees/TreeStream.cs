using Conex.Images.Archives;
using Conex.Images.Compression;
using Conex.Images.Tar;
using Conex.Linux.Files;

namespace Conex.Images.Trees;

/// <summary>Trees and streams that only know asynchronous reads and writes.</summary>
public static class TreeStream
{
    /// <summary>Writes a whole tar on a thread of its own.</summary>
    /// <param name="add">Adds the entries.</param>
    /// <param name="skips">As <see cref="TreeArchive"/> takes it.</param>
    /// <param name="enters">As <see cref="TreeArchive"/> takes it.</param>
    /// <exception cref="Linux.Errors.KernelException">Something cannot be read.</exception>
    public static Task WriteAsync(
        Stream target,
        TreeForm form,
        Action<TreeArchive> add,
        CancellationToken cancellationToken,
        Func<string, bool>? skips = null,
        Func<DirectoryHandle, bool>? enters = null
    ) =>
        BlockingWork.RunAsync(() =>
        {
            var sink = new AsyncSink(target, cancellationToken);
            var tar = new TarWriter(sink);
            using var archive = new TreeArchive(tar, form, skips, enters);
            add(archive);
            tar.Finish();
            sink.Flush();
            return true;
        });

    /// <summary>Writes a whole tar, perhaps a compressed one, over a tree, on a thread of its own.</summary>
    /// <inheritdoc cref="TreeExtractor.Extract"/>
    /// <exception cref="CompressionException">The data is damaged, cut off or a bomb.</exception>
    public static Task ReadAsync(
        Stream source,
        DirectoryHandle root,
        byte[] place,
        ExtractionRules rules,
        CancellationToken cancellationToken
    ) =>
        BlockingWork.RunAsync(() =>
        {
            var reader = new TarReader(Decompression.Open(new AsyncSource(source, cancellationToken)));
            TreeExtractor.Extract(reader, root, place, rules, cancellationToken);
            // What follows the archive is read too: a client that still sends would take an early answer for a broken connection.
            reader.Drain();
            return true;
        });
}
