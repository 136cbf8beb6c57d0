using System.Runtime.InteropServices;
using Conex.Linux.Raw;

namespace Conex.Linux.Texts;

/// <summary>A POSIX extended regular expression (regex(7)), by the C library: .NET's would make the static programs a third larger.</summary>
public sealed unsafe class ExtendedRegex : IDisposable
{
    /// <summary>regex_t has 64 bytes in glibc on x86-64.</summary>
    private const int Size = 64;

    private readonly void* regex;

    /// <exception cref="FormatException">The pattern is no regular expression.</exception>
    public ExtendedRegex(string pattern)
    {
        regex = NativeMemory.AllocZeroed(Size);
        if (Libc.regcomp(regex, pattern, Libc.REG_EXTENDED | Libc.REG_NOSUB) != 0)
        {
            NativeMemory.Free(regex);
            throw new FormatException($"\"{pattern}\" is no regular expression");
        }
    }

    /// <summary>Whether the pattern occurs in a text.</summary>
    public bool Matches(string text) => Libc.regexec(regex, text, 0, null, 0) == 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        Libc.regfree(regex);
        NativeMemory.Free(regex);
    }
}
