using System.Globalization;
using System.Text;

namespace Conex.Runtime.Tests.Monitors;

/// <summary>One line of a log in the CRI format, read strictly.</summary>
internal sealed record LogLine(DateTime Time, string Stream, string Tag, string Text)
{
    internal static List<LogLine> Read(string path)
    {
        string all = File.ReadAllText(path, Encoding.Latin1);
        Assert.EndsWith("\n", all);
        return [.. all[..^1].Split('\n').Select(Parse)];
    }

    /// <summary>What the container wrote, made again from its log; of one stream.</summary>
    internal static string Join(string path) => string.Concat(Read(path).Select(line => line.Tag == "F" ? $"{line.Text}\n" : line.Text));

    private static LogLine Parse(string line)
    {
        string[] parts = line.Split(' ', 4);
        Assert.Equal(4, parts.Length);
        Assert.Equal("2026-01-02T03:04:05.123456789Z".Length, parts[0].Length);
        var time = DateTime.ParseExact(
            $"{parts[0][..27]}Z",
            "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal
        );
        Assert.Contains(parts[1], (string[])["stdout", "stderr"]);
        Assert.Contains(parts[2], (string[])["F", "P"]);
        return new LogLine(time, parts[1], parts[2], parts[3]);
    }
}
