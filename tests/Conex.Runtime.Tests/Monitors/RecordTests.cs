using System.Text;
using Conex.Runtime.Monitors;

namespace Conex.Runtime.Tests.Monitors;

public sealed class RecordTests
{
    [Theory]
    [InlineData(0, 0, "1970-01-01T00:00:00.000000000Z")]
    [InlineData(1767323045, 123456789, "2026-01-02T03:04:05.123456789Z")]
    [InlineData(951827696, 999999999, "2000-02-29T12:34:56.999999999Z")]
    public void A_time_is_written_with_all_its_nanoseconds(long seconds, int nanoseconds, string text) =>
        Assert.Equal(text, new UtcTime(seconds, nanoseconds).ToString());

    [Fact]
    public void An_exit_record_survives_the_file()
    {
        var record = new ExitRecord
        {
            Pid = 12,
            ExitCode = 137,
            Signal = 9,
            OomKilled = true,
            StartedAt = "2026-01-02T03:04:05.123456789Z",
            FinishedAt = "2026-01-02T03:04:06.123456789Z",
            Error = "a \"quoted\"\nsentence",
        };
        Assert.Equal(record, ExitRecord.Parse(record.ToUtf8Json()));
    }

    [Fact]
    public void A_record_names_its_members_as_the_engine_reads_them()
    {
        var record = new ExitRecord { ExitCode = 0, FinishedAt = "f" };
        Assert.Equal(
            """{"pid":0,"exitCode":0,"signal":0,"oomKilled":false,"finishedAt":"f"}""",
            Encoding.UTF8.GetString(record.ToUtf8Json())
        );
    }
}
