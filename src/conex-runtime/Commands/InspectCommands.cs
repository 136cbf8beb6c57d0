using System.Globalization;
using System.Text;
using Conex.CommandLine;
using Conex.Linux.Cgroups;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;

namespace ConexRuntime.Commands;

/// <summary><c>state</c>, <c>list</c>, <c>ps</c>.</summary>
internal static class InspectCommands
{
    internal static Command State { get; } =
        new()
        {
            Name = "state",
            Description = "Print the state of a container",
            Usage = "ID",
            Arguments = ArgumentCount.Exactly(1),
            Run = invocation =>
                CommandTable.Guard(
                    invocation,
                    global =>
                    {
                        Output.Bytes(ContainerReport.State(Container.Open(global.Context, invocation.Arguments[0])));
                        Output.Text("\n");
                        return 0;
                    }
                ),
        };

    internal static Command List { get; } =
        new()
        {
            Name = "list",
            Description = "List containers",
            Usage = "[OPTIONS]",
            Arguments = ArgumentCount.None,
            Options = () => new OptionTable().Text("format", 'f', "format", "table or json", "table").Flag("quiet", 'q', "Print IDs only"),
            Run = invocation => CommandTable.Guard(invocation, global => PrintList(invocation, global)),
        };

    internal static Command Processes { get; } =
        new()
        {
            Name = "ps",
            Description = "List the processes of a container",
            Usage = "[OPTIONS] ID",
            Arguments = ArgumentCount.AtLeast(1),
            Interspersed = false,
            Options = () => new OptionTable().Text("format", 'f', "format", "table or json", "table"),
            Run = invocation => CommandTable.Guard(invocation, global => PrintProcesses(invocation, global)),
        };

    private static int PrintList(Invocation invocation, GlobalOptions global)
    {
        List<Container> containers = ContainerList.Read(global.Context);
        if (invocation.Flag("quiet"))
        {
            foreach (Container container in containers)
            {
                Output.Text($"{container.Record.Id}\n");
            }
            return 0;
        }
        if (Format(invocation) == "json")
        {
            Output.Bytes(ContainerReport.List(containers));
            return 0;
        }
        List<string[]> rows =
        [
            ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"],
        ];
        foreach (Container container in containers)
        {
            ContainerStatus status = container.Status;
            int pid = status == ContainerStatus.Stopped ? 0 : container.Record.Pid;
            rows.Add([
                container.Record.Id,
                pid.ToString(CultureInfo.InvariantCulture),
                ContainerControl.Name(status),
                container.Record.Bundle,
                container.Record.Created,
                ContainerReport.Owner(container),
            ]);
        }
        Output.Text(Table(rows));
        return 0;
    }

    private static int PrintProcesses(Invocation invocation, GlobalOptions global)
    {
        var container = Container.Open(global.Context, invocation.Arguments[0]);
        using Cgroup? cgroup = container.OpenCgroup();
        // Without a cgroup of its own, a container's first process is the only one that is known.
        List<int> processes = [.. cgroup?.Processes() ?? (container.IsAlive ? [container.Record.Pid] : [])];
        processes.Sort();
        if (Format(invocation) == "json")
        {
            Output.Text($"[{string.Join(',', processes)}]\n");
            return 0;
        }
        if (invocation.Arguments.Length > 1)
        {
            Output.Text(ProcessTable.Print(invocation.Arguments[1..], processes.ToHashSet()));
            return 0;
        }
        List<string[]> rows =
        [
            ["UID", "PID", "PPID", "CMD"],
        ];
        foreach (int pid in processes)
        {
            if (ProcessRow.Read(pid) is { } row)
            {
                rows.Add(row);
            }
        }
        Output.Text(Table(rows));
        return 0;
    }

    private static string Format(Invocation invocation) =>
        invocation.Text("format") switch
        {
            null or "table" => "table",
            "json" => "json",
            _ => throw new InvalidSpecException("invalid format option: known are table and json"),
        };

    private static string Table(List<string[]> rows)
    {
        const int gap = 3;
        int[] widths = new int[rows[0].Length];
        foreach (string[] row in rows)
        {
            for (int i = 0; i < row.Length; i++)
            {
                widths[i] = Math.Max(widths[i], row[i].Length + gap);
            }
        }
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            for (int i = 0; i < row.Length; i++)
            {
                text.Append(i == row.Length - 1 ? row[i] : row[i].PadRight(widths[i]));
            }
            text.Append('\n');
        }
        return text.ToString();
    }
}
