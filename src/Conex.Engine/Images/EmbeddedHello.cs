using System.Text;
using Conex.Images.Embedded;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.Images;

/// <summary>Keeps the image <c>hello</c> there, without hashing its program at every start of the engine.</summary>
internal static class EmbeddedHello
{
    /// <param name="program">Reads the program.</param>
    /// <param name="build">What tells one build of the engine, and so one program, from another.</param>
    /// <param name="mark">A file that remembers of which build the image is.</param>
    /// <returns>Why there is no such image; null when there is one.</returns>
    internal static string? Ensure(ImageService images, Func<byte[]> program, string build, string mark)
    {
        try
        {
            byte[] current = Encoding.UTF8.GetBytes(build);
            if (IsMarked(mark, current) && images.Store.Find(HelloImage.Reference.ToString()) is not null)
            {
                return null;
            }
            HelloImage.Ensure(images.Store, program(), images.UsersOf);
            AtomicFile.Write(mark, current);
            return null;
        }
        catch (Exception e) when (e is KernelException or InvalidOperationException)
        {
            return $"make the image hello: {e.Message}";
        }
    }

    private static bool IsMarked(string mark, ReadOnlySpan<byte> current) =>
        PathAt.Status(mark) is not null && FileIo.ReadAll(mark, 4096).AsSpan().SequenceEqual(current);
}
