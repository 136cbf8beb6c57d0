namespace Conex.EndToEnd.Tests.Support;

/// <summary>Waits for what the kernel or another process does in its own time.</summary>
internal static class Eventually
{
    private const int Interval = 10;

    /// <summary>Asks again until the answer is yes; fails with what was waited for.</summary>
    internal static void True(Func<bool> condition, string what)
    {
        if (!Becomes(condition, RunningProgram.Patience))
        {
            Assert.Fail($"waited in vain: {what}");
        }
    }

    internal static bool Becomes(Func<bool> condition, TimeSpan patience)
    {
        long deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (!condition())
        {
            if (Environment.TickCount64 > deadline)
            {
                return false;
            }
            Thread.Sleep(Interval);
        }
        return true;
    }
}
