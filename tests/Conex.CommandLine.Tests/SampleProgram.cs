namespace Conex.CommandLine.Tests;

/// <summary>A small program with docker's shapes.</summary>
internal static class SampleProgram
{
    internal static CommandProgram Docker(Action<Invocation>? ran = null) => new(Root(ran));

    internal static CommandProgram Runc() => new(Root(null)) { Grammar = Grammar.SingleDash, OptionErrorCode = 1 };

    internal static Command Root(Action<Invocation>? ran) =>
        new()
        {
            Name = "conex",
            Description = "Runs containers",
            Usage = "[OPTIONS] COMMAND",
            ErrorUsage = "[OPTIONS] COMMAND [ARG...]",
            OptionsHeading = "Global Options",
            Options = static () =>
                new OptionTable()
                    .List("host", 'H', "list", "Engine to talk to")
                    .Flag("debug", 'D', "Say more")
                    .Text("root", "dir", "State"),
            Subcommands = () => [RunCommand(ran), Exec, Ps(ran), Images, Logs, Container(ran), Secret],
        };

    private static Command RunCommand(Action<Invocation>? ran) =>
        new()
        {
            Name = "run",
            Description = "Create and run a new container from an image",
            Usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
            Paths = ["container run", "run"],
            Section = "Common Commands",
            Arguments = ArgumentCount.AtLeast(1),
            Interspersed = false,
            Completes = CompletionSource.Images,
            Options = static () =>
                new OptionTable()
                    .Flag("detach", 'd', "Run container in background and print container ID")
                    .Flag("interactive", 'i', "Keep STDIN open even if not attached")
                    .Flag("tty", 't', "Allocate a pseudo-TTY")
                    .Flag("rm", "Automatically remove the container and its associated anonymous volumes when it exits")
                    .Flag("sig-proxy", "Proxy received signals to the process", "true")
                    .List("env", 'e', "list", "Set environment variables")
                    .List("publish", 'p', "list", "Publish a container's port(s) to the host")
                    .List("env-file", "list", "Read in a file of environment variables", completes: CompletionSource.Files)
                    .Text("hostname", 'h', "string", "Container host name")
                    .Text("pull", "string", "Pull image before running (\"always\", \"missing\", \"never\")", "\"missing\"")
                    .Text("memory", 'm', "bytes", "Memory limit", check: static text => text == "x" ? "invalid size: 'x'" : null)
                    .Integer("pids-limit", "int", "Tune container pids limit (set -1 for unlimited)")
                    .Flag("plan", "Show what would be called", hidden: true)
                    .Flag("help", "Print usage"),
            Run = invocation =>
            {
                ran?.Invoke(invocation);
                return 7;
            },
        };

    private static Command Exec =>
        new()
        {
            Name = "exec",
            Description = "Execute a command in a running container",
            Usage = "[OPTIONS] CONTAINER COMMAND [ARG...]",
            Section = "Common Commands",
            Arguments = ArgumentCount.AtLeast(2),
            Interspersed = false,
            Completes = CompletionSource.RunningContainers,
            Run = static _ => 0,
        };

    private static Command Ps(Action<Invocation>? ran) =>
        new()
        {
            Name = "ps",
            Aliases = ["ls", "list"],
            Description = "List containers",
            Usage = "[OPTIONS]",
            Paths = ["container ls", "container list", "container ps", "ps"],
            Section = "Common Commands",
            Arguments = ArgumentCount.None,
            Options = static () =>
                new OptionTable()
                    .Flag("all", 'a', "Show all containers (default shows just running)")
                    .List("filter", 'f', "filter", "Filter output based on conditions provided")
                    .Integer("last", 'n', "int", "Show n last created containers (includes all states)", "-1")
                    .Flag("quiet", 'q', "Only display container IDs"),
            Run = invocation =>
            {
                ran?.Invoke(invocation);
                return 0;
            },
        };

    private static Command Images =>
        new()
        {
            Name = "images",
            Description = "List images",
            Usage = "[OPTIONS] [REPOSITORY[:TAG]]",
            Arguments = ArgumentCount.AtMost(1),
            Run = static _ => 0,
        };

    private static Command Logs =>
        new()
        {
            Name = "logs",
            Description = "Fetch the logs of a container",
            Usage = "[OPTIONS] CONTAINER",
            Arguments = ArgumentCount.Exactly(1),
            Completes = CompletionSource.Containers,
            Run = static _ => 0,
        };

    private static Command Container(Action<Invocation>? ran) =>
        new()
        {
            Name = "container",
            Description = "Manage containers",
            Usage = "COMMAND",
            Section = "Management Commands",
            Subcommands = () => [RunCommand(ran), Ps(ran)],
        };

    private static Command Secret =>
        new()
        {
            Name = "secret",
            Description = "Not shown",
            Hidden = true,
            Run = static _ => 0,
        };
}
