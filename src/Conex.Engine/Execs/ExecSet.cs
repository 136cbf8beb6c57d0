namespace Conex.Engine.Execs;

/// <summary>The execs of one container.</summary>
internal sealed class ExecSet
{
    // An exec's monitor ends with its container; one that hangs must not keep the container for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Lock gate = new();
    private readonly List<Exec> execs = [];

    internal IReadOnlyList<string> Ids
    {
        get
        {
            lock (gate)
            {
                return [.. execs.Select(exec => exec.Id)];
            }
        }
    }

    internal void Add(Exec exec)
    {
        lock (gate)
        {
            execs.Add(exec);
        }
    }

    internal void Remove(Exec exec)
    {
        lock (gate)
        {
            execs.Remove(exec);
        }
    }

    internal IReadOnlyList<Exec> All
    {
        get
        {
            lock (gate)
            {
                return [.. execs];
            }
        }
    }

    /// <summary>Completes when all execs have ended: they end with the container.</summary>
    internal async Task EndedAsync()
    {
        try
        {
            await Task.WhenAll(All.Select(exec => exec.Settled)).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            // What is left of it goes with the run directory.
        }
    }
}
