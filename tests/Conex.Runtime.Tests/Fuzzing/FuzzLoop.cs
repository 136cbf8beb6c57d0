using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;

namespace Conex.Runtime.Tests.Fuzzing;

/// <summary>Gives changed documents to a reader, the same ones in each run; CONEX_FUZZ_SECONDS makes it go on for longer.</summary>
internal static class FuzzLoop
{
    private const int Seed = 20190211;

    /// <summary>Far more than any case takes on a busy machine.</summary>
    private static readonly TimeSpan s_caseLimit = TimeSpan.FromSeconds(20);

    /// <summary>Asserts that each document is taken, or refused with an error that becomes a sentence for the user.</summary>
    internal static void Run(IReadOnlyList<byte[]> corpus, int cases, Action<byte[]> read)
    {
        TimeSpan longer = TimeSpan.FromSeconds(
            int.Parse(Environment.GetEnvironmentVariable("CONEX_FUZZ_SECONDS") ?? "0", CultureInfo.InvariantCulture)
        );
        long begin = Stopwatch.GetTimestamp();
        int current = -1;
        byte[] document = [];
        ExceptionDispatchInfo? failure = null;
        var worker = new Thread(() =>
        {
            try
            {
                for (int i = 0; i < cases || Stopwatch.GetElapsedTime(begin) < longer; i++)
                {
                    var random = new Random(Seed + i);
                    document = new Mutation(random).Apply(corpus[i % corpus.Count]);
                    Volatile.Write(ref current, i);
                    Check(document, read);
                }
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        {
            IsBackground = true,
        };
        worker.Start();
        for (int seen = -2; !worker.Join(s_caseLimit); )
        {
            int now = Volatile.Read(ref current);
            Assert.True(now != seen, $"case {now} takes longer than {s_caseLimit}: {Shown(document)}");
            seen = now;
        }
        if (failure is not null)
        {
            Assert.Fail($"case {current}: {Shown(document)}\n{failure.SourceException}");
        }
    }

    private static void Check(byte[] document, Action<byte[]> read)
    {
        try
        {
            read(document);
        }
        catch (Exception e) when (FuzzErrors.IsForTheUser(e))
        {
            FuzzErrors.AssertSentence(e);
        }
    }

    private static string Shown(byte[] document)
    {
        string file = Path.Combine(Path.GetTempPath(), "conex-fuzz.json");
        File.WriteAllBytes(file, document);
        string text = Encoding.UTF8.GetString(document);
        return $"(whole in {file}) {(text.Length < 400 ? text : text[..400] + "…")}";
    }
}
