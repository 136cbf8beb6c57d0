using Conex.Linux.Polling;
using Conex.Linux.Processes;

namespace Conex.Linux.Tests.Processes;

public sealed class SignalPipeTests
{
    [Fact]
    public void A_signal_arrives_as_a_byte_whichever_thread_takes_it()
    {
        using var pipe = SignalPipe.Open(Signal.SIGUSR2, Signal.SIGWINCH);
        Assert.Equal(Signal.None, pipe.Read());

        Assert.True(Signals.Send(Environment.ProcessId, Signal.SIGUSR2));
        Assert.Equal(0, Poll.Readable([pipe.Handle], 10_000));
        Assert.Equal(Signal.SIGUSR2, pipe.Read());

        Assert.True(Signals.Send(Environment.ProcessId, Signal.SIGWINCH));
        Assert.Equal(0, Poll.Readable([pipe.Handle], 10_000));
        Assert.Equal(Signal.SIGWINCH, pipe.Read());
        Assert.Equal(Signal.None, pipe.Read());
    }
}
