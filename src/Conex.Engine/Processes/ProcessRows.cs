using System.Globalization;
using System.Text;
using Conex.Engine.Users;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.Processes;

/// <summary>The columns of <c>ps -ef</c>, read from /proc (proc(5)).</summary>
internal static class ProcessRows
{
    private const long TicksASecond = 100; // USER_HZ, the same on all machines that Linux runs on today

    private static readonly string[] Titles = ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"];

    /// <param name="processes">As the host numbers them; those that are gone meanwhile are left out.</param>
    internal static ProcessTable Read(IReadOnlyList<int> processes, DateTimeOffset now)
    {
        Dictionary<uint, string> users = [];
        foreach (Account account in AccountFiles.ReadAccounts(TryRead("/etc/passwd")))
        {
            users.TryAdd(account.Uid, account.Name);
        }
        double uptime = Uptime();
        List<IReadOnlyList<string>> rows = [];
        foreach (int pid in processes.Order())
        {
            if (Row(pid, users, now, uptime) is { } row)
            {
                rows.Add(row);
            }
        }
        return new ProcessTable(Titles, rows);
    }

    private static string[]? Row(int pid, Dictionary<uint, string> users, DateTimeOffset now, double uptime)
    {
        string directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
        if (TryRead($"{directory}/stat") is not { } stat || PathAt.Status(directory) is not { } status)
        {
            return null;
        }
        // The second field is the program's name in parentheses and may hold anything: the fields after the last one are numbers.
        string text = Encoding.UTF8.GetString(stat);
        int close = text.LastIndexOf(')');
        string name = text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..close];
        string[] fields = text[(close + 2)..].Split(' ');
        long ticks = Number(fields[11]) + Number(fields[12]);
        double age = Math.Max(uptime - (Number(fields[19]) / (double)TicksASecond), 0);
        DateTimeOffset start = (now - TimeSpan.FromSeconds(age)).ToLocalTime();
        return
        [
            users.TryGetValue(status.UserId, out string? user) ? user : status.UserId.ToString(CultureInfo.InvariantCulture),
            pid.ToString(CultureInfo.InvariantCulture),
            fields[1],
            Percent(ticks, age),
            start.Date == now.ToLocalTime().Date
                ? start.ToString("HH:mm", CultureInfo.InvariantCulture)
                : start.ToString("MMMdd", CultureInfo.InvariantCulture),
            Terminal(Number(fields[4])),
            TimeSpan.FromSeconds(ticks / TicksASecond) is var used
                ? string.Create(CultureInfo.InvariantCulture, $"{(int)used.TotalHours:D2}:{used.Minutes:D2}:{used.Seconds:D2}")
                : "",
            Command($"{directory}/cmdline") ?? $"[{name}]",
        ];
    }

    private static string Percent(long ticks, double age) =>
        age < 1 ? "0" : Math.Min((long)(ticks * 100 / TicksASecond / age), 99).ToString(CultureInfo.InvariantCulture);

    // tty_nr: minor in bits 31-20 and 7-0, major in 15-8; pts are majors 136 to 143.
    private static string Terminal(long device)
    {
        long major = device >> 8 & 0xff;
        long minor = (device & 0xff) | (device >> 12 & 0xfff00);
        return major switch
        {
            0 => "?",
            4 => minor < 64 ? $"tty{minor}" : $"ttyS{minor - 64}",
            >= 136 and <= 143 => $"pts/{((major - 136) << 8) + minor}",
            _ => "?",
        };
    }

    private static string? Command(string path)
    {
        if (TryRead(path) is not { Length: > 0 } arguments)
        {
            return null;
        }
        string text = Encoding.UTF8.GetString(arguments).Replace('\0', ' ').TrimEnd();
        return text.Length > 0 ? text : null;
    }

    private static double Uptime() =>
        TryRead("/proc/uptime") is { } text
        && double.TryParse(
            Encoding.ASCII.GetString(text).Split(' ')[0],
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out double seconds
        )
            ? seconds
            : 0;

    private static long Number(string field) =>
        long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long n) ? n : 0;

    private static byte[]? TryRead(string path)
    {
        try
        {
            return FileIo.ReadAll(path, 4 << 20);
        }
        catch (KernelException e) when (e.Error is Errno.ENOENT or Errno.ESRCH or Errno.EACCES)
        {
            return null;
        }
    }
}
