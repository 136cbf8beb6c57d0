using System.Buffers;
using Conex.Linux.Files;

namespace Conex.Engine.Containers;

/// <summary>IDs of containers and execs: 64 hexadecimal digits that nobody can guess.</summary>
internal static class RandomId
{
    internal const int Length = 64;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    // The kernel's own source: System.Security.Cryptography would load OpenSSL for it.
    internal static string Create()
    {
        Span<byte> bytes = stackalloc byte[Length / 2];
        using FileHandle source = PathAt.Open("/dev/urandom", OpenMode.Read);
        string id;
        do
        {
            for (int filled = 0; filled < bytes.Length; )
            {
                filled += FileIo.Read(source, bytes[filled..]);
            }
            id = Convert.ToHexStringLower(bytes);
            // The first twelve are the host name: a number alone would be read as an address.
        } while (id.AsSpan(0, 12).IndexOfAnyExceptInRange('0', '9') < 0);
        return id;
    }

    internal static bool IsOne(ReadOnlySpan<char> text) => text.Length == Length && !text.ContainsAnyExcept(Digits);
}
