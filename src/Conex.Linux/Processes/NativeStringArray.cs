using System.Runtime.InteropServices;
using System.Text;

namespace Conex.Linux.Processes;

/// <summary>A NULL-terminated char*[] in native memory.</summary>
internal sealed unsafe class NativeStringArray : IDisposable
{
    private readonly byte* block;

    internal NativeStringArray(IReadOnlyList<string> strings)
    {
        int pointers = (strings.Count + 1) * sizeof(byte*);
        int size = pointers;
        foreach (string s in strings)
        {
            size += Encoding.UTF8.GetByteCount(s) + 1;
        }
        block = (byte*)NativeMemory.Alloc((nuint)size);
        byte* next = block + pointers;
        byte* end = block + size;
        for (int i = 0; i < strings.Count; i++)
        {
            Pointer[i] = next;
            next += Encoding.UTF8.GetBytes(strings[i], new Span<byte>(next, (int)(end - next)));
            *next++ = 0;
        }
        Pointer[strings.Count] = null;
    }

    internal byte** Pointer => (byte**)block;

    public void Dispose() => NativeMemory.Free(block);
}
