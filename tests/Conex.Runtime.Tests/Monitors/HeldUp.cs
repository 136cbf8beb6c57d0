namespace Conex.Runtime.Tests.Monitors;

/// <summary>Brings back-pressure about.</summary>
internal static class HeldUp
{
    /// <summary>Sends until the monitor takes no more.</summary>
    /// <returns>How many bytes were taken.</returns>
    internal static int Send(Client client, Client control, ReadOnlySpan<byte> pattern, int limit)
    {
        int total = 0;
        for (int refusals = 0; refusals < 20; )
        {
            int n = client.TrySend(pattern[(total % pattern.Length)..]);
            total += Math.Max(n, 0);
            refusals = n < 0 ? refusals + 1 : 0;
            Assert.True(total < limit, "the monitor takes everything");
            if (n < 0)
            {
                // An answered request: the monitor has handled its events meanwhile, those of the held-up client too.
                Ask(control);
            }
        }
        return total;
    }

    /// <summary>Waits until a container that writes for ever is stopped.</summary>
    internal static void Await(RunningMonitor monitor, Client control)
    {
        long length = 0;
        for (int quiet = 0; quiet < 10; )
        {
            long before = length;
            for (int i = 0; i < 20; i++)
            {
                Ask(control);
            }
            length = new FileInfo(monitor.Log).Length;
            // The container may only have had no processor.
            quiet = length == 0 || length != before ? 0 : quiet + 1;
            Thread.Sleep(10);
        }
    }

    private static void Ask(Client control)
    {
        control.Send("nonsense\n");
        Assert.StartsWith("error ", control.ReadLine());
    }
}
