using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What the commands tell about containers: ps, inspect, top, version, info.</summary>
public sealed class ListingTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public void Dispose() => house.RequireClean();

    [Fact]
    public void Ps_has_dockers_columns()
    {
        string id = house.RunSleeper("--name", "web");

        string[] lines = house.Do("ps").Succeeded().Lines;

        Assert.Equal(2, lines.Length);
        Assert.Equal(
            ["CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"],
            lines[0].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        );
        Assert.Matches($"^{id[..12]}   box       \"sleep 1000000\"   .* ago +Up .* +web$", lines[1]);
    }

    [Fact]
    public void Ps_shows_the_running_and_with_a_all()
    {
        string running = house.RunSleeper();
        string exited = house.RunScript("exit 3");
        house.Do("wait", exited).Succeeded();
        string created = house.Ask("create", "box");

        Assert.Equal(running[..12], house.Ask("ps", "-q"));
        Assert.Equal([created, exited, running], house.Do("ps", "-aq", "--no-trunc").Lines);
        Assert.Equal(created[..12], house.Ask("ps", "-lq"));
        Assert.Equal([created[..12], exited[..12]], house.Do("ps", "-q", "-n", "2").Lines);
        string status = house.Ask("ps", "-a", "--format", "{{.State}} {{.Status}}");
        Assert.Matches("^created Created\nexited Exited \\(3\\) .* ago\nrunning Up .*$", status);
    }

    [Fact]
    public void Ps_filters()
    {
        string web = house.RunSleeper("--name", "web-1", "-l", "tier=web");
        string data = house.RunScript("exit 3", "--name", "data-1", "-l", "tier=data");
        house.Do("wait", data).Succeeded();

        Assert.Equal(web[..12], Filtered("label=tier=web"));
        Assert.Equal(data[..12], Filtered("name=data"));
        Assert.Equal(data[..12], Filtered("status=exited"));
        Assert.Equal(data[..12], Filtered("exited=3"));
        Assert.Equal(web[..12], Filtered($"id={web[..10]}"));
        Assert.Equal(data[..12], Filtered($"since={web}"));
        Assert.Equal($"{data[..12]}\n{web[..12]}", Filtered("ancestor=box"));
        Assert.Empty(Filtered("label=tier=none"));
        house.Do("ps", "-f", "nonsense=1").FailedWith(1, "nonsense");

        string Filtered(string filter) => house.Ask("ps", "-aq", "-f", filter);
    }

    [Fact]
    public void Inspect_finds_by_name_id_and_prefix_and_formats()
    {
        string id = house.RunSleeper("--name", "one");

        Assert.Equal(id, house.Ask("inspect", "-f", "{{.Id}}", "one"));
        Assert.Equal(id, house.Ask("inspect", "-f", "{{.Id}}", id[..8]));
        Assert.Equal("running", house.Ask("inspect", "-f", "{{.State.Status}}", id));
        Assert.Equal("[\"sleep\",\"1000000\"]", house.Ask("inspect", "-f", "{{json .Config.Cmd}}", id));
        Assert.Equal("/one 1000000", house.Ask("inspect", "-f", "{{.Name}} {{index .Config.Cmd 1}}", id));
        using var both = JsonDocument.Parse(house.Ask("inspect", "one", "box"));
        Assert.Equal(2, both.RootElement.GetArrayLength());
    }

    [Fact]
    public void Inspect_prints_what_it_found_and_says_what_not()
    {
        house.RunSleeper("--name", "there");

        CommandResult result = house.Do("inspect", "there", "nobody");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("\"/there\"", result.Output, StringComparison.Ordinal);
        Assert.Contains("No such object: nobody", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_that_cannot_be_is_one_sentence()
    {
        house.RunSleeper("--name", "templated");

        CommandResult result = house.Do("inspect", "-f", "{{.Nope", "templated");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("template", result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Top_lists_the_processes_of_the_container()
    {
        string id = house.RunScript("sleep 1000000 & exec sleep 2000000");
        house.WaitForStatus(id, "running");
        Eventually.True(() => house.Ask("top", id) is var top && !top.Contains("sh -c") && top.Split("sleep").Length == 3, "both run");

        string[] lines = house.Do("top", id).Succeeded().Lines;

        Assert.Matches("^UID +PID +PPID +C +STIME +TTY +TIME +CMD$", lines[0].Trim());
        Assert.Contains(lines, l => l.Contains("sleep 1000000", StringComparison.Ordinal));
        Assert.Contains($"{house.PidOf(id)}", house.Ask("top", id, "-o", "pid,comm"), StringComparison.Ordinal);
        house.Do("kill", id).Succeeded();
        Assert.Contains("is not running", house.Do("top", id).EndedWith(1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_tells_of_client_and_server()
    {
        string text = house.Ask("version");

        Assert.Contains("Client:", text, StringComparison.Ordinal);
        Assert.Contains("Server: Conex", text, StringComparison.Ordinal);
        Assert.Equal(house.Ask("version", "-f", "{{.Client.Version}}"), house.Ask("version", "-f", "{{.Server.Version}}"));
        Assert.StartsWith("Conex version ", house.Ask("--version"), StringComparison.Ordinal);
    }

    [Fact]
    public void Info_counts_containers_and_images()
    {
        house.RunSleeper();
        house.Ask("create", "box");

        Assert.Equal("2 1 0", house.Ask("info", "-f", "{{.Containers}} {{.ContainersRunning}} {{.ContainersPaused}}"));
        Assert.Contains("Containers: 2", house.Ask("info"), StringComparison.Ordinal);
    }

    [Fact]
    public void Management_commands_are_the_same_commands()
    {
        string id = house.RunSleeper();

        Assert.Equal(house.Ask("ps", "-q"), house.Ask("container", "ls", "-q"));
        Assert.Equal(id, house.Ask("container", "inspect", "-f", "{{.Id}}", id));
        Assert.Equal(house.Ask("images", "-q"), house.Ask("image", "ls", "-q"));
        house.Do("container", "rm", "-f", id).Succeeded();
    }
}
