using System.Text;
using Conex.Images.Embedded;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;

namespace Conex.Engine.Images;

/// <summary>Keeps the image <c>hello</c> there, without hashing its program at every start of the engine.</summary>
internal static class EmbeddedHello
{
    private const int LargestProgram = 256 << 20;

    /// <param name="mark">A file that remembers of which program the image was made.</param>
    /// <returns>Why there is no such image; null when there is one.</returns>
    internal static string? Ensure(ImageService images, string program, string mark)
    {
        try
        {
            if (ProgramIdentity.Of(program) is not { } identity)
            {
                return $"the program of the image hello is missing: {program}";
            }
            byte[] current = Encoding.ASCII.GetBytes(identity);
            if (IsMarked(mark, current) && images.Store.Find(HelloImage.Reference.ToString()) is not null)
            {
                return null;
            }
            HelloImage.Ensure(images.Store, FileIo.ReadAll(program, LargestProgram), images.UsersOf);
            AtomicFile.Write(mark, current);
            return null;
        }
        catch (KernelException e)
        {
            return $"make the image hello: {e.Message}";
        }
    }

    private static bool IsMarked(string mark, ReadOnlySpan<byte> current) =>
        PathAt.Status(mark) is not null && FileIo.ReadAll(mark, 4096).AsSpan().SequenceEqual(current);
}
