using System.Buffers.Binary;
using System.Text;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>Writes ELF programs of a few hundred bytes that make given system calls and nothing else: no shell or C library stands between a
/// test and the kernel. The exit code is the errno of the last call, or 0.</summary>
internal static class ProbeProgram
{
    private const ulong Base = 0x400000;
    private const int Header64 = 64 + 56;
    private const int Header32 = 52 + 32;

    /// <summary>An argument: a number, or the address of bytes; a text's end with a zero.</summary>
    internal readonly record struct Argument(long Number, byte[]? Data)
    {
        public static implicit operator Argument(long number) => new(number, null);

        public static implicit operator Argument(byte[] data) => new(0, data);

        public static implicit operator Argument(string text) => new(0, [.. Encoding.UTF8.GetBytes(text), 0]);
    }

    /// <summary>One system call by its number of the program's architecture.</summary>
    internal sealed record Call(long Number, params Argument[] Arguments);

    /// <summary>A program for x86-64.</summary>
    internal static byte[] X64(params Call[] calls)
    {
        // mov rdi/rsi/rdx/r10/r8/r9, imm64
        ReadOnlySpan<ushort> registers = [0xBF48, 0xBE48, 0xBA48, 0xBA49, 0xB849, 0xB949];
        int codeSize = calls.Sum(c => 10 + (10 * c.Arguments.Length) + 2) + 19;
        var code = new List<byte>();
        var data = new List<byte>();
        foreach (Call call in calls)
        {
            code.AddRange([0x48, 0xB8, .. Bytes(call.Number)]); // mov rax, number
            for (int i = 0; i < call.Arguments.Length; i++)
            {
                code.AddRange([
                    (byte)registers[i],
                    (byte)(registers[i] >> 8),
                    .. Bytes(Value(call.Arguments[i], Header64 + codeSize, data)),
                ]);
            }
            code.AddRange([0x0F, 0x05]); // syscall
        }
        code.AddRange([
            .. (byte[])[0x31, 0xFF], // xor edi, edi
            .. (byte[])[0x48, 0x85, 0xC0], // test rax, rax
            .. (byte[])[0x79, 0x05], // jns over the next two
            .. (byte[])[0xF7, 0xD8, 0x89, 0xC7, 0x90], // neg eax; mov edi, eax
            .. (byte[])[0xB8, 60, 0, 0, 0], // mov eax, exit
            .. (byte[])[0x0F, 0x05],
        ]);
        byte[] file = new byte[Header64 + code.Count + data.Count];
        WriteIdentity(file, elfClass: 2, machine: 62);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(24), Base + Header64);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(32), 64); // program headers
        WriteHalves(file.AsSpan(52), 64, 56, 1, 64);
        Span<byte> segment = file.AsSpan(64);
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 1); // PT_LOAD
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], 7); // readable, writable, executable
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[48..], 0x1000);
        code.CopyTo(file, Header64);
        data.CopyTo(file, Header64 + code.Count);
        return file;
    }

    /// <summary>A program for i386.</summary>
    internal static byte[] I386(params Call[] calls)
    {
        ReadOnlySpan<byte> registers = [0xBB, 0xB9, 0xBA, 0xBE, 0xBF]; // mov ebx/ecx/edx/esi/edi, imm32
        int codeSize = calls.Sum(c => 5 + (5 * c.Arguments.Length) + 2) + 17;
        var code = new List<byte>();
        var data = new List<byte>();
        foreach (Call call in calls)
        {
            code.AddRange([0xB8, .. Bytes((int)call.Number)]); // mov eax, number
            for (int i = 0; i < call.Arguments.Length; i++)
            {
                code.AddRange([registers[i], .. Bytes((int)Value(call.Arguments[i], Header32 + codeSize, data))]);
            }
            code.AddRange([0xCD, 0x80]); // int 0x80
        }
        code.AddRange([
            .. (byte[])[0x31, 0xDB], // xor ebx, ebx
            .. (byte[])[0x85, 0xC0], // test eax, eax
            .. (byte[])[0x79, 0x04], // jns over the next two
            .. (byte[])[0xF7, 0xD8, 0x89, 0xC3], // neg eax; mov ebx, eax
            .. (byte[])[0xB8, 1, 0, 0, 0], // mov eax, exit
            .. (byte[])[0xCD, 0x80],
        ]);
        byte[] file = new byte[Header32 + code.Count + data.Count];
        WriteIdentity(file, elfClass: 1, machine: 3);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(24), (uint)Base + Header32);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(28), 52);
        WriteHalves(file.AsSpan(40), 52, 32, 1, 40);
        Span<byte> segment = file.AsSpan(52);
        uint[] words = [1, 0, (uint)Base, (uint)Base, (uint)file.Length, (uint)file.Length, 7, 0x1000];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(segment[(4 * i)..], words[i]);
        }
        code.CopyTo(file, Header32);
        data.CopyTo(file, Header32 + code.Count);
        return file;
    }

    private static long Value(Argument argument, int dataOffset, List<byte> data)
    {
        if (argument.Data is not { } bytes)
        {
            return argument.Number;
        }
        long address = (long)Base + dataOffset + data.Count;
        data.AddRange(bytes);
        return address;
    }

    private static void WriteIdentity(byte[] file, byte elfClass, ushort machine)
    {
        ((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F', elfClass, 1, 1]).CopyTo(file);
        WriteHalves(file.AsSpan(16), 2, machine); // ET_EXEC
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(20), 1);
    }

    private static void WriteHalves(Span<byte> at, params ReadOnlySpan<ushort> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(at[(2 * i)..], values[i]);
        }
    }

    private static byte[] Bytes(long value) => BitConverter.GetBytes(value);

    private static byte[] Bytes(int value) => BitConverter.GetBytes(value);
}
