using System.Text;

namespace Conex.Linux.Seccomp.SyscallTables;

/// <summary>Names and numbers of the system calls, from the newest kernel headers at hand.</summary>
/// <remarks>The data is text in the program's read-only pages: no table is built at start-up, a look-up is a binary search over its lines.</remarks>
public static class SyscallTable
{
    /// <summary>The number of the call <paramref name="name"/>; false when the architecture has no such call.</summary>
    public static bool TryGetNumber(SeccompArchitecture architecture, string name, out int number)
    {
        int position = 0;
        (int x86_64, int i386) = Find(name, ref position);
        number = architecture == SeccompArchitecture.X86_64 ? x86_64 : i386;
        return number >= 0;
    }

    /// <summary>The name of a call; null when the architecture has no such number. Reads the whole table: for messages and listings.</summary>
    public static string? GetName(SeccompArchitecture architecture, long number)
    {
        ReadOnlySpan<byte> rest = SyscallTableData.Lines;
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<byte> line = rest[..rest.IndexOf((byte)'\n')];
            int nameLength = line.IndexOf((byte)' ');
            (int x86_64, int i386) = Numbers(rest[(nameLength + 1)..]);
            if (number >= 0 && (architecture == SeccompArchitecture.X86_64 ? x86_64 : i386) == number)
            {
                return Encoding.ASCII.GetString(line[..nameLength]);
            }
            rest = rest[(line.Length + 1)..];
        }
        return null;
    }

    /// <summary>The numbers that the architecture knows: first and last of each range, ascending.</summary>
    internal static ReadOnlySpan<ushort> KnownRanges(SeccompArchitecture architecture) =>
        architecture == SeccompArchitecture.X86_64 ? SyscallTableData.X86_64Ranges : SyscallTableData.I386Ranges;

    /// <summary>The number on each architecture, -1 where there is none.</summary>
    /// <param name="name">The call.</param>
    /// <param name="position">
    /// Where the last call was found, zero at first. Profiles list names in alphabetical order, so that the next one is mostly a line or two
    /// further than the last.
    /// </param>
    internal static (int X86_64, int I386) Find(ReadOnlySpan<char> name, ref int position)
    {
        const int LinesTried = 4;
        ReadOnlySpan<byte> lines = SyscallTableData.Lines;
        int start = position;
        for (int i = 0; i < LinesTried && start < lines.Length; i++)
        {
            ReadOnlySpan<byte> line = lines[start..];
            int order = Compare(name, line);
            if (order == 0)
            {
                position = start;
                return Numbers(line[(name.Length + 1)..]);
            }
            if (order < 0)
            {
                break;
            }
            start += line.IndexOf((byte)'\n') + 1;
        }
        return Search(lines, name, ref position);
    }

    private static (int X86_64, int I386) Search(ReadOnlySpan<byte> lines, ReadOnlySpan<char> name, ref int position)
    {
        int low = 0;
        int high = lines.Length;
        while (low < high)
        {
            int start = lines[low..((low + high) / 2)].LastIndexOf((byte)'\n') + 1 + low;
            ReadOnlySpan<byte> line = lines[start..];
            int order = Compare(name, line);
            if (order == 0)
            {
                position = start;
                return Numbers(line[(name.Length + 1)..]);
            }
            if (order < 0)
            {
                high = start;
            }
            else
            {
                low = start + line.IndexOf((byte)'\n') + 1;
            }
        }
        return (-1, -1);
    }

    /// <summary>Orders a name against the name at the start of a line. The space behind that one is lower than any character of a name.</summary>
    private static int Compare(ReadOnlySpan<char> name, ReadOnlySpan<byte> line)
    {
        int i = 0;
        while (i < name.Length && name[i] == line[i] && line[i] != ' ')
        {
            i++;
        }
        if (i == name.Length)
        {
            return ' ' - line[i];
        }
        return name[i] == ' ' ? 1 : name[i] - line[i];
    }

    private static (int X86_64, int I386) Numbers(ReadOnlySpan<byte> columns) => (Number(ref columns), Number(ref columns));

    /// <summary>Reads a column and passes over it; a dash stands for no number.</summary>
    private static int Number(ref ReadOnlySpan<byte> columns)
    {
        int number = columns[0] == '-' ? -1 : 0;
        int i = 0;
        for (; columns[i] is not ((byte)' ' or (byte)'\n'); i++)
        {
            number = number < 0 ? number : (number * 10) + (columns[i] - '0');
        }
        columns = columns[(i + 1)..];
        return number;
    }
}
