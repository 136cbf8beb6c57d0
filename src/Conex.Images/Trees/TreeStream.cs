using Conex.Images.Archives;
using Conex.Images.Tar;

namespace Conex.Images.Trees;

/// <summary>Writes a tree to a stream that only knows asynchronous writes.</summary>
public static class TreeStream
{
    /// <summary>Writes a whole tar on a thread of its own.</summary>
    /// <param name="add">Adds the entries.</param>
    /// <param name="skips">As <see cref="TreeArchive"/> takes it.</param>
    /// <exception cref="Linux.Errors.KernelException">Something cannot be read.</exception>
    public static Task WriteAsync(
        Stream target,
        TreeForm form,
        Action<TreeArchive> add,
        CancellationToken cancellationToken,
        Func<string, bool>? skips = null
    ) =>
        BlockingWork.RunAsync(() =>
        {
            var sink = new AsyncSink(target, cancellationToken);
            var tar = new TarWriter(sink);
            add(new TreeArchive(tar, form, skips));
            tar.Finish();
            sink.Flush();
            return true;
        });
}
