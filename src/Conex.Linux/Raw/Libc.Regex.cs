using System.Runtime.InteropServices;

namespace Conex.Linux.Raw;

internal static unsafe partial class Libc
{
    internal const int REG_EXTENDED = 1;
    internal const int REG_NOSUB = 8;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int regcomp(void* regex, string pattern, int flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int regexec(void* regex, string text, nuint matches, void* match, int flags);

    [LibraryImport("libc")]
    internal static partial void regfree(void* regex);
}
