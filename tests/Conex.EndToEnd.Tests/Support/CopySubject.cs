namespace Conex.EndToEnd.Tests.Support;

/// <summary>A container that is copied from and to.</summary>
internal sealed class CopySubject(EngineHouse house, string id, string state, string? image) : IDisposable
{
    internal string Id => id;

    /// <summary>Runs a script in the container, which is started or goes on where it does not run.</summary>
    internal string Shell(string script)
    {
        if (state is "running")
        {
            return house.Ask("exec", id, "sh", "-c", script);
        }
        if (state is "paused")
        {
            Runtime("resume");
            string text = house.Ask("exec", id, "sh", "-c", script);
            Runtime("pause");
            return text;
        }
        string copy = $"copy-{Guid.NewGuid():N}";
        house.Do("commit", id, copy).Succeeded();
        string output = house.Ask("run", "--rm", "--network", "none", copy, "sh", "-c", script);
        house.Do("rmi", copy).Succeeded();
        return output;
    }

    internal void Runtime(string command) =>
        house.DoOnHost($"$(dirname $CONEX)/conex-runtime --root {house.RunRoot}/runtime {command} {id}").Succeeded();

    public void Dispose()
    {
        if (state is "paused")
        {
            Runtime("resume");
        }
        house.Do("rm", "-f", id).Succeeded();
        if (image is not null)
        {
            house.Do("rmi", image).Succeeded();
        }
    }
}
