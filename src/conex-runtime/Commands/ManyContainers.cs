using Conex.CommandLine;
using Conex.Linux.Cgroups;
using Conex.Linux.Errors;
using Conex.Linux.Texts;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;

namespace ConexRuntime.Commands;

/// <summary>Commands that take a regular expression for many containers with <c>--regex</c>, as crun does.</summary>
internal static class ManyContainers
{
    /// <summary>Does the work for the container of that ID, or with <c>--regex</c> for every one whose ID matches. One that fails does not keep
    /// the others from their turn.</summary>
    /// <returns>The exit code.</returns>
    internal static int Each(Invocation invocation, GlobalOptions global, Action<string> work)
    {
        string name = invocation.Arguments[0];
        if (!invocation.Flag("regex"))
        {
            work(name);
            return 0;
        }
        int code = 0;
        using var regex = new ExtendedRegex(name);
        foreach (Container container in ContainerList.Read(global.Context))
        {
            string id = container.Record.Id;
            if (!regex.Matches(id))
            {
                continue;
            }
            try
            {
                work(id);
            }
            catch (Exception e) when (e is ContainerStateException or KernelException or CgroupException)
            {
                global.Report($"{id}: {e.Message}");
                code = 1;
            }
        }
        return code;
    }
}
